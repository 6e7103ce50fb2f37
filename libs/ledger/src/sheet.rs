//! What a group of orders sees and will write: the locked accounts and holds as they stand after the orders
//! decided so far. Everything is decided here, in memory, before the first write; a refused order, or a bundle of
//! linked orders of which one is refused, leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    digest,
    intent::{Intent, fingerprint},
    model::{
        Account, AccountId, Action, Bundle, Entry, HoldState, Order, Outcome, Recorded, TransferId, When,
    },
    plan::{Link, Plan, Sides, record},
    refusal::Refusal,
    rules::{self, Held},
    store::{HoldRow, ReversalRow, TransferRow},
};

#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// Recorded before, or by this group.
    pub(crate) known: BTreeMap<TransferId, TransferRow>,
    pub(crate) holds: BTreeMap<TransferId, HoldRow>,
    pub(crate) reversed: BTreeSet<TransferId>,
    pub(crate) work: Work,
}

/// What is to be written, in the order of the tables.
#[derive(Default)]
pub(crate) struct Work {
    pub(crate) transfers: Vec<TransferRow>,
    pub(crate) reversals: Vec<ReversalRow>,
    pub(crate) holds: Vec<HoldRow>,
    pub(crate) resolved: Vec<HoldRow>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) touched: BTreeMap<AccountId, Touch>,
}

/// What becomes of an account: changes of `held` and `held_in`, and whether it has new entries.
#[derive(Clone, Copy, Default)]
pub(crate) struct Touch {
    pub(crate) held: i64,
    pub(crate) held_in: i64,
    pub(crate) moved: bool,
}

impl Sheet {
    /// Decides a bundle; one outcome per order.
    pub(crate) fn decide(&mut self, bundle: &Bundle<'_>) -> Vec<Outcome> {
        match bundle.orders {
            [] => Vec::new(),
            [order] => vec![self.decide_one(order, bundle.when, None)],
            orders => self.decide_linked(orders, bundle.when),
        }
    }

    fn decide_linked(&mut self, orders: &[Order], when: &When) -> Vec<Outcome> {
        let ids: BTreeSet<&TransferId> = orders.iter().map(|o| &o.id).collect();
        if ids.len() != orders.len() || orders.len() > rules::LINKED {
            return vec![Outcome::Refused(Refusal::LinkedInvalid); orders.len()];
        }
        let link = orders
            .first()
            .map(|first| (&first.id, i64::try_from(orders.len()).unwrap_or(i64::MAX)));
        let before = self.mark();
        let mut outcomes = Vec::with_capacity(orders.len());
        for order in orders {
            let outcome = self.decide_one(order, when, link);
            let refused = matches!(outcome, Outcome::Refused(_));
            outcomes.push(outcome);
            if refused {
                break;
            }
        }
        let done_before = outcomes
            .iter()
            .filter(|o| matches!(o, Outcome::Exists(_)))
            .count();
        let created = outcomes
            .iter()
            .filter(|o| matches!(o, Outcome::Created(_)))
            .count();
        if created == orders.len() || done_before == orders.len() {
            return outcomes;
        }
        self.take_back(before, orders, &outcomes);
        let failed = |o: Option<&Outcome>| match o {
            Some(kept @ (Outcome::Exists(_) | Outcome::Refused(_))) => kept.clone(),
            Some(Outcome::Created(_)) | None => Outcome::Refused(Refusal::LinkedFailed),
        };
        (0..orders.len()).map(|at| failed(outcomes.get(at))).collect()
    }

    fn mark(&self) -> Mark {
        let work = &self.work;
        Mark {
            accounts: self.accounts.clone(),
            holds: self.holds.clone(),
            reversed: self.reversed.clone(),
            touched: work.touched.clone(),
            transfers: work.transfers.len(),
            reversals: work.reversals.len(),
            new_holds: work.holds.len(),
            resolved: work.resolved.len(),
            entries: work.entries.len(),
        }
    }

    fn take_back(&mut self, mark: Mark, orders: &[Order], outcomes: &[Outcome]) {
        for (order, outcome) in orders.iter().zip(outcomes) {
            if matches!(outcome, Outcome::Created(_)) {
                self.known.remove(&order.id);
            }
        }
        self.accounts = mark.accounts;
        self.holds = mark.holds;
        self.reversed = mark.reversed;
        let work = &mut self.work;
        work.touched = mark.touched;
        work.transfers.truncate(mark.transfers);
        work.reversals.truncate(mark.reversals);
        work.holds.truncate(mark.new_holds);
        work.resolved.truncate(mark.resolved);
        work.entries.truncate(mark.entries);
    }

    fn decide_one(&mut self, order: &Order, when: &When, link: Link<'_>) -> Outcome {
        let wish = fingerprint(&Intent::of(order, link));
        if let Some(there) = self.known.get(&order.id) {
            return if there.fingerprint == wish {
                Outcome::Exists(there.body.clone())
            } else {
                Outcome::Refused(Refusal::ExistsWithDifferentFields)
            };
        }
        if order.reference.chars().count() > rules::REFERENCE_CHARS {
            return Outcome::Refused(Refusal::ReferenceTooLong);
        }
        match self.judge(order, when) {
            Err(refusal) => Outcome::Refused(refusal),
            Ok(plan) => {
                let mut row = record(order, when, &plan, wish, link);
                row.body.created_at = self.not_before(&plan.sides, when.now);
                self.carry_out(&row, &plan, when);
                Outcome::Created(row.body)
            }
        }
    }

    fn judge(&self, order: &Order, when: &When) -> Result<Plan, Refusal> {
        match &order.action {
            Action::Direct {
                debit,
                credit,
                amount,
                ccy,
            } => {
                rules::amount(*amount)?;
                let (from, to) = self.sides(debit, credit, ccy)?;
                rules::outgoing(from, *amount)?;
                rules::incoming(to, *amount)?;
                Ok(Plan::new("direct", Sides::of(debit, credit, ccy), *amount))
            }
            Action::Hold {
                debit,
                credit,
                amount,
                ccy,
                timeout_ms,
            } => {
                rules::amount(*amount)?;
                let (from, to) = self.sides(debit, credit, ccy)?;
                rules::reserve(from, *amount)?;
                rules::promise(to, *amount)?;
                let expires_at = rules::expiry(when.now, *timeout_ms)?;
                let plan = Plan::new("hold", Sides::of(debit, credit, ccy), *amount);
                Ok(Plan {
                    timeout_ms: *timeout_ms,
                    expires_at,
                    ..plan
                })
            }
            Action::Post { hold, amount } => {
                let (row, origin) = self.hold(hold)?;
                let part = rules::post(row.held, *amount, when.now)?;
                let (_, to) = self.sides(&origin.debit, &origin.credit, &origin.ccy)?;
                rules::arriving(to, part)?;
                let plan = Plan::new("post", Sides::from(origin), part);
                Ok(Plan {
                    hold: Some(row.clone()),
                    ..plan
                })
            }
            Action::Void { hold } => {
                let (row, origin) = self.hold(hold)?;
                rules::resolvable(row.held, when.now)?;
                let plan = Plan::new("void", Sides::from(origin), origin.amount);
                Ok(Plan {
                    hold: Some(row.clone()),
                    ..plan
                })
            }
            Action::Reverse { transfer } => self.judge_reversal(transfer),
        }
    }

    fn judge_reversal(&self, original: &TransferId) -> Result<Plan, Refusal> {
        let there = self.known.get(original).ok_or(Refusal::ReversedNotFound)?;
        if !matches!(there.kind, "direct" | "post") {
            return Err(Refusal::NotReversible);
        }
        if self.reversed.contains(original) {
            return Err(Refusal::AlreadyReversed);
        }
        let body = &there.body;
        let (from, to) = self.sides(&body.credit, &body.debit, &body.ccy)?;
        rules::outgoing(from, body.amount)?;
        rules::incoming(to, body.amount)?;
        let plan = Plan::new(
            "reverse",
            Sides::of(&body.credit, &body.debit, &body.ccy),
            body.amount,
        );
        Ok(Plan {
            reverses: Some(original.clone()),
            ..plan
        })
    }

    /// Nodes' clocks differ a little; an account's entries stay in the order of their instants all the same.
    fn not_before(&self, sides: &Sides, now: i64) -> i64 {
        let last = |id| self.accounts.get(id).map_or(now, |account| account.last_at);
        now.max(last(&sides.debit)).max(last(&sides.credit))
    }

    fn sides(
        &self,
        debit: &AccountId,
        credit: &AccountId,
        ccy: &str,
    ) -> Result<(&Account, &Account), Refusal> {
        rules::sides(self.accounts.get(debit), self.accounts.get(credit), ccy)
    }

    fn hold(&self, id: &TransferId) -> Result<(&HoldRow, &Recorded), Refusal> {
        let row = self.holds.get(id).ok_or(Refusal::HoldNotFound)?;
        let origin = self.known.get(id).ok_or(Refusal::HoldNotFound)?;
        Ok((row, &origin.body))
    }

    fn carry_out(&mut self, row: &TransferRow, plan: &Plan, when: &When) {
        let body = &row.body;
        match plan.kind {
            "hold" => self.reserve(row, plan.expires_at),
            "void" => {}
            _ => self.shift(body),
        }
        if let Some(hold) = &plan.hold {
            let state = if plan.kind == "post" {
                HoldState::Posted
            } else {
                HoldState::Voided
            };
            self.release(hold.clone(), state, Some(&body.id), when.now);
        }
        if let Some(original) = &body.reverses {
            self.reversed.insert(original.clone());
            self.work.reversals.push(ReversalRow {
                original: original.clone(),
                transfer: body.id.clone(),
                at: when.now,
            });
        }
        self.known.insert(body.id.clone(), row.clone());
        self.work.transfers.push(row.clone());
    }

    fn reserve(&mut self, row: &TransferRow, expires_at: i64) {
        let body = &row.body;
        self.change_holds(&body.debit, &body.credit, body.amount);
        let hold = HoldRow {
            id: body.id.clone(),
            account: body.debit.clone(),
            credit: body.credit.clone(),
            held: Held {
                amount: body.amount,
                state: HoldState::Open,
                expires_at,
            },
            resolved_by: None,
            resolved_at: None,
        };
        self.holds.insert(body.id.clone(), hold.clone());
        self.work.holds.push(hold);
    }

    /// Gives a whole hold back on both sides and keeps who ended it.
    pub(crate) fn release(&mut self, mut hold: HoldRow, to: HoldState, by: Option<&TransferId>, now: i64) {
        self.change_holds(&hold.account, &hold.credit, -hold.held.amount);
        hold.held.state = to;
        hold.resolved_by = by.cloned();
        hold.resolved_at = Some(now);
        self.holds.insert(hold.id.clone(), hold.clone());
        self.work.resolved.push(hold);
    }

    fn change_holds(&mut self, debit: &AccountId, credit: &AccountId, change: i64) {
        if let Some(account) = self.accounts.get_mut(debit) {
            account.held += change;
            self.work.touched.entry(debit.clone()).or_default().held += change;
        }
        if let Some(account) = self.accounts.get_mut(credit) {
            account.held_in += change;
            self.work.touched.entry(credit.clone()).or_default().held_in += change;
        }
    }

    fn shift(&mut self, body: &Recorded) {
        for (id, amount) in [(&body.debit, -body.amount), (&body.credit, body.amount)] {
            let Some(account) = self.accounts.get_mut(id) else {
                continue;
            };
            account.posted += amount;
            account.seq += 1;
            account.last_at = body.created_at;
            let mut entry = Entry {
                account: id.clone(),
                seq: account.seq,
                transfer: body.id.clone(),
                amount,
                balance_after: account.posted,
                code: body.code,
                business_date: body.business_date.clone(),
                value_date: body.value_date.clone(),
                at: body.created_at,
                chain: String::new(),
            };
            entry.chain = digest::link(&account.chain, &entry);
            account.chain.clone_from(&entry.chain);
            self.work.touched.entry(id.clone()).or_default().moved = true;
            self.work.entries.push(entry);
        }
    }
}

/// Where the sheet stood before linked orders.
struct Mark {
    accounts: BTreeMap<AccountId, Account>,
    holds: BTreeMap<TransferId, HoldRow>,
    reversed: BTreeSet<TransferId>,
    touched: BTreeMap<AccountId, Touch>,
    transfers: usize,
    reversals: usize,
    new_holds: usize,
    resolved: usize,
    entries: usize,
}
