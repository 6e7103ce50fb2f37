//! The core over HTTP: a client for a bank's own core, and the same wire served over any core.
//!
//! Every operation is `POST /core/v1/<operation>` with a JSON body, so that no number of a person's
//! ever stands in a URL or in a proxy's log. Amounts are `{"minor": 12345, "ccy": "CNY"}`. Commands
//! carry our id as `Idempotency-Key`. The whole contract is published as `docs/core-contract.json`
//! ([`openapi`]) with a guide beside it.
//!
//! | status | body | means |
//! |---|---|---|
//! | 200 | `{"done": …}` | done |
//! | 422 | `{"refused": {"code": "insufficient_funds"}}` | refused, for good under this id |
//! | 202 | `{"pending": {"status": "/core/v1/transfer-status", "id": …}}` | taken; ask there |
//! | anything else, or no answer | – | unknown |
//!
//! Also a connection that could not be made counts as unknown: an earlier attempt under the same id
//! may have got through.
//!
//! **Invariant:** the adapter sends a command once. A question may be repeated once, within a budget.
//! **Invariant:** an answer whose signature does not fit is no answer.

mod breaker;
mod client;
mod doc;
mod lanes;
mod meaning;
mod server;
mod sign;
mod tls;
mod wire;

pub use breaker::BreakerRules;
pub use client::{HttpCore, HttpOptions};
pub use doc::openapi;
pub use lanes::{LaneRules, Rules};
pub use server::{Desk, serve};
pub use sign::{Distrust, KeyError, Seals, Signer, Trusted};
pub use tls::{ServerTls, TlsError, TlsListenError, TlsListener};
