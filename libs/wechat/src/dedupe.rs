//! De-duplication as a state machine. WeChat delivers a push up to three times; a plain "seen" set would
//! swallow the answer, or lose the message when the process dies after marking it.
//!
//! ```text
//!           claim            finish
//!  (none) ───────▶ processing ─────▶ done(reply)        every later delivery gets the same reply
//!                     │   ▲
//!     deadline passed │   │ lease ran out: the next delivery takes over, the old ticket is void
//!                     ▼
//!                    late ──finish──▶ done(nothing)      the reply goes by another channel, once
//! ```

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::message::{Key, Push};
use crate::reply::Reply;

/// The store behind an inbox failed.
#[derive(Debug, thiserror::Error)]
#[error("the inbox failed: {0}")]
pub struct InboxError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Proof of a claim. A take-over makes a higher one; a lower one can no longer finish anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What a claim found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The caller owns the push now and must finish it.
    Mine(Ticket),
    /// Somebody else is at it; [`Inbox::wait`] and claim again.
    Running,
    /// Answered (or handed to the late channel): give this same reply; nothing means `success`.
    Done(Option<String>),
}

/// What finishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// Stored; every delivery gets this reply.
    InTime,
    /// The deadline had passed and `success` was answered: the reply must go by another channel.
    Late,
    /// Another owner took over; this result is void.
    Lost,
}

/// What handing over did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOver {
    /// All deliveries get `success` from now on, and the result will be late.
    Late,
    /// Another owner took over.
    Lost,
}

/// A reply and its clear document as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The typed reply, for the late channel.
    pub reply: Reply,
    /// The clear document that every delivery gets (sealed anew each time): XML, or JSON where the account's
    /// pushes are JSON.
    pub xml: String,
}

/// Where pushes are de-duplicated. Implementations must make each call atomic.
///
/// A finished push must be remembered longer than twice the account's freshness window: after that a replay
/// is refused as stale, before that it must find its reply here.
pub trait Inbox: Send + Sync + 'static {
    /// Takes the push if nobody has it, or if the owner's lease has run out.
    fn claim<'a>(&'a self, key: Key, push: &'a Push) -> BoxFuture<'a, Result<Claim, InboxError>>;

    /// Stores the result. Nothing means that there is no reply to show.
    fn finish<'a>(
        &'a self,
        key: Key,
        ticket: Ticket,
        answer: Option<&'a Answer>,
    ) -> BoxFuture<'a, Result<Finished, InboxError>>;

    /// The deadline has come: answer `success` to all, and take the result later.
    fn hand_over(&self, key: Key, ticket: Ticket) -> BoxFuture<'_, Result<HandOver, InboxError>>;

    /// Returns when another [`Inbox::claim`] may see something new.
    fn wait(&self, key: Key) -> BoxFuture<'_, Result<(), InboxError>>;
}

/// An inbox in memory: for one process, lost at its end.
pub struct MemoryInbox {
    entries: Mutex<Entries>,
    changed: Notify,
    lease: Duration,
    keep: Duration,
    capacity: usize,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<Key, Entry>,
    /// Keys by age, oldest first, to forget them in order.
    by_age: VecDeque<(Instant, Key)>,
    tickets: u64,
}

struct Entry {
    ticket: Ticket,
    state: State,
}

enum State {
    Processing { lease_until: Instant },
    Late,
    Done(Option<Box<str>>),
}

impl Default for MemoryInbox {
    /// A lease of 6 s, ten minutes of memory, at most 65,536 pushes (about 30 MB).
    fn default() -> Self {
        Self::new(Duration::from_secs(6), Duration::from_mins(10), 65_536)
    }
}

impl MemoryInbox {
    /// `lease`: how long an owner may be silent; `keep`: how long a push is remembered; `capacity`: how many
    /// at most, after which the oldest finished ones are forgotten early.
    pub fn new(lease: Duration, keep: Duration, capacity: usize) -> Self {
        Self {
            entries: Mutex::default(),
            changed: Notify::new(),
            lease,
            keep,
            capacity,
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Every change below is a single assignment, so a panicking holder leaves nothing half done.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim_now(&self, key: Key) -> Claim {
        let now = Instant::now();
        let mut guard = self.entries();
        let entries = &mut *guard;
        entries.forget(now, self.keep, self.capacity);
        if let Some(entry) = entries.by_key.get(&key) {
            match &entry.state {
                State::Done(reply) => return Claim::Done(reply.as_deref().map(str::to_owned)),
                State::Late => return Claim::Done(None),
                State::Processing { lease_until } if *lease_until > now => return Claim::Running,
                State::Processing { .. } => {}
            }
        }
        entries.tickets += 1;
        let ticket = Ticket(entries.tickets);
        let state = State::Processing {
            lease_until: now + self.lease,
        };
        if entries.by_key.insert(key, Entry { ticket, state }).is_none() {
            entries.by_age.push_back((now, key));
        }
        Claim::Mine(ticket)
    }

    fn finish_now(&self, key: Key, ticket: Ticket, answer: Option<&Answer>) -> Finished {
        let mut entries = self.entries();
        let finished = match entries
            .by_key
            .get_mut(&key)
            .filter(|entry| entry.ticket == ticket)
        {
            None => Finished::Lost,
            Some(entry) => match entry.state {
                State::Done(_) => Finished::Lost,
                State::Late => {
                    entry.state = State::Done(None);
                    Finished::Late
                }
                State::Processing { .. } => {
                    entry.state = State::Done(answer.map(|answer| answer.xml.as_str().into()));
                    Finished::InTime
                }
            },
        };
        drop(entries);
        self.changed.notify_waiters();
        finished
    }

    fn hand_over_now(&self, key: Key, ticket: Ticket) -> HandOver {
        let mut entries = self.entries();
        let handed = match entries
            .by_key
            .get_mut(&key)
            .filter(|entry| entry.ticket == ticket)
        {
            Some(entry) if matches!(entry.state, State::Processing { .. }) => {
                entry.state = State::Late;
                HandOver::Late
            }
            _ => HandOver::Lost,
        };
        drop(entries);
        self.changed.notify_waiters();
        handed
    }

    /// When the key's lease runs out; nothing when nobody is at it.
    fn lease_of(&self, key: Key) -> Option<Instant> {
        match self.entries().by_key.get(&key)?.state {
            State::Processing { lease_until } => Some(lease_until),
            State::Late | State::Done(_) => None,
        }
    }

    async fn wait_change(&self, key: Key) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the look, so that a change between look and wait is not missed.
            changed.as_mut().enable();
            match self.lease_of(key) {
                Some(until) if until > Instant::now() => {
                    // Either way the loop looks again.
                    let _woken: Result<(), _> = tokio::time::timeout_at(until, changed).await;
                }
                _ => return,
            }
        }
    }
}

impl Entries {
    fn forget(&mut self, now: Instant, keep: Duration, capacity: usize) {
        let mut tries = self.by_age.len().min(8);
        while tries > 0 {
            tries -= 1;
            let Some((since, key)) = self.by_age.front().copied() else {
                return;
            };
            if now.duration_since(since) < keep && self.by_key.len() < capacity {
                return;
            }
            self.by_age.pop_front();
            let busy =
                |entry: &Entry| !matches!(entry.state, State::Done(_)) && now.duration_since(since) < keep;
            if self.by_key.get(&key).is_some_and(busy) {
                self.by_age.push_back((since, key));
            } else {
                self.by_key.remove(&key);
            }
        }
    }
}

impl Inbox for MemoryInbox {
    fn claim<'a>(&'a self, key: Key, _push: &'a Push) -> BoxFuture<'a, Result<Claim, InboxError>> {
        futures_util::future::ready(Ok(self.claim_now(key))).boxed()
    }

    fn finish<'a>(
        &'a self,
        key: Key,
        ticket: Ticket,
        answer: Option<&'a Answer>,
    ) -> BoxFuture<'a, Result<Finished, InboxError>> {
        futures_util::future::ready(Ok(self.finish_now(key, ticket, answer))).boxed()
    }

    fn hand_over(&self, key: Key, ticket: Ticket) -> BoxFuture<'_, Result<HandOver, InboxError>> {
        futures_util::future::ready(Ok(self.hand_over_now(key, ticket))).boxed()
    }

    fn wait(&self, key: Key) -> BoxFuture<'_, Result<(), InboxError>> {
        self.wait_change(key).map(Ok).boxed()
    }
}

#[cfg(test)]
#[path = "dedupe_tests.rs"]
mod tests;
