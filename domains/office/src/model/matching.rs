//! The matcher of reconciliation 对账: two lists of bookings, ours and the other side's, by id. Pure.
//!
//! **Invariant:** each id is judged once, with at most one difference per kind; whatever is not matched is a difference,
//! so that here = matched + what only we have, there = matched + what only they have, to the fen.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// One booking of either side. Amounts are fen, positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Our own id, which both sides carry.
    pub(crate) id: String,
    pub(crate) amount: i64,
    /// `booked`, `pending` or `refused`; the words of both sides mean the same.
    pub(crate) state: String,
    /// The other side's own number of the booking, as each side has it; empty where it is not compared.
    pub(crate) reference: String,
}

/// In what the two sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DifferenceKind {
    /// 对方缺: we have it booked, they do not have it.
    MissingThere,
    /// 我方缺: they have booked it, we do not know it.
    MissingHere,
    /// 金额不符
    Amount,
    /// 状态不符
    State,
    /// 流水号不符: the other side has booked it under another number of its own than the one that it told us.
    Reference,
    /// 重复: one side has it more than once.
    Duplicate,
}

impl DifferenceKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MissingThere => "missing_there",
            Self::MissingHere => "missing_here",
            Self::Amount => "amount",
            Self::State => "state",
            Self::Reference => "reference",
            Self::Duplicate => "duplicate",
        }
    }
}

/// One difference, with what each side says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) kind: DifferenceKind,
    pub(crate) id: String,
    pub(crate) here: Option<Line>,
    pub(crate) there: Option<Line>,
}

/// A count and its sum in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReconTally)]
pub(crate) struct Tally {
    pub count: i64,
    pub sum_fen: i64,
}

impl Tally {
    fn add(&mut self, amount: i64) {
        self.count += 1;
        self.sum_fen = self.sum_fen.saturating_add(amount);
    }

    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let mut tally = Self::default();
        lines.for_each(|line| tally.add(line.amount));
        tally
    }
}

/// What came of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Every line that was given, also the second of a duplicate.
    pub(crate) here: Tally,
    pub(crate) there: Tally,
    pub(crate) matched: Tally,
    pub(crate) differences: Vec<Difference>,
}

impl Comparison {
    /// 平: nothing is left over and the sums agree.
    pub(crate) fn is_even(&self) -> bool {
        self.differences.is_empty() && self.here == self.there && self.here == self.matched
    }
}

/// Whether money has moved under this state.
fn moved(line: &Line) -> bool {
    line.state == BOOKED
}

/// A side that has no number to show contradicts none.
fn numbered_alike(a: &Line, b: &Line) -> bool {
    a.reference.is_empty() || b.reference.is_empty() || a.reference == b.reference
}

pub(crate) const BOOKED: &str = "booked";
pub(crate) const PENDING: &str = "pending";
pub(crate) const REFUSED: &str = "refused";

/// Compares the two sides. A line under which no money moved needs no counterpart; one that is still pending on our
/// side and unknown there is nobody's fault yet.
pub(crate) fn compare(here: &[Line], there: &[Line]) -> Comparison {
    let mut result = Comparison {
        here: Tally::of(here.iter().filter(|l| moved(l))),
        there: Tally::of(there.iter().filter(|l| moved(l))),
        ..Comparison::default()
    };
    let (ours, theirs) = (by_id(here), by_id(there));
    let mut ids: Vec<&str> = ours.keys().chain(theirs.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let none: &[&Line] = &[];
        let (a, b) = (
            ours.get(id).map_or(none, Vec::as_slice),
            theirs.get(id).map_or(none, Vec::as_slice),
        );
        judge(id, a, b, &mut result);
    }
    result
}

fn by_id(lines: &[Line]) -> BTreeMap<&str, Vec<&Line>> {
    let mut map: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        map.entry(&line.id).or_default().push(line);
    }
    map
}

fn judge(id: &str, here: &[&Line], there: &[&Line], result: &mut Comparison) {
    let (a, b) = (here.first().copied(), there.first().copied());
    let mut differs = |kind| {
        result.differences.push(Difference {
            kind,
            id: id.to_owned(),
            here: a.cloned(),
            there: b.cloned(),
        });
    };
    if here.len() > 1 || there.len() > 1 {
        differs(DifferenceKind::Duplicate);
    }
    match (a, b) {
        (Some(a), None) if moved(a) => differs(DifferenceKind::MissingThere),
        (None, Some(b)) if moved(b) => differs(DifferenceKind::MissingHere),
        (Some(a), Some(b)) if moved(a) && moved(b) && a.amount != b.amount => differs(DifferenceKind::Amount),
        (Some(a), Some(b)) if moved(a) != moved(b) => differs(DifferenceKind::State),
        (Some(a), Some(b)) if moved(a) && moved(b) && !numbered_alike(a, b) => {
            differs(DifferenceKind::Reference);
        }
        (Some(a), Some(b)) if moved(a) && moved(b) => result.matched.add(a.amount),
        _ => {}
    }
}

#[cfg(test)]
#[path = "matching_tests.rs"]
mod tests;
