//! The poster: what queues up while a group is being committed becomes the next group.
//!
//! No task of its own and no timer: a caller who finds the counter free leads a group at once, so a caller alone
//! waits for nobody; whoever comes meanwhile waits, and the first of them leads the next group, for all that
//! wait. A commit and its round trips are shared, and an account that everybody pays into is locked and written
//! once per group instead of once per order.
//!
//! Who was answered a moment ago may be on its way back with its next ask. Without a word two halves would take
//! turns for ever, each group as large as half the crowd; so after a group of several the next leader lets
//! everything that is ready run once before it takes the line.
//!
//! * Each ask gets its own reply; a group that fails as a whole is run again one by one, so that only the guilty
//!   fails.
//! * A lost COMMIT is unknown: the same asks run again under the same ids and learn what became of them. Who ever
//!   was in doubt hears of the doubt, never of a failure that came later.
//! * A caller that leaves before its group began is not served; one that leaves while leading hands over.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
};

use crate::queue::{Slot, Turn, lock};

/// How often asks whose commit was lost are run again before their callers are left in doubt.
const DOUBTS: u32 = 3;

/// Runs one group in one transaction.
pub trait Run: Send + Sync {
    type Ask: Send + Sync;
    type Reply: Send;
    type Fail: Send + Sync;

    /// One reply per ask, in their order; an `Err` has kept nothing, unless its verdict is [`Verdict::Unknown`].
    /// Must be right to run again: the id of an ask is its key.
    fn run(
        &self,
        group: Vec<Arc<Self::Ask>>,
    ) -> impl Future<Output = Result<Vec<Self::Reply>, Self::Fail>> + Send;

    fn verdict(&self, fail: &Self::Fail) -> Verdict;
}

/// What to do after a group failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// One of them may be the cause: run each alone.
    Alone,
    /// Nobody knows whether it was kept: run the same again.
    Unknown,
    /// Nobody would fare better alone; the database is away, say.
    Final,
}

/// Why there is no reply.
#[derive(Debug)]
pub enum Lost<F> {
    Failed(Arc<F>),
    /// [`Run::run`] returned fewer replies than asks.
    NoReply,
}

/// How the work was shared out so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub groups: u64,
    pub asks: u64,
}

/// The counter of one node.
pub struct Poster<R: Run> {
    run: R,
    most: usize,
    line: Mutex<Line<R>>,
    groups: AtomicU64,
    asks: AtomicU64,
}

type Reply<R> = Result<<R as Run>::Reply, Lost<<R as Run>::Fail>>;

struct Line<R: Run> {
    waiting: VecDeque<Waiting<R>>,
    /// Somebody leads, or has been told to.
    led: bool,
    /// How many the last group held.
    last: usize,
}

struct Waiting<R: Run> {
    ask: Arc<R::Ask>,
    slot: Arc<Slot<Reply<R>>>,
    alone: bool,
    doubt: Option<Arc<R::Fail>>,
    doubts: u32,
}

impl<R: Run> Poster<R> {
    /// Groups hold at most `most` asks.
    pub fn new(run: R, most: usize) -> Self {
        Self {
            run,
            most: most.max(1),
            line: Mutex::new(Line {
                waiting: VecDeque::new(),
                led: false,
                last: 0,
            }),
            groups: AtomicU64::new(0),
            asks: AtomicU64::new(0),
        }
    }

    /// Asks, and waits for the reply.
    pub async fn post(&self, ask: R::Ask) -> Result<R::Reply, Lost<R::Fail>> {
        let ticket = self.queue(ask);
        loop {
            match poll_fn(|context| ticket.slot.poll(context)).await {
                Turn::Answer(reply) => return reply,
                Turn::Lead => self.lead().await,
            }
        }
    }

    pub fn runner(&self) -> &R {
        &self.run
    }

    pub fn figures(&self) -> Figures {
        Figures {
            groups: self.groups.load(Ordering::Relaxed),
            asks: self.asks.load(Ordering::Relaxed),
        }
    }

    fn queue(&self, ask: R::Ask) -> Ticket<'_, R> {
        let slot = Slot::new();
        let mut line = lock(&self.line);
        line.waiting.push_back(Waiting {
            ask: Arc::new(ask),
            slot: Arc::clone(&slot),
            alone: false,
            doubt: None,
            doubts: 0,
        });
        if !line.led {
            line.led = true;
            slot.tell(Turn::Lead);
        }
        drop(line);
        Ticket { poster: self, slot }
    }

    /// Serves one group and passes the lead on, also when it is given up half-way or panics.
    async fn lead(&self) {
        let mut serving = Serving {
            poster: self,
            group: Vec::new(),
        };
        if lock(&self.line).last > 1 {
            let_others_run().await;
        }
        serving.group = self.take();
        if serving.group.is_empty() {
            return;
        }
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.asks
            .fetch_add(u64::try_from(serving.group.len()).unwrap_or(0), Ordering::Relaxed);
        let asks = serving.group.iter().map(|w| Arc::clone(&w.ask)).collect();
        let done = self.run.run(asks).await;
        let group = std::mem::take(&mut serving.group);
        match done {
            Ok(replies) => answer(group, replies),
            Err(fail) => self.fail(group, fail),
        }
    }

    /// The next group, from the front of the line; who has left is passed over.
    fn take(&self) -> Vec<Waiting<R>> {
        let mut line = lock(&self.line);
        let mut group: Vec<Waiting<R>> = Vec::new();
        while let Some(next) = line.waiting.pop_front() {
            if next.slot.is_gone() {
                continue;
            }
            let alone = next.alone;
            if alone && !group.is_empty() {
                line.waiting.push_front(next);
                break;
            }
            group.push(next);
            if alone || group.len() >= self.most {
                break;
            }
        }
        line.last = group.len();
        drop(line);
        group
    }

    fn fail(&self, group: Vec<Waiting<R>>, fail: R::Fail) {
        let verdict = self.run.verdict(&fail);
        let (fail, several) = (Arc::new(fail), group.len() > 1);
        let mut again = Vec::new();
        for mut waiting in group {
            let retry = match verdict {
                Verdict::Unknown => {
                    waiting.doubt.get_or_insert_with(|| Arc::clone(&fail));
                    waiting.doubts += 1;
                    waiting.doubts <= DOUBTS
                }
                Verdict::Alone => {
                    waiting.alone = true;
                    several
                }
                Verdict::Final => false,
            };
            if retry {
                again.push(waiting);
            } else {
                let why = waiting.doubt.take().unwrap_or_else(|| Arc::clone(&fail));
                waiting.slot.tell(Turn::Answer(Err(Lost::Failed(why))));
            }
        }
        self.put_back(again);
    }

    fn put_back(&self, group: Vec<Waiting<R>>) {
        let mut line = lock(&self.line);
        for waiting in group.into_iter().rev() {
            line.waiting.push_front(waiting);
        }
    }

    fn pass_on(&self) {
        let mut line = lock(&self.line);
        while line.waiting.front().is_some_and(|w| w.slot.is_gone()) {
            line.waiting.pop_front();
        }
        match line.waiting.front() {
            Some(next) => next.slot.tell(Turn::Lead),
            None => line.led = false,
        }
    }
}

/// Once round the runtime's queue.
async fn let_others_run() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn answer<R: Run>(group: Vec<Waiting<R>>, replies: Vec<R::Reply>) {
    let mut replies = replies.into_iter();
    for waiting in group {
        let reply = replies.next().ok_or(Lost::NoReply);
        waiting.slot.tell(Turn::Answer(reply));
    }
}

/// The group at work. Dropped with its asks still in it when the leader was given up or panicked: then each
/// of them runs alone, for one of them may be the cause.
struct Serving<'p, R: Run> {
    poster: &'p Poster<R>,
    group: Vec<Waiting<R>>,
}

impl<R: Run> Drop for Serving<'_, R> {
    fn drop(&mut self) {
        let mut left = std::mem::take(&mut self.group);
        for waiting in &mut left {
            waiting.alone = true;
        }
        self.poster.put_back(left);
        self.poster.pass_on();
    }
}

/// A caller in the line.
struct Ticket<'p, R: Run> {
    poster: &'p Poster<R>,
    slot: Arc<Slot<Reply<R>>>,
}

impl<R: Run> Drop for Ticket<'_, R> {
    fn drop(&mut self) {
        // Under the line's lock nobody can be handing the lead to this slot meanwhile.
        let line = lock(&self.poster.line);
        let leading = self.slot.leave();
        drop(line);
        if leading {
            self.poster.pass_on();
        }
    }
}
