//! The ledger's codes in the port's words.

use weigui_ledger as ledger;

use crate::{answer::RefusalCode, types::EntryKind};

pub(super) fn refusal_of(refusal: ledger::Refusal) -> RefusalCode {
    use ledger::Refusal as R;
    match refusal {
        R::ExistsWithDifferentFields => RefusalCode::IdReused,
        R::AmountNotPositive | R::AmountTooLarge | R::BalanceOutOfRange => RefusalCode::AmountInvalid,
        R::SameAccount => RefusalCode::SameAccount,
        R::DebitNotFound => RefusalCode::AccountNotFound,
        R::CreditNotFound => RefusalCode::PayeeNotFound,
        R::DebitClosed => RefusalCode::AccountClosed,
        R::CreditClosed | R::CreditsExceedDebits => RefusalCode::PayeeRestricted,
        R::CurrencyMismatch => RefusalCode::CurrencyMismatch,
        R::InsufficientFunds => RefusalCode::InsufficientFunds,
        R::HoldNotFound => RefusalCode::HoldNotFound,
        R::HoldPosted | R::HoldVoided => RefusalCode::HoldResolved,
        R::HoldExpired => RefusalCode::HoldExpired,
        R::ExceedsHold => RefusalCode::ExceedsHold,
        R::TimeoutNotPositive
        | R::ReferenceTooLong
        | R::CreditLineInvalid
        | R::NotEmpty
        | R::LinkedFailed
        | R::LinkedInvalid
        | R::ReversedNotFound
        | R::NotReversible
        | R::AlreadyReversed => RefusalCode::BadRequest,
    }
}

/// The kind of an entry as the ledger's posting code.
pub(super) const fn code_of(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Transfer => 1,
        EntryKind::Deposit => 2,
        EntryKind::Withdrawal => 3,
        EntryKind::Payment => 4,
        EntryKind::Interest => 5,
        EntryKind::Fee => 6,
        EntryKind::Refund => 7,
    }
}
