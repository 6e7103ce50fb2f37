//! WeChat Pay, against a small platform in Rust, and against a simulator in Python that knows nothing of this
//! library (where it is at hand).

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod calls;
mod foreign;
mod keys;
mod notices;
mod platform;
