//! Statements on accounts. A balance is never computed in the statement's place: the account takes over what its
//! newest entry says, so both are one.

use crate::{
    model::{Account, AccountId, NewAccount},
    sql::{Cell, Error, Row, Sql, Value},
};

use super::{Result, text::Text};

pub(crate) async fn insert_account(s: &mut dyn Sql, a: &NewAccount, now: i64) -> Result<bool> {
    let sql = "insert into ledger_account (id, ccy, limited, credit_line, capped, posted, held, held_in, seq, \
               last_at, version, closed, opened_at, chain) values (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, ?, '')";
    let args = [
        Value::Text(a.id.as_str()),
        Value::Text(&a.ccy),
        Value::Int(i64::from(a.limited)),
        Value::Int(a.credit_line),
        Value::Int(i64::from(a.capped)),
        Value::Int(now),
    ];
    Ok(s.insert_new(sql, &args).await?)
}

pub(crate) async fn account(s: &mut dyn Sql, id: &AccountId) -> Result<Option<Account>> {
    let sql = "select id, ccy, limited, credit_line, capped, posted, held, held_in, seq, last_at, version, closed, chain \
               from ledger_account where id = ?";
    let rows = s.rows(sql, &[Value::Text(id.as_str())]).await?;
    rows.into_iter().next().map(account_of).transpose()
}

/// Locked in id order: `ids` must be sorted.
pub(crate) async fn lock(s: &mut dyn Sql, ids: &[&str]) -> Result<Vec<Account>> {
    static SQL: Text = Text::new(
        "select id, ccy, limited, credit_line, capped, posted, held, held_in, seq, last_at, version, closed, chain \
         from ledger_account where id in ({?|, }) order by id /*lock*/",
    );
    SQL.rows(s, ids).await?.into_iter().map(account_of).collect()
}

/// `(id, ccy)` of the accounts that exist.
pub(crate) async fn currencies(s: &mut dyn Sql, ids: &[&str]) -> Result<Vec<(String, String)>> {
    static SQL: Text = Text::new("select id, ccy from ledger_account where id in ({?|, })");
    let rows = SQL.rows(s, ids).await?;
    rows.into_iter()
        .map(|cells| {
            let mut row = Row::new(cells);
            Ok((row.text()?, row.text()?))
        })
        .collect()
}

pub(crate) async fn accounts_after(s: &mut dyn Sql, after: &str, limit: i64) -> Result<Vec<Account>> {
    let sql = "select id, ccy, limited, credit_line, capped, posted, held, held_in, seq, last_at, version, closed, chain \
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
        capped: row.int()? == 1,
        posted: row.int()?,
        held: row.int()?,
        held_in: row.int()?,
        seq: row.int()?,
        last_at: row.int()?,
        version: row.int()?,
        closed: row.int()? == 1,
        chain: row.text()?,
    })
}

/// After the entries were written: balance, number, instant and chain become those of the newest entry.
pub(crate) async fn follow_entries(s: &mut dyn Sql, ids: &[&str]) -> Result<()> {
    static SQL: Text = Text::new(
        "update ledger_account set \
         posted = (select e.balance_after from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), \
         seq = (select e.seq from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), \
         last_at = (select e.at from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), \
         chain = (select e.chain from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), \
         version = version + 1 where closed = 0 and id in ({?|, })",
    );
    all(
        SQL.exec(s, ids).await?,
        ids.len(),
        "an account that moves is there and open",
    )
}

/// The same where holds changed too: `(account, change of held, change of held_in)`. One statement does both,
/// because only together do they keep the limit.
pub(crate) async fn follow_holds(s: &mut dyn Sql, changes: &[(&str, i64, i64)]) -> Result<()> {
    static SQL: Text = Text::new(
        "update ledger_account set \
         posted = coalesce((select e.balance_after from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), 0), \
         seq = coalesce((select e.seq from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), 0), \
         last_at = coalesce((select e.at from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), 0), \
         chain = coalesce((select e.chain from ledger_entry e where e.account = ledger_account.id \
         order by e.at desc, e.seq desc limit 1), ''), \
         held = held + case id {when ? then ? }else 0 end, \
         held_in = held_in + case id {when ? then ? }else 0 end, \
         version = version + 1 where closed = 0 and id in ({?|, })",
    );
    let ids: Vec<&str> = changes.iter().map(|(id, ..)| *id).collect();
    let values: Vec<Vec<Value<'_>>> = changes
        .iter()
        .map(|(_, out, incoming)| vec![Value::Int(*out), Value::Int(*incoming)])
        .collect();
    all(
        SQL.cases(s, &ids, &values).await?,
        ids.len(),
        "an account with holds is there and open",
    )
}

/// Matches no row when open money would fall below the new line.
pub(crate) async fn set_line(s: &mut dyn Sql, id: &AccountId, line: i64) -> Result<bool> {
    let sql = "update ledger_account set credit_line = ?, version = version + 1 \
               where id = ? and limited = 1 and posted - held + ? >= 0";
    let args = [Value::Int(line), Value::Text(id.as_str()), Value::Int(line)];
    Ok(s.exec(sql, &args).await? == 1)
}

pub(crate) async fn close(s: &mut dyn Sql, id: &AccountId) -> Result<bool> {
    let sql = "update ledger_account set closed = 1, version = version + 1 \
               where id = ? and posted = 0 and held = 0 and held_in = 0";
    Ok(s.exec(sql, &[Value::Text(id.as_str())]).await? == 1)
}

fn all(matched: u64, wanted: usize, what: &'static str) -> Result<()> {
    if usize::try_from(matched) == Ok(wanted) {
        Ok(())
    } else {
        Err(Error::Broken(what))
    }
}
