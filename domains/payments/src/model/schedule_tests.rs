//! Due days, what a plan may ask for, and the life of a schedule as a table.

use super::*;
use jiff::civil::date;

fn plan(frequency: Frequency, first: Date, until: Date) -> Plan {
    Plan {
        frequency,
        first,
        until,
    }
}

#[test]
fn the_thirty_first_comes_back_after_february() {
    let monthly = plan(Frequency::Monthly, date(2027, 1, 31), date(2027, 5, 31));
    let days: Vec<String> = (0..6)
        .filter_map(|turn| monthly.day(turn))
        .map(|d| d.to_string())
        .collect();
    assert_eq!(
        days,
        [
            "2027-01-31",
            "2027-02-28",
            "2027-03-31",
            "2027-04-30",
            "2027-05-31"
        ]
    );
    assert_eq!(monthly.count(), 5);
    assert_eq!(monthly.text(), "每月31日，至2027-05-31，共5次");
    let weekly = plan(Frequency::Weekly, date(2026, 11, 30), date(2026, 12, 13));
    assert_eq!((weekly.count(), weekly.day(1)), (2, Some(date(2026, 12, 7))));
    assert_eq!(weekly.text(), "每周一，至2026-12-13，共2次");
}

#[test]
fn a_plan_begins_tomorrow_at_the_earliest_and_ends() {
    let today = date(2026, 11, 23);
    for (frequency, first, until, expected) in [
        (Frequency::Once, date(2026, 11, 24), date(2026, 11, 24), Ok(())),
        (Frequency::Once, today, today, Err(PlanFlaw::First)),
        (
            Frequency::Once,
            date(2026, 11, 22),
            date(2026, 11, 22),
            Err(PlanFlaw::First),
        ),
        (
            Frequency::Once,
            date(2026, 11, 24),
            date(2026, 11, 25),
            Err(PlanFlaw::Until),
        ),
        (
            Frequency::Once,
            date(2027, 11, 25),
            date(2027, 11, 25),
            Err(PlanFlaw::First),
        ),
        (
            Frequency::Weekly,
            date(2026, 11, 24),
            date(2026, 11, 23),
            Err(PlanFlaw::Until),
        ),
        (Frequency::Monthly, date(2026, 11, 24), date(2028, 11, 23), Ok(())),
        (
            Frequency::Monthly,
            date(2026, 11, 24),
            date(2029, 11, 24),
            Err(PlanFlaw::Until),
        ),
    ] {
        assert_eq!(
            plan(frequency, first, until).check(today),
            expected,
            "{frequency:?} {first} {until}"
        );
    }
}

#[test]
fn the_life_of_a_schedule_as_a_table() {
    use Stage::{Active, AwaitingChallenge, Cancelled, Ended, Expired};
    use Step::{Begin, Cancel, End, Expire};
    let allowed = [
        (AwaitingChallenge, Begin, Active),
        (AwaitingChallenge, Cancel, Cancelled),
        (AwaitingChallenge, Expire, Expired),
        (Active, Cancel, Cancelled),
        (Active, End, Ended),
    ];
    for from in Stage::ALL {
        for step in [Begin, End, Cancel, Expire] {
            let expected = allowed
                .iter()
                .find(|(f, s, _)| (*f, *s) == (from, step))
                .map(|(.., to)| *to);
            assert_eq!(from.after(step), expected, "{from:?} {step:?}");
        }
        assert_eq!(Stage::parse(from.name()), from);
    }
}

#[test]
fn due_days_begin_at_nine_in_shanghai() {
    assert_eq!(
        kit::clock::text_of(due_at(date(2026, 12, 1))),
        "2026-12-01 09:00:00"
    );
}
