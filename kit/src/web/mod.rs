//! What every HTTP handler shares: strict bodies, the idempotency key, pages, doors, the trace id.

mod body;
mod doors;
mod linger;
mod page;
mod trace;

pub use body::{Body, Id, IdempotencyKey, Params};
pub use doors::{Door, Doors};
pub use linger::hear_out;
pub use page::{Cursor, Page};
pub(crate) use trace::with_trace;
pub use trace::{Trace, current_trace, detach_writes, trace_requests};
