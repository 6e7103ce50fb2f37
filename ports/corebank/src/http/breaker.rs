//! The circuit breaker 熔断器: after enough bad answers nothing is asked any more for a while, so that a dead
//! core costs its callers no time; then one call at a time tries whether it lives again.
//!
//! Pure: the caller brings the time and acts on what changed.

use std::collections::VecDeque;

use kit::clock::{Ms, SECOND};

/// When a breaker opens and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BreakerRules {
    /// So many of the last answers count.
    pub window: usize,
    /// It never opens on fewer answers than these.
    pub least: usize,
    /// It opens when so many of a hundred were bad.
    pub bad_percent: usize,
    /// The first pause; it doubles with every failed probe.
    pub pause: Ms,
    pub longest_pause: Ms,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self {
            window: 20,
            least: 5,
            bad_percent: 50,
            pause: 2 * SECOND,
            longest_pause: 60 * SECOND,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open {
        until: Ms,
        pause: Ms,
    },
    /// One probe is under way since.
    Probing {
        since: Ms,
        pause: Ms,
    },
}

/// Whether a call may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    Go,
    /// Go, and everybody waits for what comes of it.
    Probe,
    Stop,
}

/// What an answer did to the breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Opened,
    /// A probe failed: open again, for longer.
    StaysOpen,
    Closed,
}

#[derive(Debug)]
pub(crate) struct Breaker {
    rules: BreakerRules,
    state: State,
    /// True: bad.
    last: VecDeque<bool>,
}

impl Breaker {
    pub(crate) fn new(rules: BreakerRules) -> Self {
        Self {
            rules,
            state: State::Closed,
            last: VecDeque::with_capacity(rules.window),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether a call would be stopped now; asks for nothing.
    pub(crate) fn would_stop(&self, now: Ms) -> bool {
        match self.state {
            State::Closed => false,
            State::Open { until, .. } => now < until,
            // A probe that was given up without a word frees the way after a pause.
            State::Probing { since, pause } => now < since + pause,
        }
    }

    pub(crate) fn ask(&mut self, now: Ms) -> Pass {
        if self.would_stop(now) {
            return Pass::Stop;
        }
        match self.state {
            State::Closed => Pass::Go,
            State::Open { pause, .. } | State::Probing { pause, .. } => {
                self.state = State::Probing { since: now, pause };
                Pass::Probe
            }
        }
    }

    /// An answer came, or none did in time.
    pub(crate) fn heard(&mut self, now: Ms, pass: Pass, good: bool) -> Option<Turn> {
        match (self.state, pass) {
            (State::Closed, _) => self.count(now, !good),
            (State::Probing { .. }, Pass::Probe) if good => {
                self.state = State::Closed;
                self.last.clear();
                Some(Turn::Closed)
            }
            (State::Probing { pause, .. }, Pass::Probe) => {
                let pause = (pause * 2).min(self.rules.longest_pause);
                self.state = State::Open {
                    until: now + pause,
                    pause,
                };
                Some(Turn::StaysOpen)
            }
            // Calls from before it opened say nothing about now.
            (State::Open { .. } | State::Probing { .. }, _) => None,
        }
    }

    fn count(&mut self, now: Ms, bad: bool) -> Option<Turn> {
        if self.last.len() >= self.rules.window {
            self.last.pop_front();
        }
        self.last.push_back(bad);
        let all = self.last.len();
        let bad = self.last.iter().filter(|bad| **bad).count();
        if all < self.rules.least || bad * 100 < self.rules.bad_percent * all {
            return None;
        }
        let pause = self.rules.pause;
        self.state = State::Open {
            until: now + pause,
            pause,
        };
        Some(Turn::Opened)
    }
}

/// The retry budget: so many of a hundred calls may be repeated, and a short run of bad luck is covered.
#[derive(Debug)]
pub(crate) struct Budget {
    percent: u32,
    /// In hundredths of a retry.
    saved: u32,
}

/// Retries that can be saved up.
const MOST_SAVED: u32 = 10 * 100;

impl Budget {
    pub(crate) fn new(percent: u32) -> Self {
        Self { percent, saved: 0 }
    }

    /// A first call went out.
    pub(crate) fn called(&mut self) {
        self.saved = (self.saved + self.percent).min(MOST_SAVED);
    }

    /// Takes a retry out, if there is one.
    pub(crate) fn take(&mut self) -> bool {
        let enough = self.saved >= 100;
        if enough {
            self.saved -= 100;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: BreakerRules = BreakerRules {
        window: 4,
        least: 3,
        bad_percent: 50,
        pause: 100,
        longest_pause: 300,
    };

    /// A step of a story: at this time, ask (and what is said) or hear (and what turns).
    enum Step {
        Ask(Ms, Pass),
        Hear(Ms, Pass, bool, Option<Turn>),
    }

    use Pass::{Go, Probe, Stop};
    use Step::{Ask, Hear};
    use Turn::{Closed, Opened, StaysOpen};

    fn tell(name: &str, story: &[Step]) {
        let mut breaker = Breaker::new(RULES);
        for (at, step) in story.iter().enumerate() {
            match *step {
                Ask(now, wanted) => assert_eq!(breaker.ask(now), wanted, "{name}, step {at}"),
                Hear(now, pass, good, wanted) => {
                    assert_eq!(breaker.heard(now, pass, good), wanted, "{name}, step {at}");
                }
            }
        }
    }

    /// Three bad answers open it; then the rest of the story.
    fn and(more: Vec<Step>) -> Vec<Step> {
        let open = [
            Hear(0, Go, false, None),
            Hear(0, Go, false, None),
            Hear(0, Go, false, Some(Opened)),
        ];
        open.into_iter().chain(more).collect()
    }

    #[test]
    fn the_table_of_an_open_breaker() {
        tell(
            "open stops everybody until the pause is over",
            &and(vec![Ask(99, Stop), Ask(100, Probe)]),
        );
        tell(
            "one probe at a time",
            &and(vec![Ask(100, Probe), Ask(101, Stop), Ask(199, Stop)]),
        );
        tell(
            "a lost probe frees the way after a pause",
            &and(vec![Ask(100, Probe), Ask(200, Probe)]),
        );
        tell(
            "a good probe closes, and old answers are forgotten",
            &and(vec![
                Ask(100, Probe),
                Hear(110, Probe, true, Some(Closed)),
                Ask(110, Go),
                Hear(111, Go, false, None),
                Hear(111, Go, false, None),
                Ask(112, Go),
            ]),
        );
        tell(
            "bad probes wait longer and longer, but not for ever",
            &and(vec![
                Ask(100, Probe),
                Hear(100, Probe, false, Some(StaysOpen)),
                Ask(299, Stop),
                Ask(300, Probe),
                Hear(300, Probe, false, Some(StaysOpen)),
                Ask(599, Stop),
                Ask(600, Probe),
                Hear(600, Probe, false, Some(StaysOpen)),
                Ask(899, Stop),
                Ask(900, Probe),
            ]),
        );
        tell(
            "stragglers from before change nothing",
            &and(vec![
                Hear(50, Go, true, None),
                Ask(100, Probe),
                Hear(101, Go, true, None),
                Ask(102, Stop),
                Hear(103, Probe, true, Some(Closed)),
            ]),
        );
    }

    #[test]
    fn the_table_of_a_closed_breaker() {
        tell(
            "few bad answers open nothing",
            &[Hear(0, Go, false, None), Hear(0, Go, false, None), Ask(0, Go)],
        );
        tell(
            "half of the window is enough",
            &[
                Hear(0, Go, true, None),
                Hear(0, Go, true, None),
                Hear(0, Go, false, None),
                Hear(0, Go, false, Some(Opened)),
            ],
        );
        tell(
            "good answers keep it closed",
            &[
                Hear(0, Go, true, None),
                Hear(0, Go, true, None),
                Hear(0, Go, true, None),
                Hear(0, Go, false, None),
                Hear(0, Go, true, None),
                Hear(0, Go, true, None),
                Hear(0, Go, true, None),
                Hear(0, Go, false, None),
                Ask(0, Go),
            ],
        );
    }

    #[test]
    fn one_call_in_ten_may_be_repeated() {
        let mut budget = Budget::new(10);
        assert!(!budget.take());
        let retries: usize = (0..1_000)
            .map(|_| {
                budget.called();
                usize::from(budget.take())
            })
            .sum();
        assert_eq!(retries, 100);
        (0..1_000).for_each(|_| budget.called());
        assert_eq!(
            (0..50).filter(|_| budget.take()).count(),
            10,
            "what is saved is bounded"
        );
    }
}
