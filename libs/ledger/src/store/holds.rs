//! Statements on holds: the one thing in the ledger that changes state, once.

use crate::{
    model::{AccountId, HoldState, TransferId},
    rules::Held,
    sql::{Cell, Error, Row, Sql, Value},
};

use super::{HoldRow, Result, one};

pub(crate) async fn insert_hold(s: &mut dyn Sql, h: &HoldRow) -> Result<()> {
    let sql = "insert into ledger_hold (id, account, amount, state, expires_at) values (?, ?, ?, 'open', ?)";
    let args = [
        Value::Text(h.id.as_str()),
        Value::Text(h.account.as_str()),
        Value::Int(h.held.amount),
        Value::Int(h.held.expires_at),
    ];
    one(s.exec(sql, &args).await?, "hold row")
}

/// Locked after the accounts, never before.
pub(crate) async fn hold(s: &mut dyn Sql, id: &TransferId) -> Result<Option<HoldRow>> {
    let sql = "select id, account, amount, state, expires_at from ledger_hold where id = ? /*lock*/";
    let rows = s.rows(sql, &[Value::Text(id.as_str())]).await?;
    rows.into_iter().next().map(hold_of).transpose()
}

/// Open holds whose time is over.
pub(crate) async fn due(s: &mut dyn Sql, now: i64, limit: i64) -> Result<Vec<HoldRow>> {
    let sql = "select id, account, amount, state, expires_at from ledger_hold \
               where state = 'open' and expires_at <= ? order by expires_at, id limit ?";
    let rows = s.rows(sql, &[Value::Int(now), Value::Int(limit)]).await?;
    rows.into_iter().map(hold_of).collect()
}

pub(crate) async fn holds_of(s: &mut dyn Sql, account: &AccountId) -> Result<Vec<HoldRow>> {
    let sql =
        "select id, account, amount, state, expires_at from ledger_hold where account = ? and state = 'open'";
    let rows = s.rows(sql, &[Value::Text(account.as_str())]).await?;
    rows.into_iter().map(hold_of).collect()
}

fn hold_of(cells: Vec<Cell>) -> Result<HoldRow> {
    let mut row = Row::new(cells);
    let id = TransferId::stored(row.text()?);
    let account = AccountId::stored(row.text()?);
    let amount = row.int()?;
    let state = HoldState::stored(&row.text()?).ok_or(Error::Broken("hold state"))?;
    let expires_at = row.int()?;
    Ok(HoldRow {
        id,
        account,
        held: Held {
            amount,
            state,
            expires_at,
        },
    })
}

/// Who resolved a hold, for the walk over the invariants.
pub(crate) async fn resolver(
    s: &mut dyn Sql,
    id: &TransferId,
) -> Result<Option<(HoldState, Option<String>)>> {
    let rows = s
        .rows(
            "select state, resolved_by from ledger_hold where id = ?",
            &[Value::Text(id.as_str())],
        )
        .await?;
    let Some(cells) = rows.into_iter().next() else {
        return Ok(None);
    };
    let mut row = Row::new(cells);
    let state = HoldState::stored(&row.text()?).ok_or(Error::Broken("hold state"))?;
    Ok(Some((state, row.maybe_text()?)))
}

/// Leaves the open state, once.
pub(crate) async fn resolve(
    s: &mut dyn Sql,
    id: &TransferId,
    to: HoldState,
    by: Option<&TransferId>,
    now: i64,
) -> Result<bool> {
    let sql =
        "update ledger_hold set state = ?, resolved_by = ?, resolved_at = ? where id = ? and state = 'open'";
    let by = by.map_or(Value::Null, |t| Value::Text(t.as_str()));
    let args = [
        Value::Text(to.text()),
        by,
        Value::Int(now),
        Value::Text(id.as_str()),
    ];
    Ok(s.exec(sql, &args).await? == 1)
}
