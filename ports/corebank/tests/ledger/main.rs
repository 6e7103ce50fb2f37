//! The ledger on both engines: against the plain model, against planted corruptions, against death.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod corruption;
#[path = "../../../../libs/ledger/tests/common/damage.rs"]
mod damage;
mod faults;
mod house;
mod kill;
mod model;
#[path = "../../../../libs/ledger/tests/common/orders.rs"]
mod orders;
#[path = "../../../../libs/ledger/tests/common/plain.rs"]
mod plain;
