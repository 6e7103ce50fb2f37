//! Nodes, figures, cases and reconciliation: pure.

pub(crate) mod case;
pub(crate) mod matching;
pub(crate) mod recon;

use kit::clock::{DAY, Ms, SECOND};
use serde::Serialize;
use utoipa::ToSchema;

/// Without a word for this long a node is late; after [`GONE`] it is gone.
const LATE: Ms = 10 * SECOND;
const GONE: Ms = 60 * SECOND;
/// Nodes that have been gone for longer are not shown any more.
pub(crate) const FORGOTTEN: Ms = DAY;

/// Whether a node still speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    Up,
    Late,
    Gone,
}

impl NodeState {
    pub(crate) fn of(seen_at: Ms, now: Ms) -> Self {
        match now - seen_at {
            age if age >= GONE => Self::Gone,
            age if age >= LATE => Self::Late,
            _ => Self::Up,
        }
    }
}

/// What a node tells of itself.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) roles: String,
    pub(crate) started_at: Ms,
    pub(crate) seen_at: Ms,
    pub(crate) cpu_percent: i64,
    pub(crate) rss_mb: i64,
    pub(crate) database: String,
    pub(crate) cache: String,
    pub(crate) core: String,
}

/// The bank's day in numbers.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = OfficeOverview)]
pub(crate) struct Overview {
    pub bound_customers: i64,
    pub transfers_today: i64,
    pub transfers_processing: i64,
    pub amount_today_fen: i64,
    pub loss_reports_today: i64,
    pub callbacks_today: i64,
    pub dead_jobs: i64,
}

/// Share of one core that so many milliseconds of work in so many milliseconds of time are, rounded.
pub(crate) fn percent(work: u64, time: u64) -> i64 {
    (work * 100)
        .checked_div(time)
        .and_then(|p| i64::try_from(p).ok())
        .unwrap_or(0)
}

/// A reason that a person wrote: at least four characters, at most two hundred.
pub(crate) fn is_reason(text: &str) -> bool {
    (4..=200).contains(&text.trim().chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_makes_a_node_late_and_then_gone() {
        assert_eq!(NodeState::of(0, 9_999), NodeState::Up);
        assert_eq!(NodeState::of(0, 10_000), NodeState::Late);
        assert_eq!(NodeState::of(0, 60_000), NodeState::Gone);
    }

    #[test]
    fn a_reason_is_more_than_a_shrug() {
        assert!(is_reason("客户来电核实"));
        assert!(!is_reason("   查  ") && !is_reason("") && !is_reason(&"长".repeat(201)));
        assert_eq!(percent(50, 200), 25);
        assert_eq!(percent(1, 0), 0);
    }
}
