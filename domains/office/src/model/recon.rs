//! A run of reconciliation: what is compared, over which span, and how it ended. Pure.

use kit::clock::{HOUR, MINUTE, Ms};
use kit::crypto::sha256;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::matching::{Difference, DifferenceKind, Line, Tally};

kit::id_type!(
    /// A run of reconciliation.
    pub(crate) ReconId
);
kit::id_type!(
    /// A difference between our books and another's.
    pub(crate) DifferenceId
);

/// What is compared with what, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReconKind {
    /// 分钟对账: what the core has just booked, against our transfers.
    Minute,
    /// 小时对账: an hour of both sides.
    Hour,
    /// 日终对账 (T+1): the core's statement file of a business day.
    Day,
    /// 微信支付对账 (T+1): the day's bill of WeChat Pay.
    Pay,
    /// 缴费单位对账 (T+1): the day's file of one biller.
    Biller,
}

/// Why the other side's file of a day is not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trouble {
    /// 迟到: it is not there when it should be.
    Late,
    /// 不完整: it has come, and does not fit its own trailer.
    Broken,
    /// 未能比对: it could not be compared, for a fault on our own side.
    Failed,
}

impl Trouble {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Broken => "broken",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Late, Self::Broken, Self::Failed]
            .into_iter()
            .find(|trouble| trouble.name() == text)
    }
}

impl ReconKind {
    pub(crate) const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Pay, Self::Biller];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Pay => "pay",
            Self::Biller => "biller",
        }
    }

    /// How long after the end of its day the other side's file is asked for.
    pub(crate) fn asks_after(self) -> Ms {
        match self {
            Self::Minute | Self::Hour | Self::Day => 0,
            // Pay makes its bill by ten in the morning.
            Self::Pay => 10 * HOUR + 5 * MINUTE,
            Self::Biller => HOUR + 5 * MINUTE,
        }
    }

    /// How long after the end of its day the file is late. The bank's own; a file of the core has four hours, a biller has
    /// until the counters open, Pay until two in the afternoon.
    fn late_after(self) -> Ms {
        match self {
            Self::Minute | Self::Hour | Self::Day => 4 * HOUR,
            Self::Pay => 14 * HOUR,
            Self::Biller => 9 * HOUR,
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReconState {
    Running,
    /// 平
    Even,
    /// 不平: there are differences.
    Uneven,
    /// The other side's list could not be had in time; the run is made again.
    Failed,
}

impl ReconState {
    const ALL: [Self; 4] = [Self::Running, Self::Even, Self::Uneven, Self::Failed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Even => "even",
            Self::Uneven => "uneven",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }
}

/// A run as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Recon {
    pub(crate) id: ReconId,
    pub(crate) kind: ReconKind,
    /// The business day, or the span in words that a person can sort.
    pub(crate) scope: String,
    /// Whose file it is, where a kind has several: the code of a biller. Empty otherwise.
    pub(crate) party: String,
    /// What was wrong with the file, though it may be there by now.
    pub(crate) trouble: Option<Trouble>,
    pub(crate) state: ReconState,
    /// Who asked for it; empty for the clock.
    pub(crate) asked_by: String,
    pub(crate) reason: String,
    pub(crate) from_at: Ms,
    pub(crate) to_at: Ms,
    pub(crate) here: Tally,
    pub(crate) there: Tally,
    pub(crate) matched: Tally,
    pub(crate) differences: i64,
    /// Differences that no earlier run had found.
    pub(crate) fresh: i64,
    /// SHA-256 of what the other side sent.
    pub(crate) file_hash: String,
    pub(crate) started_at: Ms,
    pub(crate) done_at: Ms,
}

/// A run by hand of a day long past gives the other side this much time.
const PATIENCE: Ms = 30 * MINUTE;

impl Recon {
    /// The other side, in the key of a difference and in the subject of its file's case.
    pub(crate) fn channel(&self) -> String {
        match self.kind {
            ReconKind::Minute | ReconKind::Hour | ReconKind::Day => "core".to_owned(),
            ReconKind::Pay => "wechat_pay".to_owned(),
            ReconKind::Biller => format!("biller:{}", self.party),
        }
    }

    /// From this instant on a file that is not there is late.
    pub(crate) fn due_at(&self) -> Ms {
        (self.to_at + self.kind.late_after()).max(self.started_at + PATIENCE)
    }
}

/// Whose file of which day the subject of a case names: `core|DAY`, `wechat_pay|DAY`, `biller:CODE|DAY`.
pub(crate) fn file_of_subject(subject: &str) -> Option<(ReconKind, String, String)> {
    let (channel, day) = subject.split_once('|')?;
    let (kind, party) = match channel.split_once(':') {
        Some(("biller", code)) => (ReconKind::Biller, code),
        None if channel == "core" => (ReconKind::Day, ""),
        None if channel == "wechat_pay" => (ReconKind::Pay, ""),
        _ => return None,
    };
    Some((kind, party.to_owned(), day.to_owned()))
}

/// What makes a difference the same in every run: the channel, the line, the kind, and what each side says.
pub(crate) fn difference_key(channel: &str, d: &Difference) -> String {
    let amount = |line: &Option<Line>| line.as_ref().map_or(0, |l| l.amount);
    let key = format!(
        "{channel}|{}|{}|{}|{}",
        d.kind.name(),
        d.id,
        amount(&d.here),
        amount(&d.there)
    );
    if d.kind != DifferenceKind::Reference {
        return key;
    }
    let reference = |line: &Option<Line>| line.as_ref().map_or("", |l| &*l.reference).to_owned();
    // Two numbers are longer than a key may be.
    let said = sha256(&format!("{}|{}", reference(&d.here), reference(&d.there)));
    format!("{key}|{}", said.get(..32).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: ReconKind, party: &str, started_at: Ms) -> Recon {
        Recon {
            id: uuid::Uuid::nil().into(),
            kind,
            scope: "2026-11-23".to_owned(),
            party: party.to_owned(),
            trouble: None,
            state: ReconState::Running,
            asked_by: String::new(),
            reason: String::new(),
            from_at: 0,
            to_at: 0,
            here: Tally::default(),
            there: Tally::default(),
            matched: Tally::default(),
            differences: 0,
            fresh: 0,
            file_hash: String::new(),
            started_at,
            done_at: 0,
        }
    }

    #[test]
    fn the_case_of_a_file_names_its_side_and_day() {
        for (kind, party) in [
            (ReconKind::Day, ""),
            (ReconKind::Pay, ""),
            (ReconKind::Biller, "power"),
        ] {
            let run = run(kind, party, 0);
            let subject = super::super::case::file_subject(&run.channel(), &run.scope);
            let (_, rest) = subject.split_once(':').expect("a subject");
            let named = file_of_subject(rest);
            assert_eq!(named, Some((kind, party.to_owned(), run.scope.clone())));
        }
        assert_eq!(file_of_subject("shop:1|2026-11-23"), None);
        assert_eq!(file_of_subject("core"), None);
    }

    #[test]
    fn another_number_of_the_other_side_is_another_difference_and_its_key_is_short_enough() {
        let line = |reference: &str| Line {
            id: "0".repeat(36),
            amount: 999_999_999_999,
            state: "booked".to_owned(),
            reference: reference.to_owned(),
        };
        let key = |there: &str| {
            let d = Difference {
                kind: DifferenceKind::Reference,
                id: "0".repeat(36),
                here: Some(line(&"a".repeat(80))),
                there: Some(line(there)),
            };
            difference_key(&format!("biller:{}", "b".repeat(24)), &d)
        };
        assert_ne!(key("JF1"), key("JF2"));
        assert!(key(&"c".repeat(80)).len() <= 160, "the column takes no more");
    }

    #[test]
    fn a_file_is_asked_for_before_it_is_late_and_a_run_by_hand_has_its_patience() {
        for kind in ReconKind::ALL {
            assert!(kind.asks_after() < kind.late_after(), "{kind:?}");
            assert_eq!(ReconKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(run(ReconKind::Biller, "power", 0).due_at(), 9 * HOUR);
        assert_eq!(
            run(ReconKind::Biller, "power", 20 * HOUR).due_at(),
            20 * HOUR + PATIENCE
        );
        for trouble in [Trouble::Late, Trouble::Broken] {
            assert_eq!(Trouble::parse(trouble.name()), Some(trouble));
        }
        assert_eq!(Trouble::parse(""), None);
    }
}
