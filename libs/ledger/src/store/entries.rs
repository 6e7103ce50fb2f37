//! Statements on entries: written two at a time, read by account or by transfer, never changed.

use crate::{
    model::{AccountId, Day, Direction, Entry, EntryFilter, Recorded, TransferId},
    sql::{Cell, Error, Row, Sql, Value},
};

use super::Result;

/// Both entries of a transfer, after both balances moved.
pub(crate) async fn insert_entries(s: &mut dyn Sql, t: &Recorded) -> Result<()> {
    let sql = "insert into ledger_entry (account, seq, transfer, amount, balance_after, code, business_date, \
               value_date, at) \
               select id, seq, ?, case when id = ? then ? else ? end, posted, ?, ?, ?, ? \
               from ledger_account where id in (?, ?)";
    let args = [
        Value::Text(t.id.as_str()),
        Value::Text(t.debit.as_str()),
        Value::Int(-t.amount),
        Value::Int(t.amount),
        Value::Int(t.code),
        Value::Text(t.business_date.as_str()),
        Value::Text(t.value_date.as_str()),
        Value::Int(t.created_at),
        Value::Text(t.debit.as_str()),
        Value::Text(t.credit.as_str()),
    ];
    match s.exec(sql, &args).await? {
        2 => Ok(()),
        _ => Err(Error::Broken("a transfer has two entries")),
    }
}

pub(crate) async fn entries(s: &mut dyn Sql, f: &EntryFilter) -> Result<Vec<Entry>> {
    let sql = "select account, seq, transfer, amount, balance_after, code, business_date, value_date, at \
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

pub(crate) async fn entries_after(
    s: &mut dyn Sql,
    id: &AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    let sql = "select account, seq, transfer, amount, balance_after, code, business_date, value_date, at \
               from ledger_entry where account = ? and seq > ? order by seq limit ?";
    let rows = s
        .rows(
            sql,
            &[Value::Text(id.as_str()), Value::Int(after), Value::Int(limit)],
        )
        .await?;
    rows.into_iter().map(entry_of).collect()
}

/// The entries of the transfers in (`after`, `to`], in transfer order.
pub(crate) async fn entries_of(s: &mut dyn Sql, after: &str, to: &str) -> Result<Vec<Entry>> {
    let sql = "select account, seq, transfer, amount, balance_after, code, business_date, value_date, at \
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
    })
}
