//! Payments on their way through the clearing.

use kit::{
    clock::Ms,
    db::{self, Conn},
};

/// One row of `core_clearing`. States: `out` (the clearing may not know it yet), `sent`, `settled`, `returned`.
#[derive(Clone)]
pub(in crate::embedded) struct ClearingRow {
    pub(in crate::embedded) id: String,
    pub(in crate::embedded) state: String,
    pub(in crate::embedded) amount: i64,
    pub(in crate::embedded) detail: String,
    pub(in crate::embedded) asks: i64,
    pub(in crate::embedded) reason: String,
    pub(in crate::embedded) return_id: Option<String>,
    pub(in crate::embedded) started_at: Ms,
    pub(in crate::embedded) ended_at: Option<Ms>,
}

pub(in crate::embedded) struct NewClearing<'a> {
    pub(in crate::embedded) id: &'a str,
    pub(in crate::embedded) bank_code: &'a str,
    pub(in crate::embedded) amount: i64,
    pub(in crate::embedded) detail: &'a str,
    pub(in crate::embedded) at: Ms,
}

type Row = (
    String,
    String,
    i64,
    String,
    i64,
    String,
    Option<String>,
    Ms,
    Option<Ms>,
);

fn row_of((id, state, amount, detail, asks, reason, return_id, started_at, ended_at): Row) -> ClearingRow {
    ClearingRow {
        id,
        state,
        amount,
        detail,
        asks,
        reason,
        return_id,
        started_at,
        ended_at,
    }
}

pub(in crate::embedded) async fn insert_clearing(c: &mut Conn, n: NewClearing<'_>) -> db::Result<u64> {
    c.exec(
        "insert into core_clearing (id, state, bank_code, amount, detail, asks, next_at, reason, started_at) \
         values (?, 'out', ?, ?, ?, 0, ?, '', ?)",
        (n.id, n.bank_code, n.amount, n.detail, n.at, n.at),
    )
    .await
}

pub(in crate::embedded) async fn clearing(c: &mut Conn, id: &str) -> db::Result<Option<ClearingRow>> {
    let sql = "select id, state, amount, detail, asks, reason, return_id, started_at, ended_at \
               from core_clearing where id = ?";
    Ok(c.row::<Row>(sql, (id,)).await?.map(row_of))
}

/// Settled or returned within `[from, to)`.
pub(in crate::embedded) async fn clearing_ended(
    c: &mut Conn,
    from: Ms,
    to: Ms,
) -> db::Result<Vec<ClearingRow>> {
    let sql = "select id, state, amount, detail, asks, reason, return_id, started_at, ended_at \
               from core_clearing where ended_at >= ? and ended_at < ? order by ended_at, id";
    Ok(c.rows::<Row>(sql, (from, to))
        .await?
        .into_iter()
        .map(row_of)
        .collect())
}

/// The order whose money came back by this booking.
pub(in crate::embedded) async fn returned_order(c: &mut Conn, return_id: &str) -> db::Result<Option<String>> {
    let sql = "select id from core_clearing where return_id = ?";
    Ok(c.row::<(String,)>(sql, (return_id,)).await?.map(|row| row.0))
}

/// Those that are to be sent or asked for by now.
pub(in crate::embedded) async fn clearing_due(
    c: &mut Conn,
    now: Ms,
    limit: i64,
) -> db::Result<Vec<ClearingRow>> {
    let sql = "select id, state, amount, detail, asks, reason, return_id, started_at, ended_at \
               from core_clearing where state in ('out', 'sent') and next_at <= ? order by next_at, id limit ?";
    Ok(c.rows::<Row>(sql, (now, limit))
        .await?
        .into_iter()
        .map(row_of)
        .collect())
}

/// Notes a question; nothing when the payment has ended meanwhile.
pub(in crate::embedded) async fn clearing_asked(
    c: &mut Conn,
    id: &str,
    state: &str,
    next_at: Ms,
) -> db::Result<u64> {
    c.exec(
        "update core_clearing set state = ?, asks = asks + 1, next_at = ? where id = ? and state in ('out', 'sent')",
        (state, next_at, id),
    )
    .await
}

pub(in crate::embedded) struct Ending<'a> {
    pub(in crate::embedded) id: &'a str,
    pub(in crate::embedded) state: &'a str,
    pub(in crate::embedded) reason: &'a str,
    pub(in crate::embedded) return_id: Option<&'a str>,
    pub(in crate::embedded) at: Ms,
}

/// False when it had ended before.
pub(in crate::embedded) async fn end_clearing(c: &mut Conn, e: Ending<'_>) -> db::Result<bool> {
    let sql = "update core_clearing set state = ?, reason = ?, return_id = ?, ended_at = ? \
               where id = ? and state in ('out', 'sent')";
    Ok(c.exec(sql, (e.state, e.reason, e.return_id, e.at, e.id)).await? == 1)
}

/// Σ of what is on its way; equals what stands on the in-transit account.
pub(in crate::embedded) async fn in_transit(c: &mut Conn) -> db::Result<i64> {
    let sql =
        "select coalesce(cast(sum(amount) as signed), 0) from core_clearing where state in ('out', 'sent')";
    Ok(c.row::<(i64,)>(sql, ()).await?.map_or(0, |row| row.0))
}
