//! The world as a bank meets it: over HTTP only, by our own client, by hand, and by libraries that others wrote.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod chats;
mod mini;
mod pay;
mod peers;
mod platform;
mod town;
mod wecom;
