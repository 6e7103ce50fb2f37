//! Top-ups from WeChat Pay and their refunds.

use kit::clock::Ms;
use kit::db::{Bind as _, Cols, Conn, FromCol, FromRow, Result};

use crate::model::topup::{TopUpId, TopUpRefundId};

/// A top-up's row, sealed.
#[derive(Clone)]
pub(crate) struct TopUpRow {
    pub(crate) id: TopUpId,
    pub(crate) customer: identity::CustomerId,
    pub(crate) account: accounts::AccountId,
    pub(crate) openid: String,
    pub(crate) account_no: String,
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
    pub(crate) state: String,
    pub(crate) transaction_id: String,
    pub(crate) business_date: String,
    pub(crate) reference: String,
    pub(crate) created_at: Ms,
    pub(crate) expires_at: Ms,
    pub(crate) paid_at: Ms,
    pub(crate) done_at: Ms,
    pub(crate) checks: i64,
}

impl FromRow for TopUpRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        fn at<T: FromCol>(cols: &Cols<'_>, place: usize) -> Result<T> {
            cols.get(place)
        }
        Ok(Self {
            id: at(cols, 0)?,
            customer: at(cols, 1)?,
            account: at(cols, 2)?,
            openid: at(cols, 3)?,
            account_no: at(cols, 4)?,
            amount: at(cols, 5)?,
            refunded: at(cols, 6)?,
            state: at(cols, 7)?,
            transaction_id: at(cols, 8)?,
            business_date: at(cols, 9)?,
            reference: at(cols, 10)?,
            created_at: at(cols, 11)?,
            expires_at: at(cols, 12)?,
            paid_at: at(cols, 13)?,
            done_at: at(cols, 14)?,
            checks: at(cols, 15)?,
        })
    }
}

/// A refund's row.
#[derive(Clone)]
pub(crate) struct TopUpRefundRow {
    pub(crate) id: TopUpRefundId,
    pub(crate) topup: TopUpId,
    pub(crate) back: TopUpRefundId,
    pub(crate) amount: i64,
    pub(crate) debits: i64,
    pub(crate) state: String,
    pub(crate) business_date: String,
    pub(crate) created_at: Ms,
    pub(crate) checks: i64,
}

impl FromRow for TopUpRefundRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Self {
            id: cols.get(0)?,
            topup: cols.get(1)?,
            back: cols.get(2)?,
            amount: cols.get(3)?,
            debits: cols.get(4)?,
            state: cols.get(5)?,
            business_date: cols.get(6)?,
            created_at: cols.get(7)?,
            checks: cols.get(8)?,
        })
    }
}

/// Writes a new order that waits to be paid.
pub(crate) async fn insert_topup(c: &mut Conn, r: &TopUpRow) -> Result<u64> {
    let vals = [
        r.id.val(),
        r.customer.val(),
        r.account.val(),
        r.openid.val(),
        r.account_no.val(),
        r.amount.val(),
        r.created_at.val(),
        r.expires_at.val(),
    ];
    c.exec_vals(
        "insert into payments_topup (id, customer_id, account_id, openid, account_no, amount, created_at, expires_at, refunded,
             state, reason, transaction_id, business_date, reference, paid_at, done_at, checks)
         values (?, ?, ?, ?, ?, ?, ?, ?, 0, 'waiting', '', '', '', '', 0, 0, 0)",
        &vals,
    )
    .await
}

pub(crate) async fn topup(c: &mut Conn, id: TopUpId) -> Result<Option<TopUpRow>> {
    c.row(
        "select id, customer_id, account_id, openid, account_no, amount, refunded, state, transaction_id, business_date,
             reference, created_at, expires_at, paid_at, done_at, checks from payments_topup where id = ?",
        (id,),
    )
    .await
}

/// A customer's top-ups before a place, newest first.
pub(crate) async fn topups_of(
    c: &mut Conn,
    customer: identity::CustomerId,
    (before, id): (Ms, &str),
    limit: i64,
) -> Result<Vec<TopUpRow>> {
    c.rows(
        "select id, customer_id, account_id, openid, account_no, amount, refunded, state, transaction_id, business_date,
             reference, created_at, expires_at, paid_at, done_at, checks
         from payments_topup where customer_id = ? and (created_at < ? or (created_at = ? and id < ?))
         order by created_at desc, id desc limit ?",
        (customer, before, before, id, limit),
    )
    .await
}

/// Paid, whether we still waited for it or had given it up; false when that is known.
pub(crate) async fn topup_paid(
    c: &mut Conn,
    id: TopUpId,
    transaction_id: &str,
    business_date: &str,
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_topup set state = 'paid', transaction_id = ?, business_date = ?, paid_at = ?, checks = 0
             where id = ? and state in ('waiting', 'closed')",
            (transaction_id, business_date, now, id),
        )
        .await?;
    Ok(n == 1)
}

/// In the account, or not to be got into it; false when that is known.
pub(crate) async fn topup_ended(
    c: &mut Conn,
    id: TopUpId,
    to: &'static str,
    (reason, reference): (&str, &str),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_topup set state = ?, reason = ?, reference = ?, done_at = ? where id = ? and state = 'paid'",
            (to, reason, reference, now, id),
        )
        .await?;
    Ok(n == 1)
}

/// Not paid in time.
pub(crate) async fn topup_closed(c: &mut Conn, id: TopUpId, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update payments_topup set state = 'closed', done_at = ? where id = ? and state = 'waiting'",
            (now, id),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn topup_asked(c: &mut Conn, id: TopUpId) -> Result<u64> {
    c.exec(
        "update payments_topup set checks = checks + 1 where id = ?",
        (id,),
    )
    .await
}

/// Takes a part of what was paid for a refund; false when less is left.
pub(crate) async fn reserve_refund(c: &mut Conn, id: TopUpId, amount: i64) -> Result<bool> {
    let n = c
        .exec(
            "update payments_topup set refunded = refunded + ?
             where id = ? and state in ('credited', 'uncredited') and refunded + ? <= amount",
            (amount, id, amount),
        )
        .await?;
    Ok(n == 1)
}

/// Gives the part back: the refund came to nothing.
pub(crate) async fn release_refund(c: &mut Conn, id: TopUpId, amount: i64) -> Result<u64> {
    c.exec(
        "update payments_topup set refunded = refunded - ? where id = ?",
        (amount, id),
    )
    .await
}

pub(crate) async fn insert_topup_refund(c: &mut Conn, r: &TopUpRefundRow) -> Result<u64> {
    c.exec(
        "insert into payments_topup_refund (id, topup_id, back_id, amount, debits, state, business_date, created_at, reason,
             sent_at, done_at, checks)
         values (?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0)",
        (
            r.id,
            r.topup,
            r.back,
            r.amount,
            r.debits,
            r.state.as_str(),
            r.business_date.as_str(),
            r.created_at,
        ),
    )
    .await
}

pub(crate) async fn topup_refund(c: &mut Conn, id: TopUpRefundId) -> Result<Option<TopUpRefundRow>> {
    c.row(
        "select id, topup_id, back_id, amount, debits, state, business_date, created_at, checks
         from payments_topup_refund where id = ?",
        (id,),
    )
    .await
}

pub(crate) async fn topup_refunds(c: &mut Conn, topup: TopUpId) -> Result<Vec<TopUpRefundRow>> {
    c.rows(
        "select id, topup_id, back_id, amount, debits, state, business_date, created_at, checks
         from payments_topup_refund where topup_id = ? order by created_at, id",
        (topup,),
    )
    .await
}

/// The refunds of a customer's top-ups from one instant to another, both included.
pub(crate) async fn topup_refunds_of(
    c: &mut Conn,
    customer: identity::CustomerId,
    (from, to): (Ms, Ms),
) -> Result<Vec<TopUpRefundRow>> {
    c.rows(
        "select r.id, r.topup_id, r.back_id, r.amount, r.debits, r.state, r.business_date, r.created_at, r.checks
         from payments_topup t join payments_topup_refund r on r.topup_id = t.id
         where t.customer_id = ? and t.created_at >= ? and t.created_at <= ? order by r.created_at, r.id",
        (customer, from, to),
    )
    .await
}

/// Moves a refund on if it is still where the caller saw it.
pub(crate) async fn topup_refund_moved(
    c: &mut Conn,
    id: TopUpRefundId,
    (from, to): (&'static str, &'static str),
    reason: &str,
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_topup_refund set state = ?, reason = ?, done_at = ?, checks = 0 where id = ? and state = ?",
            (to, reason, now, id, from),
        )
        .await?;
    Ok(n == 1)
}

/// When Pay was first told of it: the day of its line in Pay's bill.
pub(crate) async fn topup_refund_sent(c: &mut Conn, id: TopUpRefundId, now: Ms) -> Result<u64> {
    c.exec(
        "update payments_topup_refund set sent_at = ? where id = ? and sent_at = 0",
        (now, id),
    )
    .await
}

pub(crate) async fn topup_refund_asked(c: &mut Conn, id: TopUpRefundId) -> Result<u64> {
    c.exec(
        "update payments_topup_refund set checks = checks + 1 where id = ?",
        (id,),
    )
    .await
}

/// What was paid in a span: our ids, Pay's numbers, amounts.
pub(crate) async fn paid_between(c: &mut Conn, from: Ms, to: Ms) -> Result<Vec<(TopUpId, String, i64)>> {
    c.rows(
        "select id, transaction_id, amount from payments_topup where paid_at >= ? and paid_at < ? order by id",
        (from, to),
    )
    .await
}

/// What Pay was told to give back in a span, whatever came of it.
pub(crate) async fn refunded_between(
    c: &mut Conn,
    from: Ms,
    to: Ms,
) -> Result<Vec<(TopUpRefundId, TopUpId, i64, String)>> {
    c.rows(
        "select id, topup_id, amount, state from payments_topup_refund where sent_at >= ? and sent_at < ? order by id",
        (from, to),
    )
    .await
}
