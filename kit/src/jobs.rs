//! Work for later, written in the transaction that makes it necessary and done at least once.
//!
//! A job is a row. A worker on any node leases it and renews the lease while it works, so that the work of a
//! node that died is taken over within [`LEASE`]; the lease carries a fence number, so a worker that lost its
//! lease can't finish the job of its successor. A job that fails too often is kept as
//! `dead` and counted, never dropped. Payloads carry ids, not persons.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::task::JoinHandle;

use crate::clock::{MINUTE, Ms, SECOND};
use crate::cx::Cx;
use crate::db::{Conn, Result};

/// How long a worker may be silent about a job before another takes it over.
const LEASE: Ms = 15 * SECOND;
/// How often a worker says that it is still at it.
const RENEWAL: Duration = Duration::from_secs(5);
/// Jobs that one node does at once.
const PLACES: usize = 32;
const IDLE: Duration = Duration::from_millis(200);

/// A job to be written.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    pub kind: &'static str,
    /// Unique per kind: enqueueing twice makes one job.
    pub key: &'a str,
    pub payload: &'a str,
    /// Not before this instant.
    pub run_at: Ms,
}

/// Writes the job in the caller's transaction; false when this key is already waiting.
pub async fn enqueue(c: &mut Conn, cx: &Cx, job: NewJob<'_>) -> Result<bool> {
    let id = cx.ids.make::<uuid::Uuid>().to_string();
    c.insert_new(
        "insert into job (id, kind, k, payload, state, run_at, lease_until, fence, tries, last_error, created_at)
         values (?, ?, ?, ?, 'ready', ?, 0, 0, 0, '', ?)",
        (id.as_str(), job.kind, job.key, job.payload, job.run_at, cx.clock.now()),
    )
    .await
}

/// Takes back a job that is not needed any more, in the transaction that made it needless.
pub async fn cancel(c: &mut Conn, kind: &'static str, key: &str) -> Result<u64> {
    c.exec("delete from job where kind = ? and k = ?", (kind, key))
        .await
}

/// A leased job in a handler's hands.
#[derive(Clone, Debug)]
pub struct Job {
    id: String,
    pub kind: String,
    pub key: String,
    pub payload: String,
    /// Failures so far.
    pub tries: i64,
    fence: i64,
}

/// What a handler says when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Not finished: run again at this instant; does not count as a failure.
    Again {
        at: Ms,
    },
}

type Run = Arc<dyn Fn(Job) -> Pin<Box<dyn Future<Output = anyhow::Result<Outcome>> + Send>> + Send + Sync>;

/// Who does jobs of one kind.
#[derive(Clone)]
pub struct Handler {
    pub kind: &'static str,
    max_tries: i64,
    run: Run,
}

impl Handler {
    /// `run` must be safe to repeat: a job is done at least once.
    pub fn new<F>(kind: &'static str, max_tries: i64, run: impl Fn(Job) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = anyhow::Result<Outcome>> + Send + 'static,
    {
        Self {
            kind,
            max_tries,
            run: Arc::new(move |job| Box::pin(run(job))),
        }
    }
}

/// Leases and runs jobs of the kinds it has handlers for.
#[derive(Clone)]
pub struct Worker {
    cx: Cx,
    handlers: Arc<HashMap<&'static str, Handler>>,
}

impl Worker {
    pub fn new(cx: Cx, handlers: Vec<Handler>) -> Self {
        Self {
            cx,
            handlers: Arc::new(handlers.into_iter().map(|h| (h.kind, h)).collect()),
        }
    }

    /// Works until the process is asked to end; then finishes what it holds. A slow job holds one
    /// place, not the round.
    pub async fn run(self) {
        let mut busy = FuturesUnordered::new();
        while !self.cx.tasks.is_stopping() {
            match self.lease(PLACES.saturating_sub(busy.len())).await {
                Ok(jobs) => busy.extend(jobs.into_iter().filter_map(|job| self.begin(job))),
                Err(error) => {
                    tracing::warn!(cause = %error, "jobs could not be leased; waiting");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            tokio::select! {
                // All places that are free by now are filled with one transaction.
                Some(_) = busy.next() => while busy.next().now_or_never().flatten().is_some() {},
                () = tokio::time::sleep(IDLE) => {}
                () = self.cx.tasks.stopping() => {}
            }
        }
        while busy.next().await.is_some() {}
    }

    /// Runs everything that is due now, and what that makes due, until nothing is; for tests.
    pub async fn drain(&self) -> Result<usize> {
        let mut total = 0;
        loop {
            let jobs = self.lease(PLACES).await?;
            if jobs.is_empty() {
                return Ok(total);
            }
            total += jobs.len();
            let running: FuturesUnordered<_> = jobs.into_iter().filter_map(|job| self.begin(job)).collect();
            running.collect::<Vec<_>>().await;
        }
    }

    fn begin(&self, job: Job) -> Option<JoinHandle<()>> {
        let (cx, handler) = (self.cx.clone(), self.handlers.get(job.kind.as_str())?.clone());
        Some(
            self.cx
                .tasks
                .start(async move { perform(&cx, &handler, job).await }),
        )
    }

    async fn lease(&self, places: usize) -> Result<Vec<Job>> {
        if places == 0 {
            return Ok(Vec::new());
        }
        let now = self.cx.clock.now();
        let due = self
            .cx
            .db
            .glance(async move |c| due(c, now, i64::try_from(places).unwrap_or(1)).await)
            .await?;
        let mine: Vec<Job> = due
            .into_iter()
            .filter(|j| self.handlers.contains_key(j.kind.as_str()))
            .collect();
        if mine.is_empty() {
            return Ok(mine);
        }
        self.cx
            .db
            .tx(async move |c| {
                let mut won = Vec::with_capacity(mine.len());
                for job in &mine {
                    if take(c, job, now).await? {
                        won.push(Job {
                            fence: job.fence + 1,
                            ..job.clone()
                        });
                    }
                }
                Ok::<_, crate::db::Error>(won)
            })
            .await
    }
}

async fn perform(cx: &Cx, handler: &Handler, job: Job) {
    let work = AssertUnwindSafe((handler.run)(job.clone())).catch_unwind();
    let attempt = tokio::select! {
        attempt = work => attempt,
        never = renews(cx, &job) => match never {},
    };
    let outcome = attempt.unwrap_or_else(|_| Err(anyhow::anyhow!("the job panicked")));
    let now = cx.clock.now();
    let (kind, tries, max_tries) = (handler.kind, job.tries + 1, handler.max_tries);
    let settled = cx
        .db
        .tx(async move |c| match &outcome {
            Ok(Outcome::Done) => done(c, &job).await,
            Ok(Outcome::Again { at }) => again(c, &job, *at).await,
            Err(error) if tries >= max_tries => {
                tracing::error!(kind, job = %job.id, cause = %error, "job is dead");
                metrics::counter!("weigui_jobs_dead_total", "kind" => kind).increment(1);
                failed(c, &job, "dead", now, &error.to_string()).await
            }
            Err(error) => {
                tracing::warn!(kind, job = %job.id, tries, cause = %error, "job failed; will be tried again");
                failed(c, &job, "ready", now + backoff(tries), &error.to_string()).await
            }
        })
        .await;
    if let Err(error) = settled {
        tracing::warn!(kind, cause = %error, "job could not be settled; its lease will run out");
    }
}

/// Keeps the lease alive for as long as the work is polled beside it.
async fn renews(cx: &Cx, job: &Job) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let (id, fence, until) = (job.id.clone(), job.fence, cx.clock.now() + LEASE);
        let renewed = cx
            .db
            .tx(async move |c| {
                c.exec(
                    "update job set lease_until = ? where id = ? and fence = ?",
                    (until, id.as_str(), fence),
                )
                .await
            })
            .await;
        match renewed {
            Ok(1) => {}
            Ok(_) => tracing::warn!(kind = %job.kind, "a job was taken over while it ran"),
            Err(error) => tracing::warn!(kind = %job.kind, cause = %error, "a lease could not be renewed"),
        }
    }
}

/// 1 s, 2 s, 4 s … at most 10 min.
fn backoff(tries: i64) -> Ms {
    let doublings = u32::try_from(tries.clamp(1, 11) - 1).unwrap_or(0);
    (SECOND << doublings).min(10 * MINUTE)
}

async fn due(c: &mut Conn, now: Ms, limit: i64) -> Result<Vec<Job>> {
    let rows: Vec<(String, String, String, String, i64, i64)> = c
        .rows(
            "select id, kind, k, payload, tries, fence from job
             where state = 'ready' and run_at <= ? and lease_until <= ? order by run_at limit ?",
            (now, now, limit),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, key, payload, tries, fence)| Job {
            id,
            kind,
            key,
            payload,
            tries,
            fence,
        })
        .collect())
}

async fn take(c: &mut Conn, job: &Job, now: Ms) -> Result<bool> {
    let changed = c
        .exec(
            "update job set lease_until = ?, fence = fence + 1 where id = ? and fence = ? and state = 'ready'",
            (now + LEASE, job.id.as_str(), job.fence),
        )
        .await?;
    Ok(changed == 1)
}

async fn done(c: &mut Conn, job: &Job) -> Result<()> {
    c.exec(
        "delete from job where id = ? and fence = ?",
        (job.id.as_str(), job.fence),
    )
    .await?;
    Ok(())
}

async fn again(c: &mut Conn, job: &Job, at: Ms) -> Result<()> {
    c.exec(
        "update job set run_at = ?, lease_until = 0, tries = 0 where id = ? and fence = ?",
        (at, job.id.as_str(), job.fence),
    )
    .await?;
    Ok(())
}

async fn failed(c: &mut Conn, job: &Job, state: &'static str, run_at: Ms, error: &str) -> Result<()> {
    let error: String = error.chars().take(500).collect();
    c.exec(
        "update job set state = ?, run_at = ?, lease_until = 0, tries = tries + 1, last_error = ? where id = ? and fence = ?",
        (state, run_at, error.as_str(), job.id.as_str(), job.fence),
    )
    .await?;
    Ok(())
}

/// How many jobs wait, are held, are dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    pub due: i64,
    pub running: i64,
    pub dead: i64,
}

pub async fn backlog(c: &mut Conn, now: Ms) -> Result<Backlog> {
    let (due,): (i64,) = c
        .row(
            "select count(*) from job where state = 'ready' and run_at <= ? and lease_until <= ?",
            (now, now),
        )
        .await?
        .unwrap_or_default();
    let (running,): (i64,) = c
        .row(
            "select count(*) from job where state = 'ready' and lease_until > ?",
            (now,),
        )
        .await?
        .unwrap_or_default();
    let (dead,): (i64,) = c
        .row("select count(*) from job where state = 'dead'", ())
        .await?
        .unwrap_or_default();
    Ok(Backlog { due, running, dead })
}
