//! The values that travel between us and a core bank, and their JSON.
//!
//! Names, numbers and memos in here are persons' data (C2): `Debug` hides them, so that no log line
//! can show them by accident.

use std::fmt;

use jiff::civil::Date;
use kit::{clock::Ms, money::Money};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Types that hold persons' data print their name only.
macro_rules! hide {
    ($($name:ident),* $(,)?) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

hide!(
    VerifyCustomer,
    CoreCustomer,
    CoreAccount,
    CoreEntry,
    Payee,
    TransferOrder,
    HoldOrder,
    EntryQuery
);

/// What a person says of themselves when binding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyCustomer {
    pub name: String,
    pub id_no: String,
    /// A card or an account of this person's at the bank.
    pub card_no: String,
    pub phone: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreCustomer {
    pub customer_no: String,
    pub name: String,
    pub id_no: String,
    pub phone: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 活期
    Demand,
    /// 定期
    Term,
    /// 信用卡
    Credit,
    /// 贷款
    Loan,
    /// 理财
    Wealth,
}

impl AccountKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::Term => "term",
            Self::Credit => "credit",
            Self::Loan => "loan",
            Self::Wealth => "wealth",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Demand, Self::Term, Self::Credit, Self::Loan, Self::Wealth]
            .into_iter()
            .find(|k| k.as_str() == text)
    }

    /// The customer owes what stands on it.
    pub const fn is_debt(self) -> bool {
        matches!(self, Self::Credit | Self::Loan)
    }
}

/// Why an account may not be used freely. Restrictions are a set: a frozen account can be lost as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestrictionKind {
    /// 挂失: nothing leaves.
    LossReport,
    /// 全额冻结: nothing leaves and nothing arrives.
    Frozen,
    /// 止付: nothing leaves.
    DebitStop,
    /// 久悬/睡眠户: nothing leaves until the customer is identified again.
    Dormant,
}

impl RestrictionKind {
    pub const ALL: [Self; 4] = [Self::LossReport, Self::Frozen, Self::DebitStop, Self::Dormant];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LossReport => "loss_report",
            Self::Frozen => "frozen",
            Self::DebitStop => "debit_stop",
            Self::Dormant => "dormant",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

    pub const fn stops_credit(self) -> bool {
        matches!(self, Self::Frozen)
    }
}

/// Who asked for a restriction; only the same source may lift it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestrictionSource {
    Customer,
    Bank,
    /// 司法机关
    Judicial,
}

impl RestrictionSource {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Bank => "bank",
            Self::Judicial => "judicial",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Customer, Self::Bank, Self::Judicial]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    pub kind: RestrictionKind,
    pub source: RestrictionSource,
    pub since: Ms,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreAccount {
    pub account_no: String,
    pub card_no: Option<String>,
    pub kind: AccountKind,
    /// `活期储蓄`
    pub product_name: String,
    pub ccy: String,
    pub restrictions: Vec<Restriction>,
    pub opened_on: Date,
    pub closed: bool,
}

/// As the account's holder sees it: what is owed on a credit card or a loan is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    pub posted: Money,
    pub held: Money,
    /// posted − held + credit limit; 0 on accounts from which nothing can be taken.
    pub available: Money,
    pub credit_limit: Money,
    /// Rises with every change, so that an older answer can be told from a newer one.
    pub version: i64,
    pub as_of: Ms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Transfer,
    Deposit,
    Withdrawal,
    Payment,
    Interest,
    Fee,
    Refund,
}

impl EntryKind {
    pub const ALL: [Self; 7] = [
        Self::Transfer,
        Self::Deposit,
        Self::Withdrawal,
        Self::Payment,
        Self::Interest,
        Self::Fee,
        Self::Refund,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Payment => "payment",
            Self::Interest => "interest",
            Self::Fee => "fee",
            Self::Refund => "refund",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}

/// Which entries of one account, newest first. Amount bounds are fen without sign, inclusive.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryQuery {
    pub account_no: String,
    /// From this instant, inclusive.
    pub from: Option<Ms>,
    /// To this instant, exclusive.
    pub to: Option<Ms>,
    /// Empty: every kind.
    pub kinds: Vec<EntryKind>,
    pub direction: Option<Direction>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// A part of the counterparty's name, of the end of its number, of the memo or of the place.
    pub counterparty: Option<String>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    pub limit: u32,
}

impl EntryQuery {
    /// Everything on this account.
    pub fn all(account_no: impl Into<String>, limit: u32) -> Self {
        Self {
            account_no: account_no.into(),
            from: None,
            to: None,
            kinds: Vec::new(),
            direction: None,
            min: None,
            max: None,
            counterparty: None,
            cursor: None,
            limit,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreEntry {
    /// Names the entry within its account, for good.
    pub id: String,
    pub at: Ms,
    pub business_date: Date,
    pub value_date: Date,
    pub kind: EntryKind,
    /// Signed: what came in is positive.
    pub amount: Money,
    pub balance_after: Money,
    pub counterparty_name: Option<String>,
    pub counterparty_no: Option<String>,
    pub place: Option<String>,
    pub memo: String,
    pub reference: String,
}

/// With a text filter a page may hold fewer rows than asked for, even none, while `next` is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPage {
    pub items: Vec<CoreEntry>,
    pub next: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayeeStatus {
    Ready,
    /// Exists, but takes no money now.
    Blocked,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    pub account_no: String,
    pub name: String,
    pub status: PayeeStatus,
}

/// Money from one account of the bank to another, under our id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOrder {
    pub id: Uuid,
    pub debit_account: String,
    pub credit_account: String,
    pub amount: Money,
    pub memo: String,
    /// The day on which we took the order; the core books by its own business day.
    pub business_date: Date,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldOrder {
    pub id: Uuid,
    pub debit_account: String,
    pub credit_account: String,
    pub amount: Money,
    pub memo: String,
    pub business_date: Date,
    /// After so many milliseconds the money is free again.
    pub timeout_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostOrder {
    pub id: Uuid,
    pub hold: Uuid,
    /// A part of the hold; the rest is released. `None`: all of it.
    pub amount: Option<Money>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidOrder {
    pub id: Uuid,
    pub hold: Uuid,
}

/// The core's own proof of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// 核心流水号
    pub reference: String,
    pub at: Ms,
}

/// What the core knows of an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "of", rename_all = "snake_case")]
pub enum TransferStatus {
    /// Nothing yet: it may still be under way.
    NotSeen,
    Held,
    Posted(Posted),
    /// Voided or expired: the money is free.
    Voided,
    Refused(super::Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestrictionOrder {
    pub id: Uuid,
    pub kind: RestrictionKind,
    pub source: RestrictionSource,
}
