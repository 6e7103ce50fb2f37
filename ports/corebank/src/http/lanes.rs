//! One lane for each class of calls: so many at once, so long, and a breaker of its own.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kit::clock::{Clock, Ms, SECOND};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::breaker::{Breaker, BreakerRules, Budget, Pass, Turn};
use crate::op::Class;

/// How one class is treated.
#[derive(Clone, Copy, Debug)]
pub struct LaneRules {
    /// Calls under way at once.
    pub at_once: usize,
    /// How long a call waits for its turn before it is given up unsent.
    pub wait: Duration,
    /// From the first byte sent to the last byte read.
    pub total: Duration,
}

/// How all classes are treated.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub command: LaneRules,
    pub status: LaneRules,
    pub inquiry: LaneRules,
    pub report: LaneRules,
    pub breaker: BreakerRules,
    /// So many of a hundred questions may be repeated after a broken connection. Commands never are.
    pub retry_percent: u32,
}

impl Default for Rules {
    fn default() -> Self {
        let lane = |at_once, wait, total| LaneRules {
            at_once,
            wait: Duration::from_millis(wait),
            total: Duration::from_millis(total),
        };
        Self {
            command: lane(64, 1_000, 10_000),
            status: lane(32, 1_000, 5_000),
            inquiry: lane(64, 500, 3_000),
            report: lane(16, 1_000, 30_000),
            breaker: BreakerRules::default(),
            retry_percent: 10,
        }
    }
}

impl Rules {
    fn lane(&self, class: Class) -> LaneRules {
        match class {
            Class::Command => self.command,
            Class::Status => self.status,
            Class::Inquiry => self.inquiry,
            Class::Report => self.report,
        }
    }
}

/// A call that its caller gave up after this long was too slow; sooner it says nothing about the core.
const SLOW: Ms = SECOND;

struct Inner {
    class: Class,
    clock: Clock,
    rules: LaneRules,
    turns: Arc<Semaphore>,
    breaker: Mutex<Breaker>,
    budget: Mutex<Budget>,
}

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Lane(Arc<Inner>);

/// A call's right to be on its way. Given up without a word (the caller's own patience ended), it counts as a
/// bad answer when it took long.
pub(super) struct Turned {
    pub(super) pass: Pass,
    lane: Lane,
    since: Ms,
    told: bool,
    _permit: OwnedSemaphorePermit,
}

impl Turned {
    /// Tells the breaker what came.
    pub(super) fn heard(mut self, good: bool) {
        self.told = true;
        self.lane.heard(self.pass, good);
    }
}

impl Drop for Turned {
    fn drop(&mut self) {
        if !self.told && self.lane.0.clock.now() - self.since >= SLOW {
            self.lane.heard(self.pass, false);
        }
    }
}

impl Lane {
    pub(super) fn new(class: Class, rules: &Rules, clock: Clock) -> Self {
        let lane = rules.lane(class);
        show(class, true);
        Self(Arc::new(Inner {
            class,
            clock,
            rules: lane,
            turns: Arc::new(Semaphore::new(lane.at_once.max(1))),
            breaker: Mutex::new(Breaker::new(rules.breaker)),
            budget: Mutex::new(Budget::new(rules.retry_percent)),
        }))
    }

    pub(super) fn total(&self) -> Duration {
        self.0.rules.total
    }

    /// `None`: the breaker is open, or too many are before this call. Nothing was sent.
    pub(super) async fn enter(&self) -> Option<Turned> {
        let now = || self.0.clock.now();
        let stopped =
            || metrics::counter!("weigui_core_stopped_total", "class" => self.0.class.name()).increment(1);
        if self.breaker(|b| b.would_stop(now())) {
            stopped();
            return None;
        }
        let turn = tokio::time::timeout(self.0.rules.wait, self.0.turns.clone().acquire_owned());
        let Ok(Ok(permit)) = turn.await else {
            metrics::counter!("weigui_core_crowded_total", "class" => self.0.class.name()).increment(1);
            return None;
        };
        let pass = self.breaker(|b| b.ask(now()));
        if pass == Pass::Stop {
            stopped();
            return None;
        }
        self.budget(Budget::called);
        Some(Turned {
            pass,
            lane: self.clone(),
            since: now(),
            told: false,
            _permit: permit,
        })
    }

    /// Tells the breaker what came, and the operators what turned.
    fn heard(&self, pass: Pass, good: bool) {
        let Some(turn) = self.breaker(|b| b.heard(self.0.clock.now(), pass, good)) else {
            return;
        };
        let class = self.0.class.name();
        match turn {
            Turn::Opened => {
                metrics::counter!("weigui_core_breaker_opened_total", "class" => class).increment(1);
                tracing::error!(
                    class,
                    alert = "core.breaker",
                    "the core does not answer: breaker open, customers see the fallback"
                );
            }
            Turn::StaysOpen => tracing::warn!(class, "the core still does not answer"),
            Turn::Closed => tracing::info!(
                class,
                alert = "core.breaker",
                "the core answers again: breaker closed"
            ),
        }
        show(self.0.class, self.is_closed());
    }

    pub(super) fn may_repeat(&self) -> bool {
        self.0.class != Class::Command && self.budget(Budget::take)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.breaker(|b| b.is_closed())
    }

    fn breaker<T>(&self, f: impl FnOnce(&mut Breaker) -> T) -> T {
        f(&mut self.0.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn budget<T>(&self, f: impl FnOnce(&mut Budget) -> T) -> T {
        f(&mut self.0.budget.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn show(class: Class, closed: bool) {
    let gauge = metrics::gauge!("weigui_core_breaker_open", "class" => class.name());
    gauge.set(if closed { 0.0 } else { 1.0 });
}
