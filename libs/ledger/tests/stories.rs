//! What the ledger promises, one promise per test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;

use common::*;
use weigui_ledger::{
    Action, Direction, EntryFilter, HoldState, Opened, Outcome, Position, Refusal, account as read, apply,
    close, credit_line, entries, expire_due, find, hold_state, open, verify,
};

/// Account 1 is the bank's cash, 2 and 3 are customers with 100.00 and nothing.
fn bank() -> Lite {
    let mut s = Lite::new();
    for (n, limited) in [(1, false), (2, true), (3, true)] {
        assert_eq!(
            now(open(&mut s, &new_account(n, limited, 0), 0)).unwrap(),
            Opened::Created
        );
    }
    created(&mut s, &direct(1, 1, 2, 10_000));
    s
}

fn run(s: &mut Lite, o: &weigui_ledger::Order, at: i64) -> Outcome {
    now(apply(s, o, &when(at))).unwrap()
}

fn created(s: &mut Lite, o: &weigui_ledger::Order) {
    let outcome = run(s, o, 1);
    assert!(matches!(outcome, Outcome::Created(_)), "{outcome:?}");
}

fn money(s: &mut Lite, n: u64) -> (i64, i64) {
    let a = now(read(s, &account(n))).unwrap().unwrap();
    (a.posted, a.held)
}

fn whole(s: &mut Lite) {
    let report = now(verify(s)).unwrap();
    assert!(report.is_whole(), "{:?}", report.broken);
}

#[test]
fn a_transfer_moves_once_and_its_replay_changes_nothing() {
    let mut s = bank();
    created(&mut s, &direct(2, 2, 3, 10_000));
    assert!(matches!(run(&mut s, &direct(2, 2, 3, 10_000), 9), Outcome::Exists(t) if t.created_at == 1));
    assert_eq!((money(&mut s, 2), money(&mut s, 3)), ((0, 0), (10_000, 0)));
    whole(&mut s);
}

#[test]
fn the_same_id_with_another_wish_is_refused() {
    let mut s = bank();
    created(&mut s, &direct(2, 2, 3, 100));
    let mut other = direct(2, 2, 3, 100);
    other.code = 7;
    for wish in [
        direct(2, 2, 3, 101),
        direct(2, 3, 2, 100),
        hold(2, 2, 3, 100, None),
        other,
    ] {
        assert_eq!(
            run(&mut s, &wish, 1),
            Outcome::Refused(Refusal::ExistsWithDifferentFields)
        );
    }
    whole(&mut s);
}

#[test]
fn a_refusal_leaves_nothing_behind() {
    let mut s = bank();
    assert_eq!(
        run(&mut s, &direct(2, 3, 2, 1), 1),
        Outcome::Refused(Refusal::InsufficientFunds)
    );
    assert_eq!(now(find(&mut s, &transfer(2))).unwrap(), None);
    created(&mut s, &direct(3, 2, 3, 5));
    created(&mut s, &direct(2, 3, 2, 1));
    whole(&mut s);
}

#[test]
fn holds_stack_up_only_to_the_balance() {
    let mut s = bank();
    for id in 10..20 {
        created(&mut s, &hold(id, 2, 3, 1_000, None));
    }
    assert_eq!(
        run(&mut s, &hold(20, 2, 3, 1, None), 1),
        Outcome::Refused(Refusal::InsufficientFunds)
    );
    assert_eq!(
        run(&mut s, &direct(21, 2, 3, 1), 1),
        Outcome::Refused(Refusal::InsufficientFunds)
    );
    assert_eq!(money(&mut s, 2), (10_000, 10_000));
    whole(&mut s);
}

#[test]
fn a_partial_post_releases_the_rest() {
    let mut s = bank();
    created(&mut s, &hold(2, 2, 3, 8_000, None));
    assert_eq!(
        run(&mut s, &post(3, 2, Some(8_001)), 1),
        Outcome::Refused(Refusal::ExceedsHold)
    );
    created(&mut s, &post(3, 2, Some(3_000)));
    assert_eq!((money(&mut s, 2), money(&mut s, 3)), ((7_000, 0), (3_000, 0)));
    assert_eq!(
        run(&mut s, &post(4, 2, None), 1),
        Outcome::Refused(Refusal::HoldPosted)
    );
    assert_eq!(run(&mut s, &void(5, 2), 1), Outcome::Refused(Refusal::HoldPosted));
    assert!(matches!(
        run(&mut s, &post(3, 2, Some(3_000)), 1),
        Outcome::Exists(_)
    ));
    whole(&mut s);
}

#[test]
fn void_and_expiry_give_the_money_back() {
    let mut s = bank();
    created(&mut s, &hold(2, 2, 3, 4_000, None));
    created(&mut s, &void(3, 2));
    created(&mut s, &hold(4, 2, 3, 4_000, Some(10)));
    assert_eq!(
        run(&mut s, &post(5, 4, None), 11),
        Outcome::Refused(Refusal::HoldExpired)
    );
    assert_eq!(now(expire_due(&mut s, 10, 50)).unwrap(), 0);
    assert_eq!(now(expire_due(&mut s, 11, 50)).unwrap(), 1);
    assert_eq!(
        now(hold_state(&mut s, &transfer(4))).unwrap(),
        Some(HoldState::Expired)
    );
    assert_eq!(money(&mut s, 2), (10_000, 0));
    whole(&mut s);
}

#[test]
fn a_credit_line_is_used_to_the_fen_and_not_cut_below_use() {
    let mut s = bank();
    assert_eq!(now(credit_line(&mut s, &account(3), 500)).unwrap(), Ok(()));
    created(&mut s, &direct(2, 3, 1, 500));
    assert_eq!(
        run(&mut s, &direct(3, 3, 1, 1), 1),
        Outcome::Refused(Refusal::InsufficientFunds)
    );
    assert_eq!(
        now(credit_line(&mut s, &account(3), 499)).unwrap(),
        Err(Refusal::InsufficientFunds)
    );
    assert_eq!(
        now(credit_line(&mut s, &account(1), 1)).unwrap(),
        Err(Refusal::CreditLineInvalid)
    );
    whole(&mut s);
}

#[test]
fn only_an_empty_account_closes_and_then_takes_no_more() {
    let mut s = bank();
    assert_eq!(now(close(&mut s, &account(2))).unwrap(), Err(Refusal::NotEmpty));
    assert_eq!(now(close(&mut s, &account(3))).unwrap(), Ok(()));
    assert_eq!(
        run(&mut s, &direct(2, 2, 3, 1), 1),
        Outcome::Refused(Refusal::CreditClosed)
    );
    assert_eq!(
        run(&mut s, &direct(2, 3, 2, 1), 1),
        Outcome::Refused(Refusal::DebitClosed)
    );
}

#[test]
fn currencies_never_mix() {
    let mut s = bank();
    let mut dollars = new_account(4, true, 0);
    dollars.ccy = "USD".into();
    now(open(&mut s, &dollars, 0)).unwrap();
    assert_eq!(
        run(&mut s, &direct(2, 2, 4, 1), 1),
        Outcome::Refused(Refusal::CurrencyMismatch)
    );
    let wish = Action::Direct {
        debit: account(2),
        credit: account(3),
        amount: 1,
        ccy: "USD".into(),
    };
    assert_eq!(
        run(&mut s, &order(2, wish), 1),
        Outcome::Refused(Refusal::CurrencyMismatch)
    );
}

#[test]
fn history_pages_by_key_and_filters() {
    let mut s = bank();
    for n in 0..30_i64 {
        let id = u64::try_from(100 + n).unwrap();
        let o = if n % 3 == 0 {
            direct(id, 1, 2, 10 + n)
        } else {
            direct(id, 2, 3, 10 + n)
        };
        now(apply(&mut s, &o, &when(1_000 + n / 2))).unwrap();
    }
    let mut filter = EntryFilter {
        account: account(2),
        from: Some(1_000),
        to: Some(1_014),
        code: Some(1),
        direction: None,
        min: Some(12),
        max: None,
        before: None,
        limit: 4,
    };
    let mut seen = Vec::new();
    loop {
        let page = now(entries(&mut s, &filter)).unwrap();
        let Some(last) = page.last() else { break };
        filter.before = Some(Position {
            at: last.at,
            seq: last.seq,
        });
        seen.extend(page.iter().map(|e| e.seq));
    }
    // n = 2..=27: 26 entries, with seq n + 2 because the opening deposit is entry 1.
    assert_eq!(seen, (4..=29).rev().collect::<Vec<_>>());
    filter.before = None;
    filter.limit = 100;
    filter.direction = Some(Direction::In);
    let income = now(entries(&mut s, &filter)).unwrap();
    assert!(
        income.iter().all(|e| e.amount > 0) && income.len() == 9,
        "{}",
        income.len()
    );
}

#[test]
fn a_cursor_beyond_the_range_does_not_widen_it() {
    let mut s = bank();
    for n in 0..5 {
        now(apply(
            &mut s,
            &direct(100 + n, 2, 3, 1),
            &when(1_000 + i64::try_from(n).unwrap()),
        ))
        .unwrap();
    }
    let filter = EntryFilter {
        account: account(2),
        from: None,
        to: Some(1_002),
        code: None,
        direction: None,
        min: None,
        max: None,
        before: Some(Position { at: 1_004, seq: 6 }),
        limit: 10,
    };
    assert_eq!(now(entries(&mut s, &filter)).unwrap().len(), 3);
}

#[test]
fn verify_names_each_kind_of_damage() {
    let damage = [
        (
            "I1",
            "delete from ledger_entry where transfer like '%02' and amount > 0",
        ),
        (
            "I1",
            "update ledger_transfer set amount = amount + 1 where id like '%02'",
        ),
        (
            "I2",
            "update ledger_account set posted = posted + 1 where id like '%03'",
        ),
        (
            "I2",
            "update ledger_entry set seq = seq + 7 where account like '%02' and seq = 2",
        ),
        (
            "I3",
            "update ledger_account set credit_line = -20000 where id like '%02'",
        ),
        (
            "I4",
            "update ledger_account set held = held - 1 where id like '%02'",
        ),
        (
            "I5",
            "update ledger_hold set resolved_by = null where state = 'posted'",
        ),
        (
            "I6",
            "update ledger_transfer set reference = 'x' where id like '%02'",
        ),
    ];
    for (invariant, sql) in damage {
        let mut s = bank();
        created(&mut s, &direct(2, 2, 3, 100));
        created(&mut s, &hold(3, 2, 3, 200, None));
        created(&mut s, &hold(4, 2, 3, 300, None));
        created(&mut s, &post(5, 4, None));
        whole(&mut s);
        assert!(s.0.execute(sql, []).unwrap() > 0, "{sql}");
        let broken = now(verify(&mut s)).unwrap().broken;
        assert!(
            broken.iter().any(|b| b.invariant == invariant),
            "{sql}: {broken:?}"
        );
    }
}
