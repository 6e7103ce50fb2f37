//! The measured bank: the release binary with the demo's data in a folder of its own, and a customer who has
//! come in through WeChat.

use super::fill;
use crate::process::Server;
use anyhow::{Context, Result};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use testkit::{Customer, World};
use tokio::runtime::Runtime;

pub(crate) struct Bank {
    /// Nothing while the table is being filled.
    server: Option<Server>,
    port: u16,
    folder: tempfile::TempDir,
    pub(crate) account: String,
    pub(crate) cookie: String,
}

impl Bank {
    pub(crate) fn open(runtime: &Runtime) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let mut bank = Self {
            server: None,
            port,
            folder,
            account: String::new(),
            cookie: String::new(),
        };
        bank.start()?;
        runtime.block_on(bank.let_customer_in())?;
        Ok(bank)
    }

    pub(crate) fn server(&self) -> Result<&Server> {
        self.server.as_ref().context("the bank is not running")
    }

    /// Makes the table of entries as large as this; the customer's own entries stay the same.
    pub(crate) fn grow(&mut self, runtime: &Runtime, entries: i64) -> Result<()> {
        if let Some(server) = self.server.take() {
            server.stop()?;
        }
        let url = format!("sqlite://{}", self.folder.path().join("weigui.db").display());
        runtime.block_on(fill::to(url, entries))?;
        self.start()
    }

    fn start(&mut self) -> Result<()> {
        let mut command = Command::new(binary()?);
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

    async fn let_customer_in(&mut self) -> Result<()> {
        let base = format!("http://127.0.0.1:{}", self.port);
        let world = World::new(base.clone(), format!("{base}/sandbox"));
        let customer = Customer::find(world, "王建国").await.opens_h5().await;
        self.account = customer.account_id().await;
        let token = customer
            .browser
            .cookie(&base, "wg_session")
            .context("no session")?;
        self.cookie = format!("wg_session={token}");
        Ok(())
    }
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
