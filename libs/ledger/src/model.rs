//! The words of the ledger: accounts, orders, entries, outcomes. Plain values, no behaviour on money.

use std::fmt;

use crate::refusal::Refusal;

/// Ids are UUIDs in their 36 character lower-case form, made by the caller before the first send.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(String);

        impl $name {
            /// `None` when the text is not a lower-case UUID.
            pub fn parse(text: &str) -> Option<Self> {
                is_uuid(text).then(|| Self(text.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// For ids read back from our own tables.
            pub(crate) fn stored(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Names an account.
    AccountId
);
id!(
    /// Names a transfer and is its idempotency key at the same time.
    TransferId
);

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

/// A calendar day as `YYYY-MM-DD`. Only the shape is checked: the calendar belongs to the caller.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(String);

impl Day {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| match i {
                4 | 7 => b == b'-',
                _ => b.is_ascii_digit(),
            });
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }
}

/// When an order is run. Three times that must not be mixed up: the bank's business day (advanced
/// by its end of day), the value date (in the order), and the instant of recording.
#[derive(Clone, Debug)]
pub struct When {
    /// Milliseconds UTC.
    pub now: i64,
    pub business_date: Day,
}

/// An account to open, empty: money only ever arrives by transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    pub id: AccountId,
    /// ISO 4217.
    pub ccy: String,
    /// Held to posted − held ≥ −`credit_line`; an unlimited account (cash, income, clearing) may go anywhere.
    pub limited: bool,
    /// How far below zero a limited account may go, in minor units, ≥ 0.
    pub credit_line: i64,
    /// Held to posted + `held_in` ≤ 0: what is owed to the bank can't be paid back twice.
    pub capped: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub ccy: String,
    pub limited: bool,
    pub credit_line: i64,
    pub capped: bool,
    /// Σ entries.
    pub posted: i64,
    /// Σ open holds against this account.
    pub held: i64,
    /// Σ open holds in favour of this account.
    pub held_in: i64,
    /// Number of the last entry.
    pub seq: i64,
    /// Its instant: the next one is not before it.
    pub last_at: i64,
    /// Rises with every change of posted, held or line.
    pub version: i64,
    pub closed: bool,
    /// The hash over the last entry and, through it, over all entries before; empty before the first.
    pub chain: String,
}

impl Account {
    /// What may still leave the account; `None` for an unlimited one.
    pub fn available(&self) -> Option<i128> {
        self.limited
            .then(|| i128::from(self.posted) - i128::from(self.held) + i128::from(self.credit_line))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    Created,
    Exists,
    Refused(Refusal),
}

/// A wish of the caller's, under its own id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: TransferId,
    pub action: Action,
    /// The caller's kind of posting; copied to the entries so that statements can filter by it.
    pub code: i64,
    /// The caller's opaque reference, at most 64 characters. Never a person's data.
    pub reference: String,
    pub value_date: Day,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Moves money at once.
    Direct {
        debit: AccountId,
        credit: AccountId,
        amount: i64,
        ccy: String,
    },
    /// Reserves money on the debit account; without a timeout it stays until resolved.
    Hold {
        debit: AccountId,
        credit: AccountId,
        amount: i64,
        ccy: String,
        timeout_ms: Option<i64>,
    },
    /// Moves held money: all of it, or a part while the rest is released.
    Post { hold: TransferId, amount: Option<i64> },
    /// Releases held money.
    Void { hold: TransferId },
    /// 冲正: moves the whole amount of an earlier transfer back, once.
    Reverse { transfer: TransferId },
}

/// Orders of one caller at one time. More than one order: linked, all of them or none.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    pub orders: &'a [Order],
    pub when: &'a When,
}

/// A transfer as recorded. Never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub id: TransferId,
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: i64,
    pub ccy: String,
    pub code: i64,
    pub reference: String,
    pub hold: Option<TransferId>,
    /// The transfer that this one corrects.
    pub reverses: Option<TransferId>,
    /// The first order of the linked orders that this one was done with.
    pub link: Option<TransferId>,
    pub business_date: Day,
    pub value_date: Day,
    /// The instant of recording, which on neither account lies before that of an earlier entry, also when clocks of
    /// several nodes differ: numbers and instants of an account's entries give the same order.
    pub created_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created(Recorded),
    /// The same wish was recorded before, under this id: nothing was done now.
    Exists(Recorded),
    /// Nothing was written.
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldState {
    Open,
    Posted,
    Voided,
    Expired,
}

impl HoldState {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Posted => "posted",
            Self::Voided => "voided",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn stored(text: &str) -> Option<Self> {
        [Self::Open, Self::Posted, Self::Voided, Self::Expired]
            .into_iter()
            .find(|s| s.text() == text)
    }
}

/// One line of an account, as the account's owner sees it: positive came in, negative went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub account: AccountId,
    pub seq: i64,
    pub transfer: TransferId,
    pub amount: i64,
    pub balance_after: i64,
    pub code: i64,
    pub business_date: Day,
    pub value_date: Day,
    pub at: i64,
    /// Hash over this entry and the one before it; empty for entries older than the chain.
    pub chain: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    In,
    Out,
}

/// A place in an account's history, for keyset paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub at: i64,
    pub seq: i64,
}

/// Which entries of an account, newest first. Everything but `account` is optional.
#[derive(Clone, Debug)]
pub struct EntryFilter {
    pub account: AccountId,
    /// From this instant, inclusive.
    pub from: Option<i64>,
    /// To this instant, exclusive.
    pub to: Option<i64>,
    pub code: Option<i64>,
    pub direction: Option<Direction>,
    /// Bounds of the amount without its sign, inclusive.
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Only what is older than this place.
    pub before: Option<Position>,
    pub limit: i64,
}
