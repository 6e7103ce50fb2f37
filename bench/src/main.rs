//! Benchmarks of the bank. Each runs its peer, or the physical limit, beside it in the same run and prints
//! the ratio: figures of two machines, or of two days, are not comparable.

mod balance;
mod bank;
mod callback;
mod disk;
mod ledger;
mod load;
mod number;
mod process;
mod transfers;
mod wechat;

use clap::{Parser, Subcommand};
use serde_json::Value;

#[derive(Parser)]
#[command(name = "bench", about = "Benchmarks beside a peer or a limit")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Safe-mode WeChat callback with an encrypted passive reply, beside co-wechat on Node
    Callback(callback::Options),
    /// A cached balance beside an empty handler; a statement page in a small and in a large table
    Balance(balance::Options),
    /// Posting in groups beside one transaction per transfer and the engine's bare limit
    Ledger(ledger::Options),
    /// A transfer through HTTP, with all that a bank asks of it, beside the ledger alone
    Transfers(transfers::Options),
    /// The WeChat library's push in and reply out, beside wechatpy and wechat-crypto
    Wechat(wechat::Options),
    /// The server that the callback benchmark measures
    #[command(hide = true)]
    CallbackServer,
    /// The limit of the balance benchmark: a handler that does nothing
    #[command(hide = true)]
    EmptyServer,
    /// The world outside the bank that the transfers benchmark measures
    #[command(hide = true)]
    OutsideServer(transfers::outside::Options),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().what {
        What::Callback(options) => report(&callback::run(&options)?, options.json),
        What::Balance(options) => report(&balance::run(&options)?, options.json),
        What::Ledger(options) => report(&ledger::run(&options)?, options.json),
        What::Transfers(options) => report(&transfers::run(&options)?, options.json),
        What::Wechat(options) => report(&wechat::run(&options)?, options.json),
        What::CallbackServer => callback::serve(),
        What::EmptyServer => balance::serve_nothing(),
        What::OutsideServer(options) => transfers::outside::serve(options),
    }
}

/// The last line of stdout: the result, as one JSON object or as a table.
fn report(result: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(result)?);
    } else {
        println!("{}", serde_json::to_string_pretty(result)?);
    }
    Ok(())
}
