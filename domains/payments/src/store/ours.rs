//! Transfers as reconciliation reads them: ids, amounts and states, nothing sealed.

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

/// Ended within the span, or authorised before its end and still under way.
pub(crate) async fn between(
    c: &mut Conn,
    (from, to): (Ms, Ms),
    after: &str,
    limit: i64,
) -> Result<Vec<Columns>> {
    c.rows(
        "select id, amount, state, authorised_at, done_at from payments_transfer
         where id > ? and authorised_at > 0 and authorised_at < ?
         and ((done_at >= ? and done_at < ?) or state = 'processing') order by id limit ?",
        (after, to, from, to, limit),
    )
    .await
}
