//! The port to the core bank: one trait, three implementations, one suite that all of them pass.
//!
//! * [`embedded`]: the reference core on `weigui-ledger`; for the demo, for tests, and as the
//!   example of what the trait means. Not for a bank's production books.
//! * [`http`]: the adapter to a bank's own core, and the same wire served over any core.
//! * [`stub`]: wraps a core and injects faults: delays, lost answers, duplicates, wrong answers.
//! * [`contract`]: the checks that an implementation must pass.
//! * [`demo`]: the people of the demo bank and their history.
//!
//! **Invariant:** an answer that is not certain is [`Answer::Unknown`], never a refusal.

mod answer;
pub mod contract;
pub mod demo;
pub mod embedded;
pub mod http;
mod op;
mod port;
mod statement;
pub mod stub;
mod types;

pub use answer::{Answer, Refusal, RefusalCode};
pub use embedded::{ClearingHouse, EmbeddedCore};
pub use http::{HttpCore, HttpOptions, serve};
pub use op::{Class, Op};
pub use port::{CoreBank, Reply};
pub use statement::fetch_statement;
pub use stub::Stub;
pub use types::{
    AccountKind, Balance, Bank, Beneficiary, Booking, CardBill, Change, ChangePage, CoreAccount,
    CoreCustomer, CoreEntry, Direction, EntryKind, EntryPage, EntryQuery, FEED_END, HoldOrder, LineKind,
    LineState, Payee, PayeeStatus, PostOrder, Posted, Restriction, RestrictionKind, RestrictionOrder,
    RestrictionSource, ReturnReason, Statement, StatementHeader, StatementLine, StatementPage, TransferOrder,
    TransferStatus, VerifyCustomer, VoidOrder,
};
