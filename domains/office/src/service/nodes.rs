//! The register of nodes: each node reports itself, the office shows all.

use std::time::{Duration, Instant};

use corebank::Answer;
use kit::clock::Ms;
use kit::jobs::{self, Backlog};
use kit::telemetry::Usage;

use super::Office;
use crate::error::Error;
use crate::model::{FORGOTTEN, Node, percent};
use crate::store;

const EVERY: Duration = Duration::from_secs(3);

/// What the page of nodes shows.
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<Node>,
    pub(crate) backlog: Backlog,
    pub(crate) database: String,
    pub(crate) cache: String,
    pub(crate) now: Ms,
}

impl Office {
    pub(crate) async fn nodes(&self) -> Result<Nodes, Error> {
        let now = self.0.cx.clock.now();
        let (nodes, backlog) = self
            .0
            .cx
            .db
            .read(async move |c| {
                let nodes = store::nodes(c, now - FORGOTTEN).await?;
                Ok::<_, kit::db::Error>((nodes, jobs::backlog(c, now).await?))
            })
            .await?;
        Ok(Nodes {
            nodes,
            backlog,
            database: self.database_name(),
            cache: self.cache_state().await,
            now,
        })
    }

    fn database_name(&self) -> String {
        format!("{:?}", self.0.cx.db.engine())
    }

    async fn cache_state(&self) -> String {
        match (self.0.cx.cache.is_shared(), self.0.cx.cache.is_up().await) {
            (false, _) => "进程内".to_owned(),
            (true, true) => "Redis 正常".to_owned(),
            (true, false) => "Redis 中断".to_owned(),
        }
    }

    async fn core_state(&self) -> String {
        let asked = tokio::time::timeout(Duration::from_secs(2), self.0.core.health()).await;
        match asked {
            Ok(Answer::Done(())) => "正常".to_owned(),
            Ok(Answer::Refused(_)) => "异常".to_owned(),
            Ok(Answer::Unknown) | Err(_) => "无回应".to_owned(),
        }
    }
}

/// Reports this node until the process ends.
pub async fn keep_reporting(office: Office) {
    let cx = office.0.cx.clone();
    let started_at = cx.clock.now();
    let mut before = (Instant::now(), Usage::now().cpu_ms);
    while !cx.tasks.is_stopping() {
        let usage = Usage::now();
        let time = u64::try_from(before.0.elapsed().as_millis()).unwrap_or(u64::MAX);
        let node = Node {
            name: cx.node.clone(),
            version: office.0.version.to_owned(),
            roles: office.0.roles.clone(),
            started_at,
            seen_at: cx.clock.now(),
            cpu_percent: percent(usage.cpu_ms.saturating_sub(before.1), time),
            rss_mb: i64::try_from(usage.rss_bytes >> 20).unwrap_or(0),
            database: "正常".to_owned(),
            cache: office.cache_state().await,
            core: office.core_state().await,
        };
        before = (Instant::now(), usage.cpu_ms);
        let told = cx
            .db
            .tx(async move |c| {
                if store::report(c, &node).await? == 0 {
                    store::begin(c, &node).await?;
                }
                Ok::<_, kit::db::Error>(())
            })
            .await;
        if let Err(error) = told {
            tracing::warn!(cause = %error, "this node could not report itself");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = cx.tasks.stopping() => return,
        }
    }
}
