//! Commands that prove something whole.

use super::Which;
use super::show::print;

pub(super) async fn audit(which: &Which) -> anyhow::Result<()> {
    let bank = which.bank().await?;
    while audit::seal(&bank.cx).await? > 0 {}
    let verdict = audit::verify(&bank.cx).await;
    bank.close().await;
    let verdict = verdict?;
    print(&format!("{}\n", serde_json::to_string(&verdict)?))?;
    anyhow::ensure!(verdict.ok, "the audit trail is not whole");
    Ok(())
}

pub(super) async fn ledger(which: &Which) -> anyhow::Result<()> {
    let bank = which.bank().await?;
    let Some(core) = &bank.embedded else {
        anyhow::bail!("this bank does not run on the reference core")
    };
    let report = core.verify_books().await;
    bank.close().await;
    let report = report.map_err(|error| anyhow::anyhow!("the books could not be read: {error}"))?;
    for broken in &report.broken {
        print(&format!("{broken}\n"))?;
    }
    let found = report.broken.len();
    print(&format!(
        "accounts {} transfers {} entries {} (outside the chain {}) open holds {} broken {found}\nbooks {}\n",
        report.accounts, report.transfers, report.entries, report.unchained, report.open_holds, report.digest
    ))?;
    anyhow::ensure!(report.is_whole(), "the books are not whole: {found} findings");
    Ok(())
}
