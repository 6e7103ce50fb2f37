//! Facts that others may act on, written in the transaction of the change.
//!
//! Publishing writes the event and one job per subscriber, so delivery is the jobs' business:
//! at least once, retried, never lost. Bodies carry ids, not persons.

use serde::Serialize;

use crate::cx::Cx;
use crate::db::{Conn, Result};
use crate::jobs::{self, NewJob};

/// Jobs of this kind are made for each event of this topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub topic: &'static str,
    pub job_kind: &'static str,
}

/// Publishes a fact once per `(topic, key)`. Subscribers get a job whose key is the event's id and
/// whose payload is the body.
pub async fn publish(
    c: &mut Conn,
    cx: &Cx,
    topic: &'static str,
    key: &str,
    body: &impl Serialize,
) -> Result<()> {
    let id = cx.ids.make::<uuid::Uuid>().to_string();
    let body = serde_json::to_string(body).unwrap_or_default();
    let now = cx.clock.now();
    let fresh = c
        .insert_new(
            "insert into event (id, topic, k, body, at) values (?, ?, ?, ?, ?)",
            (id.as_str(), topic, key, body.as_str(), now),
        )
        .await?;
    if !fresh {
        return Ok(());
    }
    for subscription in cx.subscriptions.iter().filter(|s| s.topic == topic) {
        let job = NewJob {
            kind: subscription.job_kind,
            key: &id,
            payload: &body,
            run_at: now,
        };
        jobs::enqueue(c, cx, job).await?;
    }
    Ok(())
}

/// Forgets a few facts that are older than `before`; publishing one of them again would be new.
pub async fn sweep(c: &mut Conn, before: crate::clock::Ms) -> Result<u64> {
    c.sweep(
        "select id from event where at < ? order by at limit 200",
        "delete from event where id = ?",
        before,
    )
    .await
}
