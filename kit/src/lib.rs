//! The kit: what every part of the house stands on, without a single word of banking.
//!
//! Time, ids, randomness, storage and the network reach the rest of the code only through
//! [`cx::Cx`]; that is what lets a test move the clock and what keeps production predictable.
//!
//! **Invariant:** nothing in here knows a customer, an account or a message.

pub mod bus;
pub mod cache;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod cx;
pub mod db;
pub mod events;
pub mod failpoint;
pub mod http;
pub mod idem;
pub mod ids;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod money;
pub mod problem;
pub mod random;
pub mod reseal;
pub mod tasks;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod web;
