//! Commands that move or reserve money, and what a core says of them.

use jiff::civil::Date;
use kit::{clock::Ms, money::Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{RestrictionKind, RestrictionSource};
use crate::answer::Refusal;

/// The owner of an account at another bank 他行收款人.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Beneficiary {
    /// 联行号: 12 digits, one of those that `banks` tells.
    pub bank_code: String,
    pub bank_name: String,
    /// 户名; the other bank compares it and returns the money when it is not its customer's.
    pub name: String,
}

/// Money from an account of the bank to another account, under our id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferOrder {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    pub debit_account: String,
    /// An account or card of this bank, or of the beneficiary's bank.
    pub credit_account: String,
    /// Who is paid at another bank; `None`: somebody at this bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<Beneficiary>,
    pub amount: Money,
    pub memo: String,
    /// The day on which we took the order; the core books by its own business day.
    #[schema(value_type = String, format = Date)]
    pub business_date: Date,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldOrder {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    pub debit_account: String,
    pub credit_account: String,
    pub amount: Money,
    pub memo: String,
    #[schema(value_type = String, format = Date)]
    pub business_date: Date,
    /// After so many milliseconds the money is free again.
    pub timeout_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostOrder {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    #[schema(value_type = String, format = "uuid")]
    pub hold: Uuid,
    /// A part of the hold; the rest is released. `None`: all of it.
    pub amount: Option<Money>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoidOrder {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    #[schema(value_type = String, format = "uuid")]
    pub hold: Uuid,
}

/// The core's own proof of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Posted {
    /// 核心流水号
    pub reference: String,
    #[schema(value_type = i64)]
    pub at: Ms,
}

/// What became of a transfer at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", content = "of", rename_all = "snake_case")]
pub enum Booking {
    /// The payee has it.
    Posted(Posted),
    /// Taken from the payer and handed to the clearing; ask for the end by `transfer_status`.
    Pending(Posted),
}

impl Booking {
    /// The proof that the payer was debited.
    pub fn proof(self) -> Posted {
        match self {
            Self::Posted(posted) | Self::Pending(posted) => posted,
        }
    }
}

/// Why money came back from another bank. Closed; what an adapter does not know is `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// 账号不存在
    AccountNotFound,
    /// 账户已销户
    AccountClosed,
    /// 账户状态异常
    AccountBlocked,
    /// 户名不符
    NameMismatch,
    /// The other bank could not be reached in time.
    BankUnavailable,
    #[serde(other)]
    Other,
}

impl ReturnReason {
    const NAMED: [Self; 5] = [
        Self::AccountNotFound,
        Self::AccountClosed,
        Self::AccountBlocked,
        Self::NameMismatch,
        Self::BankUnavailable,
    ];

    /// The stable name, as on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountNotFound => "account_not_found",
            Self::AccountClosed => "account_closed",
            Self::AccountBlocked => "account_blocked",
            Self::NameMismatch => "name_mismatch",
            Self::BankUnavailable => "bank_unavailable",
            Self::Other => "other",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::NAMED
            .into_iter()
            .find(|reason| reason.as_str() == name)
            .unwrap_or(Self::Other)
    }
}

/// What the core knows of an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", content = "of", rename_all = "snake_case")]
pub enum TransferStatus {
    /// Nothing yet: it may still be under way.
    NotSeen,
    Held,
    /// The payee has it; of a transfer to another bank: the clearing has settled it.
    Posted(Posted),
    /// Taken from the payer, at the clearing.
    Pending(Posted),
    /// 退汇: the payer was debited (`original`) and has the money back (`returned`).
    Returned {
        original: Posted,
        returned: Posted,
        reason: ReturnReason,
    },
    /// Voided or expired: the money is free.
    Voided,
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestrictionOrder {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    pub kind: RestrictionKind,
    pub source: RestrictionSource,
}
