//! What a core bank says: done, refused for a reason of a closed list, or nothing that can be relied on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to a call.
///
/// `Unknown` is not a failure: the call may have been carried out. Ask again by our own id
/// ([`crate::CoreBank::transfer_status`]); never repeat it under a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Answer<T> {
    Done(T),
    Refused(Refusal),
    Unknown,
}

impl<T> Answer<T> {
    pub fn refused(code: RefusalCode) -> Self {
        Self::Refused(Refusal { code })
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Done(value) => Answer::Done(f(value)),
            Self::Refused(refusal) => Answer::Refused(refusal),
            Self::Unknown => Answer::Unknown,
        }
    }

    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Refused(_) | Self::Unknown => None,
        }
    }
}

/// A definite no: nothing was or will be carried out under this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    pub code: RefusalCode,
}

/// Every reason for which a core may refuse. Closed; a code that an adapter does not know is `Declined`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// No customer fits all the details given; does not say which detail.
    CustomerMismatch,
    CustomerNotFound,
    AccountNotFound,
    /// The paying account may not be debited: lost, frozen, dormant …
    AccountRestricted,
    AccountClosed,
    PayeeNotFound,
    /// The receiving account may not be credited.
    PayeeRestricted,
    SameAccount,
    InsufficientFunds,
    /// Not positive, or beyond what an account can hold.
    AmountInvalid,
    CurrencyMismatch,
    /// The id was used for another order.
    IdReused,
    HoldNotFound,
    /// The hold was posted or voided before.
    HoldResolved,
    HoldExpired,
    ExceedsHold,
    /// There is no restriction of this kind and source.
    NotRestricted,
    /// The clearing does not know this bank.
    BankNotFound,
    /// The account is no credit card.
    NoCardBill,
    /// The business day is not closed yet, or has no file.
    NoStatement,
    BadRequest,
    /// Refused by the core for a reason that is not on this list.
    #[serde(other)]
    Declined,
}

impl RefusalCode {
    /// The stable name, as on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CustomerMismatch => "customer_mismatch",
            Self::CustomerNotFound => "customer_not_found",
            Self::AccountNotFound => "account_not_found",
            Self::AccountRestricted => "account_restricted",
            Self::AccountClosed => "account_closed",
            Self::PayeeNotFound => "payee_not_found",
            Self::PayeeRestricted => "payee_restricted",
            Self::SameAccount => "same_account",
            Self::InsufficientFunds => "insufficient_funds",
            Self::AmountInvalid => "amount_invalid",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::IdReused => "id_reused",
            Self::HoldNotFound => "hold_not_found",
            Self::HoldResolved => "hold_resolved",
            Self::HoldExpired => "hold_expired",
            Self::ExceedsHold => "exceeds_hold",
            Self::NotRestricted => "not_restricted",
            Self::BankNotFound => "bank_not_found",
            Self::NoCardBill => "no_card_bill",
            Self::NoStatement => "no_statement",
            Self::BadRequest => "bad_request",
            Self::Declined => "declined",
        }
    }

    /// Reads a stored or received name; what is not on the list is `Declined`.
    pub fn parse(name: &str) -> Self {
        const ALL: [RefusalCode; 21] = [
            RefusalCode::CustomerMismatch,
            RefusalCode::CustomerNotFound,
            RefusalCode::AccountNotFound,
            RefusalCode::AccountRestricted,
            RefusalCode::AccountClosed,
            RefusalCode::PayeeNotFound,
            RefusalCode::PayeeRestricted,
            RefusalCode::SameAccount,
            RefusalCode::InsufficientFunds,
            RefusalCode::AmountInvalid,
            RefusalCode::CurrencyMismatch,
            RefusalCode::IdReused,
            RefusalCode::HoldNotFound,
            RefusalCode::HoldResolved,
            RefusalCode::HoldExpired,
            RefusalCode::ExceedsHold,
            RefusalCode::NotRestricted,
            RefusalCode::BankNotFound,
            RefusalCode::NoCardBill,
            RefusalCode::NoStatement,
            RefusalCode::BadRequest,
        ];
        ALL.into_iter()
            .find(|code| code.as_str() == name)
            .unwrap_or(Self::Declined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_and_in_tables_are_the_same() {
        for name in [
            "insufficient_funds",
            "id_reused",
            "payee_restricted",
            "bad_request",
            "declined",
        ] {
            let code = RefusalCode::parse(name);
            assert_eq!(code.as_str(), name);
            assert_eq!(serde_json::to_value(code).unwrap(), serde_json::json!(name));
        }
        assert_eq!(
            serde_json::from_str::<RefusalCode>("\"something_new\"").unwrap(),
            RefusalCode::Declined
        );
    }
}
