//! The core over HTTP: a client for a bank's own core, and the same wire served over any core.
//!
//! Every operation is `POST /core/v1/<operation>` with a JSON body, so that no number of a person's
//! ever stands in a URL or in a proxy's log. Amounts are `{"minor": 12345, "ccy": "CNY"}`. Commands
//! carry our id as `Idempotency-Key`.
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
//! Not in here yet: mutual TLS and signed bodies. Until then this wire belongs on a private network.

mod client;
mod server;

pub use client::HttpCore;
pub use server::serve;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{answer::Refusal, types::RestrictionOrder};

const PREFIX: &str = "/core/v1";
const STATUS: &str = "transfer-status";
const KEY: &str = "idempotency-key";

#[derive(Serialize, Deserialize)]
struct Number {
    number: String,
}

#[derive(Serialize, Deserialize)]
struct ById {
    id: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Restrict {
    number: String,
    order: RestrictionOrder,
}

#[derive(Serialize, Deserialize)]
struct Nothing {}

/// What a body says, whatever its status.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire<T> {
    Done(T),
    Refused(Refusal),
    Pending { status: String, id: Uuid },
}
