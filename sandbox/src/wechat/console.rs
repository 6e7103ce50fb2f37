//! The platform's own control room, for tests and demonstrations: what was called how often, and the quotas, tokens
//! and consents that a test cannot wait for. WeChat has no such door.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Which;
use super::table;
use crate::Sandbox;
use crate::phone::Refusal;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/calls", get(calls))
        .route("/spend", post(spend))
        .route("/expire", post(expire))
}

async fn calls(State(sandbox): State<Sandbox>) -> Json<Value> {
    let state = sandbox.world.state();
    Json(json!({
        "calls": state.calls.counts(),
        "tokens_issued": state.tokens.issued(),
        "refused_40001": state.calls.refusals(40001),
        "refused_42001": state.calls.refusals(42001),
    }))
}

#[derive(Deserialize)]
struct Spend {
    path: String,
}

/// Uses up today's calls of one API.
async fn spend(State(sandbox): State<Sandbox>, Json(spend): Json<Spend>) -> Result<Json<Value>, Refusal> {
    let api = table::find(&spend.path).ok_or(Refusal::BadRequest)?;
    let now = sandbox.seconds();
    let mut state = sandbox.world.state();
    state.quotas.spend(Which::Official, api, now);
    state.quotas.spend(Which::Mini, api, now);
    Ok(Json(json!({"ok": true})))
}

/// Ends the life of every access token now.
async fn expire(State(sandbox): State<Sandbox>) -> Json<Value> {
    let mut state = sandbox.world.state();
    state.tokens.expire();
    state.mini_tokens.expire();
    Json(json!({"ok": true}))
}
