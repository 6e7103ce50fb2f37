//! The only writer of a SQLite file: a thread that gathers the transactions which queued up during the last
//! COMMIT, runs one after the other, and makes all of them durable with one fsync (see [`super::sync`]). Nobody is
//! answered before it. A caller alone waits no longer than without gathering; sixteen callers share one fsync.
//!
//! Futures of store functions are ready at once here, so a job is polled exactly once, in place.
//!
//! A savepoint for each job would copy every page that it touches, a seventh of the writer's time, for the rare job
//! that writes something and then fails. So there is none until one does; ADR 0025.
//!
//! Failure rules:
//! * A job that fails or panics before it wrote anything leaves nothing to undo.
//! * One that wrote something takes the transaction with it: the others are carried into the next round and run again.
//!   From then on, for a while, each job runs in a savepoint of its own, and one that fails loses only that.
//! * When SQLite itself rolls the whole transaction back (an interrupted or failed write), the job that caused
//!   it is answered, and the others are carried into the next round and run again.
//! * When the log can't be fsynced, its jobs have an unknown outcome and every later one is refused: after that the
//!   system may take lost pages for written ones.
//! * When COMMIT of several jobs fails, each runs again in a transaction of its own, so only the guilty fail.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::checkpoint::Checkpointer;
use super::inbox::{Inbox, Order};
use super::sync::Syncer;
use super::{Link, fault};
use crate::db::conn::{self, Conn};
use crate::db::error::{Error, Fate, Result};
use crate::db::job::Job;
use crate::db::meter::Meter;
use crate::db::{Options, panics};

/// A batch ends at this many jobs, or after this much time once the batch before it is on the disk: so nobody waits long
/// for the work of others, and not everybody waits for the same COMMIT while the cores are idle.
const BATCH_JOBS: usize = 256;
const BATCH_TIME: Duration = Duration::from_millis(2);
/// For so many rounds jobs run in savepoints, after one that failed has cost the others their work.
const CAREFUL: u32 = 64;

/// Opens a file and starts its writer thread.
pub(in crate::db) fn start(path: &Path, options: &Options, meter: Meter) -> Result<Arc<Sender<Order>>> {
    let mut link = Link::open_writer(path)?;
    let wrote = Arc::new(AtomicBool::new(false));
    let checkpointer = Checkpointer::beside(&mut link, path, Arc::clone(&wrote))?;
    let (orders, inbox) = Inbox::open();
    let mut writer = Writer {
        conn: Conn::new(conn::Link::Lite(link)),
        inbox,
        syncer: Syncer::start(path, meter.clone())?,
        wrote,
        failed: Vec::new(),
        careful: 0,
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
    inbox: Inbox,
    syncer: Syncer,
    /// Set by a COMMIT that had something to write.
    wrote: Arc<AtomicBool>,
    /// Jobs whose failure took a transaction with it: they are answered with the next COMMIT, because what they saw of
    /// the others is no fact before.
    failed: Vec<Box<dyn Job>>,
    /// Rounds left in which each job runs in a savepoint.
    careful: u32,
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

/// How what a job wrote can be undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// It is the first and owns the transaction.
    Alone,
    Savepoint,
    /// Only together with all that ran before it.
    None,
}

impl Writer {
    fn serve(&mut self) {
        while let Some(first) = self.inbox.next() {
            self.round(first);
        }
    }

    fn end(mut self, checkpointer: Checkpointer) {
        self.inbox.syncs();
        for job in self.failed.drain(..) {
            job.settle();
        }
        self.syncer.end();
        if let Some(link) = self.conn.lite() {
            checkpointer.end(link);
            link.set_limit(None);
            if let Err(e) = link.pragmas("pragma analysis_limit = 400; pragma optimize;") {
                tracing::warn!(error = %e, "optimising the database at close failed");
            }
        }
        if let Some(told) = self.inbox.stopped_by() {
            told.send(()).ok();
        }
    }

    /// One BEGIN … COMMIT.
    fn round(&mut self, first: Box<dyn Job>) {
        if self.inbox.broken {
            return self.refuse(first, lost_log());
        }
        if let Err(error) = self.control("begin immediate") {
            return self.refuse(first, error);
        }
        let started = Instant::now();
        let careful = self.careful > 0;
        self.careful = self.careful.saturating_sub(1);
        let mut held = Vec::new();
        let mut next = Some(first);
        while let Some(job) = next {
            let guard = match (held.is_empty(), careful) {
                (true, _) => Guard::Alone,
                (false, true) => Guard::Savepoint,
                (false, false) => Guard::None,
            };
            match self.run(job, guard) {
                After::Held(job) => held.push(job),
                After::Gone => {}
                After::Lost => return self.inbox.carry(held),
            }
            let late = started.elapsed() >= BATCH_TIME && !self.inbox.syncing;
            if held.len() >= BATCH_JOBS || late {
                break;
            }
            next = self.inbox.next_of_round();
        }
        self.inbox.syncs();
        self.commit(held);
    }

    /// Runs one job inside the open transaction.
    fn run(&mut self, mut job: Box<dyn Job>, guard: Guard) -> After {
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
        if guard == Guard::Savepoint
            && let Err(error) = self.control("savepoint job")
        {
            self.refuse(job, error);
            return self.lost();
        }
        let before = self.changes();
        let keep = self.attempt(job.as_mut());
        let took = begun.elapsed();
        if took > self.slow {
            tracing::warn!(place = %job.place(), ms = took.as_millis(), "slow transaction");
        }
        let wrote = self.changes() != before;
        self.conclude(job, (keep, wrote), guard)
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

    /// Rows changed since the file was opened.
    fn changes(&mut self) -> u64 {
        self.conn.lite().map_or(0, |link| link.changes())
    }

    /// Keeps what the job wrote, or undoes it.
    fn conclude(&mut self, mut job: Box<dyn Job>, (keep, wrote): (bool, bool), guard: Guard) -> After {
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
        let closed = match guard {
            Guard::Savepoint if keep => self.control("release job"),
            Guard::Savepoint => self
                .control("rollback to job")
                .and_then(|()| self.control("release job")),
            Guard::Alone | Guard::None if keep || !wrote => Ok(()),
            Guard::Alone => self
                .control("rollback")
                .and_then(|()| self.control("begin immediate")),
            Guard::None => {
                self.failed.push(job);
                self.careful = CAREFUL;
                return self.lost();
            }
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

    fn commit(&mut self, mut held: Vec<Box<dyn Job>>) {
        if self.inbox.broken {
            drop(self.lost());
            for job in self.failed.drain(..) {
                job.settle();
            }
            return held.into_iter().for_each(|job| self.refuse(job, lost_log()));
        }
        self.meter.batch(held.len());
        let Err(error) = self.control("commit") else {
            held.append(&mut self.failed);
            return self.answer(held);
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

    /// Answers when it is on the disk. Others may run meanwhile, unless there is nobody.
    fn answer(&mut self, jobs: Vec<Box<dyn Job>>) {
        if !self.wrote.swap(false, Ordering::Relaxed) {
            for job in jobs {
                self.meter.committed();
                job.settle();
            }
            return;
        }
        match self.inbox.orders().filter(|_| jobs.len() > 1) {
            Some(told) => {
                self.inbox.syncing = true;
                self.syncer.beside(jobs, told);
            }
            None => self.inbox.broken |= !self.syncer.now(jobs),
        }
    }

    fn alone(&mut self, job: Box<dyn Job>) {
        self.inbox.syncs();
        if let Err(error) = self.control("begin immediate") {
            return self.refuse(job, error);
        }
        match self.run(job, Guard::Alone) {
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

fn lost_log() -> Error {
    Error::Unavailable("the log could not be brought to the disk; look at the disk and restart".into())
}

/// After a failed write of the log nobody can say whether a crash would find the transaction there.
fn unknown(error: Error) -> Error {
    match error {
        Error::Unavailable(_) => Error::CommitUnknown,
        other => other,
    }
}
