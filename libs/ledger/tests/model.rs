//! Random orders against a plain map: the SQL ledger must answer and stand exactly like it,
//! refusals included, and stay whole.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;

use std::collections::BTreeMap;

use common::*;
use proptest::prelude::*;
use weigui_ledger::{Order, Outcome, Refusal, account as read, apply, expire_due, open, verify};

/// 1 is unlimited, 2–4 are limited at zero, 5 has a line of 300; 6 is never opened.
const ACCOUNTS: [(u64, bool, i64); 5] = [
    (1, false, 0),
    (2, true, 0),
    (3, true, 0),
    (4, true, 0),
    (5, true, 300),
];

#[derive(Clone, Debug)]
enum Step {
    Direct {
        id: u64,
        from: u64,
        to: u64,
        amount: i64,
    },
    Hold {
        id: u64,
        from: u64,
        to: u64,
        amount: i64,
        timeout: Option<i64>,
    },
    Post {
        id: u64,
        hold: u64,
        amount: Option<i64>,
    },
    Void {
        id: u64,
        hold: u64,
    },
    Sweep,
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Created,
    Exists,
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Hold {
    Open { until: i64 },
    Posted,
    Voided,
    Expired,
}

/// The same promises, written down without any database.
#[derive(Default)]
struct Plain {
    posted: BTreeMap<u64, i64>,
    held: BTreeMap<u64, i64>,
    done: BTreeMap<u64, String>,
    holds: BTreeMap<u64, (u64, u64, i64, Hold)>,
}

impl Plain {
    fn run(&mut self, step: &Step, at: i64) -> Answer {
        let (id, decision) = match *step {
            Step::Sweep => {
                self.sweep(at);
                return Answer::Created;
            }
            Step::Direct { id, from, to, amount } => (id, self.may_move(from, to, amount)),
            Step::Hold {
                id,
                from,
                to,
                amount,
                timeout,
            } => {
                let decision = self.may_move(from, to, amount);
                let bad = timeout.is_some_and(|t| t <= 0);
                (
                    id,
                    decision.and(if bad {
                        Err(Refusal::TimeoutNotPositive)
                    } else {
                        Ok(())
                    }),
                )
            }
            Step::Post { id, hold, amount } => (id, self.may_post(hold, amount, at)),
            Step::Void { id, hold } => (id, self.resolvable(hold, at).map(|_| ())),
        };
        let wish = format!("{step:?}");
        if let Some(before) = self.done.get(&id) {
            let same = *before == wish;
            return if same {
                Answer::Exists
            } else {
                Answer::Refused(Refusal::ExistsWithDifferentFields)
            };
        }
        if let Err(refusal) = decision {
            return Answer::Refused(refusal);
        }
        self.done.insert(id, wish);
        self.write(step, at);
        Answer::Created
    }

    fn may_move(&self, from: u64, to: u64, amount: i64) -> Result<(), Refusal> {
        let known = |n| ACCOUNTS.iter().find(|a| a.0 == n);
        if amount <= 0 {
            return Err(Refusal::AmountNotPositive);
        }
        let payer = known(from).ok_or(Refusal::DebitNotFound)?;
        known(to).ok_or(Refusal::CreditNotFound)?;
        if from == to {
            return Err(Refusal::SameAccount);
        }
        let free = Self::of(&self.posted, from) - Self::of(&self.held, from) + payer.2;
        if payer.1 && free < amount {
            Err(Refusal::InsufficientFunds)
        } else {
            Ok(())
        }
    }

    fn resolvable(&self, hold: u64, at: i64) -> Result<i64, Refusal> {
        let (_, _, amount, state) = self.holds.get(&hold).ok_or(Refusal::HoldNotFound)?;
        match state {
            Hold::Open { until } if *until <= at => Err(Refusal::HoldExpired),
            Hold::Open { .. } => Ok(*amount),
            Hold::Posted => Err(Refusal::HoldPosted),
            Hold::Voided => Err(Refusal::HoldVoided),
            Hold::Expired => Err(Refusal::HoldExpired),
        }
    }

    fn may_post(&self, hold: u64, amount: Option<i64>, at: i64) -> Result<(), Refusal> {
        let whole = self.resolvable(hold, at)?;
        match amount {
            Some(..=0) => Err(Refusal::AmountNotPositive),
            Some(part) if part > whole => Err(Refusal::ExceedsHold),
            _ => Ok(()),
        }
    }

    fn write(&mut self, step: &Step, at: i64) {
        match *step {
            Step::Direct { from, to, amount, .. } => self.shift(from, to, amount),
            Step::Hold {
                id,
                from,
                to,
                amount,
                timeout,
            } => {
                *self.held.entry(from).or_default() += amount;
                let until = timeout.map_or(i64::MAX, |t| at + t);
                self.holds.insert(id, (from, to, amount, Hold::Open { until }));
            }
            Step::Post { hold, amount, .. } => {
                let (from, to, whole) = self.end(hold, Hold::Posted);
                self.shift(from, to, amount.unwrap_or(whole));
            }
            Step::Void { hold, .. } => {
                self.end(hold, Hold::Voided);
            }
            Step::Sweep => {}
        }
    }

    fn end(&mut self, hold: u64, state: Hold) -> (u64, u64, i64) {
        let row = self.holds.get_mut(&hold).unwrap();
        row.3 = state;
        let (from, to, whole) = (row.0, row.1, row.2);
        *self.held.get_mut(&from).unwrap() -= whole;
        (from, to, whole)
    }

    fn shift(&mut self, from: u64, to: u64, amount: i64) {
        *self.posted.entry(from).or_default() -= amount;
        *self.posted.entry(to).or_default() += amount;
    }

    fn sweep(&mut self, at: i64) {
        let due = |h: &Hold| matches!(h, Hold::Open { until } if *until <= at);
        let ids: Vec<u64> = self
            .holds
            .iter()
            .filter(|(_, h)| due(&h.3))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.end(id, Hold::Expired);
        }
    }

    fn of(map: &BTreeMap<u64, i64>, n: u64) -> i64 {
        map.get(&n).copied().unwrap_or_default()
    }
}

fn order_of(step: &Step) -> Option<Order> {
    Some(match *step {
        Step::Direct { id, from, to, amount } => direct(id, from, to, amount),
        Step::Hold {
            id,
            from,
            to,
            amount,
            timeout,
        } => hold(id, from, to, amount, timeout),
        Step::Post { id, hold, amount } => post(id, hold, amount),
        Step::Void { id, hold } => void(id, hold),
        Step::Sweep => return None,
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few ids and small amounts: collisions, replays and shortages must be common.
    let id = 1..40_u64;
    let account = prop_oneof![30 => 1..=5_u64, 1 => Just(6)];
    let amount = prop_oneof![20 => 1..400_i64, 1 => Just(0), 1 => Just(-5)];
    let timeout = prop_oneof![Just(None), (0..12_i64).prop_map(Some)];
    let part = prop_oneof![Just(None), (0..400_i64).prop_map(Some)];
    let step = prop_oneof![
        5 => (id.clone(), account.clone(), account.clone(), amount.clone())
            .prop_map(|(id, from, to, amount)| Step::Direct { id, from, to, amount }),
        5 => (id.clone(), account.clone(), account, amount, timeout)
            .prop_map(|(id, from, to, amount, timeout)| Step::Hold { id, from, to, amount, timeout }),
        4 => (id.clone(), id.clone(), part).prop_map(|(id, hold, amount)| Step::Post { id, hold, amount }),
        2 => (id.clone(), id).prop_map(|(id, hold)| Step::Void { id, hold }),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn sql_and_map_agree(steps in steps()) {
        let mut s = Lite::new();
        let mut plain = Plain::default();
        for (n, limited, line) in ACCOUNTS {
            now(open(&mut s, &new_account(n, limited, line), 0)).unwrap();
        }
        for (at, step) in (1_i64..).zip(&steps) {
            let wanted = plain.run(step, at);
            let got = match order_of(step) {
                None => { now(expire_due(&mut s, at, 1_000)).unwrap(); Answer::Created }
                Some(order) => match now(apply(&mut s, &order, &when(at))).unwrap() {
                    Outcome::Created(_) => Answer::Created,
                    Outcome::Exists(_) => Answer::Exists,
                    Outcome::Refused(refusal) => Answer::Refused(refusal),
                },
            };
            prop_assert_eq!(got, wanted, "at {} {:?}", at, step);
        }
        for (n, _, _) in ACCOUNTS {
            let a = now(read(&mut s, &account(n))).unwrap().unwrap();
            prop_assert_eq!((a.posted, a.held), (Plain::of(&plain.posted, n), Plain::of(&plain.held, n)));
        }
        let report = now(verify(&mut s)).unwrap();
        prop_assert!(report.is_whole(), "{:?}", report.broken);
    }
}
