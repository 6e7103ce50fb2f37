//! What `kit::db`, `kit::cache` and `kit::bus` promise, tried on real servers: every database test runs on
//! SQLite and on MariaDB.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod bank;
mod bus;
mod cache;
mod deadlock;
mod facade;
mod failures;
mod log;
mod migrations;
mod mysql;
mod proxy;
mod sqlite;
mod values;
