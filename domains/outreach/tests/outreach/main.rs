//! What outreach promises, on both engines: once, never beyond the quota, never after an unfollow.

#![expect(
    clippy::unwrap_used,
    reason = "the house of the stories fails by panicking, as they do"
)]

mod fans;
mod house;
mod notices;
mod quota;
mod repeats;
