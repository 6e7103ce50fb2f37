//! The client towards WeChat, against a small stand-in of WeChat's API.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod calls;
mod limits;
mod mini;
mod pages;
mod people;
mod platform;
mod publishing;
mod tokens;
