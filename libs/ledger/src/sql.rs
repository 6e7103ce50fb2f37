//! The only door to a database: three calls that any SQL driver can offer.
//!
//! Statements are `&'static str` in the subset that `SQLite` and the `MySQL` family share. The
//! token `/*lock*/` stands where a server needs `FOR UPDATE`; an engine with one writer leaves it
//! as the comment that it is.

use std::{future::Future, pin::Pin};

/// What a driver complains about; handed through untouched so that its owner can look inside.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A boxed future: the ledger stays free of generics and compiles once.
pub type Promise<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// A value bound to a `?`.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Null,
}

/// A value read from a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Int(i64),
    Text(String),
    Null,
}

/// A connection inside a transaction of the caller's.
pub trait Sql: Send {
    /// Runs a statement; answers how many rows it *matched* (not: changed).
    fn exec<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, u64>;
    /// Inserts one row or several; a duplicate key answers `false`, inserts none of them and leaves the transaction
    /// usable.
    fn insert_new<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, bool>;
    /// All rows of a query.
    fn rows<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, Vec<Vec<Cell>>>;
}

/// Why an operation could not be decided. Roll back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("ledger statement failed: {0}")]
    Sql(Fault),
    /// A guard in the SQL did not hold although the rules allowed it, or a row has a shape it can't have.
    #[error("ledger broken: {0}")]
    Broken(&'static str),
    /// Another transaction took one of the ids at the same moment. Roll back and run again: then it is known.
    #[error("an id was taken by another at the same moment")]
    Clash,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Sql(fault)
    }
}

/// Reads the columns of one row in order; a wrong shape is [`Error::Broken`].
pub struct Row(std::vec::IntoIter<Cell>);

impl Row {
    pub fn new(cells: Vec<Cell>) -> Self {
        Self(cells.into_iter())
    }

    pub fn int(&mut self) -> Result<i64, Error> {
        match self.0.next() {
            Some(Cell::Int(n)) => Ok(n),
            _ => Err(Error::Broken("column is not an integer")),
        }
    }

    pub fn maybe_int(&mut self) -> Result<Option<i64>, Error> {
        match self.0.next() {
            Some(Cell::Int(n)) => Ok(Some(n)),
            Some(Cell::Null) => Ok(None),
            _ => Err(Error::Broken("column is not an integer or null")),
        }
    }

    pub fn text(&mut self) -> Result<String, Error> {
        match self.0.next() {
            Some(Cell::Text(s)) => Ok(s),
            _ => Err(Error::Broken("column is not a text")),
        }
    }

    pub fn maybe_text(&mut self) -> Result<Option<String>, Error> {
        match self.0.next() {
            Some(Cell::Text(s)) => Ok(Some(s)),
            Some(Cell::Null) => Ok(None),
            _ => Err(Error::Broken("column is not a text or null")),
        }
    }
}
