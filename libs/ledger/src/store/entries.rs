//! Statements on entries: written once, read by account or by transfer, never changed.

use crate::{
    model::{AccountId, Day, Direction, Entry, EntryFilter, Position, TransferId},
    sql::{Cell, Error, Row, Sql, Value},
};

use super::{Result, text::Text};

/// After the transfers, before the accounts that follow them.
pub(crate) async fn insert_entries(s: &mut dyn Sql, rows: &[Entry]) -> Result<()> {
    static SQL: Text = Text::new(
        "insert into ledger_entry (account, seq, transfer, amount, balance_after, code, business_date, \
         value_date, at, chain) values {(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)|, }",
    );
    let rows: Vec<Vec<Value<'_>>> = rows.iter().map(values_of).collect();
    // The account is locked and its place the newest: a taken one means that the account lags behind its entries.
    if SQL.insert(s, &rows).await? {
        Ok(())
    } else {
        Err(Error::Broken("the next entry of an account is there already"))
    }
}

fn values_of(e: &Entry) -> Vec<Value<'_>> {
    vec![
        Value::Text(e.account.as_str()),
        Value::Int(e.seq),
        Value::Text(e.transfer.as_str()),
        Value::Int(e.amount),
        Value::Int(e.balance_after),
        Value::Int(e.code),
        Value::Text(e.business_date.as_str()),
        Value::Text(e.value_date.as_str()),
        Value::Int(e.at),
        Value::Text(&e.chain),
    ]
}

pub(crate) async fn entries(s: &mut dyn Sql, f: &EntryFilter) -> Result<Vec<Entry>> {
    let sql = "select account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain \
               from ledger_entry \
               where account = ? and at >= ? and at <= ? and (at < ? or seq < ?) \
               and (? = 0 or code = ?) and (amount between ? and ? or amount between ? and ?) \
               order by at desc, seq desc limit ?";
    let (min, max) = (f.min.unwrap_or(1), f.max.unwrap_or(i64::MAX));
    let income = if f.direction == Some(Direction::Out) {
        (1, 0)
    } else {
        (min, max)
    };
    let spending = if f.direction == Some(Direction::In) {
        (1, 0)
    } else {
        (-max, -min)
    };
    let newest = f.to.map_or(i64::MAX, |to| to.saturating_sub(1));
    // A place beyond `to` must not widen the range: both bounds hold.
    let (at, seq) = match f.before {
        Some(p) if p.at <= newest => (p.at, p.seq),
        _ => (newest, i64::MAX),
    };
    let args = [
        Value::Text(f.account.as_str()),
        Value::Int(f.from.unwrap_or(i64::MIN)),
        Value::Int(at),
        Value::Int(at),
        Value::Int(seq),
        Value::Int(i64::from(f.code.is_some())),
        Value::Int(f.code.unwrap_or_default()),
        Value::Int(income.0),
        Value::Int(income.1),
        Value::Int(spending.0),
        Value::Int(spending.1),
        Value::Int(f.limit),
    ];
    let rows = s.rows(sql, &args).await?;
    rows.into_iter().map(entry_of).collect()
}

/// Oldest first; from the first one without a place.
pub(crate) async fn entries_after(
    s: &mut dyn Sql,
    id: &AccountId,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let sql = "select account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain \
               from ledger_entry where account = ? and at >= ? and (at > ? or seq > ?) order by at, seq limit ?";
    let (at, seq) = after.map_or((i64::MIN, i64::MIN), |p| (p.at, p.seq));
    let args = [
        Value::Text(id.as_str()),
        Value::Int(at),
        Value::Int(at),
        Value::Int(seq),
        Value::Int(limit),
    ];
    let rows = s.rows(sql, &args).await?;
    rows.into_iter().map(entry_of).collect()
}

/// The entries of the transfers in (`after`, `to`], in transfer order.
pub(crate) async fn entries_of(s: &mut dyn Sql, after: &str, to: &str) -> Result<Vec<Entry>> {
    let sql = "select account, seq, transfer, amount, balance_after, code, business_date, value_date, at, chain \
               from ledger_entry where transfer > ? and transfer <= ? order by transfer, account";
    let rows = s.rows(sql, &[Value::Text(after), Value::Text(to)]).await?;
    rows.into_iter().map(entry_of).collect()
}

fn entry_of(cells: Vec<Cell>) -> Result<Entry> {
    let mut row = Row::new(cells);
    Ok(Entry {
        account: AccountId::stored(row.text()?),
        seq: row.int()?,
        transfer: TransferId::stored(row.text()?),
        amount: row.int()?,
        balance_after: row.int()?,
        code: row.int()?,
        business_date: Day::stored(row.text()?),
        value_date: Day::stored(row.text()?),
        at: row.int()?,
        chain: row.text()?,
    })
}
