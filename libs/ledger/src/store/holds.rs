//! Statements on holds: the one thing in the ledger that changes state, once.

use crate::{
    model::{AccountId, HoldState, TransferId},
    rules::Held,
    sql::{Cell, Error, Row, Sql, Value},
};

use super::{Result, text::Text};

/// One row of `ledger_hold`.
#[derive(Clone, Debug)]
pub(crate) struct HoldRow {
    pub(crate) id: TransferId,
    /// Whose money is held.
    pub(crate) account: AccountId,
    /// In whose favour.
    pub(crate) credit: AccountId,
    pub(crate) held: Held,
    pub(crate) resolved_by: Option<TransferId>,
    pub(crate) resolved_at: Option<i64>,
}

pub(crate) async fn insert_holds(s: &mut dyn Sql, rows: &[HoldRow]) -> Result<()> {
    static SQL: Text = Text::new(
        "insert into ledger_hold (id, account, credit, amount, state, expires_at) values {(?, ?, ?, ?, 'open', ?)|, }",
    );
    let rows: Vec<Vec<Value<'_>>> = rows
        .iter()
        .map(|h| {
            vec![
                Value::Text(h.id.as_str()),
                Value::Text(h.account.as_str()),
                Value::Text(h.credit.as_str()),
                Value::Int(h.held.amount),
                Value::Int(h.held.expires_at),
            ]
        })
        .collect();
    if SQL.insert(s, &rows).await? {
        Ok(())
    } else {
        Err(Error::Broken("a hold row without its transfer"))
    }
}

/// Locked after the accounts, never before.
pub(crate) async fn lock_holds(s: &mut dyn Sql, ids: &[&str]) -> Result<Vec<HoldRow>> {
    static SQL: Text = Text::new(
        "select id, account, credit, amount, state, expires_at, resolved_by, resolved_at from ledger_hold \
         where id in ({?|, }) order by id /*lock*/",
    );
    SQL.rows(s, ids).await?.into_iter().map(hold_of).collect()
}

pub(crate) async fn hold(s: &mut dyn Sql, id: &TransferId) -> Result<Option<HoldRow>> {
    Ok(holds(s, &[id.as_str()]).await?.into_iter().next())
}

pub(crate) async fn holds(s: &mut dyn Sql, ids: &[&str]) -> Result<Vec<HoldRow>> {
    static SQL: Text = Text::new(
        "select id, account, credit, amount, state, expires_at, resolved_by, resolved_at from ledger_hold \
         where id in ({?|, })",
    );
    SQL.rows(s, ids).await?.into_iter().map(hold_of).collect()
}

/// Open holds whose time is over.
pub(crate) async fn due(s: &mut dyn Sql, now: i64, limit: i64) -> Result<Vec<HoldRow>> {
    let sql = "select id, account, credit, amount, state, expires_at, resolved_by, resolved_at from ledger_hold \
               where state = 'open' and expires_at <= ? order by expires_at, id limit ?";
    let rows = s.rows(sql, &[Value::Int(now), Value::Int(limit)]).await?;
    rows.into_iter().map(hold_of).collect()
}

/// `(number, sum)` of the open holds against an account.
pub(crate) async fn held(s: &mut dyn Sql, account: &AccountId) -> Result<(i64, i64)> {
    let sql = "select count(*), cast(coalesce(sum(amount), 0) as signed) from ledger_hold \
               where account = ? and state = 'open'";
    sum(s.rows(sql, &[Value::Text(account.as_str())]).await?)
}

/// The same in favour of an account.
pub(crate) async fn held_in(s: &mut dyn Sql, account: &AccountId) -> Result<(i64, i64)> {
    let sql = "select count(*), cast(coalesce(sum(amount), 0) as signed) from ledger_hold \
               where credit = ? and state = 'open'";
    sum(s.rows(sql, &[Value::Text(account.as_str())]).await?)
}

fn sum(rows: Vec<Vec<Cell>>) -> Result<(i64, i64)> {
    let mut row = Row::new(rows.into_iter().next().unwrap_or_default());
    Ok((row.int()?, row.int()?))
}

pub(crate) async fn holds_after(s: &mut dyn Sql, after: &str, limit: i64) -> Result<Vec<HoldRow>> {
    let sql = "select id, account, credit, amount, state, expires_at, resolved_by, resolved_at from ledger_hold \
               where id > ? order by id limit ?";
    let rows = s.rows(sql, &[Value::Text(after), Value::Int(limit)]).await?;
    rows.into_iter().map(hold_of).collect()
}

fn hold_of(cells: Vec<Cell>) -> Result<HoldRow> {
    let mut row = Row::new(cells);
    let id = TransferId::stored(row.text()?);
    let (account, credit) = (AccountId::stored(row.text()?), AccountId::stored(row.text()?));
    let amount = row.int()?;
    let state = HoldState::stored(&row.text()?).ok_or(Error::Broken("hold state"))?;
    let expires_at = row.int()?;
    Ok(HoldRow {
        id,
        account,
        credit,
        held: Held {
            amount,
            state,
            expires_at,
        },
        resolved_by: row.maybe_text()?.map(TransferId::stored),
        resolved_at: row.maybe_int()?,
    })
}

/// Leaves the open state, once: `rows` carry the state they end in.
pub(crate) async fn resolve(s: &mut dyn Sql, rows: &[HoldRow]) -> Result<()> {
    static SQL: Text = Text::new(
        "update ledger_hold set resolved_by = case id {when ? then ? }end, \
         resolved_at = case id {when ? then ? }end, state = case id {when ? then ? }end \
         where state = 'open' and id in ({?|, })",
    );
    let ids: Vec<&str> = rows.iter().map(|h| h.id.as_str()).collect();
    let values: Vec<Vec<Value<'_>>> = rows
        .iter()
        .map(|h| {
            let by = h.resolved_by.as_ref();
            vec![
                by.map_or(Value::Null, |t| Value::Text(t.as_str())),
                h.resolved_at.map_or(Value::Null, Value::Int),
                Value::Text(h.held.state.text()),
            ]
        })
        .collect();
    let matched = SQL.cases(s, &ids, &values).await?;
    if usize::try_from(matched) == Ok(rows.len()) {
        Ok(())
    } else {
        Err(Error::Broken("an open hold could not be resolved"))
    }
}
