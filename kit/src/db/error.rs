//! What can go wrong between a store function and its database, told apart by what the caller may do next.
//!
//! The text of an error goes to logs, so it never carries a value from a statement: MySQL quotes rejected
//! values ("Duplicate entry '13800000001'"), and such a message would put a person into the log.

use std::fmt;

/// The result of every store function.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a job or a statement failed. Only [`Error::CommitUnknown`] leaves the outcome open; after every other
/// error nothing of the transaction was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The database could not be reached, or was lost before COMMIT was sent: nothing happened, try later.
    Unavailable(String),
    /// The connection was lost while COMMIT was under way. Ask again with the same idempotency key.
    CommitUnknown,
    /// Deadlocks or write conflicts remained after every restart of the transaction.
    Conflict,
    /// The statement or job ran past its time limit.
    TooSlow,
    /// A row with this key exists; holds the name of the key or columns, not the value.
    Duplicate(String),
    /// A check, not-null or foreign-key rule refused the row.
    Constraint(String),
    /// The statement is wrong or failed in the engine.
    Statement {
        /// The text as written in the store.
        sql: &'static str,
        /// What the engine said, without values.
        detail: String,
    },
    /// A row did not have the shape that the store function asked for.
    Row(String),
    /// The job awaited something that is not its own connection.
    Misuse,
    /// [`super::Db::close`] has been called.
    Closed,
    /// The address or another setting cannot be used.
    Options(String),
    /// The schema history does not fit this program, or a migration failed.
    Migration(String),
}

impl Error {
    /// A short stable word for metrics and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Unavailable(_) => "unavailable",
            Error::CommitUnknown => "commit_unknown",
            Error::Conflict => "conflict",
            Error::TooSlow => "too_slow",
            Error::Duplicate(_) => "duplicate",
            Error::Constraint(_) => "constraint",
            Error::Statement { .. } => "statement",
            Error::Row(_) => "row",
            Error::Misuse => "misuse",
            Error::Closed => "closed",
            Error::Options(_) => "options",
            Error::Migration(_) => "migration",
        }
    }

    /// Nothing was changed and the same call may succeed in a moment.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Error::Unavailable(_) | Error::Conflict | Error::TooSlow)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unavailable(why) => write!(f, "database unavailable: {why}"),
            Error::CommitUnknown => f.write_str("connection lost during COMMIT: outcome unknown"),
            Error::Conflict => f.write_str("transaction kept colliding with others"),
            Error::TooSlow => f.write_str("database job exceeded its time limit"),
            Error::Duplicate(key) => write!(f, "duplicate key ({key})"),
            Error::Constraint(rule) => write!(f, "row refused by a constraint: {rule}"),
            Error::Statement { sql, detail } => write!(f, "statement failed: {detail} in [{sql}]"),
            Error::Row(why) => write!(f, "row has another shape than asked for: {why}"),
            Error::Misuse => f.write_str(
                "a database job awaited something that is not its own connection \
                 (sleep, network call, or another transaction or read)",
            ),
            Error::Closed => f.write_str("database is closed"),
            Error::Options(why) => write!(f, "database setting refused: {why}"),
            Error::Migration(why) => write!(f, "migration: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// What an error means for the transaction in which it happened. The connection remembers it, so a job that
/// swallows or maps the error cannot commit what the engine has already given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// The statement failed alone; the transaction lives.
    Fine,
    /// The engine gave the transaction up for the sake of another: run it again from BEGIN.
    Again,
    /// The transaction is gone and must not be run again.
    Dead(Error),
}

/// An error together with its meaning for the transaction.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: Error,
    pub(super) fate: Fate,
}

impl Fault {
    pub(super) fn alone(error: Error) -> Fault {
        Fault {
            error,
            fate: Fate::Fine,
        }
    }

    pub(super) fn fatal(error: Error) -> Fault {
        Fault {
            fate: Fate::Dead(error.clone()),
            error,
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::alone(error)
    }
}
