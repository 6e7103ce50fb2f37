//! Audit 审计: who did what to what, when, with what result, in a chain that can be proven whole.
//!
//! **Invariant:** an audit row is written in the transaction of the change or of the reading that
//! it records; without the row there is no change.
//! **Invariant:** rows are never updated except once, to link them into the chain, and never deleted.
//! **Invariant:** rows carry ids and codes, never persons.
//!
//! A row is protected twice. A keyed tag, made when it is written, reveals any edit at once. Within
//! a second a sealer links it into the hash chain, which reveals removed and reordered rows. The
//! chain is built beside the business transactions, not inside them, so that they don't queue for
//! its end.

mod jobs;
mod model;
mod service;
mod store;

pub use jobs::keep_sealing;
pub use model::{Actor, AuditRow, Entry, Fault, Filter, Verdict};
pub use service::{note, seal, search, verify};
