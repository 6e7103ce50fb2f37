//! Accounts 账户: what a customer has, what happened on it, statements, loss reports.
//!
//! **Invariant:** a balance that the core did not tell just now is labelled: `stale`, with the
//! instant it was true. A number that nobody knows is null, never 0.
//! **Invariant:** the block of a loss report (挂失) is a row of ours, committed before the core is
//! asked; from that commit on nothing is paid from the account by this channel.
//! **Invariant:** a loss report is lifted (解挂) only with the customer's proof, and only when the
//! core has lifted it.
//! **Invariant:** a line is disputed (申诉) once; the dispute keeps the line as it stood.
//! **Invariant:** the month's categories add up to its lines, to the fen.
//! **Invariant:** account numbers and names leave masked; the account's id is opaque.

mod document;
mod error;
mod http;
mod jobs;
mod model;
mod service;
mod store;

pub use document::slip::Slip;
pub use error::Error;
pub use http::{doors, router};
pub use jobs::{jobs, subscriptions};
pub use model::account::{AccountId, AccountView, OwnAccount, Status};
pub use model::dispute::{DUE_AFTER, DisputeId, DisputedLine};
pub use model::text::counterparty;
pub use service::dispute::DisputeFile;
pub use service::feed::{FeedLease, FeedTurn};
pub use service::{Accounts, Branch, Settings};
pub use store::SEALED;
