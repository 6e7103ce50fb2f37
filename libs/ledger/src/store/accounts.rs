//! Statements on accounts. An account takes over what its newest entry says, and only while it still has the version
//! that it was locked with: an engine that let another one in between gets a clash, not a lost update.

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

/// After the entries were written: balance, number, instant and chain are those of the newest entry.
pub(crate) async fn follow_entries(s: &mut dyn Sql, accounts: &[&Account]) -> Result<()> {
    static SQL: Text = Text::new(
        "update ledger_account set posted = case id {when ? then ? }end, seq = case id {when ? then ? }end, \
         last_at = case id {when ? then ? }end, chain = case id {when ? then ? }end, \
         version = version + 1 where closed = 0 and version = case id {when ? then ? }end and id in ({?|, })",
    );
    let values = accounts.iter().map(|a| moved(a).into()).collect();
    follow(s, &SQL, accounts, values).await
}

/// The same where holds changed too. One statement does both, because only together do they keep the limit.
pub(crate) async fn follow_holds(s: &mut dyn Sql, accounts: &[&Account]) -> Result<()> {
    static SQL: Text = Text::new(
        "update ledger_account set held = case id {when ? then ? }end, held_in = case id {when ? then ? }end, \
         posted = case id {when ? then ? }end, seq = case id {when ? then ? }end, \
         last_at = case id {when ? then ? }end, chain = case id {when ? then ? }end, \
         version = version + 1 where closed = 0 and version = case id {when ? then ? }end and id in ({?|, })",
    );
    let values = accounts.iter().map(|a| {
        let mut all = vec![Value::Int(a.held), Value::Int(a.held_in)];
        all.extend(moved(a));
        all
    });
    follow(s, &SQL, accounts, values.collect()).await
}

fn moved(a: &Account) -> [Value<'_>; 5] {
    [
        Value::Int(a.posted),
        Value::Int(a.seq),
        Value::Int(a.last_at),
        Value::Text(&a.chain),
        Value::Int(a.version),
    ]
}

/// `values`: what the CASEs of the statement say of each account, in their order.
async fn follow(
    s: &mut dyn Sql,
    sql: &Text,
    accounts: &[&Account],
    values: Vec<Vec<Value<'_>>>,
) -> Result<()> {
    let ids: Vec<&str> = accounts.iter().map(|a| a.id.as_str()).collect();
    if usize::try_from(sql.cases(s, &ids, &values).await?) == Ok(ids.len()) {
        Ok(())
    } else {
        Err(Error::Clash)
    }
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
