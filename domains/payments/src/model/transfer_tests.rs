//! The life of a transfer as a table, and what a signature covers.

use super::*;

const MOVES: [Move; 9] = [
    Move::Authorise,
    Move::Postpone,
    Move::Send,
    Move::Cancel,
    Move::Expire,
    Move::Accept,
    Move::Book,
    Move::Refuse,
    Move::Return,
];

#[test]
fn the_life_of_a_transfer_as_a_table() {
    use Move::{Accept, Authorise, Book, Cancel, Expire, Postpone, Refuse, Return, Send};
    use State::{
        AtClearing, AwaitingChallenge, Cancelled, Expired, Failed, Processing, Returned, Succeeded, Waiting,
    };
    let allowed = [
        (AwaitingChallenge, Authorise, Processing),
        (AwaitingChallenge, Postpone, Waiting),
        (AwaitingChallenge, Cancel, Cancelled),
        (AwaitingChallenge, Expire, Expired),
        (Waiting, Send, Processing),
        (Waiting, Cancel, Cancelled),
        (Waiting, Refuse, Failed),
        (Processing, Accept, AtClearing),
        (Processing, Book, Succeeded),
        (Processing, Refuse, Failed),
        (Processing, Return, Returned),
        (AtClearing, Book, Succeeded),
        (AtClearing, Refuse, Failed),
        (AtClearing, Return, Returned),
    ];
    for from in State::ALL {
        for step in MOVES {
            let expected = allowed
                .iter()
                .find(|(f, s, _)| (*f, *s) == (from, step))
                .map(|(.., to)| *to);
            assert_eq!(from.after(step), expected, "{from:?} {step:?}");
        }
        assert_eq!(State::parse(from.name()), Some(from));
    }
}

#[test]
fn every_state_that_is_in_flight_or_waits_can_end() {
    for from in State::ALL {
        let ends = MOVES.iter().any(|step| from.after(*step).is_some());
        let terminal = matches!(
            from,
            State::Succeeded | State::Returned | State::Failed | State::Cancelled | State::Expired
        );
        assert_eq!(ends, !terminal, "{from:?}");
    }
}

#[test]
fn a_change_of_anything_signed_is_another_text() {
    let base = Signed {
        id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
        from_no: "a",
        to_no: "b",
        amount_fen: 1,
        bank: "",
        arrival: Arrival::Realtime,
    };
    let others = [
        Signed { to_no: "c", ..base },
        Signed {
            amount_fen: 2,
            ..base
        },
        Signed { from_no: "x", ..base },
        Signed { bank: "102", ..base },
        Signed {
            arrival: Arrival::NextDay,
            ..base
        },
    ];
    for other in others {
        assert_ne!(base.text(), other.text(), "{other:?}");
    }
    assert_eq!(base.text(), Signed { ..base }.text());
}

#[test]
fn words_in_the_table_are_read_back() {
    for arrival in [Arrival::Realtime, Arrival::Ordinary, Arrival::NextDay] {
        assert_eq!(Arrival::parse(arrival.name()), arrival);
    }
    for hold in [Hold::None, Hold::Wanted, Hold::Held, Hold::Unwanted, Hold::Over] {
        assert_eq!(Hold::parse(hold.name()), hold);
    }
    assert_eq!(Arrival::parse("tomorrow?"), Arrival::NextDay);
}
