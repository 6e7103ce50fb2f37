//! `bench ledger`: posting in groups, beside one transaction per transfer on the same engine and beside the engine's
//! bare limit, which writes the same rows without asking anything. Every commit is durable (WAL and
//! synchronous=FULL; `innodb_flush_log_at_trx_commit=1`).

mod bare;
pub(crate) mod bed;
pub(crate) mod cells;
pub(crate) mod fill;
mod scale;
pub(crate) mod till;

use crate::disk::fsync_ms;
use crate::number::{per_mille, ratio};
use anyhow::{Result, ensure};
use bed::Bed;
use cells::{Cell, Seen, Way};
use serde_json::{Map, Value, json};
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One JSON object as the last line
    #[arg(long)]
    pub(crate) json: bool,
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engine,
    /// Milliseconds per measured cell
    #[arg(long, default_value_t = 3_000)]
    cell_ms: u64,
    /// Rounds of the cells that are compared; their medians count
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    #[arg(long, default_value_t = 100_000)]
    accounts: u64,
    /// Instead: open, post and statement among 10,000 and among so many accounts
    #[arg(long, num_args = 0..=1, default_missing_value = "10000000")]
    scale: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Mysql,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Mysql => "mysql",
        }
    }
}

const CALLERS: [usize; 4] = [1, 16, 64, 256];

pub(crate) fn run(options: &Options) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match options.scale {
            Some(most) => scale::run(options.engine, most).await,
            None => compare(options).await,
        }
    })
}

async fn compare(options: &Options) -> Result<Value> {
    let engine = options.engine.name();
    eprintln!("ledger: {} accounts on {engine}", options.accounts);
    let bed = Bed::open(options.engine).await?;
    fill::accounts(&bed.db, "ledger_account", options.accounts).await?;
    fill::accounts(&bed.db, "limit_account", options.accounts).await?;
    let time = Duration::from_millis(options.cell_ms);
    let cell = |way, callers, hot| Cell {
        way,
        callers,
        hot,
        accounts: options.accounts,
        time,
    };
    let fsync = fsync_ms()?;
    eprintln!("ledger: an fsync takes {fsync} ms here");
    let mut seen = Vec::new();
    let warm_up = Cell {
        time: time / 3,
        ..cell(Way::Group, 64, false)
    };
    cells::measure(&bed, &warm_up).await?;
    for hot in [false, true] {
        for callers in CALLERS.into_iter().filter(|callers| *callers != 64) {
            seen.push(cells::measure(&bed, &cell(Way::Group, callers, hot)).await?);
        }
        seen.push(cells::measure(&bed, &cell(Way::One, 1, hot)).await?);
    }
    // What is compared takes turns, so that a busy minute hits all alike.
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        for (way, hot) in [
            (Way::Group, false),
            (Way::One, false),
            (Way::Group, true),
            (Way::One, true),
            (Way::Bare, false),
        ] {
            rounds.push(cells::measure(&bed, &cell(way, 64, hot)).await?);
        }
        if options.engine == Engine::Sqlite {
            rounds.push(cells::measure(&bed, &cell(Way::Job, 64, false)).await?);
        }
    }
    seen.extend(medians(rounds));
    let whole = bed.books_are_whole().await?;
    ensure!(whole, "the books are not whole after the run");
    bed.close().await;
    Ok(result(engine, (options.accounts, &fsync), &seen))
}

/// Of each kind of cell the run with the middle rate.
fn medians(mut rounds: Vec<Seen>) -> Vec<Seen> {
    let mut out = Vec::new();
    while let Some(first) = rounds.first() {
        let key = first.key();
        let (mut same, rest): (Vec<_>, Vec<_>) = rounds.into_iter().partition(|seen| seen.key() == key);
        rounds = rest;
        same.sort_by_key(Seen::rate);
        let middle = same.len() / 2;
        out.extend(same.into_iter().nth(middle));
    }
    out
}

fn result(engine: &str, (accounts, fsync): (u64, &Value), all: &[Seen]) -> Value {
    let find = |way, callers, hot| all.iter().find(|s| s.key() == (way, callers, hot));
    let rate = |way, callers, hot| find(way, callers, hot).map_or(0, Seen::rate);
    let cpu = |way, hot| find(way, 64, hot).map_or(0, Seen::cpu_ns_per_transfer);
    let table = |of: &dyn Fn(&Seen) -> Value| -> Value {
        let cells = all.iter().map(|s| (s.name(), of(s)));
        Value::Object(cells.collect::<Map<_, _>>())
    };
    let (group, one) = (rate(Way::Group, 64, false), rate(Way::One, 64, false));
    let (hot, hot_one) = (rate(Way::Group, 64, true), rate(Way::One, 64, true));
    json!({
        "engine": engine,
        "accounts": accounts,
        "fsync_ms": fsync,
        "transfers_per_second": table(&|s| json!(s.rate())),
        "p50_ms": table(&|s| ratio(u64::from(per_mille(&s.latencies, 500)), 1000)),
        "p99_ms": table(&|s| ratio(u64::from(per_mille(&s.latencies, 990)), 1000)),
        "transfers_per_commit": table(&|s| ratio(s.transfers(), s.commits)),
        "server_cpu_us_per_transfer": table(&|s| ratio(s.cpu_ns_per_transfer(), 1000)),
        "ratio_vs_one_tx_per_transfer_at_64": ratio(group, one),
        "hot_ratio_vs_one_tx_per_transfer_at_64": ratio(hot, hot_one),
        "hot_to_uniform_at_64": ratio(hot, group),
        "server_cpu_ratio_at_64": ratio(cpu(Way::One, false), cpu(Way::Group, false)),
        "hot_server_cpu_ratio_at_64": ratio(cpu(Way::One, true), cpu(Way::Group, true)),
        "one_caller_to_one_tx": ratio(rate(Way::Group, 1, false), rate(Way::One, 1, false)),
        "limit": {
            "bare rows, 64 per commit": rate(Way::Bare, 64, false),
            "share_of_limit": ratio(group, rate(Way::Bare, 64, false)),
        },
        "server_cpu_of": if engine == "mysql" { "the database server" } else { "this process: callers, poster and engine" },
        "targets": {
            "ratio_vs_one_tx_per_transfer_at_64": if engine == "mysql" { "3, hot 4" } else { "5" },
            "server_cpu_ratio_at_64": if engine == "mysql" { "4" } else { "-" },
            "hot_to_uniform_at_64": 1,
            "p99_ms at 64": 50,
        },
    })
}
