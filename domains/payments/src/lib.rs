//! Payments 支付: moving a customer's money.
//!
//! **Invariant:** a transfer is sent to the core bank under its own id, so sending it twice books it once.
//! **Invariant:** only `service::settle` asks the core to move money, and never inside a transaction.
//! **Invariant:** what the customer proves is the payer, the payee, the bank, the amount and the arrival; a
//! change of any of them voids the proof.
//! **Invariant:** an unknown outcome is `processing`, shown as such, and asked for by our id until it
//! is known; it is never shown as failed and never sent under a new id.
//! **Invariant:** the limits of the day and the year move in the transaction that authorises the transfer.
//! **Invariant:** what waits can be taken back until it is sent, never after; its money is held under our id,
//! and posted or freed exactly once.
//! **Invariant:** a biller is told of a payment while its money is held, under the transfer's id; only what it confirms is
//! posted, and only what it refuses is freed.
//! **Invariant:** a due day of a schedule is paid or skipped once, whatever dies in between.
//! **Invariant:** a bill of a card is repaid under its agreement once, and never more than is owed.
//! **Invariant:** what is paid through WeChat Pay, a top-up or a collection at the counter, comes into its account once, by
//! a transfer under its own id, however often Pay tells of it; never more goes back than was paid.
//! **Invariant:** a refund of a collection is approved by another than its maker, bound to the hash of what was shown.

mod error;
mod http;
mod jobs;
mod model;
mod service;
mod store;

pub use error::Error;
pub use http::{doors, router};
pub use jobs::jobs;
pub use model::bill::Biller;
pub use model::capital::capital;
pub use model::collection::Charge;
pub use model::payin::{PayInId, RefundId};
pub use model::purpose::Purpose;
pub use model::transfer::{State, TransferId};
pub use service::{
    AutoRepayNotice, BillerDay, BookedPlace, CoreWord, Figures, Notice, OurLine, PayInEnd, PayInFile,
    PayInSettings, PayIns, Payments, PlanNotice, RefundFile, Settings, TransferFile, keep_scheduling,
};
pub use store::SEALED;
