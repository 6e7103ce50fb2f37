//! Background work of the channel: pushes whose node died are answered late; old rows go.

use std::time::Duration;

use kit::clock::{DAY, MINUTE};

use crate::service::Channel;
use crate::store;

const PAUSE: Duration = Duration::from_secs(5);
/// Longer than twice WeChat's freshness window: no genuine delivery asks for a reply after that.
const REPLY_KEPT: i64 = 15 * MINUTE;
const ROW_KEPT: i64 = 32 * DAY;

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
    let now = channel.cx.clock.now();
    channel
        .cx
        .db
        .tx(async move |c| {
            store::forget_replies(c, now - REPLY_KEPT).await?;
            store::sweep(c, now - ROW_KEPT).await
        })
        .await?;
    Ok(())
}
