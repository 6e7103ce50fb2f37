//! Commands that print.

use std::io::Write as _;

use anyhow::Context as _;
use corebank::Answer;
use kit::clock::Clock;
use kit::db::{Db, Options};

use super::Which;
use crate::config::Config;
use crate::wire::{Bank, Mode};
use crate::{demo, migrations, serve};

pub(super) fn print(text: &str) -> anyhow::Result<()> {
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

pub(super) fn demo_info(json: bool) -> anyhow::Result<()> {
    let info = demo::info(&Config::load(None)?);
    let text = if json {
        info.to_string()
    } else {
        serde_json::to_string_pretty(&info)?
    };
    print(&format!("{text}\n"))
}

pub(super) async fn migrate(which: &Which) -> anyhow::Result<()> {
    let config = Config::load(which.config.as_deref())?;
    std::fs::create_dir_all(&config.data_dir)?;
    let db = Db::open(&Options::new(config.database_url())).await?;
    migrations::bring_up(&db).await?;
    db.close().await;
    print("schema is up to date\n")
}

/// The API's description needs a wired bank, but no lasting one.
pub(super) async fn openapi() -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("weigui-openapi-{}", std::process::id()));
    let mut config = Config {
        data_dir: folder.clone(),
        ..Config::default()
    };
    demo::complete(&mut config);
    let bank = Bank::open(config, Mode::Demo, Clock::system(), "openapi").await?;
    let text = serve::openapi(&bank).to_pretty_json()?;
    bank.close().await;
    std::fs::remove_dir_all(&folder).context("removing the temporary folder")?;
    print(&format!("{text}\n"))
}

pub(super) async fn doctor(which: &Which) -> anyhow::Result<()> {
    let bank = which.bank().await.context("opening the bank")?;
    let core = tokio::time::timeout(std::time::Duration::from_secs(5), bank.outside.core.health()).await;
    let findings = [
        ("database", bank.cx.db.ping().await.is_ok()),
        ("keys", bank.cx.vault.active_kid() > 0),
        ("cache", !bank.cx.cache.is_shared() || bank.cx.cache.is_up().await),
        ("core", matches!(core, Ok(Answer::Done(())))),
    ];
    for (part, fine) in findings {
        print(&format!("{part}: {}\n", if fine { "ok" } else { "NOT OK" }))?;
    }
    bank.close().await;
    let sick: Vec<&str> = findings
        .iter()
        .filter(|(_, fine)| !fine)
        .map(|(part, _)| *part)
        .collect();
    anyhow::ensure!(sick.is_empty(), "not well: {}", sick.join(", "));
    Ok(())
}
