//! What comes in through WeChat Pay, and its refunds. The tables are named for the top-ups that were there first.

use kit::clock::Ms;
use kit::db::{Bind as _, Cols, Conn, FromCol, FromRow, Result};

use crate::model::payin::{PayInId, RefundId};

/// A row, sealed.
#[derive(Clone)]
pub(crate) struct PayInRow {
    pub(crate) id: PayInId,
    /// Empty for what the counter collects, as are the account and the openid.
    pub(crate) customer: String,
    pub(crate) account: String,
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
    /// What the counter collects it for; empty for a top-up.
    pub(crate) charge: String,
}

impl FromRow for PayInRow {
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
            charge: at(cols, 16)?,
        })
    }
}

/// A refund's row.
#[derive(Clone)]
pub(crate) struct RefundRow {
    pub(crate) id: RefundId,
    pub(crate) payin: PayInId,
    pub(crate) back: RefundId,
    pub(crate) amount: i64,
    pub(crate) debits: i64,
    pub(crate) state: String,
    pub(crate) business_date: String,
    pub(crate) created_at: Ms,
    pub(crate) checks: i64,
    pub(crate) reason: String,
}

impl FromRow for RefundRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Self {
            id: cols.get(0)?,
            payin: cols.get(1)?,
            back: cols.get(2)?,
            amount: cols.get(3)?,
            debits: cols.get(4)?,
            state: cols.get(5)?,
            business_date: cols.get(6)?,
            created_at: cols.get(7)?,
            checks: cols.get(8)?,
            reason: cols.get(9)?,
        })
    }
}

/// Writes a new order that waits to be paid.
pub(crate) async fn insert_payin(c: &mut Conn, r: &PayInRow) -> Result<u64> {
    let vals = [
        r.id.val(),
        r.customer.val(),
        r.account.val(),
        r.openid.val(),
        r.account_no.val(),
        r.amount.val(),
        r.created_at.val(),
        r.expires_at.val(),
        r.charge.val(),
    ];
    c.exec_vals(
        "insert into payments_topup (id, customer_id, account_id, openid, account_no, amount, created_at, expires_at, charge, refunded,
             state, reason, transaction_id, business_date, reference, paid_at, done_at, checks)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'waiting', '', '', '', '', 0, 0, 0)",
        &vals,
    )
    .await
}

pub(crate) async fn payin(c: &mut Conn, id: PayInId) -> Result<Option<PayInRow>> {
    c.row(
        "select id, customer_id, account_id, openid, account_no, amount, refunded, state, transaction_id, business_date,
             reference, created_at, expires_at, paid_at, done_at, checks, charge from payments_topup where id = ?",
        (id,),
    )
    .await
}

/// The same, held against others who decide about it until the transaction ends.
pub(crate) async fn lock_payin(c: &mut Conn, id: PayInId) -> Result<Option<PayInRow>> {
    c.row(
        "select id, customer_id, account_id, openid, account_no, amount, refunded, state, transaction_id, business_date,
             reference, created_at, expires_at, paid_at, done_at, checks, charge from payments_topup where id = ? /*lock*/",
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
) -> Result<Vec<PayInRow>> {
    c.rows(
        "select id, customer_id, account_id, openid, account_no, amount, refunded, state, transaction_id, business_date,
             reference, created_at, expires_at, paid_at, done_at, checks, charge
         from payments_topup where customer_id = ? and (created_at < ? or (created_at = ? and id < ?))
         order by created_at desc, id desc limit ?",
        (customer, before, before, id, limit),
    )
    .await
}

/// Paid, whether we still waited for it or had given it up; false when that is known.
pub(crate) async fn payin_paid(
    c: &mut Conn,
    id: PayInId,
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
pub(crate) async fn payin_ended(
    c: &mut Conn,
    id: PayInId,
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
pub(crate) async fn payin_closed(c: &mut Conn, id: PayInId, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update payments_topup set state = 'closed', done_at = ? where id = ? and state = 'waiting'",
            (now, id),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn payin_asked(c: &mut Conn, id: PayInId) -> Result<u64> {
    c.exec(
        "update payments_topup set checks = checks + 1 where id = ?",
        (id,),
    )
    .await
}

/// Takes a part of what was paid for a refund; false when less is left.
pub(crate) async fn reserve_refund(c: &mut Conn, id: PayInId, amount: i64) -> Result<bool> {
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
pub(crate) async fn release_refund(c: &mut Conn, id: PayInId, amount: i64) -> Result<u64> {
    c.exec(
        "update payments_topup set refunded = refunded - ? where id = ?",
        (amount, id),
    )
    .await
}

pub(crate) async fn insert_refund(c: &mut Conn, r: &RefundRow) -> Result<u64> {
    c.exec(
        "insert into payments_topup_refund (id, topup_id, back_id, amount, debits, state, business_date, created_at, reason,
             sent_at, done_at, checks)
         values (?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0)",
        (
            r.id,
            r.payin,
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

pub(crate) async fn refund(c: &mut Conn, id: RefundId) -> Result<Option<RefundRow>> {
    c.row(
        "select id, topup_id, back_id, amount, debits, state, business_date, created_at, checks, reason
         from payments_topup_refund where id = ?",
        (id,),
    )
    .await
}

pub(crate) async fn refunds(c: &mut Conn, payin: PayInId) -> Result<Vec<RefundRow>> {
    c.rows(
        "select id, topup_id, back_id, amount, debits, state, business_date, created_at, checks, reason
         from payments_topup_refund where topup_id = ? order by created_at, id",
        (payin,),
    )
    .await
}

/// The refunds of a customer's top-ups from one instant to another, both included.
pub(crate) async fn refunds_of(
    c: &mut Conn,
    customer: identity::CustomerId,
    (from, to): (Ms, Ms),
) -> Result<Vec<RefundRow>> {
    c.rows(
        "select r.id, r.topup_id, r.back_id, r.amount, r.debits, r.state, r.business_date, r.created_at, r.checks, r.reason
         from payments_topup t join payments_topup_refund r on r.topup_id = t.id
         where t.customer_id = ? and t.created_at >= ? and t.created_at <= ? order by r.created_at, r.id",
        (customer, from, to),
    )
    .await
}

/// Moves a refund on if it is still where the caller saw it.
pub(crate) async fn refund_moved(
    c: &mut Conn,
    id: RefundId,
    (from, to): (&str, &'static str),
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
pub(crate) async fn refund_sent(c: &mut Conn, id: RefundId, now: Ms) -> Result<u64> {
    c.exec(
        "update payments_topup_refund set sent_at = ? where id = ? and sent_at = 0",
        (now, id),
    )
    .await
}

pub(crate) async fn refund_asked(c: &mut Conn, id: RefundId) -> Result<u64> {
    c.exec(
        "update payments_topup_refund set checks = checks + 1 where id = ?",
        (id,),
    )
    .await
}

/// What was paid in a span: our ids, Pay's numbers, amounts.
pub(crate) async fn paid_between(c: &mut Conn, from: Ms, to: Ms) -> Result<Vec<(PayInId, String, i64)>> {
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
) -> Result<Vec<(RefundId, PayInId, i64, String, String)>> {
    c.rows(
        "select id, topup_id, amount, state, reason from payments_topup_refund where sent_at >= ? and sent_at < ? order by id",
        (from, to),
    )
    .await
}
