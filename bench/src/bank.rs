//! The measured bank: the release binary with the demo's data in a folder of its own.

use crate::process::Server;
use anyhow::{Context, Result};
use serde_json::Value;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use testkit::World;

pub(crate) struct Bank {
    /// Nothing while it is stopped.
    server: Option<Server>,
    port: u16,
    folder: tempfile::TempDir,
}

impl Bank {
    pub(crate) fn open() -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut bank = Self {
            server: None,
            port,
            folder: tempfile::tempdir()?,
        };
        bank.start()?;
        Ok(bank)
    }

    pub(crate) fn server(&self) -> Result<&Server> {
        self.server.as_ref().context("the bank is not running")
    }

    /// Ends it, for as long as something is done to its data.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.server.take().map_or(Ok(()), Server::stop)
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
        let mut command = weigui()?;
        let listen = format!("127.0.0.1:{}", self.port);
        command
            .args(["serve", "--demo"])
            .env("WEIGUI_DATA_DIR", self.folder.path());
        command
            .env("WEIGUI_HTTP__LISTEN", &listen)
            .env("WEIGUI_HTTP__OPS_LISTEN", "127.0.0.1:0");
        command
            .env("WEIGUI_HTTP__PUBLIC_URL", format!("http://{listen}"))
            .env("WEIGUI_LOG__FILTER", "warn");
        self.server = Some(Server::start_on(&command, self.port)?);
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
