//! An in-memory database behind the ledger's `Sql`, short hands for ids and orders, and the plain model.

#![expect(dead_code, reason = "each test file uses its part")]

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use rusqlite::{Connection, ErrorCode, ToSql, types::ToSqlOutput, types::ValueRef};
use weigui_ledger::{Cell, Fault, Promise, SCHEMA_SQLITE, Sql, Value};

pub(crate) mod damage;
pub(crate) mod orders;
pub(crate) mod plain;

pub(crate) use orders::*;

pub(crate) struct Lite(pub(crate) Connection);

impl Lite {
    pub(crate) fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        for step in SCHEMA_SQLITE {
            connection.execute_batch(step).unwrap();
        }
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
