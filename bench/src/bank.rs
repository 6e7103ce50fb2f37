//! The measured bank: the release binary with the demo's data in a folder of its own.

use crate::process::Server;
use anyhow::{Context, Result};
use serde_json::Value;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use testkit::World;

pub(crate) struct Bank {
    /// Nothing while it is stopped.
    server: Option<Server>,
    port: u16,
    folder: tempfile::TempDir,
    cores: Cores,
    /// Configuration beside what every measured bank has: name of the environment's variable, value.
    settings: Vec<(&'static str, String)>,
}

/// Where the bank may run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    /// On the server's core, away from the load.
    One,
    /// On all that the machine has, like the load.
    All,
}

impl Bank {
    /// Started, on one core.
    pub(crate) fn open() -> Result<Self> {
        let mut bank = Self::closed(Cores::One)?;
        bank.start()?;
        Ok(bank)
    }

    /// Not started: somebody has something to do to its data first.
    pub(crate) fn closed(cores: Cores) -> Result<Self> {
        Ok(Self {
            server: None,
            port: TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port(),
            folder: tempfile::tempdir()?,
            cores,
            settings: Vec::new(),
        })
    }

    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.settings.push((name, value));
    }

    pub(crate) fn server(&self) -> Result<&Server> {
        self.server.as_ref().context("the bank is not running")
    }

    /// Ends it, for as long as something is done to its data.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn database_url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("weigui.db").display())
    }

    pub(crate) fn world(&self) -> World {
        let base = format!("http://127.0.0.1:{}", self.port);
        World::new(base.clone(), format!("{base}/sandbox"))
    }

    /// What `weigui demo-info --json` says.
    pub(crate) fn demo_info() -> Result<Value> {
        let out = weigui()?.args(["demo-info", "--json"]).output()?;
        Ok(serde_json::from_slice(&out.stdout)?)
    }

    pub(crate) fn start(&mut self) -> Result<()> {
        self.start_as("web,worker")
    }

    /// Starts it with these roles only.
    pub(crate) fn start_as(&mut self, roles: &str) -> Result<()> {
        let mut command = weigui()?;
        let listen = format!("127.0.0.1:{}", self.port);
        command
            .args(["serve", "--demo", "--roles", roles])
            .env("WEIGUI_DATA_DIR", self.folder.path());
        command
            .env("WEIGUI_HTTP__LISTEN", &listen)
            .env("WEIGUI_HTTP__OPS_LISTEN", "127.0.0.1:0");
        command
            .env("WEIGUI_HTTP__PUBLIC_URL", format!("http://{listen}"))
            .env("WEIGUI_LOG__FILTER", "warn");
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        self.server = Some(match self.cores {
            Cores::One => Server::start_on(&command, self.port)?,
            Cores::All => Server::start_free_on(command, self.port)?,
        });
        Ok(())
    }
}

/// The bank's program. Where it lies is no setting of its own.
fn weigui() -> Result<Command> {
    let mut command = Command::new(binary()?);
    command.env_remove("WEIGUI_BIN");
    Ok(command)
}

/// `WEIGUI_BIN`, or the one beside this benchmark.
fn binary() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("WEIGUI_BIN") {
        return Ok(given.into());
    }
    let beside = std::env::current_exe()?.with_file_name("weigui");
    anyhow::ensure!(
        beside.is_file(),
        "{} is missing: cargo build --release -p weigui",
        beside.display()
    );
    Ok(beside)
}
