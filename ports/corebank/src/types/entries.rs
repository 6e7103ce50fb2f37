//! What happened on an account, and how to ask for it.

use jiff::civil::Date;
use kit::{clock::Ms, money::Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    In,
    Out,
}

/// Which entries of one account, newest first. Amount bounds are fen without sign, inclusive.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryQuery {
    pub account_no: String,
    /// From this instant, inclusive.
    #[schema(value_type = Option<i64>)]
    pub from: Option<Ms>,
    /// To this instant, exclusive.
    #[schema(value_type = Option<i64>)]
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

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CoreEntry {
    /// Names the entry within its account, for good.
    pub id: String,
    #[schema(value_type = i64)]
    pub at: Ms,
    #[schema(value_type = String, format = Date)]
    pub business_date: Date,
    #[schema(value_type = String, format = Date)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryPage {
    pub items: Vec<CoreEntry>,
    pub next: Option<String>,
}
