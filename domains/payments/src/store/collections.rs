//! Collections at the counter, beside the payment of each, and the refunds that two people decide about.

use kit::clock::Ms;
use kit::db::{Cols, Conn, FromRow, Result};

use super::payins::{PayInRow, RefundRow};
use crate::model::payin::{PayInId, RefundId};

/// A collection and its payment, sealed.
#[derive(Clone)]
pub(crate) struct CollectionRow {
    pub(crate) payin: PayInRow,
    pub(crate) charge: String,
    pub(crate) remark: String,
    /// What the QR code says; empty until WeChat Pay has taken the order.
    pub(crate) code_url: String,
    pub(crate) opener: String,
    pub(crate) opener_name: String,
}

impl FromRow for CollectionRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Self {
            payin: PayInRow::from_row(cols)?,
            charge: cols.get(17)?,
            remark: cols.get(18)?,
            code_url: cols.get(19)?,
            opener: cols.get(20)?,
            opener_name: cols.get(21)?,
        })
    }
}

/// A refund as its maker proposed it and its checker decided, sealed.
#[derive(Clone)]
pub(crate) struct ProposalRow {
    pub(crate) id: RefundId,
    pub(crate) collection: PayInId,
    pub(crate) amount: i64,
    pub(crate) reason: String,
    pub(crate) hash: String,
    pub(crate) state: String,
    pub(crate) maker: String,
    pub(crate) maker_name: String,
    pub(crate) checker_name: String,
    pub(crate) made_at: Ms,
    pub(crate) checked_at: Ms,
}

impl FromRow for ProposalRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Self {
            id: cols.get(0)?,
            collection: cols.get(1)?,
            amount: cols.get(2)?,
            reason: cols.get(3)?,
            hash: cols.get(4)?,
            state: cols.get(5)?,
            maker: cols.get(6)?,
            maker_name: cols.get(7)?,
            checker_name: cols.get(8)?,
            made_at: cols.get(9)?,
            checked_at: cols.get(10)?,
        })
    }
}

pub(crate) async fn insert_collection(c: &mut Conn, r: &CollectionRow) -> Result<u64> {
    c.exec(
        "insert into payments_collection (id, charge, remark, code_url, opener, opener_name, created_at)
         values (?, ?, ?, '', ?, ?, ?)",
        (
            r.payin.id,
            r.charge.as_str(),
            r.remark.as_str(),
            r.opener.as_str(),
            r.opener_name.as_str(),
            r.payin.created_at,
        ),
    )
    .await
}

pub(crate) async fn collection(c: &mut Conn, id: PayInId) -> Result<Option<CollectionRow>> {
    c.row(
        "select t.id, t.customer_id, t.account_id, t.openid, t.account_no, t.amount, t.refunded, t.state, t.transaction_id,
             t.business_date, t.reference, t.created_at, t.expires_at, t.paid_at, t.done_at, t.checks, t.charge,
             k.charge, k.remark, k.code_url, k.opener, k.opener_name
         from payments_collection k join payments_topup t on t.id = k.id where k.id = ?",
        (id,),
    )
    .await
}

/// Collections before a place, newest first.
pub(crate) async fn collections(
    c: &mut Conn,
    (before, id): (Ms, &str),
    limit: i64,
) -> Result<Vec<CollectionRow>> {
    c.rows(
        "select t.id, t.customer_id, t.account_id, t.openid, t.account_no, t.amount, t.refunded, t.state, t.transaction_id,
             t.business_date, t.reference, t.created_at, t.expires_at, t.paid_at, t.done_at, t.checks, t.charge,
             k.charge, k.remark, k.code_url, k.opener, k.opener_name
         from payments_collection k join payments_topup t on t.id = k.id
         where k.created_at < ? or (k.created_at = ? and k.id < ?)
         order by k.created_at desc, k.id desc limit ?",
        (before, before, id, limit),
    )
    .await
}

/// Keeps the code, while the collection still waits; false when it does not.
pub(crate) async fn collection_code(c: &mut Conn, id: PayInId, code_url: &str) -> Result<bool> {
    let n = c
        .exec(
            "update payments_collection set code_url = ?
             where id = ? and id in (select t.id from payments_topup t where t.id = ? and t.state = 'waiting')",
            (code_url, id, id),
        )
        .await?;
    Ok(n == 1)
}

/// The refunds of the collections that were opened from one instant to another, both included.
pub(crate) async fn collection_refunds(c: &mut Conn, (from, to): (Ms, Ms)) -> Result<Vec<RefundRow>> {
    c.rows(
        "select r.id, r.topup_id, r.back_id, r.amount, r.debits, r.state, r.business_date, r.created_at, r.checks, r.reason
         from payments_collection k join payments_topup_refund r on r.topup_id = k.id
         where k.created_at >= ? and k.created_at <= ? order by r.created_at, r.id",
        (from, to),
    )
    .await
}

/// Which of these collections wait for a second person.
pub(crate) async fn collections_to_check(c: &mut Conn, (from, to): (Ms, Ms)) -> Result<Vec<(PayInId,)>> {
    c.rows(
        "select p.collection_id from payments_collection k
         join payments_collection_refund p on p.collection_id = k.id
         where k.created_at >= ? and k.created_at <= ? and p.state = 'waiting' order by p.id",
        (from, to),
    )
    .await
}

pub(crate) async fn insert_proposal(c: &mut Conn, r: &ProposalRow) -> Result<u64> {
    c.exec(
        "insert into payments_collection_refund (id, collection_id, amount, reason, hash, state, maker, maker_name, checker,
             checker_name, made_at, checked_at)
         values (?, ?, ?, ?, ?, 'waiting', ?, ?, '', '', ?, 0)",
        (
            r.id,
            r.collection,
            r.amount,
            r.reason.as_str(),
            r.hash.as_str(),
            r.maker.as_str(),
            r.maker_name.as_str(),
            r.made_at,
        ),
    )
    .await
}

pub(crate) async fn proposals(c: &mut Conn, collection: PayInId) -> Result<Vec<ProposalRow>> {
    c.rows(
        "select id, collection_id, amount, reason, hash, state, maker, maker_name, checker_name, made_at, checked_at
         from payments_collection_refund where collection_id = ? order by made_at, id",
        (collection,),
    )
    .await
}

/// The second person's word, once; false when somebody was faster.
pub(crate) async fn proposal_decided(
    c: &mut Conn,
    id: RefundId,
    to: &'static str,
    (checker, checker_name): (&str, &str),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_collection_refund set state = ?, checker = ?, checker_name = ?, checked_at = ?
             where id = ? and state = 'waiting' and maker <> ?",
            (to, checker, checker_name, now, id, checker),
        )
        .await?;
    Ok(n == 1)
}
