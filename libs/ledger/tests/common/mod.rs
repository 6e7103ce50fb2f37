//! An in-memory database behind the ledger's `Sql`, and short hands for ids and orders.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use rusqlite::{Connection, ErrorCode, ToSql, types::ToSqlOutput, types::ValueRef};
use weigui_ledger::{
    AccountId, Action, Cell, Day, Fault, NewAccount, Order, Promise, SCHEMA_SQLITE, Sql, TransferId, Value,
    When,
};

pub(crate) struct Lite(pub(crate) Connection);

impl Lite {
    pub(crate) fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA_SQLITE).unwrap();
        Self(connection)
    }
}

struct Arg<'a>(Value<'a>);

impl ToSql for Arg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Int(n) => ValueRef::Integer(n),
            Value::Text(t) => ValueRef::Text(t.as_bytes()),
            Value::Null => ValueRef::Null,
        }))
    }
}

fn bind<'a>(args: &[Value<'a>]) -> Vec<Arg<'a>> {
    args.iter().map(|v| Arg(*v)).collect()
}

impl Sql for Lite {
    fn exec<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, u64> {
        let done = self
            .0
            .prepare_cached(sql)
            .and_then(|mut s| s.execute(rusqlite::params_from_iter(bind(args))));
        ready(done.map(|n| u64::try_from(n).unwrap()).map_err(Fault::from))
    }

    fn insert_new<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, bool> {
        let done = self
            .0
            .prepare_cached(sql)
            .and_then(|mut s| s.execute(rusqlite::params_from_iter(bind(args))));
        ready(match done {
            Ok(_) => Ok(true),
            Err(rusqlite::Error::SqliteFailure(e, _)) if e.code == ErrorCode::ConstraintViolation => {
                Ok(false)
            }
            Err(e) => Err(e.into()),
        })
    }

    fn rows<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, Vec<Vec<Cell>>> {
        ready(rows(&self.0, sql, args).map_err(Fault::from))
    }
}

fn rows(c: &Connection, sql: &'static str, args: &[Value<'_>]) -> rusqlite::Result<Vec<Vec<Cell>>> {
    let mut statement = c.prepare_cached(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(bind(args)))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..width).map(|i| {
            Ok(match row.get_ref(i)? {
                ValueRef::Integer(n) => Cell::Int(n),
                ValueRef::Text(t) => Cell::Text(String::from_utf8_lossy(t).into_owned()),
                ValueRef::Null => Cell::Null,
                other => panic!("unexpected column {other:?}"),
            })
        });
        out.push(cells.collect::<rusqlite::Result<_>>()?);
    }
    Ok(out)
}

fn ready<'a, T: Send + 'a>(value: Result<T, Fault>) -> Promise<'a, T> {
    Box::pin(std::future::ready(value))
}

/// The driver above never waits, so one poll is enough.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the in-memory driver never waits"),
    }
}

pub(crate) fn account(n: u64) -> AccountId {
    AccountId::parse(&format!("aaaaaaaa-0000-7000-8000-{n:012x}")).unwrap()
}

pub(crate) fn transfer(n: u64) -> TransferId {
    TransferId::parse(&format!("00000000-0000-7000-8000-{n:012x}")).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn when(now: i64) -> When {
    When {
        now,
        business_date: day("2026-11-23"),
    }
}

pub(crate) fn order(id: u64, action: Action) -> Order {
    Order {
        id: transfer(id),
        action,
        code: 1,
        reference: String::new(),
        value_date: day("2026-11-23"),
    }
}

pub(crate) fn direct(id: u64, from: u64, to: u64, amount: i64) -> Order {
    order(
        id,
        Action::Direct {
            debit: account(from),
            credit: account(to),
            amount,
            ccy: "CNY".into(),
        },
    )
}

pub(crate) fn hold(id: u64, from: u64, to: u64, amount: i64, timeout_ms: Option<i64>) -> Order {
    order(
        id,
        Action::Hold {
            debit: account(from),
            credit: account(to),
            amount,
            ccy: "CNY".into(),
            timeout_ms,
        },
    )
}

pub(crate) fn post(id: u64, hold: u64, amount: Option<i64>) -> Order {
    order(
        id,
        Action::Post {
            hold: transfer(hold),
            amount,
        },
    )
}

pub(crate) fn void(id: u64, hold: u64) -> Order {
    order(id, Action::Void { hold: transfer(hold) })
}

pub(crate) fn new_account(n: u64, limited: bool, credit_line: i64) -> NewAccount {
    NewAccount {
        id: account(n),
        ccy: "CNY".into(),
        limited,
        credit_line,
    }
}
