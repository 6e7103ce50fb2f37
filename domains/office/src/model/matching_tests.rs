//! The matcher against planted differences: each is found once, and nothing else.

use proptest::prelude::*;

use super::*;

fn line(id: usize, amount: i64, state: &str) -> Line {
    Line {
        id: format!("id-{id:05}"),
        amount,
        state: state.to_owned(),
        reference: String::new(),
    }
}

fn numbered(id: usize, amount: i64, reference: &str) -> Line {
    Line {
        reference: reference.to_owned(),
        ..line(id, amount, BOOKED)
    }
}

/// What is done to one pair of equal lines.
#[derive(Clone, Copy, Debug)]
enum Plant {
    Nothing,
    DropThere,
    DropHere,
    Amount,
    OtherNumber,
    /// Both sides have the same number.
    SameNumber,
    /// Only one side has a number to show.
    NoNumberHere,
    RefuseHere,
    PendHere,
    RefuseThere,
    TwiceHere,
    TwiceThere,
    /// Refused on both sides: no money moved, no difference.
    BothRefused,
    /// Pending here and unknown there: nobody's fault yet.
    OnlyPending,
}

impl Plant {
    const ALL: [Self; 14] = [
        Self::Nothing,
        Self::DropThere,
        Self::DropHere,
        Self::Amount,
        Self::OtherNumber,
        Self::SameNumber,
        Self::NoNumberHere,
        Self::RefuseHere,
        Self::PendHere,
        Self::RefuseThere,
        Self::TwiceHere,
        Self::TwiceThere,
        Self::BothRefused,
        Self::OnlyPending,
    ];

    fn wanted(self) -> Option<DifferenceKind> {
        match self {
            Self::Nothing | Self::SameNumber | Self::NoNumberHere | Self::BothRefused | Self::OnlyPending => {
                None
            }
            Self::OtherNumber => Some(DifferenceKind::Reference),
            Self::DropThere => Some(DifferenceKind::MissingThere),
            Self::DropHere => Some(DifferenceKind::MissingHere),
            Self::Amount => Some(DifferenceKind::Amount),
            Self::RefuseHere | Self::PendHere | Self::RefuseThere => Some(DifferenceKind::State),
            Self::TwiceHere | Self::TwiceThere => Some(DifferenceKind::Duplicate),
        }
    }

    /// The lines of both sides.
    fn lines(self, id: usize, amount: i64) -> (Vec<Line>, Vec<Line>) {
        let booked = || line(id, amount, BOOKED);
        match self {
            Self::Nothing => (vec![booked()], vec![booked()]),
            Self::DropThere => (vec![booked()], vec![]),
            Self::DropHere => (vec![], vec![booked()]),
            Self::Amount => (vec![booked()], vec![line(id, amount + 1, BOOKED)]),
            Self::OtherNumber => (
                vec![numbered(id, amount, "JF1")],
                vec![numbered(id, amount, "JF2")],
            ),
            Self::SameNumber => (
                vec![numbered(id, amount, "JF1")],
                vec![numbered(id, amount, "JF1")],
            ),
            Self::NoNumberHere => (vec![booked()], vec![numbered(id, amount, "JF1")]),
            Self::RefuseHere => (vec![line(id, amount, REFUSED)], vec![booked()]),
            Self::PendHere => (vec![line(id, amount, PENDING)], vec![booked()]),
            Self::RefuseThere => (vec![booked()], vec![line(id, amount, REFUSED)]),
            Self::TwiceHere => (vec![booked(), booked()], vec![booked()]),
            Self::TwiceThere => (vec![booked()], vec![booked(), booked()]),
            Self::BothRefused => (vec![line(id, amount, REFUSED)], vec![line(id, amount, REFUSED)]),
            Self::OnlyPending => (vec![line(id, amount, PENDING)], vec![]),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn planted_differences_are_each_found_once_and_nothing_else(
        plan in prop::collection::vec((0..Plant::ALL.len(), 1_i64..5_000_000), 0..120),
        turn in any::<u64>(),
    ) {
        let (mut here, mut there, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        let mut even = Tally::default();
        for (id, (plant, amount)) in plan.iter().enumerate() {
            let plant = Plant::ALL[*plant];
            let (a, b) = plant.lines(id, *amount);
            here.extend(a);
            there.extend(b);
            wanted.extend(plant.wanted().map(|kind| (format!("id-{id:05}"), kind)));
            let matched = matches!(plant, Plant::Nothing | Plant::SameNumber | Plant::NoNumberHere);
            if matched || matches!(plant, Plant::TwiceHere | Plant::TwiceThere) {
                even.add(*amount);
            }
        }
        shuffle(&mut here, turn);
        shuffle(&mut there, turn.rotate_left(17) ^ 0x9e37_79b9);
        let result = compare(&here, &there);
        let mut found: Vec<_> = result.differences.iter().map(|d| (d.id.clone(), d.kind)).collect();
        found.sort();
        wanted.sort();
        prop_assert_eq!(found, wanted.clone());
        prop_assert_eq!(result.matched, even);
        prop_assert_eq!(result.here, Tally::of(here.iter().filter(|l| moved(l))));
        prop_assert_eq!(result.there, Tally::of(there.iter().filter(|l| moved(l))));
        prop_assert_eq!(result.is_even(), wanted.is_empty());
    }
}

/// A fixed order would hide a matcher that walks both lists in step.
fn shuffle(lines: &mut [Line], seed: u64) {
    let mut state = seed | 1;
    for at in (1..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let to = usize::try_from(state >> 33).unwrap_or(0) % (at + 1);
        lines.swap(at, to);
    }
}

#[test]
fn a_line_that_is_twice_and_of_another_amount_has_both_faults() {
    let here = [line(1, 100, BOOKED), line(1, 100, BOOKED)];
    let there = [line(1, 90, BOOKED)];
    let kinds: Vec<_> = compare(&here, &there)
        .differences
        .iter()
        .map(|d| d.kind)
        .collect();
    assert_eq!(kinds, [DifferenceKind::Duplicate, DifferenceKind::Amount]);
}

#[test]
fn a_line_of_another_amount_and_number_is_one_difference_so_that_the_sums_add_up() {
    let result = compare(&[numbered(1, 100, "JF1")], &[numbered(1, 90, "JF2")]);
    let kinds: Vec<_> = result.differences.iter().map(|d| d.kind).collect();
    assert_eq!(kinds, [DifferenceKind::Amount]);
}

#[test]
fn two_empty_sides_are_even() {
    assert!(compare(&[], &[]).is_even());
}
