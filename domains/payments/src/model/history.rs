//! Looking for transfers: by where they stand, by day, by a word.

use jiff::civil::Date;
use kit::clock::{Ms, day_bounds};
use kit::money::Money;

use super::transfer::{State, Transfer};

const WORD_MAX: usize = 40;

/// Where transfers stand, as customers sort them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    All,
    /// 处理中
    UnderWay,
    /// 已成功
    Done,
    /// 未成功
    NotDone,
}

impl Group {
    fn holds(self, state: State) -> bool {
        match self {
            Self::All => true,
            Self::UnderWay => matches!(
                state,
                State::AwaitingChallenge | State::Waiting | State::Processing | State::AtClearing
            ),
            Self::Done => state == State::Succeeded,
            Self::NotDone => matches!(
                state,
                State::Returned | State::Failed | State::Cancelled | State::Expired
            ),
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    group: Group,
    /// From this instant, inclusive; 0 without a bound.
    from: Ms,
    /// To this instant, exclusive.
    to: Ms,
    word: String,
}

impl Search {
    /// `None` when a part can't be used. Days are of Shanghai, `YYYY-MM-DD`, both inclusive.
    pub(crate) fn parse(state: &str, (from, to): (&str, &str), word: &str) -> Option<Self> {
        let group = match state {
            "" | "all" => Group::All,
            "under_way" => Group::UnderWay,
            "done" => Group::Done,
            "not_done" => Group::NotDone,
            _ => return None,
        };
        let day = |text: &str| match text {
            "" => Some(None),
            _ => text.parse::<Date>().ok().map(Some),
        };
        let (from, to) = (day(from)?, day(to)?);
        if from.is_some_and(|from| to.is_some_and(|to| from > to)) {
            return None;
        }
        let word = word.trim().to_lowercase();
        if word.chars().count() > WORD_MAX || word.chars().any(char::is_control) {
            return None;
        }
        Some(Self {
            group,
            from: from.map_or(0, |day| day_bounds(day).0),
            to: to.map_or(Ms::MAX, |day| day_bounds(day).1),
            word,
        })
    }

    /// Where reading from the newest may begin.
    pub(crate) fn begins_before(&self) -> Ms {
        self.to
    }

    /// Everything older is out of the range as well.
    pub(crate) fn is_past(&self, created_at: Ms) -> bool {
        created_at < self.from
    }

    pub(crate) fn fits(&self, t: &Transfer, now: Ms) -> bool {
        (self.from..self.to).contains(&t.created_at) && self.group.holds(t.state_at(now)) && self.has_word(t)
    }

    /// In the payee's name, the end of the number, the memo, the bank's name or the amount in yuan.
    fn has_word(&self, t: &Transfer) -> bool {
        if self.word.is_empty() {
            return true;
        }
        let amount = Money::cny(t.amount_fen).yuan_text();
        [&t.to_name, &t.memo, &t.bank.name]
            .iter()
            .any(|text| text.to_lowercase().contains(&self.word))
            || t.to_no.ends_with(&self.word)
            || amount == self.word
            || amount.strip_suffix(".00") == Some(self.word.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer() -> Transfer {
        let id = "01920000-0000-7000-8000-000000000001";
        Transfer {
            to_name: "陈晓明".to_owned(),
            to_no: "6222000011112345".to_owned(),
            memo: "十一月房租".to_owned(),
            amount_fen: 300_000,
            state: State::Succeeded,
            created_at: 1_795_399_200_000,
            ..Transfer::blank(id.parse().unwrap(), id.parse().unwrap(), id.parse().unwrap())
        }
    }

    #[test]
    fn a_transfer_is_found_by_what_people_remember_of_it() {
        let fits = |word: &str| {
            Search::parse("", ("", ""), word)
                .is_some_and(|search| search.fits(&transfer(), 1_795_399_200_001))
        };
        for word in ["", "晓明", "房租", "2345", "3000", "3000.00"] {
            assert!(fits(word), "{word}");
        }
        for word in ["王", "6222", "300", "水费"] {
            assert!(!fits(word), "{word}");
        }
    }

    #[test]
    fn days_and_groups_bound_the_search() {
        let fits = |state: &str, days| {
            Search::parse(state, days, "").is_some_and(|search| search.fits(&transfer(), 1_795_399_200_001))
        };
        assert!(fits("done", ("2026-11-23", "2026-11-23")));
        assert!(!fits("not_done", ("", "")) && !fits("under_way", ("", "")));
        assert!(!fits("", ("2026-11-24", "")) && !fits("", ("", "2026-11-22")));
        assert!(Search::parse("gone", ("", ""), "").is_none());
        assert!(Search::parse("", ("2026-11-24", "2026-11-23"), "").is_none());
        assert!(Search::parse("", ("yesterday", ""), "").is_none());
        assert!(Search::parse("", ("", ""), &"长".repeat(41)).is_none());
    }
}
