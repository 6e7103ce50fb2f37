//! Channel 渠道: what WeChat pushes to us comes in here and is answered.
//!
//! **Invariant:** safe mode only; what is not provably WeChat's gets one and the same 4xx and has no effect.
//! **Invariant:** a push is answered within 4.5 s whatever is slow behind it; an answer that comes later
//! goes out once, as a customer message from the quota ledger.
//! **Invariant:** three deliveries, on any nodes and across restarts, have one effect and one answer.
//! **Invariant:** "人工" is heard first, in any state.
//! **Invariant:** replies carry masked values only.

mod error;
mod http;
mod jobs;
mod model;
mod service;
mod store;

pub use error::Error;
pub use http::callback;
pub use jobs::keep_recovering;
pub use model::{Command, Fan, Welcome, Words};
pub use service::{Channel, Settings};
pub use store::SEALED;
