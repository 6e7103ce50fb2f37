//! Entries for the screen and statements for paper: filters, rows, totals.

use corebank::{CoreEntry, Direction, EntryKind, EntryQuery};
use jiff::civil::Date;
use kit::clock::{Ms, date_of, day_bounds};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::dispute::EntryDispute;
use super::text::{other_side, sentence};
use crate::error::Error;

/// Rows in one answer.
pub(crate) const PAGE: u32 = 100;
/// The longest statement in days and rows.
pub(crate) const DAYS: i32 = 400;
pub(crate) const ROWS_EXCEL: usize = 500_000;
pub(crate) const ROWS_PDF: usize = 20_000;

/// A filter as the client sends it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EntryFilter {
    /// First day, Shanghai, `YYYY-MM-DD`.
    pub(crate) from: Option<String>,
    /// Last day, inclusive.
    pub(crate) to: Option<String>,
    /// `in` or `out`.
    pub(crate) direction: Option<String>,
    /// `transfer`, `deposit`, `withdrawal`, `payment`, `interest`, `fee` or `refund`.
    pub(crate) kind: Option<String>,
    /// Least amount in fen.
    pub(crate) min_fen: Option<i64>,
    /// Greatest amount in fen.
    pub(crate) max_fen: Option<i64>,
    /// A part of the counterparty's name, of the memo or of the place.
    pub(crate) q: Option<String>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows, at most 100.
    pub(crate) limit: Option<u32>,
}

/// One line of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EntryView {
    pub(crate) id: String,
    /// Milliseconds UTC.
    pub(crate) at: Ms,
    /// The day in Shanghai.
    pub(crate) date: String,
    /// `in` or `out`.
    pub(crate) direction: &'static str,
    pub(crate) kind: &'static str,
    /// Fen, positive; `direction` is its sign.
    pub(crate) amount_fen: i64,
    pub(crate) balance_after_fen: i64,
    pub(crate) counterparty_masked: Option<String>,
    pub(crate) place: Option<String>,
    /// `向*明转账500.00元`
    pub(crate) text: String,
    pub(crate) memo: String,
    /// The customer's dispute of this line.
    pub(crate) dispute: Option<EntryDispute>,
}

impl From<&CoreEntry> for EntryView {
    fn from(e: &CoreEntry) -> Self {
        Self {
            id: e.id.clone(),
            at: e.at,
            date: date_of(e.at).to_string(),
            direction: if e.amount.fen() < 0 { "out" } else { "in" },
            kind: e.kind.as_str(),
            amount_fen: e.amount.fen().saturating_abs(),
            balance_after_fen: e.balance_after.fen(),
            counterparty_masked: other_side(e),
            place: e.place.clone(),
            text: sentence(e),
            memo: e.memo.clone(),
            dispute: None,
        }
    }
}

/// The core's question for a client's filter.
pub(crate) fn query(account_no: &str, f: &EntryFilter, today: Date) -> Result<EntryQuery, Error> {
    let day = |text: &Option<String>| text.as_deref().filter(|t| !t.is_empty()).map(day_of).transpose();
    let (from, to) = (day(&f.from)?, day(&f.to)?);
    if from.is_some_and(|from| from > to.unwrap_or(today).max(today) || to.is_some_and(|to| from > to)) {
        return Err(Error::BadRange);
    }
    let direction = match f.direction.as_deref() {
        None | Some("") => None,
        Some("in") => Some(Direction::In),
        Some("out") => Some(Direction::Out),
        Some(_) => return Err(Error::BadFilter("direction")),
    };
    let kinds = match f.kind.as_deref() {
        None | Some("") => Vec::new(),
        Some(kind) => vec![EntryKind::parse(kind).ok_or(Error::BadFilter("kind"))?],
    };
    let negative = |n: Option<i64>| n.is_some_and(|n| n < 0);
    if negative(f.min_fen) || negative(f.max_fen) || f.min_fen.zip(f.max_fen).is_some_and(|(a, b)| a > b) {
        return Err(Error::BadFilter("min_fen"));
    }
    let q = f.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    if q.is_some_and(|q| q.chars().count() > 40) {
        return Err(Error::BadFilter("q"));
    }
    Ok(EntryQuery {
        account_no: account_no.to_owned(),
        from: from.map(|d| day_bounds(d).0),
        to: to.map(|d| day_bounds(d).1),
        kinds,
        direction,
        // Zero as a lower bound is no bound: there are no entries of nothing.
        min: f.min_fen.filter(|n| *n > 0),
        max: f.max_fen,
        counterparty: q.map(str::to_owned),
        cursor: f.cursor.clone().filter(|c| !c.is_empty()),
        limit: f.limit.unwrap_or(20).clamp(1, PAGE),
    })
}

/// The days of a statement, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: Date,
    pub(crate) to: Date,
}

impl Range {
    pub(crate) fn parse(from: &str, to: &str, today: Date) -> Result<Self, Error> {
        let (from, to) = (day_of(from)?, day_of(to)?);
        if from > to || from > today {
            return Err(Error::BadRange);
        }
        let days = (to - from).get_days();
        if days >= DAYS {
            Err(Error::TooLong)
        } else {
            Ok(Self { from, to })
        }
    }
}

fn day_of(text: &str) -> Result<Date, Error> {
    // jiff reads more shapes than the one that is promised.
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| plain).ok_or(Error::BadRange)
}

/// Sums of a statement, in fen, both positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) entries: i64,
    pub(crate) income: i64,
    pub(crate) spent: i64,
}

impl Totals {
    pub(crate) fn add(&mut self, amount_fen: i64) -> Result<(), Error> {
        let side = if amount_fen < 0 {
            &mut self.spent
        } else {
            &mut self.income
        };
        *side = side
            .checked_add(amount_fen.saturating_abs())
            .ok_or(Error::TooLong)?;
        self.entries += 1;
        Ok(())
    }
}

/// Who and what a statement is about; printed at its head and found again by its code.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) bank: String,
    pub(crate) holder_masked: String,
    pub(crate) account_masked: String,
    pub(crate) product: String,
    pub(crate) range: Range,
    pub(crate) issued_at: Ms,
    /// Sixteen digits.
    pub(crate) code: String,
    /// Where the code is checked.
    pub(crate) verify_url: String,
}

impl Head {
    /// `1234 5678 9012 3456`
    pub(crate) fn code_in_fours(&self) -> String {
        let digits: Vec<char> = self.code.chars().collect();
        let fours: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
        fours.join(" ")
    }
}

/// What the public check of a code says. An unknown code is not valid and tells nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StatementCheck {
    pub(crate) valid: bool,
    pub(crate) account_masked: Option<String>,
    /// First and last day, `YYYY-MM-DD`.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) entries: Option<i64>,
    pub(crate) in_fen: Option<i64>,
    pub(crate) out_fen: Option<i64>,
    /// Milliseconds UTC.
    pub(crate) issued_at: Option<Ms>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 23);

    fn filter(from: &str, to: &str) -> EntryFilter {
        EntryFilter {
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            ..EntryFilter::default()
        }
    }

    #[test]
    fn days_are_whole_days_in_shanghai() {
        let q = query("1", &filter("2026-11-22", "2026-11-23"), TODAY).unwrap();
        let (from, to) = (q.from.unwrap(), q.to.unwrap());
        assert_eq!(kit::clock::text_of(from), "2026-11-22 00:00:00");
        assert_eq!(kit::clock::text_of(to), "2026-11-24 00:00:00");
    }

    #[test]
    fn senseless_filters_are_refused() {
        for (from, to) in [
            ("2026-11-23", "2026-11-22"),
            ("2026-13-01", ""),
            ("20261122", ""),
            ("2026-11-24", ""),
        ] {
            assert!(
                matches!(query("1", &filter(from, to), TODAY), Err(Error::BadRange)),
                "{from} {to}"
            );
        }
        let odd = [
            EntryFilter {
                direction: Some("up".into()),
                ..EntryFilter::default()
            },
            EntryFilter {
                kind: Some("gift".into()),
                ..EntryFilter::default()
            },
            EntryFilter {
                min_fen: Some(-1),
                ..EntryFilter::default()
            },
            EntryFilter {
                min_fen: Some(5),
                max_fen: Some(4),
                ..EntryFilter::default()
            },
            EntryFilter {
                q: Some("长".repeat(41)),
                ..EntryFilter::default()
            },
        ];
        for f in odd {
            assert!(matches!(query("1", &f, TODAY), Err(Error::BadFilter(_))), "{f:?}");
        }
    }

    #[test]
    fn a_statement_has_an_end() {
        assert!(Range::parse("2025-11-24", "2026-11-23", TODAY).is_ok());
        assert!(matches!(
            Range::parse("2024-11-24", "2026-11-23", TODAY),
            Err(Error::TooLong)
        ));
        assert!(matches!(
            Range::parse("2026-11-24", "2026-11-25", TODAY),
            Err(Error::BadRange)
        ));
    }

    #[test]
    fn totals_add_up_and_never_wrap() {
        let mut t = Totals::default();
        for fen in [500, -200, 0, -1] {
            t.add(fen).unwrap();
        }
        assert_eq!(
            t,
            Totals {
                entries: 4,
                income: 500,
                spent: 201
            }
        );
        assert!(
            Totals {
                income: i64::MAX,
                ..t
            }
            .add(1)
            .is_err()
        );
    }
}
