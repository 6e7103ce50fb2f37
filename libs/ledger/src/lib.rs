//! Double entry on SQL, with the semantics that `TigerBeetle` made well known.
//!
//! A transfer moves an integer amount from one account to another under an id that the caller
//! made *before* sending. The same id with the same wish answers [`Outcome::Exists`], with another
//! wish [`Refusal::ExistsWithDifferentFields`]; nothing is ever moved twice. A hold reserves money
//! first; it is posted (in full or in part), voided or expires, once.
//!
//! # Invariants
//! * **I1** Σ entries = 0 per transfer and per currency.
//! * **I2** balance = Σ entries = last `balance_after`; the entries of an account are numbered without a gap.
//! * **I3** posted − held ≥ −credit line, for limited accounts, at every commit.
//! * **I4** held = Σ open holds.
//! * **I5** a hold resolves once; a partial post releases the rest.
//! * **I6** a transfer's stored fields still give its stored fingerprint.
//!
//! [`verify`] walks all six and names what is broken.
//!
//! # What the caller does
//! The caller opens the transaction, implements [`Sql`] over its connection and passes instants and
//! dates: there is no clock in here. A function that answers [`Outcome::Refused`] has written
//! nothing; after an `Err` the transaction must be rolled back. Accounts are locked in id order,
//! holds after accounts, so transfers never wait for each other in a circle.
//!
//! Transfers and entries are only ever inserted: a correction is a new transfer.

mod intent;
mod model;
mod post;
pub mod rules;
mod sql;
mod store;
mod verify;

pub use model::{
    Account, AccountId, Action, Day, Direction, Entry, EntryFilter, HoldState, NewAccount, Opened, Order,
    Outcome, Position, Recorded, Refusal, TransferId, When,
};
pub use post::{account, apply, close, credit_line, entries, expire_due, find, hold_state, open};
pub use sql::{Cell, Error, Fault, Promise, Sql, Value};
pub use verify::{Broken, Report, verify};

/// The tables, for an embedded database.
pub const SCHEMA_SQLITE: &str = include_str!("../schema/sqlite.sql");
/// The tables, for servers that speak the `MySQL` protocol.
pub const SCHEMA_MYSQL: &str = include_str!("../schema/mysql.sql");
