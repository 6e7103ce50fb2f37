//! What waits in the outbox: forgotten before a cell that must begin without it, waited for after one. And the proof
//! that nothing was lost on the way.

use crate::ledger::till;
use anyhow::{Result, ensure};
use kit::clock::{Clock, MINUTE};
use kit::db::{Db, Options};
use std::time::{Duration, Instant};

/// Longest wait for the notices of one cell.
const PATIENCE: Duration = Duration::from_mins(10);

/// Jobs that were left by a node that only served.
pub(crate) async fn forget(url: &str) -> Result<()> {
    let db = Db::open(&Options::new(url)).await?;
    let gone: kit::db::Result<u64> = db.tx(async |c| c.exec("delete from job", ()).await).await;
    db.close().await;
    gone?;
    Ok(())
}

/// Waits until everything is told; answers how long that took.
pub(crate) async fn wait(url: &str) -> Result<Duration> {
    let db = Db::open(&Options::new(url)).await?;
    let begun = Instant::now();
    // What the bank does every night waits for the night.
    let soon = Clock::system().now() + MINUTE;
    loop {
        let waiting: kit::db::Result<Option<(i64, Option<i64>)>> = db
            .read(async |c| {
                c.row(
                    "select count(*), cast(sum(case when state = 'dead' then 1 else 0 end) as signed) from job
                     where run_at < ?",
                    (soon,),
                )
                .await
            })
            .await;
        let (left, dead) = waiting?.unwrap_or_default();
        ensure!(dead.unwrap_or(0) == 0, "jobs are dead");
        if left == 0 {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "{left} jobs are left");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    db.close().await;
    Ok(begun.elapsed())
}

pub(crate) async fn books_are_whole(url: &str) -> Result<bool> {
    let db = Db::open(&Options::new(url)).await?;
    let report = till::verified(&db).await;
    db.close().await;
    Ok(report?.is_whole())
}
