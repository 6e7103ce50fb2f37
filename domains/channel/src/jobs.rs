//! Background work of the channel: pushes whose node died are answered late; old rows go.

use std::time::Duration;

use kit::clock::{DAY, HOUR, MINUTE};

use crate::service::Channel;
use crate::store;

const PAUSE: Duration = Duration::from_secs(5);
/// Longer than twice WeChat's freshness window: no genuine delivery asks for a reply after that.
const REPLY_KEPT: i64 = 15 * MINUTE;
const ROW_KEPT: i64 = 32 * DAY;
const SWEPT_AT_ONCE: i64 = 200;

/// Recovers and sweeps until the process ends.
pub async fn keep_recovering(channel: Channel) {
    while !channel.cx.tasks.is_stopping() {
        if let Err(error) = round(&channel).await {
            tracing::warn!(cause = %error, "inbox round failed; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = channel.cx.tasks.stopping() => return,
        }
    }
}

async fn round(channel: &Channel) -> anyhow::Result<()> {
    for orphan in channel.adopt_orphans().await? {
        let key = orphan.key.clone();
        if let Err(error) = channel.answer_orphan(orphan).await {
            tracing::warn!(push = key, cause = %error, "an orphaned push could not be answered; trying again");
        }
    }
    sweep(channel).await?;
    Ok(())
}

/// Little work each time, whatever the table holds.
async fn sweep(channel: &Channel) -> kit::db::Result<()> {
    let now = channel.cx.clock.now();
    channel
        .cx
        .db
        .tx(async move |c| {
            store::forget_replies(c, now - REPLY_KEPT - HOUR, now - REPLY_KEPT).await?;
            let lost = store::give_up(c, now - HOUR).await?;
            if lost > 0 {
                tracing::error!(lost, "pushes were given up after an hour");
            }
            for (key,) in store::outdated(c, now - ROW_KEPT, SWEPT_AT_ONCE).await? {
                store::remove(c, &key).await?;
            }
            Ok(())
        })
        .await
}
