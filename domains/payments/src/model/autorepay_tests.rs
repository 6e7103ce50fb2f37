//! What is due, when it is looked at and tried again, the id of an attempt, and the life of an agreement as a table.

use super::*;
use jiff::civil::date;

const DUE: Date = date(2026, 11, 25);

fn agreement() -> Agreement {
    let id = "01890000-0000-7000-8000-000000000001";
    Agreement {
        id: id.parse().unwrap(),
        customer: id.parse().unwrap(),
        account: "01890000-0000-7000-8000-000000000002".parse().unwrap(),
        card: "01890000-0000-7000-8000-000000000003".parse().unwrap(),
        kind: Kind::Full,
        from_on: "2026-11-23".to_owned(),
        told_for: String::new(),
        done_for: String::new(),
        tries: 0,
        look_at: 0,
        turn: 0,
        stage: Stage::Active,
        reason: String::new(),
        challenge: String::new(),
        bound: String::new(),
        expires_at: 0,
        created_at: 0,
    }
}

#[test]
fn what_is_due_is_the_rest_of_the_bill_and_never_more_than_is_owed() {
    let open = |bill, minimum, owed, under_way| Open {
        bill,
        minimum,
        owed,
        under_way,
    };
    for (open, full, minimum) in [
        (open(50_000, 5_000, 70_000, 0), 50_000, 5_000),
        // What is being repaid counts, whoever began it.
        (open(50_000, 5_000, 70_000, 4_000), 46_000, 1_000),
        (open(50_000, 5_000, 70_000, 60_000), 0, 0),
        // A refund after the statement leaves less to owe than the bill says.
        (open(50_000, 5_000, 3_000, 0), 3_000, 3_000),
        (open(0, 0, 70_000, 0), 0, 0),
        (open(50_000, 0, 50_000, 0), 50_000, 0),
    ] {
        assert_eq!(
            (open.due(Kind::Full), open.due(Kind::Minimum)),
            (full, minimum),
            "{open:?}"
        );
    }
}

#[test]
fn a_bill_is_told_the_day_before_and_repaid_in_the_morning() {
    let (at, mut a) = (due_at(DUE), agreement());
    assert_eq!(turn(&a, DUE, at - 3 * DAY), Turn::Wait(at - DAY));
    assert_eq!(turn(&a, DUE, at - DAY), Turn::Tell);
    assert_eq!(turn(&a, DUE, at - 1), Turn::Tell);
    a.told_for = "2026-11-25".to_owned();
    assert_eq!(turn(&a, DUE, at - 1), Turn::Wait(at));
    assert_eq!(turn(&a, DUE, at), Turn::Repay);
    assert_eq!(turn(&a, DUE, at + TRY_UNTIL), Turn::Repay);
    assert_eq!(turn(&a, DUE, at + TRY_UNTIL + 1), Turn::Late);
    a.done_for = "2026-11-25".to_owned();
    assert_eq!(turn(&a, DUE, at), Turn::Wait(at + 10 * DAY));
    // The next bill is late: looked for every day.
    assert_eq!(turn(&a, DUE, at + 11 * DAY), Turn::Wait(at + 12 * DAY));
    assert_eq!(turn(&a, date(2026, 12, 25), at + 29 * DAY), Turn::Tell);
}

#[test]
fn what_falls_due_on_the_day_of_signing_is_left_to_the_customer() {
    let mut a = agreement();
    a.from_on = "2026-11-25".to_owned();
    assert!(matches!(turn(&a, DUE, due_at(DUE)), Turn::Wait(_)));
    assert_eq!(a.after_on(), "2026-11-25");
}

#[test]
fn a_due_day_is_tried_three_times_within_its_hours() {
    let at = due_at(DUE);
    assert_eq!(try_again(DUE, 1, at), Some(at + 4 * HOUR));
    assert_eq!(try_again(DUE, 2, at + 4 * HOUR), Some(at + 8 * HOUR));
    assert_eq!(try_again(DUE, 3, at + 8 * HOUR), None);
    assert_eq!(try_again(DUE, 1, at + 10 * HOUR), None, "not at night");
}

#[test]
fn an_attempt_has_one_id_wherever_it_is_made() {
    let a = agreement();
    let id = |card, due, attempt| transfer_id(card, due, attempt).to_string();
    let first = id(a.card, DUE, 1);
    assert_eq!(first, id(a.card, DUE, 1));
    let others = [
        id(a.card, DUE, 2),
        id(a.card, date(2026, 12, 25), 1),
        id(a.account, DUE, 1),
    ];
    assert!(!others.contains(&first), "{others:?}");
    let uuid: kit::ids::export::Uuid = first.parse().unwrap();
    assert_eq!(uuid.get_version_num(), 7);
    let later: kit::ids::export::Uuid = id(a.card, date(2026, 12, 25), 1).parse().unwrap();
    assert!(later > uuid, "ids follow the time");
}

#[test]
fn the_life_of_an_agreement_as_a_table() {
    use Stage::{Active, AwaitingChallenge, Ended, Expired, Paused, Replaced};
    use Step::{Begin, End, Expire, Pause, Replace};
    let allowed = [
        (AwaitingChallenge, Begin, Active),
        (AwaitingChallenge, End, Ended),
        (AwaitingChallenge, Expire, Expired),
        (Active, Pause, Paused),
        (Active, End, Ended),
        (Active, Replace, Replaced),
        (Paused, End, Ended),
        (Paused, Replace, Replaced),
    ];
    for from in Stage::ALL {
        for step in [Begin, Pause, End, Replace, Expire] {
            let expected = allowed
                .iter()
                .find(|(f, s, _)| (*f, *s) == (from, step))
                .map(|(.., to)| *to);
            assert_eq!(from.after(step), expected, "{from:?} {step:?}");
        }
        assert_eq!(Stage::parse(from.name()), from);
    }
    assert_eq!(Stage::parse("?"), Ended);
}

#[test]
fn what_is_signed_names_card_account_and_kind() {
    let a = agreement();
    let other = |change: fn(&mut Agreement)| {
        let mut b = agreement();
        change(&mut b);
        b.signed()
    };
    assert_eq!(a.signed(), agreement().signed());
    for changed in [
        other(|b| b.kind = Kind::Minimum),
        other(|b| b.account = b.card),
        other(|b| b.card = b.account),
    ] {
        assert_ne!(a.signed(), changed);
    }
}

#[test]
fn the_words_fit_the_templates_field() {
    for reason in ["card", "binding", "account"] {
        assert!(paused_text(reason).chars().count() <= 20, "{reason}");
    }
}
