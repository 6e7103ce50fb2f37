//! Double entry on SQL, with the semantics that `TigerBeetle` made well known.
//!
//! A transfer moves an integer amount from one account to another under an id that the caller
//! made *before* sending. The same id with the same wish answers [`Outcome::Exists`], with another
//! wish [`Refusal::ExistsWithDifferentFields`]; nothing is ever moved twice. A hold reserves money
//! first; it is posted (in full or in part), voided or expires, once. Linked orders are done together or
//! not at all. A mistake is corrected by a reversal that names what it corrects.
//!
//! # Invariants
//! Codes as [`verify`] reports them:
//! * **I1** a transfer that moves has two entries, opposite and equal, that tell its code, dates and instant.
//! * **I2** balance = Σ entries = last `balance_after`; the entries of an account are numbered without a gap,
//!   in the order of their instants.
//! * **I3** limits hold at every commit, holds counted: posted − held ≥ −credit line where limited,
//!   posted + `held_in` ≤ 0 where capped. The tables refuse anything else by themselves.
//! * **I4** held and `held_in` = Σ open holds against and in favour of the account.
//! * **I5** a hold ends once, by the transfer that says so; a partial post releases the rest.
//! * **I6** a transfer's stored fields still give its stored fingerprint.
//! * **I7** entries are never altered, put in or taken out: each carries the hash over itself and the one before.
//! * **I8** both accounts of a transfer exist, differ, and have its currency.
//! * **I9** a reversal mirrors the one transfer that it names, which has no other.
//! * **I10** a hold's end says when and by whom, and lies before its time, or after it when it expired.
//! * **I11** trial balance: all balances of a currency sum to 0.
//! * **I12** of linked orders all are there.
//!
//! Two more that stored rows can't show are kept by the code: accounts are locked in id order, holds after
//! accounts, so transfers never wait for each other in a circle; and the id is the key, so a lost answer is
//! resolved by asking again.
//!
//! # What the caller does
//! The caller opens the transaction, implements [`Sql`] over its connection and passes instants and
//! dates: there is no clock in here. A function that answers [`Outcome::Refused`] has written
//! nothing; after an `Err` the transaction must be rolled back. [`Poster`] gathers the orders of many callers
//! into groups, so that they share round trips and a commit; [`Text`] makes such statements of many rows also for the
//! caller's own tables.

mod accounts;
mod digest;
mod group;
mod intent;
mod model;
mod plan;
mod poster;
mod queue;
mod refusal;
pub mod rules;
mod sheet;
mod sql;
mod store;
mod verify;

pub use accounts::{account, balance_at, close, credit_line, entries, find, history, hold_state, open};
pub use group::{apply, apply_group, apply_linked, expire_due};
pub use model::{
    Account, AccountId, Action, Bundle, Day, Direction, Entry, EntryFilter, HoldState, NewAccount, Opened,
    Order, Outcome, Position, Recorded, TransferId, When,
};
pub use poster::{Figures, Lost, Poster, Run, Verdict};
pub use refusal::Refusal;
pub use sql::{Cell, Error, Fault, Promise, Row, Sql, Value};
pub use store::Text;
pub use verify::{Broken, Report, verify};

/// The tables, for an embedded database, step by step: a later step alters what an earlier one made.
pub const SCHEMA_SQLITE: [&str; 3] = [
    include_str!("../schema/sqlite_1.sql"),
    include_str!("../schema/sqlite_2.sql"),
    include_str!("../schema/sqlite_3.sql"),
];
/// The tables, for servers that speak the `MySQL` protocol, step by step.
pub const SCHEMA_MYSQL: [&str; 3] = [
    include_str!("../schema/mysql_1.sql"),
    include_str!("../schema/mysql_2.sql"),
    include_str!("../schema/mysql_3.sql"),
];
