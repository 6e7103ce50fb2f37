//! `bench balance`: what a cached balance costs through the whole bank (session, door, cache, JSON), beside
//! an axum handler that does nothing; and whether a statement page stays as quick when the table grows.

mod fill;

use crate::bank::Bank;
use crate::load::{self, Expect, Pace, Seen};
use crate::number::{per_mille, ratio};
use crate::process::{Server, move_to_load_core};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use testkit::Customer;
use tokio::runtime::Runtime;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One JSON object as the last line
    #[arg(long)]
    pub(crate) json: bool,
    /// Requests per phase
    #[arg(long, default_value_t = 60_000)]
    requests: usize,
    /// Entries in the small and in the large table
    #[arg(long, num_args = 2, default_values_t = [10_000, 5_000_000])]
    entries: Vec<i64>,
}

const CONNECTIONS: usize = 32;
/// Statement pages are asked for one after the other: the question is how long one takes.
const PAGES: usize = 4_000;

pub(crate) fn run(options: &Options) -> Result<Value> {
    move_to_load_core()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    eprintln!("balance: an empty axum handler on one core");
    let nothing = Server::start(Command::new(std::env::current_exe()?).arg("empty-server"))?;
    let empty = saturate(&runtime, &nothing, &get("/", ""), Expect(""), options.requests)?;
    drop(nothing);

    eprintln!("balance: the bank on one core");
    let mut bank = Bank::open()?;
    let who = runtime.block_on(Who::comes_in(&bank))?;
    let request = get(&format!("/api/accounts/{}/balance", who.account), &who.cookie);
    let ours = saturate(
        &runtime,
        bank.server()?,
        &request,
        Expect("balance_fen"),
        options.requests,
    )?;
    let rss_kb = bank.server()?.peak_rss_kb()?;

    let mut pages = Vec::new();
    for entries in &options.entries {
        eprintln!("balance: statement pages among {entries} entries");
        bank.stop()?;
        runtime.block_on(fill::to(bank.database_url(), *entries))?;
        bank.start()?;
        pages.push((*entries, statement_pages(&runtime, bank.server()?, &who)?));
    }
    Ok(result(&ours, &empty, rss_kb, &pages))
}

/// A server that answers everything with nothing: the limit.
pub(crate) fn serve_nothing() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening {}", listener.local_addr()?.port());
        let app = axum::Router::new().route("/", axum::routing::get(|| async { "" }));
        axum::serve(listener, app).await?;
        Ok(())
    })
}

/// A customer who has come in through WeChat.
struct Who {
    account: String,
    cookie: String,
}

impl Who {
    async fn comes_in(bank: &Bank) -> Result<Self> {
        let customer = Customer::find(bank.world(), "王建国").await.opens_h5().await;
        let account = customer.account_id().await;
        let token = customer
            .browser
            .cookie(&bank.world().bank("/"), "wg_session")
            .context("no session")?;
        Ok(Self {
            account,
            cookie: format!("wg_session={token}"),
        })
    }
}

/// What one core carried.
struct Carried {
    seen: Seen,
    cpu_ns: u64,
}

fn saturate(
    runtime: &Runtime,
    server: &Server,
    request: &[u8],
    expect: Expect,
    count: usize,
) -> Result<Carried> {
    let go = |count: usize| {
        let requests: Arc<[Vec<u8>]> = vec![request.to_vec(); count].into();
        runtime.block_on(load::run(
            server.port,
            requests,
            CONNECTIONS,
            Pace::Closed,
            expect,
        ))
    };
    go(count / 10)?;
    let before = server.cpu_ns()?;
    let seen = go(count)?;
    Ok(Carried {
        seen,
        cpu_ns: server.cpu_ns()? - before,
    })
}

fn statement_pages(runtime: &Runtime, server: &Server, who: &Who) -> Result<Seen> {
    let request = get(
        &format!("/api/accounts/{}/entries?limit=50", who.account),
        &who.cookie,
    );
    let port = server.port;
    let go = |count: usize| {
        let requests: Arc<[Vec<u8>]> = vec![request.clone(); count].into();
        runtime.block_on(load::run(port, requests, 1, Pace::Closed, Expect("\"items\":[{")))
    };
    go(PAGES / 4)?;
    go(PAGES)
}

/// As the client that the customer came in with: a session belongs to its device.
const DEVICE: &str = concat!("weigui/", env!("CARGO_PKG_VERSION"));

fn get(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: {DEVICE}\r\nCookie: {cookie}\r\n\r\n")
        .into_bytes()
}

fn result(ours: &Carried, empty: &Carried, rss_kb: u64, pages: &[(i64, Seen)]) -> Value {
    let cost = |c: &Carried| c.cpu_ns / c.seen.requests().max(1);
    let p99 = |seen: &Seen| u64::from(per_mille(&seen.latencies, 990));
    let statement: Vec<Value> = pages
        .iter()
        .map(|(entries, seen)| {
            json!({
                "entries": entries,
                "p50_ms": ratio(u64::from(per_mille(&seen.latencies, 500)), 1000),
                "p99_ms": ratio(p99(seen), 1000),
            })
        })
        .collect();
    let growth = pages
        .first()
        .zip(pages.last())
        .map(|(small, large)| ratio(p99(&large.1), p99(&small.1)));
    json!({
        "requests_per_second": ours.seen.rate(),
        "cpu_us_per_request": ratio(cost(ours), 1000),
        "rss_mb": ratio(rss_kb, 1024),
        "limit": {
            "empty axum handler": {
                "requests_per_second": empty.seen.rate(),
                "cpu_us_per_request": ratio(cost(empty), 1000),
            },
        },
        "share_of_limit": ratio(ours.seen.rate(), empty.seen.rate()),
        "share_of_limit_by_cpu": ratio(cost(empty), cost(ours)),
        "statement_page": statement,
        "statement_p99_large_to_small": growth,
        "targets": { "share_of_limit": 0.5, "statement_p99_large_to_small": "0.8 to 1.2" },
    })
}
