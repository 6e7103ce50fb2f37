//! A transaction as a parcel: the closure, the way back to its caller, and the watch over what it awaits.
//!
//! A job is shipped to the engine instead of being awaited in the handler. So only captures and result must
//! be `Send`, not the job's future; a caller that hangs up cannot tear a transaction apart; and the engine
//! can run the job again. Each transaction costs one box for the parcel and one channel for the answer.

use std::any::Any;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::oneshot;

use super::{Conn, Error, Result};

/// What comes back to the caller: the job's own result, or the panic that ended it.
pub(super) type Answer<T, E> = std::thread::Result<std::result::Result<T, E>>;

type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A transaction as the engines see it, whatever its types.
pub(super) trait Job: Send {
    /// False when the caller has gone before the transaction began.
    fn wanted(&self) -> bool;
    /// Where `tx` was called, for log lines.
    fn place(&self) -> &'static Location<'static>;
    /// When `tx` was called.
    fn since(&self) -> Instant;
    /// Runs the body once and keeps its outcome; true when the outcome asks for COMMIT. May be called again.
    fn attempt<'a>(&'a mut self, conn: &'a mut Conn) -> LocalFuture<'a, bool>;
    /// The engine could not keep the transaction: a good or missing outcome becomes this error. An outcome
    /// that was an error or a panic stays, because it asked for nothing to be kept.
    fn fail(&mut self, error: Error);
    /// Answers the caller.
    fn settle(self: Box<Self>);
}

pub(super) struct Parcel<T, E, F> {
    body: F,
    place: &'static Location<'static>,
    since: Instant,
    /// Of the request that asked, so that audit rows carry it.
    trace: String,
    outcome: Option<Answer<T, E>>,
    caller: oneshot::Sender<Answer<T, E>>,
}

impl<T, E, F> Parcel<T, E, F> {
    pub(super) fn new(body: F, place: &'static Location<'static>) -> (Self, oneshot::Receiver<Answer<T, E>>) {
        let (caller, answer) = oneshot::channel();
        (
            Parcel {
                body,
                place,
                since: Instant::now(),
                trace: crate::web::current_trace(),
                outcome: None,
                caller,
            },
            answer,
        )
    }
}

impl<T, E, F> Job for Parcel<T, E, F>
where
    F: AsyncFn(&mut Conn) -> std::result::Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn wanted(&self) -> bool {
        !self.caller.is_closed()
    }

    fn place(&self) -> &'static Location<'static> {
        self.place
    }

    fn since(&self) -> Instant {
        self.since
    }

    fn attempt<'a>(&'a mut self, conn: &'a mut Conn) -> LocalFuture<'a, bool> {
        Box::pin(async move {
            let pulse = conn.pulse();
            let body = &self.body;
            let work = watched(&pulse, async { body(conn).await });
            let outcome = match crate::web::with_trace(self.trace.clone(), work).await {
                Ok(result) => Ok(result),
                Err(Stopped::Foreign) => Ok(Err(Error::Misuse.into())),
                Err(Stopped::Panicked(payload)) => Err(payload),
            };
            let keep = matches!(outcome, Ok(Ok(_)));
            self.outcome = Some(outcome);
            keep
        })
    }

    fn fail(&mut self, error: Error) {
        if matches!(self.outcome, None | Some(Ok(Ok(_)))) {
            self.outcome = Some(Ok(Err(error.into())));
        }
    }

    fn settle(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or_else(|| Ok(Err(Error::Closed.into())));
        // A caller that has gone needs no answer.
        drop(self.caller.send(outcome));
    }
}

/// Why a body was ended before it returned.
pub(super) enum Stopped {
    /// It waited for something that is not its connection.
    Foreign,
    Panicked(Box<dyn Any + Send>),
}

/// Runs the body of a job. It may be pending only while its connection is busy (never, on SQLite): a sleep or
/// a network call would hold row locks, or the only writer, for as long as the outside world likes.
pub(super) async fn watched<F: Future>(
    pulse: &AtomicBool,
    body: F,
) -> std::result::Result<F::Output, Stopped> {
    let mut body = pin!(body);
    poll_fn(|context| {
        let _inside = Inside::enter();
        match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(context))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) if pulse.load(Ordering::Relaxed) => Poll::Pending,
            Ok(Poll::Pending) => Poll::Ready(Err(Stopped::Foreign)),
            Err(payload) => Poll::Ready(Err(Stopped::Panicked(payload))),
        }
    })
    .await
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Refuses a transaction or read that is begun inside a job. Needed beside the watch: such a call would be
/// shipped, and perhaps run, before its caller is seen to be pending; and a read on SQLite never is.
pub(super) fn refuse_nesting() -> Result<()> {
    if INSIDE.get() { Err(Error::Misuse) } else { Ok(()) }
}

/// Marks this thread as running a job's body.
struct Inside(bool);

impl Inside {
    fn enter() -> Inside {
        Inside(INSIDE.replace(true))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(self.0);
    }
}

/// Set while a driver call is under way; cleared on drop, so that a call given up inside a job (by `select!`
/// or a timeout) does not leave the connection looking busy.
pub(super) struct Busy<'a>(&'a AtomicBool);

impl<'a> Busy<'a> {
    pub(super) fn mark(pulse: &'a AtomicBool) -> Busy<'a> {
        pulse.store(true, Ordering::Relaxed);
        Busy(pulse)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
