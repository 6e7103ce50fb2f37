//! The ledger's promises written down once more, on plain maps, without any database: what random orders are
//! compared against.

use std::collections::{BTreeMap, BTreeSet};

use weigui_ledger::{NewAccount, Order, Refusal};

use super::orders::{account, direct, hold, post, reverse, void};

/// Number, limited, line, capped. 1 is unlimited, 2–4 are limited at zero, 5 has a line of 300, 7 owes and may
/// only be paid what it owes; 6 is never opened.
pub(crate) const ACCOUNTS: [(u64, bool, i64, bool); 6] = [
    (1, false, 0, false),
    (2, true, 0, false),
    (3, true, 0, false),
    (4, true, 0, false),
    (5, true, 300, false),
    (7, false, 0, true),
];

pub(crate) fn opening() -> impl Iterator<Item = NewAccount> {
    ACCOUNTS
        .into_iter()
        .map(|(n, limited, credit_line, capped)| NewAccount {
            id: account(n),
            ccy: "CNY".into(),
            limited,
            credit_line,
            capped,
        })
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
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
    Reverse {
        id: u64,
        of: u64,
    },
    Sweep,
}

impl Step {
    pub(crate) fn id(&self) -> u64 {
        match *self {
            Self::Direct { id, .. }
            | Self::Hold { id, .. }
            | Self::Post { id, .. }
            | Self::Void { id, .. }
            | Self::Reverse { id, .. } => id,
            Self::Sweep => 0,
        }
    }

    pub(crate) fn order(&self) -> Option<Order> {
        Some(match *self {
            Self::Direct { id, from, to, amount } => direct(id, from, to, amount),
            Self::Hold {
                id,
                from,
                to,
                amount,
                timeout,
            } => hold(id, from, to, amount, timeout),
            Self::Post { id, hold, amount } => post(id, hold, amount),
            Self::Void { id, hold } => void(id, hold),
            Self::Reverse { id, of } => reverse(id, of),
            Self::Sweep => return None,
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
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

#[derive(Clone, Default)]
pub(crate) struct Plain {
    posted: BTreeMap<u64, i64>,
    held: BTreeMap<u64, i64>,
    held_in: BTreeMap<u64, i64>,
    /// What was asked under an id, with the orders it was linked with.
    done: BTreeMap<u64, String>,
    moved: BTreeMap<u64, (u64, u64, i64)>,
    reversals: BTreeSet<u64>,
    reversed: BTreeSet<u64>,
    holds: BTreeMap<u64, (u64, u64, i64, Hold)>,
}

impl Plain {
    /// Posted, held and held in favour of an account.
    pub(crate) fn of(&self, n: u64) -> (i64, i64, i64) {
        let of = |map: &BTreeMap<u64, i64>| map.get(&n).copied().unwrap_or_default();
        (of(&self.posted), of(&self.held), of(&self.held_in))
    }

    pub(crate) fn run(&mut self, step: &Step, at: i64) -> Answer {
        self.one(step, at, "")
    }

    /// All or none of at least two steps, none of them a sweep.
    pub(crate) fn run_linked(&mut self, steps: &[Step], at: i64) -> Vec<Answer> {
        let ids: BTreeSet<u64> = steps.iter().map(Step::id).collect();
        if ids.len() < steps.len() {
            return vec![Answer::Refused(Refusal::LinkedInvalid); steps.len()];
        }
        let before = self.clone();
        let link = format!("{} of {}", steps.first().unwrap().id(), steps.len());
        let mut answers = Vec::new();
        for step in steps {
            answers.push(self.one(step, at, &link));
            if matches!(answers.last(), Some(Answer::Refused(_))) {
                break;
            }
        }
        let whole = |kind: &Answer| answers.len() == steps.len() && answers.iter().all(|a| a == kind);
        if whole(&Answer::Created) || whole(&Answer::Exists) {
            return answers;
        }
        *self = before;
        for answer in &mut answers {
            if *answer == Answer::Created {
                *answer = Answer::Refused(Refusal::LinkedFailed);
            }
        }
        answers.resize(steps.len(), Answer::Refused(Refusal::LinkedFailed));
        answers
    }

    fn one(&mut self, step: &Step, at: i64, link: &str) -> Answer {
        let decision = match *step {
            Step::Sweep => {
                self.sweep(at);
                return Answer::Created;
            }
            Step::Direct { from, to, amount, .. } => self.may_move(from, to, amount),
            Step::Hold {
                from,
                to,
                amount,
                timeout,
                ..
            } => {
                let bad = timeout.is_some_and(|t| t <= 0);
                let timeout = if bad {
                    Err(Refusal::TimeoutNotPositive)
                } else {
                    Ok(())
                };
                self.may_move(from, to, amount).and(timeout)
            }
            Step::Post { hold, amount, .. } => self.may_post(hold, amount, at),
            Step::Void { hold, .. } => self.resolvable(hold, at).map(|_| ()),
            Step::Reverse { of, .. } => self.may_reverse(of),
        };
        let wish = format!("{step:?} {link}");
        if let Some(before) = self.done.get(&step.id()) {
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
        self.done.insert(step.id(), wish);
        self.write(step, at);
        Answer::Created
    }

    fn may_move(&self, from: u64, to: u64, amount: i64) -> Result<(), Refusal> {
        let known = |n| ACCOUNTS.iter().find(|a| a.0 == n);
        if amount <= 0 {
            return Err(Refusal::AmountNotPositive);
        }
        let debit = known(from).ok_or(Refusal::DebitNotFound)?;
        let credit = known(to).ok_or(Refusal::CreditNotFound)?;
        if from == to {
            return Err(Refusal::SameAccount);
        }
        let (posted, held, _) = self.of(from);
        if debit.1 && posted - held + debit.2 < amount {
            return Err(Refusal::InsufficientFunds);
        }
        let (posted, _, held_in) = self.of(to);
        if credit.3 && posted + held_in + amount > 0 {
            return Err(Refusal::CreditsExceedDebits);
        }
        Ok(())
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

    fn may_reverse(&self, of: u64) -> Result<(), Refusal> {
        if !self.done.contains_key(&of) {
            return Err(Refusal::ReversedNotFound);
        }
        let (from, to, amount) = self.moved.get(&of).copied().ok_or(Refusal::NotReversible)?;
        if self.reversals.contains(&of) {
            return Err(Refusal::NotReversible);
        }
        if self.reversed.contains(&of) {
            return Err(Refusal::AlreadyReversed);
        }
        self.may_move(to, from, amount)
    }

    fn write(&mut self, step: &Step, at: i64) {
        match *step {
            Step::Direct { id, from, to, amount } => self.shift(id, from, to, amount),
            Step::Hold {
                id,
                from,
                to,
                amount,
                timeout,
            } => {
                *self.held.entry(from).or_default() += amount;
                *self.held_in.entry(to).or_default() += amount;
                let until = timeout.map_or(i64::MAX, |t| at + t);
                self.holds.insert(id, (from, to, amount, Hold::Open { until }));
            }
            Step::Post { id, hold, amount } => {
                let (from, to, whole) = self.end(hold, Hold::Posted);
                self.shift(id, from, to, amount.unwrap_or(whole));
            }
            Step::Void { hold, .. } => {
                self.end(hold, Hold::Voided);
            }
            Step::Reverse { id, of } => {
                let (from, to, amount) = *self.moved.get(&of).unwrap();
                self.shift(id, to, from, amount);
                self.reversals.insert(id);
                self.reversed.insert(of);
            }
            Step::Sweep => {}
        }
    }

    fn end(&mut self, hold: u64, state: Hold) -> (u64, u64, i64) {
        let row = self.holds.get_mut(&hold).unwrap();
        row.3 = state;
        let (from, to, whole) = (row.0, row.1, row.2);
        *self.held.get_mut(&from).unwrap() -= whole;
        *self.held_in.get_mut(&to).unwrap() -= whole;
        (from, to, whole)
    }

    fn shift(&mut self, id: u64, from: u64, to: u64, amount: i64) {
        *self.posted.entry(from).or_default() -= amount;
        *self.posted.entry(to).or_default() += amount;
        self.moved.insert(id, (from, to, amount));
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
}
