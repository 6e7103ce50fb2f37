//! One cell of the table: so many callers, each with its next transfer as soon as the last is answered.

use super::bare;
use super::bed::Bed;
use super::till::{Fail, Till, alone, direct, when};
use anyhow::{Result, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use weigui_ledger::{Order, Outcome, Poster};

/// How transfers reach the engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// Through the poster, in groups.
    Group,
    /// Each in a transaction with a COMMIT of its own.
    One,
    /// Each in a job of its own that shares the COMMIT of the embedded engine's writer.
    Job,
    /// Blind rows: the limit.
    Bare,
}

pub(crate) struct Cell {
    pub(crate) way: Way,
    pub(crate) callers: usize,
    /// All pay into one account.
    pub(crate) hot: bool,
    pub(crate) accounts: u64,
    pub(crate) time: Duration,
}

pub(crate) struct Seen {
    way: Way,
    callers: usize,
    hot: bool,
    /// Microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
    transfers: u64,
    pub(crate) commits: u64,
    took: Duration,
    cpu_ns: u64,
}

impl Seen {
    pub(crate) fn key(&self) -> (Way, usize, bool) {
        (self.way, self.callers, self.hot)
    }

    pub(crate) fn name(&self) -> String {
        let way = match self.way {
            Way::Group => "group",
            Way::One => "one_tx",
            Way::Job => "one_job",
            Way::Bare => "bare",
        };
        let spread = if self.hot { "hot" } else { "uniform" };
        format!("{way}_{spread}_{}", self.callers)
    }

    pub(crate) fn transfers(&self) -> u64 {
        self.transfers
    }

    pub(crate) fn rate(&self) -> u64 {
        let micros = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX).max(1);
        self.transfers * 1_000_000 / micros
    }

    pub(crate) fn cpu_ns_per_transfer(&self) -> u64 {
        self.cpu_ns / self.transfers.max(1)
    }
}

/// Ids of transfers, never used twice in one run.
static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) async fn measure(bed: &Bed, cell: &Cell) -> Result<Seen> {
    let (cpu, begun) = (bed.cpu_ns()?, Instant::now());
    let (mut latencies, commits) = match cell.way {
        Way::Bare => bare_limit(bed, cell).await?,
        _ => callers(bed, cell).await?,
    };
    let (took, cpu_ns) = (begun.elapsed(), bed.cpu_ns()? - cpu);
    latencies.sort_unstable();
    let answered = u64::try_from(latencies.len()).unwrap_or(0);
    let transfers = if cell.way == Way::Bare {
        answered * bare::PER_COMMIT
    } else {
        answered
    };
    let seen = Seen {
        way: cell.way,
        callers: cell.callers,
        hot: cell.hot,
        latencies,
        transfers,
        commits: commits.unwrap_or(transfers),
        took,
        cpu_ns,
    };
    eprintln!("ledger: {:<22} {:>7}/s", seen.name(), seen.rate());
    Ok(seen)
}

/// Latencies and, where it is known, the number of commits.
type Counted = (Vec<u32>, Option<u64>);

async fn callers(bed: &Bed, cell: &Cell) -> Result<Counted> {
    let poster = Arc::new(Poster::new(
        Till {
            db: bed.db.clone(),
            when: when(),
        },
        256,
    ));
    // An embedded engine gathers what is queued into one COMMIT; one at a time prevents that.
    let alone_on_sqlite = cell.way == Way::One && bed.db.engine() == kit::db::Engine::Sqlite;
    let turn = Arc::new(Semaphore::new(if alone_on_sqlite { 1 } else { cell.callers }));
    let until = Instant::now() + cell.time;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..cell.callers {
        let (poster, turn, db) = (Arc::clone(&poster), Arc::clone(&turn), bed.db.clone());
        let (way, mut pick) = (cell.way, Pick::new(cell, number));
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while Instant::now() < until {
                let (id, from, to) = pick.next();
                let order = direct(id, from, to)?;
                let begun = Instant::now();
                let outcome = if way == Way::Group {
                    grouped(&poster, order).await?
                } else {
                    let _turn = turn.acquire().await.map_err(|_| Fail::Other("turn"))?;
                    alone(&db, order, when()).await?
                };
                ensure!(matches!(outcome, Outcome::Created(_)), "{outcome:?}");
                latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            anyhow::Ok(latencies)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        all.extend(done??);
    }
    let commits = (cell.way == Way::Group).then(|| poster.figures().groups);
    Ok((all, commits))
}

async fn grouped(poster: &Poster<Till>, order: Order) -> Result<Outcome> {
    poster
        .post(order)
        .await
        .map_err(|lost| anyhow::anyhow!("{lost:?}"))
}

async fn bare_limit(bed: &Bed, cell: &Cell) -> Result<Counted> {
    let mut pick = Pick::new(cell, 0);
    let until = Instant::now() + cell.time;
    let (mut latencies, mut commits) = (Vec::new(), 0);
    while Instant::now() < until {
        let rows = (0..bare::PER_COMMIT).map(|_| pick.next()).collect();
        let begun = Instant::now();
        bare::write(&bed.db, rows).await?;
        commits += 1;
        latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok((latencies, Some(commits)))
}

/// `SplitMix64`: payers anywhere, payees anywhere or always the same.
pub(crate) struct Pick {
    state: u64,
    accounts: u64,
    hot: bool,
}

impl Pick {
    fn new(cell: &Cell, caller: usize) -> Self {
        Self::among(cell.accounts, cell.hot, u64::try_from(caller).unwrap_or(0))
    }

    pub(crate) fn among(accounts: u64, hot: bool, seed: u64) -> Self {
        let state = seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ NEXT.load(Ordering::Relaxed);
        Self { state, accounts, hot }
    }

    /// A new id, a payer and another payee.
    pub(crate) fn next(&mut self) -> (u64, u64, u64) {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let from = 1 + self.dice() % (self.accounts - 1);
        let to = if self.hot { 0 } else { self.dice() % self.accounts };
        (id, from, if to == from { 0 } else { to })
    }

    fn dice(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
