//! Notices to the merchant, on Pay's schedule by the world's clock, until one is accepted with 200 or 204.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use weigui_wechat::pay::china_time;

use super::book::Due;
use super::{counter, refund};
use crate::Sandbox;
use crate::wechat::start;

/// Seconds between the attempts: 15 of them within 24 h 4 min.
const SCHEDULE_S: [i64; 15] = [
    15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];
const PATIENCE: Duration = Duration::from_secs(5);
/// Real time between two looks at the world's clock.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Sandbox {
    /// Sends what is due, without waiting for it, and sees to it that what is due later is sent then.
    pub(super) fn send_soon(&self) {
        let now = self.clone();
        start(async move {
            now.send_notices().await;
        });
        let first = !std::mem::replace(&mut self.world.pay.book().tended, true);
        if first {
            let world = Arc::downgrade(&self.world);
            let (clearing, billers) = (self.clearing.clone(), self.billers.clone());
            start(async move {
                while let Some(world) = world.upgrade() {
                    let (clearing, billers) = (clearing.clone(), billers.clone());
                    let whole = Self {
                        world,
                        clearing,
                        billers,
                    };
                    whole.send_notices().await;
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            });
        }
    }

    /// Sends every notice that is due by the world's clock and waits for the answers; how many were accepted.
    pub async fn send_notices(&self) -> usize {
        let now = self.world.now() / 1_000;
        let faults = self.faults().pay;
        let due: Vec<Due> = {
            let mut book = self.world.pay.book();
            refund::tell(&mut book, (now, faults.into()));
            let of = book.due.iter_mut().filter(|due| !due.busy && due.at <= now);
            of.map(|due| {
                due.busy = true;
                due.clone()
            })
            .collect()
        };
        let mut accepted = 0;
        for due in due {
            let copies = match (faults.hold_notices, faults.notices_fivefold) {
                (true, _) => 0,
                (false, true) => 5,
                (false, false) => 1,
            };
            let attempts = (0..copies).map(|_| self.attempt_notice(&due, now));
            let took = futures_util::future::join_all(attempts).await.contains(&true);
            self.note(&due.id, took, now);
            accepted += usize::from(took);
        }
        accepted
    }

    /// How many notices have not been accepted yet.
    pub fn notices_waiting(&self) -> usize {
        self.world.pay.book().due.len()
    }

    /// Whether every notice has been tried at least once and none is under way.
    pub fn notices_tried(&self) -> bool {
        let book = self.world.pay.book();
        book.due.iter().all(|due| !due.busy && due.attempt > 0)
    }

    fn note(&self, id: &str, took: bool, now: i64) {
        let mut book = self.world.pay.book();
        if let Some(due) = book.due.iter_mut().find(|due| due.id == id) {
            due.busy = false;
            let pause = SCHEDULE_S.get(due.attempt);
            due.attempt += 1;
            due.at = now + pause.copied().unwrap_or(0);
            let over = took || pause.is_none();
            if over {
                book.due.retain(|due| due.id != id);
            }
        }
    }

    async fn attempt_notice(&self, due: &Due, now: i64) -> bool {
        let mut resource = counter::encrypt(&due.content.to_string(), due.kind);
        if let Some(fields) = resource.as_object_mut() {
            fields.insert("original_type".to_owned(), due.kind.into());
        }
        let body = json!({
            "id": due.id, "create_time": china_time(now).unwrap_or_default(), "resource_type": "encrypt-resource",
            "event_type": due.event, "summary": "通知", "resource": resource,
        })
        .to_string();
        let Ok(heads) = counter::signature(body.as_bytes(), now) else {
            return false;
        };
        let mut request = self.world.config.http.post(&due.url).timeout(PATIENCE);
        for (name, value) in heads {
            request = request.header(name, value);
        }
        let request = request.header("content-type", "application/json").body(body);
        match request.send().await {
            Ok(response) => matches!(response.status().as_u16(), 200 | 204),
            Err(error) => {
                tracing::info!(cause = %error.without_url(), "a notice was not answered");
                false
            }
        }
    }
}
