//! The yard: every command a developer or the build machine types, so that both do the same thing.
//!
//! `cargo xtask run` opens the demo bank, `cargo xtask test` is everything the build machine runs.

mod apt;
mod bench;
mod blackbox;
mod count;
mod generate;
mod peers;
mod report;
mod run;
mod servers;
mod setup;
mod shell;
mod steps;
mod tidy;
mod web;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and check the bank")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Set up what is missing, build web and server, open the demo bank on port 8080
    Run(run::Options),
    /// Set up what is missing, then everything the build machine runs
    Test(steps::Options),
    /// Install or name the Debian packages that a command needs
    Setup {
        /// What for: run, servers or test
        #[arg(default_value = "test")]
        need: setup::Need,
    },
    /// Build the web pages (skips what has not changed)
    Web {
        /// Build even when nothing has changed
        #[arg(long)]
        force: bool,
    },
    /// Write the generated files: OpenAPI, TypeScript client, configuration and access references
    Gen {
        /// Change nothing; fail with a diff when a committed file is out of date
        #[arg(long)]
        check: bool,
    },
    /// Check the house rules that no compiler knows
    Tidy,
    /// Run one benchmark beside its peer or limit
    Bench(bench::Options),
    /// Wait for a started bank and print its doors (used by `run`)
    #[command(hide = true)]
    Doors { listen: String },
}

fn main() -> ExitCode {
    let done = match Cli::parse().what {
        What::Run(options) => run::run(&options),
        What::Test(options) => return steps::test(&options),
        What::Setup { need } => setup::ensure(need),
        What::Web { force } => web::build(force),
        What::Gen { check } => generate::run(check),
        What::Tidy => tidy::run(),
        What::Bench(options) => bench::run(&options),
        What::Doors { listen } => run::print_doors_when_open(&listen),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
