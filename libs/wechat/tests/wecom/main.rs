//! WeCom and 微信客服: pushes as they arrive, and the client against a small stand-in of their API.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod callbacks;
mod contacts;
mod kf;
mod platform;
mod pushes;
mod staff;
mod tokens;
