//! Transfers and what comes in through WeChat Pay as reconciliation reads them: ids, amounts and states, nothing sealed.

use kit::clock::{DAY, MINUTE, Ms};
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

/// Kinds of booking, in the order in which they are read; each is a range of one index.
#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Succeeded,
    Returned,
    AtClearing,
    Credited,
    TakenBack,
    PutBack,
}

impl Kind {
    fn next(self) -> Option<Self> {
        match self {
            Self::Succeeded => Some(Self::Returned),
            Self::Returned => Some(Self::AtClearing),
            Self::AtClearing => Some(Self::Credited),
            Self::Credited => Some(Self::TakenBack),
            Self::TakenBack => Some(Self::PutBack),
            Self::PutBack => None,
        }
    }
}

/// A place within what was booked in a span.
#[derive(Clone, Debug, Default)]
pub struct Place {
    kind: Kind,
    /// From this instant on, after this id.
    at: Ms,
    id: String,
}

/// So much of the index is read by one statement, whatever it finds there.
const SLICE: Ms = 5 * MINUTE;
/// A transfer to another bank is booked when the clearing takes it, and may end so much later.
const CLEARED: Ms = 4 * DAY;

/// What was booked within the span by our books: a page from a place on, and the place behind it while there may be more.
pub(crate) async fn booked(
    c: &mut Conn,
    (from, to): (Ms, Ms),
    (place, limit): (&Place, i64),
    now: Ms,
) -> Result<(Vec<Columns>, Option<Place>)> {
    let end = match place.kind {
        Kind::Succeeded | Kind::Returned => (to + CLEARED).min(now + 1).max(to),
        Kind::AtClearing | Kind::Credited | Kind::TakenBack | Kind::PutBack => to,
    };
    let begin = place.at.max(from);
    let until = (begin + SLICE).min(end);
    let slice = (begin, until, &*place.id);
    let rows = match place.kind {
        Kind::Succeeded => ended(c, "succeeded", slice, (from, to), limit).await?,
        Kind::Returned => ended(c, "returned", slice, (from, to), limit).await?,
        Kind::AtClearing => at_clearing(c, &place.id, (from, to), limit).await?,
        Kind::Credited => credited(c, slice, limit).await?,
        Kind::TakenBack => taken_back(c, slice, limit).await?,
        Kind::PutBack => put_back(c, slice, limit).await?,
    };
    let whole = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let behind = match rows.last() {
        Some((id, .., at)) if whole => Some(Place {
            kind: place.kind,
            at: *at,
            id: id.clone(),
        }),
        _ if until < end && !matches!(place.kind, Kind::AtClearing) => Some(Place {
            kind: place.kind,
            at: until,
            id: String::new(),
        }),
        _ => place.kind.next().map(|kind| Place {
            kind,
            ..Place::default()
        }),
    };
    Ok((rows, behind))
}

/// A piece of the index: from, to, and the id after which it begins.
type Slice<'a> = (Ms, Ms, &'a str);

/// A transfer within the bank is booked when it is done; one to another bank when the clearing took it.
async fn ended(
    c: &mut Conn,
    state: &str,
    (begin, until, after): Slice<'_>,
    (from, to): (Ms, Ms),
    limit: i64,
) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, state, authorised_at, done_at from payments_transfer
         where state = ? and done_at >= ? and done_at < ? and (done_at > ? or id > ?)
         and case when accepted_at > 0 then accepted_at else done_at end >= ?
         and case when accepted_at > 0 then accepted_at else done_at end < ?
         order by done_at, id limit ?",
        (state, begin, until, begin, after, from, to, limit),
    )
    .await
}

/// What the clearing has taken and not yet ended; little of that at any time.
async fn at_clearing(c: &mut Conn, after: &str, (from, to): (Ms, Ms), limit: i64) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, state, authorised_at, done_at from payments_transfer
         where state = 'at_clearing' and done_at = 0 and id > ? and accepted_at >= ? and accepted_at < ?
         order by id limit ?",
        (after, from, to, limit),
    )
    .await
}

async fn credited(c: &mut Conn, (begin, until, after): Slice<'_>, limit: i64) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, 'succeeded', paid_at, done_at from payments_topup
         where state = 'credited' and done_at >= ? and done_at < ? and (done_at > ? or id > ?)
         order by done_at, id limit ?",
        (begin, until, begin, after, limit),
    )
    .await
}

/// Refunds on their way out of the account.
async fn taken_back(c: &mut Conn, (begin, until, after): Slice<'_>, limit: i64) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, 'succeeded', created_at, sent_at from payments_topup_refund
         where debits = 1 and sent_at >= ? and sent_at < ? and (sent_at > ? or id > ?)
         order by sent_at, id limit ?",
        (begin, until, begin, after, limit),
    )
    .await
}

/// Refunds on their way into the account again.
async fn put_back(c: &mut Conn, (begin, until, after): Slice<'_>, limit: i64) -> Result<Vec<Columns>> {
    c.rows(
        "select back_id, amount, 'succeeded', done_at, done_at from payments_topup_refund
         where state = 'returned' and done_at >= ? and done_at < ? and (done_at > ? or back_id > ?)
         order by done_at, back_id limit ?",
        (begin, until, begin, after, limit),
    )
    .await
}
