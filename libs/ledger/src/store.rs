//! Every statement of the ledger; one function, one statement.
//!
//! Portable subset only: no upsert, no RETURNING, no division, no float. Balances change by
//! conditional updates that repeat the rule; the balance after a posting is read by the database
//! itself, in the statement that writes the entries.

use crate::{
    model::{Account, AccountId, Day, NewAccount, Recorded, TransferId},
    rules::{self, Held},
    sql::{Cell, Error, Row, Sql, Value},
};

mod entries;
mod holds;

pub(crate) use entries::*;
pub(crate) use holds::*;

type Result<T> = std::result::Result<T, Error>;

/// One row of `ledger_transfer`.
#[derive(Clone, Debug)]
pub(crate) struct TransferRow {
    pub(crate) kind: &'static str,
    pub(crate) fingerprint: String,
    pub(crate) timeout_ms: Option<i64>,
    pub(crate) body: Recorded,
}

/// One row of `ledger_hold`.
#[derive(Clone, Debug)]
pub(crate) struct HoldRow {
    pub(crate) id: TransferId,
    pub(crate) account: AccountId,
    pub(crate) held: Held,
}

pub(crate) async fn insert_account(s: &mut dyn Sql, a: &NewAccount, now: i64) -> Result<bool> {
    let sql = "insert into ledger_account (id, ccy, limited, credit_line, posted, held, seq, version, closed, opened_at) \
               values (?, ?, ?, ?, 0, 0, 0, 0, 0, ?)";
    let args = [
        Value::Text(a.id.as_str()),
        Value::Text(&a.ccy),
        Value::Int(i64::from(a.limited)),
        Value::Int(a.credit_line),
        Value::Int(now),
    ];
    Ok(s.insert_new(sql, &args).await?)
}

pub(crate) async fn account(s: &mut dyn Sql, id: &AccountId) -> Result<Option<Account>> {
    let sql = "select id, ccy, limited, credit_line, posted, held, seq, version, closed \
               from ledger_account where id = ?";
    let rows = s.rows(sql, &[Value::Text(id.as_str())]).await?;
    rows.into_iter().next().map(account_of).transpose()
}

/// Both accounts of a transfer, locked in id order.
pub(crate) async fn lock(s: &mut dyn Sql, a: &AccountId, b: &AccountId) -> Result<Vec<Account>> {
    let sql = "select id, ccy, limited, credit_line, posted, held, seq, version, closed \
               from ledger_account where id in (?, ?) order by id /*lock*/";
    let rows = s
        .rows(sql, &[Value::Text(a.as_str()), Value::Text(b.as_str())])
        .await?;
    rows.into_iter().map(account_of).collect()
}

pub(crate) async fn accounts_after(s: &mut dyn Sql, after: &str, limit: i64) -> Result<Vec<Account>> {
    let sql = "select id, ccy, limited, credit_line, posted, held, seq, version, closed \
               from ledger_account where id > ? order by id limit ?";
    let rows = s.rows(sql, &[Value::Text(after), Value::Int(limit)]).await?;
    rows.into_iter().map(account_of).collect()
}

fn account_of(cells: Vec<Cell>) -> Result<Account> {
    let mut row = Row::new(cells);
    Ok(Account {
        id: AccountId::stored(row.text()?),
        ccy: row.text()?,
        limited: row.int()? == 1,
        credit_line: row.int()?,
        posted: row.int()?,
        held: row.int()?,
        seq: row.int()?,
        version: row.int()?,
        closed: row.int()? == 1,
    })
}

/// Takes money out, unless the limit or the range forbids it.
pub(crate) async fn take(s: &mut dyn Sql, id: &AccountId, amount: i64) -> Result<()> {
    let sql = "update ledger_account set posted = posted - ?, seq = seq + 1, version = version + 1 \
               where id = ? and closed = 0 and posted >= ? \
               and (limited = 0 or posted - held + credit_line >= ?)";
    let floor = Value::Int(amount - rules::MOST);
    let args = [
        Value::Int(amount),
        Value::Text(id.as_str()),
        floor,
        Value::Int(amount),
    ];
    one(s.exec(sql, &args).await?, "debit guard")
}

/// Puts money in, unless the range forbids it.
pub(crate) async fn give(s: &mut dyn Sql, id: &AccountId, amount: i64) -> Result<()> {
    let sql = "update ledger_account set posted = posted + ?, seq = seq + 1, version = version + 1 \
               where id = ? and closed = 0 and posted <= ?";
    let args = [
        Value::Int(amount),
        Value::Text(id.as_str()),
        Value::Int(rules::MOST - amount),
    ];
    one(s.exec(sql, &args).await?, "credit guard")
}

/// Reserves money, counting the holds that are there.
pub(crate) async fn reserve(s: &mut dyn Sql, id: &AccountId, amount: i64) -> Result<()> {
    let sql = "update ledger_account set held = held + ?, version = version + 1 \
               where id = ? and closed = 0 and held <= ? \
               and (limited = 0 or posted - held + credit_line >= ?)";
    let ceiling = Value::Int(rules::MOST - amount);
    let args = [
        Value::Int(amount),
        Value::Text(id.as_str()),
        ceiling,
        Value::Int(amount),
    ];
    one(s.exec(sql, &args).await?, "hold guard")
}

/// Gives a whole hold back and takes the posted part out, in one step.
pub(crate) async fn settle(s: &mut dyn Sql, id: &AccountId, held: i64, part: i64) -> Result<()> {
    let sql = "update ledger_account set posted = posted - ?, held = held - ?, seq = seq + 1, version = version + 1 \
               where id = ? and closed = 0 and held >= ? and posted >= ?";
    let floor = Value::Int(part - rules::MOST);
    let args = [
        Value::Int(part),
        Value::Int(held),
        Value::Text(id.as_str()),
        Value::Int(held),
        floor,
    ];
    one(s.exec(sql, &args).await?, "settle guard")
}

/// Gives a hold back.
pub(crate) async fn release(s: &mut dyn Sql, id: &AccountId, held: i64) -> Result<()> {
    let sql = "update ledger_account set held = held - ?, version = version + 1 where id = ? and held >= ?";
    let args = [Value::Int(held), Value::Text(id.as_str()), Value::Int(held)];
    one(s.exec(sql, &args).await?, "release guard")
}

/// Matches no row when open money would fall below the new line.
pub(crate) async fn set_line(s: &mut dyn Sql, id: &AccountId, line: i64) -> Result<bool> {
    let sql = "update ledger_account set credit_line = ?, version = version + 1 \
               where id = ? and limited = 1 and posted - held + ? >= 0";
    Ok(s.exec(
        sql,
        &[Value::Int(line), Value::Text(id.as_str()), Value::Int(line)],
    )
    .await?
        == 1)
}

pub(crate) async fn close(s: &mut dyn Sql, id: &AccountId) -> Result<bool> {
    let sql = "update ledger_account set closed = 1, version = version + 1 \
               where id = ? and posted = 0 and held = 0";
    Ok(s.exec(sql, &[Value::Text(id.as_str())]).await? == 1)
}

pub(crate) async fn insert_transfer(s: &mut dyn Sql, t: &TransferRow) -> Result<bool> {
    let sql = "insert into ledger_transfer (id, kind, debit, credit, amount, ccy, hold_id, timeout_ms, code, \
               reference, fingerprint, business_date, value_date, created_at) \
               values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let b = &t.body;
    let args = [
        Value::Text(b.id.as_str()),
        Value::Text(t.kind),
        Value::Text(b.debit.as_str()),
        Value::Text(b.credit.as_str()),
        Value::Int(b.amount),
        Value::Text(&b.ccy),
        b.hold.as_ref().map_or(Value::Null, |h| Value::Text(h.as_str())),
        t.timeout_ms.map_or(Value::Null, Value::Int),
        Value::Int(b.code),
        Value::Text(&b.reference),
        Value::Text(&t.fingerprint),
        Value::Text(b.business_date.as_str()),
        Value::Text(b.value_date.as_str()),
        Value::Int(b.created_at),
    ];
    Ok(s.insert_new(sql, &args).await?)
}

pub(crate) async fn transfer(s: &mut dyn Sql, id: &TransferId) -> Result<Option<TransferRow>> {
    let sql = "select id, kind, debit, credit, amount, ccy, hold_id, timeout_ms, code, reference, fingerprint, \
               business_date, value_date, created_at from ledger_transfer where id = ?";
    let rows = s.rows(sql, &[Value::Text(id.as_str())]).await?;
    rows.into_iter().next().map(transfer_of).transpose()
}

pub(crate) async fn transfers_after(s: &mut dyn Sql, after: &str, limit: i64) -> Result<Vec<TransferRow>> {
    let sql = "select id, kind, debit, credit, amount, ccy, hold_id, timeout_ms, code, reference, fingerprint, \
               business_date, value_date, created_at from ledger_transfer where id > ? order by id limit ?";
    let rows = s.rows(sql, &[Value::Text(after), Value::Int(limit)]).await?;
    rows.into_iter().map(transfer_of).collect()
}

fn transfer_of(cells: Vec<Cell>) -> Result<TransferRow> {
    let mut row = Row::new(cells);
    let id = TransferId::stored(row.text()?);
    let kind = row.text()?;
    let kind = ["direct", "hold", "post", "void"]
        .into_iter()
        .find(|k| *k == kind)
        .ok_or(Error::Broken("transfer kind"))?;
    let (debit, credit) = (AccountId::stored(row.text()?), AccountId::stored(row.text()?));
    let (amount, ccy) = (row.int()?, row.text()?);
    let hold = row.maybe_text()?.map(TransferId::stored);
    let timeout_ms = row.maybe_int()?;
    let (code, reference, fingerprint) = (row.int()?, row.text()?, row.text()?);
    let (business_date, value_date) = (Day::stored(row.text()?), Day::stored(row.text()?));
    let created_at = row.int()?;
    let body = Recorded {
        id,
        debit,
        credit,
        amount,
        ccy,
        code,
        reference,
        hold,
        business_date,
        value_date,
        created_at,
    };
    Ok(TransferRow {
        kind,
        fingerprint,
        timeout_ms,
        body,
    })
}

fn one(matched: u64, what: &'static str) -> Result<()> {
    if matched == 1 {
        Ok(())
    } else {
        Err(Error::Broken(what))
    }
}
