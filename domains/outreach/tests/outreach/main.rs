//! What outreach promises, on both engines: once, never beyond the quota, never after an unfollow.

mod fans;
mod house;
mod notices;
mod quota;
mod repeats;
