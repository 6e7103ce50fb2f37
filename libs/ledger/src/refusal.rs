//! Why an order is refused: a closed list with stable names.

/// Every reason for which an order is refused. Closed: a caller can match on all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    ExistsWithDifferentFields,
    AmountNotPositive,
    AmountTooLarge,
    SameAccount,
    DebitNotFound,
    CreditNotFound,
    DebitClosed,
    CreditClosed,
    CurrencyMismatch,
    InsufficientFunds,
    BalanceOutOfRange,
    TimeoutNotPositive,
    ReferenceTooLong,
    HoldNotFound,
    HoldPosted,
    HoldVoided,
    HoldExpired,
    ExceedsHold,
    CreditLineInvalid,
    NotEmpty,
    /// The account may not be paid more than it owes.
    CreditsExceedDebits,
    /// Another order of the same linked orders was refused.
    LinkedFailed,
    /// Linked orders are 2 to 64, each under its own id.
    LinkedInvalid,
    ReversedNotFound,
    /// Holds, voids and reversals themselves have nothing to move back.
    NotReversible,
    AlreadyReversed,
}

impl Refusal {
    /// The stable name, for logs and wires.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ExistsWithDifferentFields => "exists_with_different_fields",
            Self::AmountNotPositive => "amount_not_positive",
            Self::AmountTooLarge => "amount_too_large",
            Self::SameAccount => "same_account",
            Self::DebitNotFound => "debit_not_found",
            Self::CreditNotFound => "credit_not_found",
            Self::DebitClosed => "debit_closed",
            Self::CreditClosed => "credit_closed",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::InsufficientFunds => "insufficient_funds",
            Self::BalanceOutOfRange => "balance_out_of_range",
            Self::TimeoutNotPositive => "timeout_not_positive",
            Self::ReferenceTooLong => "reference_too_long",
            Self::HoldNotFound => "hold_not_found",
            Self::HoldPosted => "hold_posted",
            Self::HoldVoided => "hold_voided",
            Self::HoldExpired => "hold_expired",
            Self::ExceedsHold => "exceeds_hold",
            Self::CreditLineInvalid => "credit_line_invalid",
            Self::NotEmpty => "not_empty",
            Self::CreditsExceedDebits => "credits_exceed_debits",
            Self::LinkedFailed => "linked_failed",
            Self::LinkedInvalid => "linked_invalid",
            Self::ReversedNotFound => "reversed_not_found",
            Self::NotReversible => "not_reversible",
            Self::AlreadyReversed => "already_reversed",
        }
    }
}
