//! A core that misbehaves on order: wraps any core and delays, loses, doubles or falsifies answers.
//!
//! Faults are set for the next call, or for as long as they are left standing, per operation or for
//! all of them. Calls are counted, so that a test can say "asked twice, moved once". The demo's
//! switchboard uses the same faults.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::FutureExt as _;
use jiff::civil::Date;
use kit::{clock::Clock, money::Money};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use crate::op::Op;
use crate::{
    answer::{Answer, RefusalCode},
    port::{CoreBank, Reply},
    types::{
        Balance, Bank, Booking, CardBill, ChangePage, CoreAccount, CoreCustomer, EntryPage, EntryQuery,
        HoldOrder, Payee, PostOrder, Posted, RestrictionOrder, StatementPage, TransferOrder, TransferStatus,
        VerifyCustomer, VoidOrder,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers rightly, but later.
    Delay(Duration),
    /// Nobody there: nothing is executed, the answer is `Unknown`.
    Down,
    /// Executed, but the answer is lost.
    LoseAnswer,
    /// Executed twice; the second answer is given.
    Duplicate,
    /// Refused without asking the core.
    Refuse(RefusalCode),
    /// Executed, but the answer is false: a status says "not seen", a balance or a card's bill is off by
    /// one fen, a payee bears another name, the feed loses its first entry, a closed file is of another day.
    /// Other operations answer rightly.
    Wrong,
}

/// What the demo's switchboard can do to the core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Switches {
    pub delay_ms: u32,
    /// Commands are executed and their answers lost.
    pub lose_answers: bool,
    pub down: bool,
}

#[derive(Default)]
struct State {
    /// Used up by the first call they fit.
    next: Vec<(Option<Op>, Fault)>,
    standing: Vec<(Option<Op>, Fault)>,
    switches: Switches,
    calls: BTreeMap<Op, u64>,
}

/// Cheap to clone; clones share faults and counts.
#[derive(Clone)]
pub struct Stub {
    inner: Arc<dyn CoreBank>,
    clock: Clock,
    state: Arc<Mutex<State>>,
}

/// What is to happen in one call.
#[derive(Default)]
struct Plan {
    delay: Duration,
    fault: Option<Fault>,
}

impl Stub {
    /// Delays run on `clock`, so a test that holds a manual clock decides when they end.
    pub fn new(inner: Arc<dyn CoreBank>, clock: Clock) -> Self {
        Self {
            inner,
            clock,
            state: Arc::default(),
        }
    }

    /// The next call of `op` meets this fault.
    pub fn next(&self, op: Op, fault: Fault) {
        self.with(|s| s.next.push((Some(op), fault)));
    }

    /// Every call of `op` meets this fault until [`Stub::heal`].
    pub fn every(&self, op: Op, fault: Fault) {
        self.with(|s| s.standing.push((Some(op), fault)));
    }

    /// Every call of any kind meets this fault until [`Stub::heal`].
    pub fn all(&self, fault: Fault) {
        self.with(|s| s.standing.push((None, fault)));
    }

    /// Takes all faults and switches away.
    pub fn heal(&self) {
        self.with(|s| {
            s.next.clear();
            s.standing.clear();
            s.switches = Switches::default();
        });
    }

    pub fn switch(&self, switches: Switches) {
        self.with(|s| s.switches = switches);
    }

    pub fn switches(&self) -> Switches {
        self.with(|s| s.switches)
    }

    /// How often `op` was called so far.
    pub fn calls(&self, op: Op) -> u64 {
        self.with(|s| s.calls.get(&op).copied().unwrap_or_default())
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn plan(&self, op: Op) -> Plan {
        self.with(|s| {
            *s.calls.entry(op).or_default() += 1;
            let fits = |(of, _): &(Option<Op>, Fault)| of.is_none_or(|of| of == op);
            let mut plan = Plan {
                delay: Duration::from_millis(u64::from(s.switches.delay_ms)),
                ..Plan::default()
            };
            if let Some(at) = s.next.iter().position(fits) {
                plan.add(s.next.remove(at).1);
            }
            s.standing
                .iter()
                .filter(|f| fits(f))
                .for_each(|(_, fault)| plan.add(*fault));
            if s.switches.down {
                plan.fault = Some(Fault::Down);
            } else if s.switches.lose_answers && Op::COMMANDS.contains(&op) {
                plan.add(Fault::LoseAnswer);
            }
            plan
        })
    }

    async fn run<'a, T>(
        &'a self,
        op: Op,
        call: impl Fn() -> Reply<'a, T> + Send,
        falsify: impl FnOnce(T) -> T + Send,
    ) -> Answer<T>
    where
        T: Send + 'a,
    {
        let plan = self.plan(op);
        if !plan.delay.is_zero() {
            self.clock.sleep(plan.delay).await;
        }
        match plan.fault {
            None | Some(Fault::Delay(_)) => call().await,
            Some(Fault::Down) => Answer::Unknown,
            Some(Fault::Refuse(code)) => Answer::refused(code),
            Some(Fault::LoseAnswer) => {
                drop(call().await);
                Answer::Unknown
            }
            Some(Fault::Duplicate) => {
                drop(call().await);
                call().await
            }
            Some(Fault::Wrong) => call().await.map(falsify),
        }
    }
}

impl Plan {
    /// Delays add up; of other faults the first counts.
    fn add(&mut self, fault: Fault) {
        match fault {
            Fault::Delay(span) => self.delay += span,
            other => self.fault = self.fault.or(Some(other)),
        }
    }
}

fn same<T>(value: T) -> T {
    value
}

fn wrong_balance(b: Balance) -> Balance {
    Balance {
        posted: b.posted.checked_add(Money::cny(1)).unwrap_or(b.posted),
        version: 0,
        ..b
    }
}

fn wrong_bill(b: CardBill) -> CardBill {
    CardBill {
        paid: b.paid.checked_add(Money::cny(1)).unwrap_or(b.paid),
        ..b
    }
}

fn wrong_feed(page: ChangePage) -> ChangePage {
    ChangePage {
        items: page.items.into_iter().skip(1).collect(),
        ..page
    }
}

fn wrong_file(mut page: StatementPage) -> StatementPage {
    let day = page.header.business_date;
    page.header.business_date = day.tomorrow().unwrap_or(day);
    page
}

impl CoreBank for Stub {
    fn verify_customer<'a>(&'a self, ask: &'a VerifyCustomer) -> Reply<'a, CoreCustomer> {
        self.run(Op::VerifyCustomer, || self.inner.verify_customer(ask), same)
            .boxed()
    }

    fn customer<'a>(&'a self, customer_no: &'a str) -> Reply<'a, CoreCustomer> {
        self.run(Op::Customer, || self.inner.customer(customer_no), same)
            .boxed()
    }

    fn accounts<'a>(&'a self, customer_no: &'a str) -> Reply<'a, Vec<CoreAccount>> {
        self.run(Op::Accounts, || self.inner.accounts(customer_no), same)
            .boxed()
    }

    fn balance<'a>(&'a self, account_no: &'a str) -> Reply<'a, Balance> {
        self.run(Op::Balance, || self.inner.balance(account_no), wrong_balance)
            .boxed()
    }

    fn entries<'a>(&'a self, query: &'a EntryQuery) -> Reply<'a, EntryPage> {
        self.run(Op::Entries, || self.inner.entries(query), same).boxed()
    }

    fn payee<'a>(&'a self, no: &'a str) -> Reply<'a, Payee> {
        self.run(
            Op::Payee,
            || self.inner.payee(no),
            |p| Payee {
                name: "查无此人".to_owned(),
                ..p
            },
        )
        .boxed()
    }

    fn banks(&self) -> Reply<'_, Vec<Bank>> {
        self.run(Op::Banks, || self.inner.banks(), same).boxed()
    }

    fn card_bill<'a>(&'a self, account_no: &'a str) -> Reply<'a, CardBill> {
        self.run(Op::CardBill, || self.inner.card_bill(account_no), wrong_bill)
            .boxed()
    }

    fn transfer<'a>(&'a self, order: &'a TransferOrder) -> Reply<'a, Booking> {
        self.run(Op::Transfer, || self.inner.transfer(order), same)
            .boxed()
    }

    fn hold<'a>(&'a self, order: &'a HoldOrder) -> Reply<'a, Posted> {
        self.run(Op::Hold, || self.inner.hold(order), same).boxed()
    }

    fn post<'a>(&'a self, order: &'a PostOrder) -> Reply<'a, Posted> {
        self.run(Op::Post, || self.inner.post(order), same).boxed()
    }

    fn void<'a>(&'a self, order: &'a VoidOrder) -> Reply<'a, Posted> {
        self.run(Op::Void, || self.inner.void(order), same).boxed()
    }

    fn transfer_status(&self, id: Uuid) -> Reply<'_, TransferStatus> {
        let falsify = |_| TransferStatus::NotSeen;
        self.run(
            Op::TransferStatus,
            move || self.inner.transfer_status(id),
            falsify,
        )
        .boxed()
    }

    fn restrict<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        self.run(Op::Restrict, || self.inner.restrict(account_no, order), same)
            .boxed()
    }

    fn lift<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        self.run(Op::Lift, || self.inner.lift(account_no, order), same)
            .boxed()
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>, limit: u32) -> Reply<'a, ChangePage> {
        self.run(Op::Changes, move || self.inner.changes(cursor, limit), wrong_feed)
            .boxed()
    }

    fn statement_file(&self, business_date: Date, page: u32) -> Reply<'_, StatementPage> {
        self.run(
            Op::StatementFile,
            move || self.inner.statement_file(business_date, page),
            wrong_file,
        )
        .boxed()
    }

    fn now_business_date(&self) -> Reply<'_, Date> {
        self.run(Op::BusinessDate, || self.inner.now_business_date(), same)
            .boxed()
    }

    fn health(&self) -> Reply<'_, ()> {
        self.run(Op::Health, || self.inner.health(), same).boxed()
    }
}
