//! The lanes: threads that run transactions on a MySQL server, each with its own runtime and connections.
//!
//! A transaction is shipped to a lane and not awaited in the handler, so that it is finished even when its
//! caller hangs up, and so that its future need not be `Send`. Two lanes, because with one a caller alone ran
//! a third slower. Reads are awaited in the caller's task: giving one up half-way harms nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::door::{Door, options_of, probe};
use crate::db::conn::{self, Conn};
use crate::db::error::{Error, Fate, Result};
use crate::db::job::{Job, Stopped, watched};
use crate::db::meter::Meter;
use crate::db::{Options, REPORTS, Sight, panics};

const LANES: usize = 2;

/// How often a transaction is begun in all before it is given up as [`Error::Conflict`].
const TRIES: u32 = 10;

/// How much longer than the server's own limit an answer may take.
const MARGIN: Duration = Duration::from_secs(2);

pub(in crate::db) struct Lanes {
    writes: Vec<Lane>,
    reads: Door,
    reports: Door,
}

struct Lane {
    orders: UnboundedSender<Order>,
    /// Jobs shipped and not yet settled.
    load: Arc<AtomicUsize>,
}

enum Order {
    Run(Box<dyn Job>, Load),
    Stop(oneshot::Sender<()>),
}

/// Counts a job as load for as long as it lives.
struct Load(Arc<AtomicUsize>);

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lanes {
    pub(in crate::db) async fn open(options: &Options, meter: &Meter) -> Result<Lanes> {
        let opts = options_of(&options.url)?;
        let server = probe(&opts).await?;
        let limited = Some(options.limit.saturating_add(MARGIN));
        let readers = (options.pool / 2).max(1);
        let session = server.read_session(Some(options.limit));
        let reads = Door::open(&opts, (readers, session), limited, options.patience)?;
        let session = server.read_session(None);
        let reports = Door::open(&opts, (REPORTS, session), None, options.patience)?;
        let mut writes = Vec::new();
        for number in 0..LANES {
            let share = (options.pool / LANES).max(1);
            let session = server.write_session(options.limit);
            let door = Door::open(&opts, (share, session), limited, options.patience)?;
            let runner = Runner {
                door,
                slow: options.slow,
                meter: meter.clone(),
            };
            writes.push(start(number, runner)?);
        }
        Ok(Lanes {
            writes,
            reads,
            reports,
        })
    }

    /// Hands a transaction to the lane with the least to do.
    pub(in crate::db) fn ship(&self, job: Box<dyn Job>) -> Result<()> {
        let least = self
            .writes
            .iter()
            .min_by_key(|lane| lane.load.load(Ordering::Relaxed));
        let lane = least.ok_or(Error::Closed)?;
        lane.load.fetch_add(1, Ordering::Relaxed);
        let load = Load(Arc::clone(&lane.load));
        lane.orders.send(Order::Run(job, load)).map_err(|_| Error::Closed)
    }

    /// Runs a read in the caller's task.
    pub(in crate::db) async fn read<T, E, F>(&self, body: F, sight: Sight) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        let (mut conn, _permit) = match sight {
            Sight::Glance => {
                let (conn, permit) = self.reads.glances().await?;
                (conn.glancing(), permit)
            }
            Sight::Glances => self.reads.glances().await?,
            Sight::Snapshot => self.reads.snapshot().await?,
            Sight::Report => self.reports.snapshot().await?,
        };
        let pulse = conn.pulse();
        // The transaction is ended by the pool while the caller already goes on.
        match watched(&pulse, async { body(&mut conn).await }).await {
            Ok(result) => result,
            Err(Stopped::Foreign) => Err(Error::Misuse.into()),
            Err(Stopped::Panicked(payload)) => {
                drop(conn);
                std::panic::resume_unwind(payload)
            }
        }
    }

    pub(in crate::db) async fn close(&self) {
        for lane in &self.writes {
            let (told, done) = oneshot::channel();
            if lane.orders.send(Order::Stop(told)).is_ok() {
                // An error means that the lane is already gone.
                drop(done.await);
            }
        }
        for door in [&self.reads, &self.reports] {
            door.close().await;
        }
    }
}

fn start(number: usize, runner: Runner) -> Result<Lane> {
    let (orders, inbox) = unbounded_channel();
    let unavailable = |e: std::io::Error| Error::Unavailable(e.to_string());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(unavailable)?;
    std::thread::Builder::new()
        .name(format!("db-lane-{number}"))
        .spawn(move || {
            panics::quiet_thread();
            tokio::task::LocalSet::new().block_on(&runtime, serve(inbox, Arc::new(runner)));
        })
        .map_err(unavailable)?;
    Ok(Lane {
        orders,
        load: Arc::new(AtomicUsize::new(0)),
    })
}

/// A lane's life: take orders until told to stop, or until the last handle is gone; finish; disconnect.
async fn serve(mut inbox: UnboundedReceiver<Order>, runner: Arc<Runner>) {
    let running = TaskTracker::new();
    let mut told = None;
    while let Some(order) = inbox.recv().await {
        match order {
            Order::Run(job, load) => {
                let runner = Arc::clone(&runner);
                running.spawn_local(async move {
                    runner.drive(job).await;
                    drop(load);
                });
            }
            Order::Stop(by) => {
                told = Some(by);
                break;
            }
        }
    }
    running.close();
    running.wait().await;
    runner.door.close().await;
    if let Some(told) = told {
        told.send(()).ok();
    }
}

struct Runner {
    door: Door,
    slow: Duration,
    meter: Meter,
}

impl Runner {
    /// Runs one transaction to its end, from BEGIN again as often as the server asks for it.
    async fn drive(&self, mut job: Box<dyn Job>) {
        for round in 0..TRIES {
            if round > 0 {
                self.meter.restarted();
                tokio::time::sleep(pause(round)).await;
            }
            if !job.wanted() {
                return;
            }
            let (mut conn, _permit) = match self.door.write().await {
                Ok(lent) => lent,
                Err(error) => return self.refuse(job, error),
            };
            let begun = Instant::now();
            if round == 0 {
                self.meter.waited(begun.duration_since(job.since()));
            }
            let keep = job.attempt(&mut conn).await;
            match conclude(conn, keep).await {
                Fate::Fine => {
                    self.note(job.as_ref(), begun);
                    return job.settle();
                }
                Fate::Again => {}
                Fate::Dead(error) => return self.refuse(job, error),
            }
        }
        tracing::warn!(place = %job.place(), tries = TRIES, "transaction kept colliding");
        self.refuse(job, Error::Conflict);
    }

    fn note(&self, job: &dyn Job, begun: Instant) {
        self.meter.committed();
        let took = begun.elapsed();
        if took > self.slow {
            tracing::warn!(place = %job.place(), ms = took.as_millis(), "slow transaction");
        }
    }

    fn refuse(&self, mut job: Box<dyn Job>, error: Error) {
        self.meter.failed(&error);
        job.fail(error);
        job.settle();
    }
}

async fn conclude(mut conn: Conn, keep: bool) -> Fate {
    let fate = conn.take_fate();
    let conn::Link::My(link) = conn.into_link() else {
        return Fate::Dead(Error::Closed);
    };
    if keep && fate == Fate::Fine {
        return link
            .commit()
            .await
            .map_or_else(|fault| fault.fate, |()| Fate::Fine);
    }
    link.rollback().await;
    fate
}

/// A random part of 2, 4, 8 … 256 ms, so that two transactions that collided do not meet again.
fn pause(round: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let most = 2_000_u64 << round.min(7);
    Duration::from_micros(RandomState::new().hash_one(round) % most)
}
