//! The command line: serving, and what operators and builders ask of the binary.

mod core_sim;
mod keys;
mod policy;
mod prove;
mod serve;
mod show;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use kit::clock::Clock;

use crate::config::Config;
use crate::wire::{Bank, Mode};
use crate::{demo, serve as listeners};

#[derive(Parser)]
#[command(name = "weigui", version, about = "微柜: a bank's counter inside WeChat")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Which bank is meant.
#[derive(Args, Clone)]
pub(crate) struct Which {
    /// Configuration file (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
    /// The demo bank with its sandbox world.
    #[arg(long)]
    demo: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the bank.
    Serve {
        #[command(flatten)]
        which: Which,
        /// What this node does.
        #[arg(long, value_delimiter = ',', default_value = "web,worker")]
        roles: Vec<Role>,
    },
    /// Prints the demo bank's public facts.
    DemoInfo {
        /// As one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Brings the database up to this program's schema.
    Migrate(Which),
    /// Checks configuration, database, cache, keys and core.
    Doctor(Which),
    /// Prints the API's description (OpenAPI 3.1).
    Openapi,
    /// Prints `docs/configuration.md`.
    ConfigReference,
    /// Prints `docs/access.md`.
    Doors,
    /// Prints `docs/core-contract.json`: what the platform asks of a bank's core.
    CoreContract,
    /// Serves the reference core over the core contract, with faults on command, to develop against.
    CoreSim(core_sim::Sim),
    /// The reference core's books.
    Ledger {
        #[command(subcommand)]
        ask: Verify,
    },
    /// The audit trail.
    Audit {
        #[command(subcommand)]
        ask: Verify,
    },
    /// Data keys.
    Keys {
        #[command(subcommand)]
        ask: keys::Ask,
    },
    /// What customers must prove.
    Policy {
        #[command(subcommand)]
        ask: policy::Ask,
    },
}

#[derive(Subcommand)]
enum Verify {
    /// Proves it whole; exit code 1 when it is not.
    Verify(Which),
}

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Serves HTTP.
    Web,
    /// Does jobs.
    Worker,
}

impl Cli {
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve { which, roles } => serve::run(&which, &roles).await,
            Command::DemoInfo { json } => show::demo_info(json),
            Command::Migrate(which) => show::migrate(&which).await,
            Command::Doctor(which) => show::doctor(&which).await,
            Command::Openapi => show::openapi().await,
            Command::ConfigReference => show::print(&crate::config::reference()),
            Command::Doors => show::print(&crate::access::matrix()),
            Command::CoreContract => show::print(&corebank::http::openapi()),
            Command::CoreSim(sim) => core_sim::run(sim).await,
            Command::Ledger {
                ask: Verify::Verify(which),
            } => prove::ledger(&which).await,
            Command::Audit {
                ask: Verify::Verify(which),
            } => prove::audit(&which).await,
            Command::Keys { ask } => keys::run(ask).await,
            Command::Policy { ask } => policy::run(ask).await,
        }
    }
}

impl Which {
    pub(crate) fn mode(&self) -> Mode {
        if self.demo { Mode::Demo } else { Mode::Production }
    }

    /// The configuration, with the demo's values where they belong.
    pub(crate) fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        match self.mode() {
            Mode::Demo => demo::complete(&mut config),
            Mode::Production => demo::refuse_demo_values(&config)?,
        }
        Ok(config)
    }

    /// The bank of an operator's command: no listener, no background work. A database in which the
    /// demo lives is the demo's even without `--demo`.
    pub(crate) async fn bank(&self) -> anyhow::Result<Bank> {
        let mut config = Config::load(self.config.as_deref())?;
        let demo = self.demo || config.crypto.master_key.is_empty();
        if demo {
            demo::complete(&mut config);
        }
        let mode = if demo { Mode::Demo } else { Mode::Production };
        Bank::open(config, mode, Clock::system(), "command").await
    }
}
