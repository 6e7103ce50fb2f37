//! Outreach 触达: everything that the bank says to a customer unasked, or later than asked.
//!
//! **Invariant:** nothing is sent to a WeChat user who has unfollowed; the state is read at send time.
//! **Invariant:** a message is sent once per key. What may have been sent is repeated only under the
//! same id and only while WeChat still tells repetitions apart; afterwards it is `unknown` for good.
//! **Invariant:** customer messages come out of the quota ledger, which two nodes can't overdraw.
//! **Invariant:** a service notice carries no marketing, and only values that WeChat takes.
//! **Invariant:** what a message says is sealed while it waits and emptied when it has gone.

mod error;
mod jobs;
mod model;
mod service;
mod store;

pub use error::Error;
pub use jobs::{jobs, tidy_up};
pub use model::catalogue::{AutoRepay, DEFAULT_TEMPLATES};
pub use model::fan::Fan;
pub use model::notice::{Notice, NoticeKind};
pub use service::{Outreach, Settings};
pub use store::SEALED;
