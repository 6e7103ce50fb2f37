//! What `kit::db`, `kit::cache` and `kit::bus` promise, tried on real servers: every database test runs on
//! SQLite and on MariaDB.

mod bank;
mod bus;
mod cache;
mod deadlock;
mod facade;
mod failures;
mod migrations;
mod mysql;
mod proxy;
mod sqlite;
mod values;
