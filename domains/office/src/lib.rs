//! Office 后台: what staff see and do across the domains: customers, the trail, the nodes, the figures.
//!
//! **Invariant:** reading a customer's data leaves an audit row in the transaction of the reading.
//! **Invariant:** personal data leaves masked; in clear only by an audited, reasoned reveal.
//! **Invariant:** a case is worked by one person at a time, a correction of money is checked by another than its maker,
//! and an unknown transfer is closed by the core's word alone.
//! **Invariant:** a difference opens one case, whichever runs see it; nothing is corrected by a run.
//! **Invariant:** the office reads other domains through their functions, never their tables.

mod error;
mod http;
mod jobs;
mod model;
mod service;
mod store;

pub use error::Error;
pub use http::{doors, router};
pub use jobs::{jobs, subscriptions, tidy_up};
pub use model::NodeState;
pub use service::{Office, Parts, keep_reconciling, keep_reporting};
pub use store::SEALED;
