//! `bench transfers`: a transfer between two customers of the bank through HTTP, beside the ledger alone in the same
//! run: groups of 64 callers among uniform accounts, as `bench ledger` measures them.
//!
//! A transfer is what a customer's page sends, by 64 connections, each for another customer with a session of its own.
//! Measured is all that happens before the answer `succeeded`: session and binding, the key of the command, payee and
//! name, balance, limits of day and year, the block list, the audit rows, the posting in the reference core, the event,
//! and the job that will tell payer and payee. Every commit is durable, as in `bench ledger`.
//!
//! The policy of the run asks for no factor below 200 yuan (小额免密), so that the transfer is measured and not Argon2.
//! The page then sends one request, `POST /api/transfers` with `confirmed`. Where a proof is asked for it sends two, the
//! draft and its authorisation (`POST /api/transfers/{id}/authorise`); that way is measured as well, with a challenge
//! that is opened, judged and spent but asks for nothing, and with one that asks for the payment password.
//!
//! | cell | what |
//! |---|---|
//! | `at_once` | one request, on a node that serves only: the notices wait in the outbox |
//! | `whole` | draft and authorisation, on the same node |
//! | `authorise` | the second step alone; the drafts are made before the clock starts |
//! | `told` | as `at_once`, on a node that works as well: it tells both sides and seals the trail meanwhile |
//! | `password` | as `whole`, on that node, with the payment password |
//!
//! Not measured: the page's own check before the draft, the way in through OAuth, the code by SMS, TLS, Redis, and a
//! core behind HTTP. Bank, database, callers and the world outside share the machine's cores with each other, as the
//! ledger shares them with its callers; the CPU time of each is told apart.

mod callers;
mod customers;
pub(crate) mod outside;
mod till_told;

use crate::bank::{Bank, Cores};
use crate::ledger::{Engine, bed, cells, fill};
use crate::number::{per_mille, ratio};
use crate::process::{Server, cpu_ns_of};
use anyhow::{Result, ensure};
use callers::{Book, CALLERS, Seen, Way};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use weigui::Config;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One JSON object as the last line
    #[arg(long)]
    pub(crate) json: bool,
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engine,
    /// Milliseconds per measured cell
    #[arg(long, default_value_t = 4_000)]
    cell_ms: u64,
    /// Rounds of the cells that are compared; their medians count
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Customers; each pays at most 45 times
    #[arg(long, default_value_t = 2_000)]
    customers: u64,
    /// Accounts of the bare ledger
    #[arg(long, default_value_t = 100_000)]
    accounts: u64,
    /// Callers at once, of the bank and of the bare ledger
    #[arg(long, default_value_t = CALLERS)]
    callers: usize,
}

/// Base64 of 32 bytes that are no secret.
const MASTER_KEY: &str = "d2VpZ3VpLWJlbmNoLW1hc3Rlci1rZXktMzItYnl0ZXM=";

pub(crate) fn run(options: &Options) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(compare(options))
}

/// One cell of the table.
struct Cell {
    name: &'static str,
    seen: Seen,
    /// Of the bank, and of the database server where there is one. Nanoseconds.
    bank_ns: u64,
    database_ns: u64,
    /// Of the callers and of the world outside.
    load_ns: u64,
}

/// Everything that takes part.
struct Scene {
    bed: bed::Bed,
    bank: Bank,
    outside: Server,
    book: Arc<Book>,
    database_url: String,
    time: Duration,
    callers: usize,
}

async fn compare(options: &Options) -> Result<Value> {
    let engine = options.engine;
    eprintln!("transfers: {} customers on {}", options.customers, engine.name());
    let mut scene = Scene::set(options).await?;
    scene.bank.start_as("web")?;
    let warm_up = scene.time / 2;
    callers::transfers(&scene.book, scene.bank.port(), Way::Whole, warm_up).await?;
    let (mut ledger, mut all) = (Vec::new(), Vec::new());
    // What is compared takes turns, so that a busy minute hits all alike.
    for _ in 0..options.rounds {
        ledger.push(scene.ledger(options.accounts).await?);
        all.push(scene.cell("at_once", Way::AtOnce).await?);
        let whole = scene.cell("whole", Way::Whole).await?;
        let drafts = usize::try_from(whole.seen.count() * 2)?;
        all.push(whole);
        all.push(scene.authorise(drafts).await?);
    }
    let ledger = middle(ledger, cells::Seen::rate);
    let mut cells: Vec<Cell> = Vec::new();
    for name in ["at_once", "whole", "authorise"] {
        let (same, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|cell: &Cell| cell.name == name);
        all = rest;
        cells.extend(middle(same, |cell| cell.seen.rate()));
    }
    scene.bank.stop()?;
    till_told::forget(&scene.database_url).await?;
    scene.bank.start()?;
    let told = scene.cell("told", Way::AtOnce).await?;
    let behind = till_told::wait(&scene.database_url).await?;
    let told_rate = told.seen.count() * 1000 / u64::try_from((told.seen.took + behind).as_millis())?.max(1);
    cells.push(told);
    cells.push(scene.cell("password", Way::Password).await?);
    till_told::wait(&scene.database_url).await?;
    scene.bank.stop()?;
    let whole = till_told::books_are_whole(&scene.database_url).await?;
    ensure!(
        whole && scene.bed.books_are_whole().await?,
        "the books are not whole after the run"
    );
    scene.bed.close().await;
    Ok(result(options, &cells, ledger.as_ref(), told_rate))
}

impl Scene {
    async fn set(options: &Options) -> Result<Self> {
        let bed = bed::Bed::open(options.engine).await?;
        fill::accounts(&bed.db, "ledger_account", options.accounts).await?;
        let mut bank = Bank::closed(Cores::All)?;
        let outside = outside::around(&mut bank, options.customers)?;
        let database_url = match bed.server() {
            Some(server) => server.fresh_database().await,
            None => bank.database_url(),
        };
        bank.set("WEIGUI_DATABASE__URL", database_url.clone());
        bank.set("WEIGUI_DATABASE__POOL", bed::POOLED.to_string());
        bank.set("WEIGUI_CRYPTO__MASTER_KEY", MASTER_KEY.to_owned());
        let mut config = Config {
            data_dir: PathBuf::from(bank.folder()),
            ..Config::default()
        };
        config.database.url.clone_from(&database_url);
        config.database.pool = bed::POOLED;
        config.crypto.master_key = MASTER_KEY.to_owned();
        outside::know(&mut config);
        let customers = customers::take_in(config, options.customers).await?;
        Ok(Self {
            bed,
            bank,
            outside,
            book: Arc::new(Book::new(customers, options.callers)),
            database_url,
            time: Duration::from_millis(options.cell_ms),
            callers: options.callers,
        })
    }

    async fn ledger(&self, accounts: u64) -> Result<cells::Seen> {
        let cell = cells::Cell {
            way: cells::Way::Group,
            callers: self.callers,
            hot: false,
            accounts,
            time: self.time,
        };
        cells::measure(&self.bed, &cell).await
    }

    async fn cell(&self, name: &'static str, way: Way) -> Result<Cell> {
        let before = self.cpu()?;
        let seen = callers::transfers(&self.book, self.bank.port(), way, self.time).await?;
        self.done(name, seen, before)
    }

    async fn authorise(&self, drafts: usize) -> Result<Cell> {
        let drafts = callers::drafts(&self.book, self.bank.port(), drafts).await?;
        let before = self.cpu()?;
        let seen = callers::authorisations(&self.book, self.bank.port(), drafts, self.time).await?;
        self.done("authorise", seen, before)
    }

    fn done(&self, name: &'static str, seen: Seen, before: [u64; 3]) -> Result<Cell> {
        let after = self.cpu()?;
        eprintln!("transfers: {name:<10} {:>6}/s", seen.rate());
        let [bank, database, load] = before;
        let [bank_now, database_now, load_now] = after;
        Ok(Cell {
            name,
            seen,
            bank_ns: bank_now - bank,
            database_ns: database_now - database,
            load_ns: load_now - load,
        })
    }

    /// Nanoseconds so far of the bank, the database server, and what is outside of both.
    fn cpu(&self) -> Result<[u64; 3]> {
        let load = cpu_ns_of(std::process::id())? + cpu_ns_of(self.outside.pid())?;
        let database = match self.bed.server() {
            Some(_) => self.bed.cpu_ns()?,
            None => 0,
        };
        Ok([cpu_ns_of(self.bank.server()?.pid())?, database, load])
    }
}

/// The one with the middle rate.
fn middle<T>(mut rounds: Vec<T>, rate: impl Fn(&T) -> u64) -> Option<T> {
    rounds.sort_by_key(rate);
    let at = rounds.len() / 2;
    rounds.into_iter().nth(at)
}

fn result(options: &Options, cells: &[Cell], ledger: Option<&cells::Seen>, told_rate: u64) -> Value {
    let bare = ledger.map_or(0, cells::Seen::rate);
    let rate = |name| {
        cells
            .iter()
            .find(|cell| cell.name == name)
            .map_or(0, |cell| cell.seen.rate())
    };
    let table = |of: &dyn Fn(&Cell) -> Value| -> Value {
        let rows = cells.iter().map(|cell| (cell.name.to_owned(), of(cell)));
        Value::Object(rows.collect::<Map<_, _>>())
    };
    let milliseconds = |list: &[u32], share| ratio(u64::from(per_mille(list, share)), 1000);
    let latency = |share| {
        table(&|cell| {
            json!({
                "draft": milliseconds(&cell.seen.drafts, share),
                "authorise": milliseconds(&cell.seen.authorisations, share),
                "both": milliseconds(&cell.seen.transfers, share),
            })
        })
    };
    let each = |ns: u64, cell: &Cell| ratio(ns / cell.seen.count().max(1), 1000);
    json!({
        "engine": options.engine.name(),
        "callers": options.callers,
        "transfers_per_second": table(&|cell| json!(cell.seen.rate())),
        "transfers_per_second_until_all_are_told": told_rate,
        "ratio_vs_bare_ledger": ratio(rate("at_once"), bare),
        "draft_and_authorisation_ratio_vs_bare_ledger": ratio(rate("whole"), bare),
        "authorise_ratio_vs_bare_ledger": ratio(rate("authorise"), bare),
        "told_ratio_vs_bare_ledger": ratio(rate("told"), bare),
        "p50_ms": latency(500),
        "p99_ms": latency(990),
        "bank_cpu_us_per_transfer": table(&|cell| each(cell.bank_ns, cell)),
        "database_cpu_us_per_transfer": table(&|cell| each(cell.database_ns, cell)),
        "load_cpu_us_per_transfer": table(&|cell| each(cell.load_ns, cell)),
        "limit": {
            "bare ledger, groups, 64 callers": bare,
            "cpu_us_per_transfer": ledger.map(|seen| ratio(seen.cpu_ns_per_transfer(), 1000)),
        },
        "targets": { "ratio_vs_bare_ledger": 0.4 },
    })
}
