//! What the ledger promises, one promise per test.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;

use common::*;
use weigui_ledger::{
    Action, Bundle, Direction, EntryFilter, HoldState, Opened, Outcome, Position, Refusal, account as read,
    apply, apply_group, apply_linked, balance_at, close, credit_line, entries, expire_due, find, history,
    hold_state, open, verify,
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

/// Done at once or not at all; the refused one says why.
fn run_linked(s: &mut Lite, orders: &[weigui_ledger::Order]) -> Vec<Outcome> {
    now(apply_linked(s, orders, &when(1))).unwrap()
}

#[test]
fn linked_orders_are_done_together_or_not_at_all() {
    let mut s = bank();
    let split = [direct(2, 2, 3, 6_000), direct(3, 2, 1, 4_001)];
    assert_eq!(
        run_linked(&mut s, &split),
        [
            Outcome::Refused(Refusal::LinkedFailed),
            Outcome::Refused(Refusal::InsufficientFunds)
        ]
    );
    assert_eq!((money(&mut s, 2), money(&mut s, 3)), ((10_000, 0), (0, 0)));
    // A later one may spend what an earlier one brought, and end a hold that an earlier one made.
    let through = [
        direct(2, 2, 3, 6_000),
        hold(3, 3, 1, 6_000, None),
        post(4, 3, Some(5_000)),
    ];
    let done = run_linked(&mut s, &through);
    assert!(done.iter().all(|o| matches!(o, Outcome::Created(_))), "{done:?}");
    let again = run_linked(&mut s, &through);
    assert!(again.iter().all(|o| matches!(o, Outcome::Exists(_))), "{again:?}");
    assert_eq!((money(&mut s, 2), money(&mut s, 3)), ((4_000, 0), (1_000, 0)));
    // The same order alone, or linked with others, is another wish.
    assert_eq!(
        run(&mut s, &direct(2, 2, 3, 6_000), 1),
        Outcome::Refused(Refusal::ExistsWithDifferentFields)
    );
    let twice = [direct(8, 2, 3, 1), direct(8, 2, 3, 1)];
    assert_eq!(
        run_linked(&mut s, &twice),
        [const { Outcome::Refused(Refusal::LinkedInvalid) }; 2]
    );
    whole(&mut s);
}

#[test]
fn a_reversal_moves_back_once_and_names_what_it_corrects() {
    let mut s = bank();
    created(&mut s, &direct(2, 2, 3, 700));
    created(&mut s, &hold(3, 2, 3, 50, None));
    for (wrong, why) in [
        (reverse(9, 99), Refusal::ReversedNotFound),
        (reverse(9, 3), Refusal::NotReversible),
    ] {
        assert_eq!(run(&mut s, &wrong, 1), Outcome::Refused(why));
    }
    assert!(matches!(run(&mut s, &reverse(4, 2), 1), Outcome::Created(t) if t.reverses == Some(transfer(2))));
    assert!(matches!(run(&mut s, &reverse(4, 2), 1), Outcome::Exists(_)));
    assert_eq!(
        run(&mut s, &reverse(5, 2), 1),
        Outcome::Refused(Refusal::AlreadyReversed)
    );
    assert_eq!(
        run(&mut s, &reverse(5, 4), 1),
        Outcome::Refused(Refusal::NotReversible)
    );
    assert_eq!((money(&mut s, 2), money(&mut s, 3)), ((10_000, 50), (0, 0)));
    // What was spent meanwhile can't be moved back.
    created(&mut s, &direct(6, 2, 3, 700));
    created(&mut s, &direct(7, 3, 1, 700));
    assert_eq!(
        run(&mut s, &reverse(8, 6), 1),
        Outcome::Refused(Refusal::InsufficientFunds)
    );
    whole(&mut s);
}

#[test]
fn what_is_owed_is_not_paid_back_twice() {
    let mut s = bank();
    let mut loan = new_account(4, false, 0);
    loan.capped = true;
    now(open(&mut s, &loan, 0)).unwrap();
    created(&mut s, &direct(2, 4, 2, 5_000));
    created(&mut s, &hold(3, 2, 4, 3_000, None));
    assert_eq!(
        run(&mut s, &direct(4, 2, 4, 2_001), 1),
        Outcome::Refused(Refusal::CreditsExceedDebits)
    );
    created(&mut s, &post(5, 3, None));
    created(&mut s, &direct(6, 2, 4, 2_000));
    assert_eq!(
        run(&mut s, &hold(7, 2, 4, 1, None), 1),
        Outcome::Refused(Refusal::CreditsExceedDebits)
    );
    assert_eq!(money(&mut s, 4), (0, 0));
    whole(&mut s);
}

#[test]
fn in_a_group_each_order_decides_for_itself() {
    let mut s = bank();
    let orders = [
        direct(2, 2, 3, 9_000),
        direct(3, 2, 3, 2_000),     // refused: 1,000 are left
        direct(2, 2, 3, 9_000),     // the first one again
        direct(2, 2, 3, 8_000),     // its id for something else
        hold(4, 3, 1, 9_000, None), // may hold what has just come in
        post(5, 4, Some(1)),
        direct(6, 2, 3, 1_000),
    ];
    let when = when(5);
    let bundles: Vec<Bundle<'_>> = orders
        .iter()
        .map(|order| Bundle {
            orders: std::slice::from_ref(order),
            when: &when,
        })
        .collect();
    let outcomes: Vec<Outcome> = now(apply_group(&mut s, &bundles))
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    let short: Vec<&str> = outcomes
        .iter()
        .map(|o| match o {
            Outcome::Created(_) => "created",
            Outcome::Exists(_) => "exists",
            Outcome::Refused(why) => why.code(),
        })
        .collect();
    assert_eq!(
        short,
        [
            "created",
            "insufficient_funds",
            "exists",
            "exists_with_different_fields",
            "created",
            "created",
            "created"
        ]
    );
    assert_eq!(now(find(&mut s, &transfer(3))).unwrap(), None);
    assert_eq!((money(&mut s, 2), money(&mut s, 3)), ((0, 0), (9_999, 0)));
    whole(&mut s);
}

#[test]
fn history_is_chained_and_tells_balances_of_the_past() {
    let mut s = bank();
    for n in 2..6_u64 {
        let at = i64::try_from(n).unwrap() * 10;
        now(apply(&mut s, &direct(n, 2, 3, 100), &when(at))).unwrap();
    }
    let lines = now(history(&mut s, &account(2), Some(Position { at: 1, seq: 1 }), 10)).unwrap();
    assert_eq!(lines.iter().map(|e| e.seq).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert!(
        lines
            .windows(2)
            .all(|two| two[0].chain != two[1].chain && two[0].chain.len() == 64)
    );
    let past: Vec<i64> = [1, 2, 21, 31, 99]
        .map(|at| now(balance_at(&mut s, &account(2), at)).unwrap())
        .into();
    assert_eq!(past, [0, 10_000, 9_900, 9_800, 9_600]);
}

#[test]
fn a_clock_that_runs_behind_does_not_put_an_entry_before_the_last() {
    let mut s = bank();
    now(apply(&mut s, &direct(2, 2, 3, 100), &when(50))).unwrap();
    let Outcome::Created(late) = run(&mut s, &direct(3, 2, 1, 100), 40) else {
        panic!("moved");
    };
    assert_eq!(
        late.created_at, 50,
        "not before what the payer's account has last"
    );
    let Outcome::Created(other) = run(&mut s, &direct(4, 1, 3, 7), 60) else {
        panic!("moved");
    };
    assert_eq!(other.created_at, 60);
    let lines = now(history(&mut s, &account(2), None, 10)).unwrap();
    assert_eq!(
        lines.iter().map(|e| (e.seq, e.at)).collect::<Vec<_>>(),
        [(1, 1), (2, 50), (3, 50)]
    );
    whole(&mut s);
}

#[test]
fn the_table_itself_refuses_what_a_limit_forbids() {
    let s = bank();
    for sql in [
        "update ledger_account set posted = -1 where id like '%02'",
        "update ledger_account set held = 10001 where id like '%02'",
        "update ledger_account set capped = 1 where id like '%02'",
    ] {
        assert!(s.0.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn each_of_twelve_corruptions_is_found_under_its_own_code() {
    for (code, damage) in damage::TWELVE {
        let mut s = bank();
        for order in damage::orders() {
            created(&mut s, &order);
        }
        for o in run_linked(&mut s, &damage::linked()) {
            assert!(matches!(o, Outcome::Created(_)), "{o:?}");
        }
        assert_eq!(now(expire_due(&mut s, damage::LATE, 10)).unwrap(), 1);
        whole(&mut s);
        s.0.execute_batch("pragma ignore_check_constraints = on").unwrap();
        assert!(s.0.execute(damage, []).unwrap() > 0, "{damage}");
        let report = now(verify(&mut s)).unwrap();
        let found: Vec<&str> = report.broken.iter().map(|b| b.invariant).collect();
        assert!(found.contains(&code), "{damage}: {:?}", report.broken);
    }
}

#[test]
fn the_digest_names_the_state_of_the_books() {
    let (mut a, mut b) = (bank(), bank());
    let digest = |s: &mut Lite| now(verify(s)).unwrap().digest;
    assert_eq!(digest(&mut a), digest(&mut b));
    created(&mut a, &direct(2, 2, 3, 1));
    assert_ne!(digest(&mut a), digest(&mut b));
}
