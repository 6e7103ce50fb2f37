//! Office 后台: what staff see and do across the domains: customers, the trail, the nodes, the figures.
//!
//! **Invariant:** reading a customer's data leaves an audit row in the transaction of the reading.
//! **Invariant:** personal data leaves masked; in clear only by an audited, reasoned reveal.
//! **Invariant:** the office reads other domains through their functions, never their tables.

mod error;
mod http;
mod model;
mod service;
mod store;

pub use error::Error;
pub use http::{doors, router};
pub use model::NodeState;
pub use service::{Office, Parts, keep_reporting};
