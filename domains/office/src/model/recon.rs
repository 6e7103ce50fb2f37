//! A run of reconciliation: what is compared, over which span, and how it ended. Pure.

use kit::clock::Ms;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::matching::{Difference, Tally};

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
}

impl ReconKind {
    pub(crate) const ALL: [Self; 4] = [Self::Minute, Self::Hour, Self::Day, Self::Pay];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Pay => "pay",
        }
    }

    /// The other side of these runs, in the key of a difference.
    pub(crate) fn channel(self) -> &'static str {
        match self {
            Self::Minute | Self::Hour | Self::Day => "core",
            Self::Pay => "wechat_pay",
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

/// What makes a difference the same in every run: the channel, the line, the kind, and what each side says.
pub(crate) fn difference_key(channel: &str, d: &Difference) -> String {
    let amount = |line: &Option<super::matching::Line>| line.as_ref().map_or(0, |l| l.amount);
    format!(
        "{channel}|{}|{}|{}|{}",
        d.kind.name(),
        d.id,
        amount(&d.here),
        amount(&d.there)
    )
}
