//! The only writer of a SQLite file: a thread that gathers the transactions which queued up during the last
//! COMMIT, runs each in a savepoint, and makes all of them durable with one fsync. Nobody is answered before
//! that COMMIT. A caller alone waits no longer than without gathering; sixteen callers share one fsync.
//!
//! Futures of store functions are ready at once here, so a job is polled exactly once, in place.
//!
//! Failure rules:
//! * A job that fails or panics loses its savepoint only.
//! * When SQLite itself rolls the whole transaction back (an interrupted or failed write), the job that caused
//!   it is answered, and the others are carried into the next round and run again.
//! * When COMMIT of several jobs fails, each runs again in a transaction of its own, so only the guilty fail.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::checkpoint::Checkpointer;
use super::{Link, fault};
use crate::db::conn::{self, Conn};
use crate::db::error::{Error, Fate, Result};
use crate::db::job::Job;
use crate::db::meter::Meter;
use crate::db::{Options, panics};

/// A batch ends at this many jobs or this much time, whatever comes first, so that nobody waits long for the
/// work of others.
const BATCH_JOBS: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(10);

pub(in crate::db) enum Order {
    Run(Box<dyn Job>),
    /// Finish what is queued, close the file, then tell.
    Stop(oneshot::Sender<()>),
}

/// Opens a file and starts its writer thread.
pub(in crate::db) fn start(path: &Path, options: &Options, meter: Meter) -> Result<Sender<Order>> {
    let mut link = Link::open_writer(path)?;
    let checkpointer = Checkpointer::beside(&mut link, path)?;
    let (orders, inbox) = channel();
    let mut writer = Writer {
        conn: Conn::new(conn::Link::Lite(link)),
        inbox,
        carried: VecDeque::new(),
        stop: None,
        limit: options.limit,
        patience: options.patience,
        slow: options.slow,
        meter,
    };
    // With the runtime entered, a stray sleep inside a job is pending, and refused as such, instead of
    // panicking for want of a reactor.
    let runtime = Handle::try_current().map_err(|_| Error::Options("no tokio runtime".into()))?;
    thread::Builder::new()
        .name("db-writer".into())
        .spawn(move || {
            let _runtime = runtime.enter();
            panics::quiet_thread();
            writer.serve();
            writer.end(checkpointer);
        })
        .map_err(|e| Error::Unavailable(e.to_string()))?;
    Ok(orders)
}

struct Writer {
    conn: Conn,
    inbox: Receiver<Order>,
    /// Jobs that must start over, before anything new.
    carried: VecDeque<Box<dyn Job>>,
    stop: Option<oneshot::Sender<()>>,
    limit: Duration,
    patience: Duration,
    slow: Duration,
    meter: Meter,
}

/// What running one job did to the transaction it was part of.
enum After {
    /// The job waits for COMMIT (or, refused, for its answer).
    Held(Box<dyn Job>),
    /// The job is out; the transaction goes on.
    Gone,
    /// The whole transaction is lost; the job that lost it has been answered.
    Lost,
}

impl Writer {
    fn serve(&mut self) {
        while let Some(first) = self.next_blocking() {
            self.round(first);
        }
    }

    fn end(&mut self, checkpointer: Checkpointer) {
        if let Some(link) = self.conn.lite() {
            checkpointer.end(link);
            link.set_limit(None);
            if let Err(e) = link.pragmas("pragma analysis_limit = 400; pragma optimize;") {
                tracing::warn!(error = %e, "optimising the database at close failed");
            }
        }
        if let Some(told) = self.stop.take() {
            told.send(()).ok();
        }
    }

    fn next_blocking(&mut self) -> Option<Box<dyn Job>> {
        if let Some(job) = self.carried.pop_front() {
            return Some(job);
        }
        if self.stop.is_some() {
            return None;
        }
        match self.inbox.recv() {
            Ok(Order::Run(job)) => Some(job),
            Ok(Order::Stop(told)) => {
                self.stop = Some(told);
                None
            }
            Err(_) => None,
        }
    }

    fn next_queued(&mut self) -> Option<Box<dyn Job>> {
        if let Some(job) = self.carried.pop_front() {
            return Some(job);
        }
        match self.inbox.try_recv() {
            Ok(Order::Run(job)) => Some(job),
            Ok(Order::Stop(told)) => {
                self.stop = Some(told);
                None
            }
            Err(_) => None,
        }
    }

    /// One BEGIN … COMMIT.
    fn round(&mut self, first: Box<dyn Job>) {
        if let Err(error) = self.control("begin immediate") {
            return self.refuse(first, error);
        }
        let started = Instant::now();
        let mut held = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            match self.run(job, !held.is_empty()) {
                After::Held(job) => held.push(job),
                After::Gone => {}
                After::Lost => return self.carry(held),
            }
            if held.len() >= BATCH_JOBS || started.elapsed() >= BATCH_TIME {
                break;
            }
            next = self.next_queued();
        }
        self.commit(held);
    }

    /// Runs one job inside the open transaction. Only the first needs no savepoint: it owns the transaction.
    fn run(&mut self, mut job: Box<dyn Job>, savepoint: bool) -> After {
        if !job.wanted() {
            return After::Gone;
        }
        let begun = Instant::now();
        let waited = begun.duration_since(job.since());
        self.meter.waited(waited);
        if waited > self.patience {
            self.refuse(job, Error::Unavailable("waited too long for the writer".into()));
            return After::Gone;
        }
        if savepoint && let Err(error) = self.control("savepoint job") {
            self.refuse(job, error);
            return self.lost();
        }
        let keep = self.attempt(job.as_mut());
        let took = begun.elapsed();
        if took > self.slow {
            tracing::warn!(place = %job.place(), ms = took.as_millis(), "slow transaction");
        }
        self.settle_savepoint(job, keep, savepoint)
    }

    /// Polls the job once. A job is never pending here: the watch turns that into an error.
    fn attempt(&mut self, job: &mut dyn Job) -> bool {
        if let Some(link) = self.conn.lite() {
            link.set_limit(Some(self.limit));
        }
        let keep = {
            let mut attempt = job.attempt(&mut self.conn);
            attempt.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        if let Some(link) = self.conn.lite() {
            link.set_limit(None);
        }
        match keep {
            std::task::Poll::Ready(keep) => keep,
            std::task::Poll::Pending => {
                job.fail(Error::Misuse);
                false
            }
        }
    }

    fn settle_savepoint(&mut self, mut job: Box<dyn Job>, keep: bool, savepoint: bool) -> After {
        let fate = self.conn.take_fate();
        let gone = !self.conn.lite().is_some_and(|link| link.in_transaction());
        if gone {
            let error = match fate {
                Fate::Dead(error) => error,
                Fate::Fine | Fate::Again => Error::Misuse,
            };
            self.refuse(job, error);
            return After::Lost;
        }
        let keep = match fate {
            Fate::Fine => keep,
            Fate::Again | Fate::Dead(_) => false,
        };
        if let Fate::Dead(error) = fate {
            job.fail(error);
        }
        let closed = match (keep, savepoint) {
            (true, true) => self.control("release job"),
            (true, false) => Ok(()),
            (false, true) => self
                .control("rollback to job")
                .and_then(|()| self.control("release job")),
            (false, false) => self
                .control("rollback")
                .and_then(|()| self.control("begin immediate")),
        };
        match closed {
            Ok(()) => After::Held(job),
            Err(error) => {
                self.refuse(job, error);
                self.lost()
            }
        }
    }

    /// Ends a transaction that can no longer be trusted.
    fn lost(&mut self) -> After {
        if self.conn.lite().is_some_and(|link| link.in_transaction())
            && let Err(error) = self.control("rollback")
        {
            tracing::error!(%error, "rollback failed");
        }
        After::Lost
    }

    /// The innocent jobs of a lost transaction start over, in their order, before anything new.
    fn carry(&mut self, held: Vec<Box<dyn Job>>) {
        for job in held.into_iter().rev() {
            self.carried.push_front(job);
        }
    }

    fn commit(&mut self, mut held: Vec<Box<dyn Job>>) {
        self.meter.batch(held.len());
        let Err(error) = self.control("commit") else {
            for job in held {
                self.meter.committed();
                job.settle();
            }
            return;
        };
        tracing::warn!(%error, jobs = held.len(), "COMMIT failed");
        drop(self.lost());
        if held.len() == 1
            && let Some(job) = held.pop()
        {
            return self.refuse(job, unknown(error));
        }
        for job in held {
            self.alone(job);
        }
    }

    fn alone(&mut self, job: Box<dyn Job>) {
        if let Err(error) = self.control("begin immediate") {
            return self.refuse(job, error);
        }
        match self.run(job, false) {
            After::Held(job) => self.commit(vec![job]),
            After::Gone => drop(self.lost()),
            After::Lost => {}
        }
    }

    fn refuse(&mut self, mut job: Box<dyn Job>, error: Error) {
        self.meter.failed(&error);
        job.fail(error);
        job.settle();
    }

    fn control(&mut self, sql: &'static str) -> Result<()> {
        let Some(link) = self.conn.lite() else {
            return Err(Error::Closed);
        };
        link.control(sql).map_err(|e| fault(&e).error)
    }
}

/// After a failed write of the log nobody can say whether a crash would find the transaction there.
fn unknown(error: Error) -> Error {
    match error {
        Error::Unavailable(_) => Error::CommitUnknown,
        other => other,
    }
}
