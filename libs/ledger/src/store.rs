//! Every statement of the ledger; one function, one statement.
//!
//! Portable subset only: no upsert, no RETURNING, no division, no float. Statements on many rows are built by
//! [`text`] in a few sizes.

mod accounts;
mod entries;
mod holds;
mod text;
mod transfers;

pub(crate) use accounts::*;
pub(crate) use entries::*;
pub(crate) use holds::*;
pub use text::Text;
pub(crate) use transfers::*;

type Result<T> = std::result::Result<T, crate::sql::Error>;
