//! Random orders against plain maps: the SQL ledger must answer and stand exactly like them, refusals
//! included, alone, linked and in groups, and stay whole. `ports/corebank/tests/ledger` does the same, longer,
//! on both engines.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;

use common::{
    plain::{ACCOUNTS, Answer, Plain, Step, opening},
    *,
};
use proptest::prelude::*;
use weigui_ledger::{
    Bundle, Order, Outcome, account as read, apply, apply_group, apply_linked, expire_due, open, verify,
};

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few ids and small amounts: collisions, replays and shortages must be common.
    let id = 1..40_u64;
    let account = prop_oneof![30 => 1..=5_u64, 8 => Just(7), 1 => Just(6)];
    let amount = prop_oneof![20 => 1..400_i64, 1 => Just(0), 1 => Just(-5)];
    let timeout = prop_oneof![Just(None), (0..12_i64).prop_map(Some)];
    let part = prop_oneof![Just(None), (0..400_i64).prop_map(Some)];
    let step = prop_oneof![
        5 => (id.clone(), account.clone(), account.clone(), amount.clone())
            .prop_map(|(id, from, to, amount)| Step::Direct { id, from, to, amount }),
        5 => (id.clone(), account.clone(), account, amount, timeout)
            .prop_map(|(id, from, to, amount, timeout)| Step::Hold { id, from, to, amount, timeout }),
        4 => (id.clone(), id.clone(), part).prop_map(|(id, hold, amount)| Step::Post { id, hold, amount }),
        2 => (id.clone(), id.clone()).prop_map(|(id, hold)| Step::Void { id, hold }),
        2 => (id.clone(), id).prop_map(|(id, of)| Step::Reverse { id, of }),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..80)
}

fn answer(outcome: &Outcome) -> Answer {
    match outcome {
        Outcome::Created(_) => Answer::Created,
        Outcome::Exists(_) => Answer::Exists,
        Outcome::Refused(refusal) => Answer::Refused(*refusal),
    }
}

/// One after the other.
fn singly(s: &mut Lite, steps: &[Step], at: i64) -> Vec<Answer> {
    let one = |step: &Step| match step.order() {
        None => {
            now(expire_due(s, at, 1_000)).unwrap();
            Answer::Created
        }
        Some(order) => answer(&now(apply(s, &order, &when(at))).unwrap()),
    };
    steps.iter().map(one).collect()
}

/// In one group, each for itself.
fn grouped(s: &mut Lite, orders: &[Order], at: i64) -> Vec<Answer> {
    let when = when(at);
    let bundles: Vec<Bundle<'_>> = orders
        .iter()
        .map(|order| Bundle {
            orders: std::slice::from_ref(order),
            when: &when,
        })
        .collect();
    now(apply_group(s, &bundles))
        .unwrap()
        .iter()
        .flatten()
        .map(answer)
        .collect()
}

fn linked(s: &mut Lite, orders: &[Order], at: i64) -> Vec<Answer> {
    now(apply_linked(s, orders, &when(at)))
        .unwrap()
        .iter()
        .map(answer)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn sql_and_maps_agree(steps in steps(), size in 1..12_usize, manner in 0..3_u8) {
        let mut s = Lite::new();
        let mut plain = Plain::default();
        for new in opening() {
            now(open(&mut s, &new, 0)).unwrap();
        }
        for (at, chunk) in (1_i64..).zip(steps.chunks(size)) {
            let sweeps = chunk.iter().any(|step| matches!(step, Step::Sweep));
            let orders: Vec<Order> = chunk.iter().filter_map(Step::order).collect();
            let (got, wanted) = if manner == 2 && orders.len() > 1 && !sweeps {
                (linked(&mut s, &orders, at), plain.run_linked(chunk, at))
            } else {
                let wanted: Vec<Answer> = chunk.iter().map(|step| plain.run(step, at)).collect();
                let got = if manner == 1 && !sweeps { grouped(&mut s, &orders, at) } else { singly(&mut s, chunk, at) };
                (got, wanted)
            };
            prop_assert_eq!(got, wanted, "at {} {:?}", at, chunk);
        }
        for (n, ..) in ACCOUNTS {
            let a = now(read(&mut s, &account(n))).unwrap().unwrap();
            prop_assert_eq!((a.posted, a.held, a.held_in), plain.of(n));
        }
        let report = now(verify(&mut s)).unwrap();
        prop_assert!(report.is_whole(), "{:?}", report.broken);
    }
}
