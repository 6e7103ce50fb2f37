//! The sealer: links new rows into the chain all day, on every node that works.

use std::time::Duration;

use kit::cx::Cx;

use crate::service;

const PAUSE: Duration = Duration::from_millis(500);

/// Seals until the process ends. Several nodes may do this: the head row lets one through at a time.
pub async fn keep_sealing(cx: Cx) {
    while !cx.tasks.is_stopping() {
        match service::seal(&cx).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(cause = %error, "audit rows could not be sealed; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = cx.tasks.stopping() => return,
        }
    }
}
