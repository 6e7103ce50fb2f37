//! Transfers and what comes in through WeChat Pay as reconciliation reads them: ids, amounts and states, nothing sealed.

use kit::clock::Ms;
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

/// Ended within the span, or authorised before its end and still under way; top-ups, collections and their refunds beside transfers.
pub(crate) async fn between(
    c: &mut Conn,
    (from, to): (Ms, Ms),
    after: &str,
    limit: i64,
) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, state, authorised_at, done_at from payments_transfer
         where id > ? and authorised_at > 0 and authorised_at < ?
         and ((done_at >= ? and done_at < ?) or state = 'processing')
         union all
         select id, amount, case state when 'credited' then 'succeeded' else 'processing' end, paid_at, done_at from payments_topup
         where id > ? and paid_at < ?
         and ((state = 'credited' and done_at >= ? and done_at < ?) or state = 'paid')
         union all
         select id, amount, case state when 'debiting' then 'processing' else 'succeeded' end, created_at, sent_at
         from payments_topup_refund
         where id > ? and debits = 1 and created_at < ? and ((sent_at >= ? and sent_at < ?) or state = 'debiting')
         union all
         select back_id, amount, 'succeeded', done_at, done_at from payments_topup_refund
         where back_id > ? and state = 'returned' and done_at >= ? and done_at < ?
         order by id limit ?",
        (
            after, to, from, to, after, to, from, to, after, to, from, to, after, from, to, limit,
        ),
    )
    .await
}
