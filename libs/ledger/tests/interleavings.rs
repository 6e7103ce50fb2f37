//! Two-phase operations over one balance, in every order that is possible: the limit holds after each step of each
//! order, because open holds count as gone. The same walk over rules that forget the holds finds violations, so it
//! would find them here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;

use common::*;
use weigui_ledger::{Order, account as read, apply, open, verify};

/// What account 2 begins with.
const OPENING: i64 = 100;

/// Sequences of one customer each; within one the order is fixed, between them every order is possible.
/// 8!/(2!·2!) = 10,080 orders.
fn sequences() -> Vec<Vec<Order>> {
    vec![
        vec![hold(10, 2, 3, 60, None), post(11, 10, Some(45))],
        vec![hold(20, 2, 3, 50, None), void(21, 20)],
        vec![direct(30, 2, 3, 30)],
        vec![direct(40, 1, 2, 20)],
        vec![hold(50, 2, 3, 70, None)],
        vec![direct(60, 2, 3, 55)],
    ]
}

/// What was seen on the way.
#[derive(Default)]
struct Walk {
    orders: u32,
    violations: u32,
    /// In how many orders a ledger that forgets open holds would overdraw.
    without_holds: u32,
}

/// Every order of what is left, each step in a savepoint that is taken back: orders share their beginnings.
fn walk<'o>(s: &mut Lite, seen: &mut Walk, left: &mut Vec<&'o [Order]>, path: &mut Vec<&'o Order>) {
    if left.iter().all(|sequence| sequence.is_empty()) {
        seen.orders += 1;
        seen.without_holds += u32::from(violated(&on_paper(path, false)));
        if seen.orders.is_multiple_of(1_000) {
            assert!(now(verify(s)).unwrap().is_whole());
        }
        return;
    }
    for at in 0..left.len() {
        let Some((first, rest)) = left[at].split_first() else {
            continue;
        };
        let before = std::mem::replace(&mut left[at], rest);
        path.push(first);
        s.0.execute_batch("savepoint step").unwrap();
        now(apply(s, first, &when(2))).unwrap();
        let a = now(read(s, &account(2))).unwrap().unwrap();
        assert_eq!(on_paper(path, true).last(), Some(&(a.posted, a.held)), "{path:?}");
        seen.violations += u32::from(violated(&[(a.posted, a.held)]));
        walk(s, seen, left, path);
        s.0.execute_batch("rollback to step; release step").unwrap();
        path.pop();
        left[at] = before;
    }
}

/// What a ledger that forgets (or counts) open holds would do to account 2: posted and held after each step.
fn on_paper(order: &[&Order], counts_holds: bool) -> Vec<(i64, i64)> {
    use weigui_ledger::Action;
    let (mut posted, mut held, mut open) = (OPENING, 0, std::collections::BTreeMap::new());
    let mut seen = Vec::new();
    for order in order {
        let free = if counts_holds { posted - held } else { posted };
        match &order.action {
            Action::Direct { debit, amount, .. } if *debit == account(2) => {
                posted -= if free >= *amount { *amount } else { 0 };
            }
            Action::Direct { amount, .. } => posted += amount,
            Action::Hold { amount, .. } if free >= *amount => {
                held += amount;
                open.insert(order.id.clone(), *amount);
            }
            Action::Post { hold, amount } => {
                if let Some(whole) = open.remove(hold) {
                    held -= whole;
                    posted -= amount.unwrap_or(whole);
                }
            }
            Action::Void { hold } => held -= open.remove(hold).unwrap_or(0),
            Action::Hold { .. } | Action::Reverse { .. } => {}
        }
        seen.push((posted, held));
    }
    seen
}

fn violated(seen: &[(i64, i64)]) -> bool {
    seen.iter().any(|(posted, held)| posted - held < 0)
}

#[test]
fn in_every_order_the_limit_holds() {
    let mut s = Lite::new();
    for (n, limited) in [(1, false), (2, true), (3, true)] {
        now(open(&mut s, &new_account(n, limited, 0), 0)).unwrap();
    }
    now(apply(&mut s, &direct(1, 1, 2, OPENING), &when(1))).unwrap();
    let (sequences, mut seen) = (sequences(), Walk::default());
    let mut left = sequences.iter().map(Vec::as_slice).collect();
    walk(&mut s, &mut seen, &mut left, &mut Vec::new());
    assert_eq!((seen.orders, seen.violations), (10_080, 0));
    // The rules that forget the holds are what makes this walk worth its time.
    println!(
        "without holds counted {} of {} orders would overdraw",
        seen.without_holds, seen.orders
    );
    assert!(seen.without_holds > 1_000, "{}", seen.without_holds);
}
