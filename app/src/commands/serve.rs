//! `weigui serve`.

use kit::clock::Clock;
use tokio::signal::unix::{SignalKind, signal};

use super::{Role, Which, demo, listeners};
use crate::wire::{Bank, Mode};

pub(super) async fn run(which: &Which, roles: &[Role]) -> anyhow::Result<()> {
    let config = which.config()?;
    kit::telemetry::logs(config.log.format, &config.log.filter);
    let doorway = listeners::Doorway::open(&config, which.mode()).await?;
    let names: Vec<&str> = roles
        .iter()
        .map(|r| if *r == Role::Web { "web" } else { "worker" })
        .collect();
    let bank = Bank::open(config, which.mode(), Clock::system(), &names.join(",")).await?;
    match which.mode() {
        Mode::Demo => demo::seed(&bank).await?,
        Mode::Production => demo::refuse_demo_staff(&bank).await?,
    }
    bank.start(roles.contains(&Role::Worker));
    let tasks = bank.cx.tasks.clone();
    bank.cx.tasks.start(async move {
        wait_for_end().await;
        tasks.stop();
    });
    let world = listeners::world(&bank)?;
    if which.mode() == Mode::Demo {
        let url = bank.config.public_url();
        bank.cx.tasks.start(demo::publish_menu(bank.clone()));
        tracing::info!("demo bank open: {url}/simulator/  {url}/h5/  {url}/office/");
    }
    let served = doorway
        .serve(&bank, roles.contains(&Role::Web), world.as_ref())
        .await;
    bank.close().await;
    served
}

/// Ctrl-C or the service manager's TERM.
pub(super) async fn wait_for_end() {
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}
