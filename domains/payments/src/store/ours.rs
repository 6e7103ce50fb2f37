//! Transfers and what comes in through WeChat Pay as reconciliation reads them: ids, amounts and states, nothing sealed.

use kit::clock::{DAY, Ms};
use kit::db::{Conn, Result};

/// `(id, amount, state, authorised at, done at)`.
pub(crate) type Columns = (String, i64, String, Ms, Ms);

pub(crate) async fn by_id(c: &mut Conn, id: &str) -> Result<Option<Columns>> {
    c.row(
        "select id, amount, state, authorised_at, done_at from payments_transfer where id = ?",
        (id,),
    )
    .await
}

/// A top-up or a collection by its id, in the words of a transfer.
pub(crate) async fn topup_by_id(c: &mut Conn, id: &str) -> Result<Option<Columns>> {
    c.row(
        "select id, amount, case state when 'credited' then 'succeeded' when 'paid' then 'processing' else 'failed' end,
             paid_at, done_at from payments_topup where id = ?",
        (id,),
    )
    .await
}

/// A refund's way out of the account, by its id.
pub(crate) async fn refund_by_id(c: &mut Conn, id: &str) -> Result<Option<Columns>> {
    c.row(
        "select id, amount, case state when 'debiting' then 'processing' when 'refused' then 'failed' else 'succeeded' end,
             created_at, sent_at from payments_topup_refund where id = ? and debits = 1",
        (id,),
    )
    .await
}

/// A refund's way back into the account, by the id of that.
pub(crate) async fn refund_back_by_id(c: &mut Conn, id: &str) -> Result<Option<Columns>> {
    c.row(
        "select back_id, amount, case state when 'returned' then 'succeeded' when 'returning' then 'processing' else 'failed' end,
             done_at, done_at from payments_topup_refund where back_id = ?",
        (id,),
    )
    .await
}

/// A place within what was booked in a span: the kind of booking, and the last one that was read of it.
#[derive(Clone, Debug, Default)]
pub struct Place {
    kind: usize,
    at: Ms,
    id: String,
}

/// How many kinds of booking there are; each is a range of one index, however much the bank has booked before.
const KINDS: usize = 6;

/// What was booked within the span by our books, transfers before top-ups, collections and their refunds: a page from a
/// place on, and the place behind it while there may be more.
pub(crate) async fn booked(
    c: &mut Conn,
    span: (Ms, Ms),
    place: &Place,
    limit: i64,
) -> Result<(Vec<Columns>, Option<Place>)> {
    let rows = match place.kind {
        0 => ended(c, "succeeded", span, place, limit).await?,
        1 => ended(c, "returned", span, place, limit).await?,
        2 => at_clearing(c, span, place, limit).await?,
        3 => credited(c, span, place, limit).await?,
        4 => taken_back(c, span, place, limit).await?,
        _ => put_back(c, span, place, limit).await?,
    };
    let whole = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let behind = match rows.last() {
        Some((id, .., at)) if whole => Place {
            kind: place.kind,
            at: *at,
            id: id.clone(),
        },
        _ => Place {
            kind: place.kind + 1,
            ..Place::default()
        },
    };
    Ok((rows, (behind.kind < KINDS).then_some(behind)))
}

/// A transfer within the bank is booked when it is done; one to another bank when the clearing takes it, and its end may be
/// heard on the next day.
async fn ended(
    c: &mut Conn,
    state: &str,
    (from, to): (Ms, Ms),
    place: &Place,
    limit: i64,
) -> Result<Vec<Columns>> {
    let begin = place.at.max(from);
    c.rows(
        "select id, amount, state, authorised_at, done_at from payments_transfer
         where state = ? and done_at >= ? and done_at < ? and (done_at > ? or id > ?)
         and case when accepted_at > 0 then accepted_at else done_at end >= ?
         and case when accepted_at > 0 then accepted_at else done_at end < ?
         order by done_at, id limit ?",
        (state, begin, to + DAY, begin, &*place.id, from, to, limit),
    )
    .await
}

/// What the clearing has taken and not yet ended; little of that at any time.
async fn at_clearing(c: &mut Conn, (from, to): (Ms, Ms), place: &Place, limit: i64) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, state, authorised_at, done_at from payments_transfer
         where state = 'at_clearing' and done_at = 0 and id > ? and accepted_at >= ? and accepted_at < ?
         order by id limit ?",
        (&*place.id, from, to, limit),
    )
    .await
}

async fn credited(c: &mut Conn, (from, to): (Ms, Ms), place: &Place, limit: i64) -> Result<Vec<Columns>> {
    let begin = place.at.max(from);
    c.rows(
        "select id, amount, 'succeeded', paid_at, done_at from payments_topup
         where state = 'credited' and done_at >= ? and done_at < ? and (done_at > ? or id > ?)
         order by done_at, id limit ?",
        (begin, to, begin, &*place.id, limit),
    )
    .await
}

/// Refunds on their way out of the account.
async fn taken_back(c: &mut Conn, (from, to): (Ms, Ms), place: &Place, limit: i64) -> Result<Vec<Columns>> {
    let begin = place.at.max(from);
    c.rows(
        "select id, amount, 'succeeded', created_at, sent_at from payments_topup_refund
         where debits = 1 and sent_at >= ? and sent_at < ? and (sent_at > ? or id > ?)
         order by sent_at, id limit ?",
        (begin, to, begin, &*place.id, limit),
    )
    .await
}

/// Refunds on their way into the account again.
async fn put_back(c: &mut Conn, (from, to): (Ms, Ms), place: &Place, limit: i64) -> Result<Vec<Columns>> {
    let begin = place.at.max(from);
    c.rows(
        "select back_id, amount, 'succeeded', done_at, done_at from payments_topup_refund
         where state = 'returned' and done_at >= ? and done_at < ? and (done_at > ? or back_id > ?)
         order by done_at, back_id limit ?",
        (begin, to, begin, &*place.id, limit),
    )
    .await
}
