//! `bench callback`: an echo bot behind a safe-mode callback. Signature, decryption, de-duplication,
//! encryption of the reply; one process on one core, beside co-wechat on Node under the same load.

mod burst;
mod peer;
mod pool;
mod server;

use crate::load::{self, Expect, Pace, Seen};
use crate::number::{per_mille, ratio};
use crate::process::{Server, move_to_load_core};
use anyhow::Result;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;

pub(crate) use server::serve;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One JSON object as the last line
    #[arg(long)]
    pub(crate) json: bool,
    /// Messages per phase
    #[arg(long, default_value_t = 60_000)]
    messages: usize,
    /// Leave the peer out (no npm needed); no ratio then
    #[arg(long)]
    no_peer: bool,
}

/// What the open-loop phase asks for.
const PER_SECOND: u64 = 2_000;
/// The peer answers about a quarter of it in the same time.
const PEER_SHARE: usize = 4;
const CONNECTIONS: usize = 32;
/// Every sealed answer has it.
const SEALED: Expect = Expect("<Encrypt>");

/// What was seen of one server.
struct Figures {
    /// As fast as one core goes.
    full: Seen,
    full_cpu_ns: u64,
    /// At the steady rate.
    steady: Seen,
    steady_cpu_ns: u64,
    rss_kb: u64,
}

pub(crate) fn run(options: &Options) -> Result<Value> {
    move_to_load_core()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut own = Command::new(std::env::current_exe()?);
    own.arg("callback-server");
    eprintln!("callback: weigui-wechat on one core");
    let ours = measure(&runtime, &own, options.messages)?;
    let peer = if options.no_peer {
        None
    } else {
        eprintln!("callback: co-wechat 2.4.0 on one core");
        Some(measure(
            &runtime,
            &peer::command()?,
            options.messages / PEER_SHARE,
        )?)
    };
    let mut out = result(&ours, peer.as_ref());
    eprintln!(
        "callback: {} messages at once to the bank, whose core takes 6 s",
        burst::MESSAGES
    );
    set(&mut out, "burst", burst::run(&runtime)?);
    Ok(out)
}

fn measure(runtime: &tokio::runtime::Runtime, command: &Command, messages: usize) -> Result<Figures> {
    let server = Server::start(command)?;
    let go = |count: usize, pace: Pace| {
        // Made anew for each phase: no message is ever sent twice, and none is stale.
        let requests: Arc<[Vec<u8>]> = pool::make(count)?.into();
        runtime.block_on(load::run(server.port, requests, CONNECTIONS, pace, SEALED))
    };
    go(messages / 4, Pace::Closed)?;
    let before = server.cpu_ns()?;
    let full = go(messages, Pace::Closed)?;
    let between = server.cpu_ns()?;
    let steady = go(
        messages.min(20_000),
        Pace::Open {
            per_second: PER_SECOND,
        },
    )?;
    let after = server.cpu_ns()?;
    Ok(Figures {
        full,
        full_cpu_ns: between - before,
        steady,
        steady_cpu_ns: after - between,
        rss_kb: server.peak_rss_kb()?,
    })
}

fn result(ours: &Figures, peer: Option<&Figures>) -> Value {
    let mut out = figures(ours);
    let mut peers = serde_json::Map::new();
    if let Some(peer) = peer {
        let cost = |f: &Figures| f.full_cpu_ns / f.full.requests().max(1);
        let mut theirs = figures(peer);
        set(&mut theirs, "times_our_cpu", ratio(cost(peer), cost(ours)));
        peers.insert("co-wechat 2.4.0".to_owned(), theirs);
    }
    set(&mut out, "peers", Value::Object(peers));
    set(
        &mut out,
        "targets",
        json!({ "cpu_us_per_request": 40, "p99_ms": 10, "rss_mb": 60 }),
    );
    out
}

fn figures(f: &Figures) -> Value {
    json!({
        "cpu_us_per_request": ratio(f.full_cpu_ns / 10, f.full.requests() * 100),
        "requests_per_second_on_one_core": f.full.rate(),
        "steady_per_second": PER_SECOND,
        "p50_ms": ratio(u64::from(per_mille(&f.steady.latencies, 500)), 1000),
        "p99_ms": ratio(u64::from(per_mille(&f.steady.latencies, 990)), 1000),
        "max_ms": ratio(u64::from(per_mille(&f.steady.latencies, 1000)), 1000),
        "steady_cpu_us_per_request": ratio(f.steady_cpu_ns / 10, f.steady.requests() * 100),
        "rss_mb": ratio(f.rss_kb, 1024),
        "requests": f.full.requests() + f.steady.requests(),
    })
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}
