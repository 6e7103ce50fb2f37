//! Auto-repay 信用卡自动还款: an agreement, signed once, under which the bank repays each bill on its due day.
//!
//! It takes the place of the customer's hand and nothing else: what it makes is a repayment like any other. A bill is
//! one row of `payments_autorepay_run`, written with the transfer, whose id follows from card, due day and attempt: no
//! bill is paid twice, whatever nodes die, look at the same time, or agreement takes the other's place.

mod repay;
mod run;
mod sign;
mod tell;

pub(crate) use sign::{AgreementState, CardAgreement, SignAutoRepay};
pub use tell::AutoRepayNotice;
