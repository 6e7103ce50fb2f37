//! The port to the billers 缴费单位: what somebody owes for electricity, water or gas, and that it has been paid.
//!
//! **Invariant:** a payment carries our id; told twice it is taken once, and its outcome is found by that id.
//! **Invariant:** what is not certain is `Unknown`; `Refused` is final for its id.
//! **Invariant:** a daily file is whole or it is none.
//! **Invariant:** neither keys nor the names and numbers of the billers' customers are ever logged.

mod file;
mod http;

use futures_util::future::BoxFuture;

pub use file::{DayFile, FileLine};
pub use http::HttpBillers;

/// What is open under a number 户号 at a biller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// 户名
    pub name: String,
    pub bills: Vec<Bill>,
}

/// One bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The biller's own number of the bill.
    pub bill_no: String,
    /// What it is for: `2026-10`.
    pub period: String,
    /// Fen.
    pub amount_fen: i64,
}

/// A payment as the biller is told of it.
#[derive(Clone, Copy, Debug)]
pub struct Payment<'a> {
    /// Ours.
    pub id: &'a str,
    pub biller: &'a str,
    pub number: &'a str,
    pub bill_no: &'a str,
    /// Fen.
    pub amount_fen: i64,
}

/// Answer to a question about a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Owed(Owed),
    /// The biller has no such number.
    NoSuchNumber,
    Unknown,
}

/// What the biller says of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It has never seen this id.
    NotSeen,
    Pending,
    Confirmed {
        /// The biller's own number of the payment, the same that its daily file will carry ([`file`]); empty when it
        /// has told none that a file could carry.
        reference: String,
    },
    Refused(Refusal),
    Unknown,
}

/// Why a biller does not take a payment. Closed; what an adapter does not know is `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    AlreadyPaid,
    AmountChanged,
    NoSuchBill,
    Other,
}

impl Refusal {
    const NAMED: [Self; 3] = [Self::AlreadyPaid, Self::AmountChanged, Self::NoSuchBill];

    /// The stable name, as on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyPaid => "already_paid",
            Self::AmountChanged => "amount_changed",
            Self::NoSuchBill => "no_such_bill",
            Self::Other => "other",
        }
    }

    pub fn parse(name: &str) -> Self {
        Self::NAMED
            .into_iter()
            .find(|refusal| refusal.as_str() == name)
            .unwrap_or(Self::Other)
    }
}

/// Answer to the question for a day's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filed {
    Whole(DayFile),
    /// It is not made yet.
    NotYet,
    /// It was sent, and does not fit its own head and trailer: cut off, or another day's.
    Broken,
    Unknown,
}

/// The billers, behind one hub.
pub trait BillerHub: Send + Sync + 'static {
    fn query<'a>(&'a self, biller: &'a str, number: &'a str) -> BoxFuture<'a, Found>;
    /// Takes a payment once per id.
    fn pay<'a>(&'a self, payment: Payment<'a>) -> BoxFuture<'a, Word>;
    /// What became of a payment, by our id.
    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Word>;
    /// The file 对账文件 of a business day `YYYY-MM-DD` that has ended: the payments that the biller counts as received on
    /// it by its own clock, each once, and those that it has taken back.
    fn file<'a>(&'a self, biller: &'a str, day: &'a str) -> BoxFuture<'a, Filed>;
}
