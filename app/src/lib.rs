//! The binary of the bank: configuration, wiring, listeners, roles and commands.
//!
//! **Invariant:** [`wire`] is the only place where adapters meet domains.

mod access;
mod assets;
pub mod config;
mod core;
mod demo;
mod demo_billers;
mod feed;
mod headers;
mod migrations;
mod ops;
mod pay;
mod reactions;
mod say;
mod serve;
mod wire;

pub mod commands;

pub use config::Config;
pub use demo::{DEMO_STAFF, info as demo_info};
pub use demo_billers::seed as seed_billers;
pub use feed::tell_changes;
pub use migrations::plan as migrations;
pub use pay::demo as demo_pay;
pub use serve::{Doorway, api_doors, openapi, router};
pub use wire::{Bank, Mode, Outside};
