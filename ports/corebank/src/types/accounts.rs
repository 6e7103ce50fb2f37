//! Customers, their accounts, what stands on them and who may be paid.

use jiff::civil::Date;
use kit::{clock::Ms, money::Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a person says of themselves when binding.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyCustomer {
    pub name: String,
    pub id_no: String,
    /// A card or an account of this person's at the bank.
    pub card_no: String,
    pub phone: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoreCustomer {
    pub customer_no: String,
    pub name: String,
    pub id_no: String,
    pub phone: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Restriction {
    pub kind: RestrictionKind,
    pub source: RestrictionSource,
    #[schema(value_type = i64)]
    pub since: Ms,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoreAccount {
    pub account_no: String,
    pub card_no: Option<String>,
    pub kind: AccountKind,
    /// `活期储蓄`
    pub product_name: String,
    pub ccy: String,
    pub restrictions: Vec<Restriction>,
    #[schema(value_type = String, format = Date)]
    pub opened_on: Date,
    pub closed: bool,
}

/// As the account's holder sees it: what is owed on a credit card or a loan is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    pub posted: Money,
    pub held: Money,
    /// posted − held + credit limit; 0 on accounts from which nothing can be taken.
    pub available: Money,
    pub credit_limit: Money,
    /// Rises with every change, so that an older answer can be told from a newer one.
    pub version: i64,
    #[schema(value_type = i64)]
    pub as_of: Ms,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayeeStatus {
    Ready,
    /// Exists, but takes no money now.
    Blocked,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payee {
    pub account_no: String,
    pub name: String,
    pub status: PayeeStatus,
}
