//! 收支分类: what a line of an account was for, by rules that are data and by what the customer has said. Pure.
//!
//! **Invariant:** the sums of the categories are the sums of the lines, to the fen; a line has exactly one category.

use std::collections::BTreeMap;

use corebank::CoreEntry;
use jiff::civil::Date;
use kit::clock::{Ms, day_bounds};
use serde::Serialize;
use utoipa::ToSchema;

use super::{account::AccountId, statement::EntryView};
use crate::error::Error;

/// The category of a line that no rule fits.
pub(crate) const OTHER: &str = "other";
/// Lines of a month that are read at most.
pub(crate) const LINES: usize = 20_000;

/// A rule; empty fields fit everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) kind: String,
    /// `in` or `out`.
    pub(crate) direction: String,
    /// A part of the other side's name, of the place or of the memo.
    pub(crate) word: String,
    pub(crate) category: String,
}

/// A category as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Category {
    pub(crate) code: String,
    pub(crate) name: String,
}

/// The first rule that fits decides; `rules` come in the order of their priority.
pub(crate) fn category_of<'a>(entry: &CoreEntry, rules: &'a [Rule]) -> &'a str {
    let direction = if entry.amount.fen() < 0 { "out" } else { "in" };
    let says = |word: &str| {
        let within = |text: Option<&str>| text.is_some_and(|t| t.contains(word));
        within(entry.counterparty_name.as_deref())
            || within(entry.place.as_deref())
            || within(Some(&entry.memo))
    };
    let fits = |rule: &&Rule| {
        (rule.kind.is_empty() || rule.kind == entry.kind.as_str())
            && (rule.direction.is_empty() || rule.direction == direction)
            && (rule.word.is_empty() || says(&rule.word))
    };
    rules
        .iter()
        .find(fits)
        .map_or(OTHER, |rule| rule.category.as_str())
}

/// A month, `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month {
    pub(crate) first: Date,
    pub(crate) from: Ms,
    pub(crate) to: Ms,
}

/// No account here is older: what asks for more has a typing error.
const FIRST_YEAR: i16 = 1980;

impl Month {
    /// Reads `2026-11`; a month that has not begun is refused.
    pub(crate) fn parse(text: &str, today: Date) -> Result<Self, Error> {
        let plain = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let first: Date = format!("{text}-01").parse().map_err(|_| Error::BadMonth)?;
        if !plain || first > today || first.year() < FIRST_YEAR {
            return Err(Error::BadMonth);
        }
        Ok(Self {
            first,
            from: day_bounds(first).0,
            to: day_bounds(first.last_of_month()).1,
        })
    }

    pub(crate) fn text(self) -> String {
        self.first.strftime("%Y-%m").to_string()
    }
}

/// One side of the month in one category. Fen, positive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CategorySum {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) amount_fen: i64,
    pub(crate) count: i64,
}

/// A month by category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MonthSummary {
    /// `2026-11`
    pub(crate) month: String,
    pub(crate) in_fen: i64,
    pub(crate) out_fen: i64,
    pub(crate) entries: i64,
    /// What came in, the largest first.
    pub(crate) income: Vec<CategorySum>,
    /// What went out, the largest first.
    pub(crate) spending: Vec<CategorySum>,
    /// Every category there is, for choosing another one.
    pub(crate) categories: Vec<Category>,
}

/// A line of the month with its category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SummaryEntry {
    pub(crate) account_id: AccountId,
    pub(crate) account_tail: String,
    pub(crate) category: String,
    /// The customer has chosen this category.
    pub(crate) chosen: bool,
    #[serde(flatten)]
    pub(crate) entry: EntryView,
}

/// Adds up lines, each given as its category and its signed amount.
pub(crate) fn sum_up(
    month: Month,
    categories: Vec<Category>,
    lines: impl Iterator<Item = (String, i64)>,
) -> Result<MonthSummary, Error> {
    let mut sides: [BTreeMap<String, (i64, i64)>; 2] = [BTreeMap::new(), BTreeMap::new()];
    let (mut totals, mut entries) = ([0_i64; 2], 0);
    for (category, fen) in lines {
        let [spent, earned] = &mut sides;
        let [out, came] = &mut totals;
        let (side, total) = if fen < 0 { (spent, out) } else { (earned, came) };
        let amount = fen.saturating_abs();
        let sum = side.entry(category).or_default();
        sum.0 = sum.0.checked_add(amount).ok_or(Error::TooLong)?;
        sum.1 += 1;
        *total = total.checked_add(amount).ok_or(Error::TooLong)?;
        entries += 1;
    }
    let [spent, earned] = sides;
    let [out_fen, in_fen] = totals;
    Ok(MonthSummary {
        month: month.text(),
        in_fen,
        out_fen,
        entries,
        income: largest_first(earned, &categories),
        spending: largest_first(spent, &categories),
        categories,
    })
}

fn largest_first(sums: BTreeMap<String, (i64, i64)>, categories: &[Category]) -> Vec<CategorySum> {
    let name = |code: &str| {
        categories
            .iter()
            .find(|c| c.code == code)
            .map_or_else(|| "其他".to_owned(), |c| c.name.clone())
    };
    let mut list: Vec<CategorySum> = sums
        .into_iter()
        .map(|(code, (amount_fen, count))| CategorySum {
            name: name(&code),
            code,
            amount_fen,
            count,
        })
        .collect();
    list.sort_by(|a, b| b.amount_fen.cmp(&a.amount_fen).then(a.code.cmp(&b.code)));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use corebank::EntryKind;
    use jiff::civil::date;
    use kit::money::Money;

    fn entry(kind: EntryKind, fen: i64, name: &str, memo: &str) -> CoreEntry {
        CoreEntry {
            id: String::new(),
            at: 0,
            business_date: date(2026, 11, 23),
            value_date: date(2026, 11, 23),
            kind,
            amount: Money::cny(fen),
            balance_after: Money::cny(0),
            counterparty_name: Some(name.to_owned()),
            counterparty_no: None,
            place: None,
            memo: memo.to_owned(),
            reference: String::new(),
        }
    }

    fn rule(kind: &str, direction: &str, word: &str, category: &str) -> Rule {
        Rule {
            kind: kind.to_owned(),
            direction: direction.to_owned(),
            word: word.to_owned(),
            category: category.to_owned(),
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let rules = [
            rule("", "in", "工资", "salary"),
            rule("refund", "", "", "refund"),
            rule("", "", "餐", "dining"),
            rule("payment", "", "", "shopping"),
        ];
        for (e, wanted) in [
            (
                entry(EntryKind::Transfer, 900_000, "某公司", "十一月工资"),
                "salary",
            ),
            (entry(EntryKind::Transfer, -900_000, "某人", "代发工资"), OTHER),
            (entry(EntryKind::Refund, 100, "某餐厅", ""), "refund"),
            (entry(EntryKind::Payment, -100, "某餐厅", ""), "dining"),
            (entry(EntryKind::Payment, -100, "某商店", ""), "shopping"),
            (entry(EntryKind::Fee, -100, "本行", ""), OTHER),
        ] {
            assert_eq!(category_of(&e, &rules), wanted, "{:?} {}", e.kind, e.memo);
        }
        assert_eq!(category_of(&entry(EntryKind::Fee, 1, "", ""), &[]), OTHER);
    }

    #[test]
    fn months_are_months_of_shanghai() {
        let today = date(2026, 11, 23);
        let month = Month::parse("2026-02", today).unwrap();
        assert_eq!(kit::clock::text_of(month.from), "2026-02-01 00:00:00");
        assert_eq!(kit::clock::text_of(month.to), "2026-03-01 00:00:00");
        assert_eq!(month.text(), "2026-02");
        assert!(Month::parse("2026-11", today).is_ok());
        for bad in [
            "2026-12",
            "2026-13",
            "2026-1",
            "202611",
            "",
            "2026-11-01",
            "0000-01",
        ] {
            assert!(Month::parse(bad, today).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let month = Month::parse("2026-11", date(2026, 11, 23)).unwrap();
        let lines = [("a", -300), ("b", -200), ("a", -1), ("a", 500), ("c", 7)];
        let sum = sum_up(month, vec![], lines.iter().map(|(c, f)| ((*c).to_owned(), *f))).unwrap();
        assert_eq!((sum.in_fen, sum.out_fen, sum.entries), (507, 501, 5));
        assert_eq!(
            sum.spending.iter().map(|c| c.amount_fen).sum::<i64>(),
            sum.out_fen
        );
        assert_eq!(sum.income.iter().map(|c| c.amount_fen).sum::<i64>(), sum.in_fen);
        assert_eq!(
            sum.spending.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        let over = [("a".to_owned(), i64::MIN), ("a".to_owned(), -1)];
        assert!(sum_up(month, vec![], over.into_iter()).is_err());
    }
}
