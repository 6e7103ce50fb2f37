//! Every SQL statement of payments, by table. Names, numbers and memos arrive and leave sealed.

mod autorepay;
mod bills;
mod collections;
mod limits;
pub(crate) mod ours;
mod payees;
mod payins;
mod receipts;
mod schedules;
mod transfers;
mod turns;

pub(crate) use autorepay::*;
pub(crate) use bills::*;
pub(crate) use collections::*;
pub(crate) use limits::*;
pub(crate) use payees::*;
pub(crate) use payins::*;
pub(crate) use receipts::*;
pub(crate) use schedules::*;
pub(crate) use transfers::*;
pub(crate) use turns::*;

use kit::reseal::SealedColumn;
use kit::sealed;

/// Every sealed column of this domain, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("payments_transfer", "from_no"),
    sealed!("payments_transfer", "from_name"),
    sealed!("payments_transfer", "to_no"),
    sealed!("payments_transfer", "to_name"),
    sealed!("payments_transfer", "memo"),
    sealed!("payments_topup", "account_no"),
    sealed!("payments_collection", "remark"),
    sealed!("payments_collection_refund", "reason"),
    sealed!("payments_bill", "number"),
    sealed!("payments_payee", "to_no"),
    sealed!("payments_payee", "to_name"),
    sealed!("payments_payee", "alias"),
    sealed!("payments_schedule", "from_no"),
    sealed!("payments_schedule", "to_no"),
    sealed!("payments_schedule", "to_name"),
    sealed!("payments_schedule", "memo"),
];
