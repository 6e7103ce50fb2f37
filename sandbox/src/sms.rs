//! The SMS gateway: takes a message once per id, delivers it to the phone's inbox.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::Sandbox;
use crate::wechat::start;
use crate::world::SmsItem;

#[derive(Deserialize)]
struct Send {
    id: String,
    phone: String,
    text: String,
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new().route("/sms/send", post(send))
}

async fn send(State(sandbox): State<Sandbox>, Json(order): Json<Send>) -> Response {
    let faults = sandbox.faults().sms;
    if faults.down {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"code": "down"}))).into_response();
    }
    let digits = order.phone.len() == 11 && order.phone.bytes().all(|b| b.is_ascii_digit());
    if !digits || order.text.is_empty() || order.text.chars().count() > 500 {
        let code = if digits { "bad_text" } else { "bad_phone" };
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"code": code}))).into_response();
    }
    let answer = Json(json!({"code": "ok", "id": order.id}));
    let fresh = sandbox.world.state().sms_ids.insert(order.id.clone());
    if fresh {
        let later = sandbox.clone();
        start(async move {
            tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
            later.deliver(&order);
        });
    }
    if faults.lose_answers {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    answer.into_response()
}

impl Sandbox {
    fn deliver(&self, order: &Send) {
        let at = self.world.now();
        let text = order.text.clone();
        self.world
            .state()
            .inboxes
            .entry(order.phone.clone())
            .or_default()
            .push(|seq| SmsItem { seq, at, text });
        self.world.arrived.notify_waiters();
    }

    /// The SMS that a phone number has received after `seq`.
    pub fn sms_of(&self, phone: &str, seq: u64) -> Vec<SmsItem> {
        self.world
            .state()
            .inboxes
            .get(phone)
            .map(|log| log.after(seq))
            .unwrap_or_default()
    }
}
