//! The operations listener: is the process alive, is it ready, what does it count.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use kit::telemetry::Metrics;

use crate::wire::Bank;

pub(crate) fn router(bank: Bank, metrics: Metrics) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(counted))
        .with_state((bank, metrics))
}

/// Ready when the database answers; Redis may be away, and the core has its own states.
async fn ready(State((bank, _)): State<(Bank, Metrics)>) -> (StatusCode, &'static str) {
    if bank.cx.tasks.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(Duration::from_secs(2), bank.cx.db.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ok"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "database"),
    }
}

async fn counted(State((bank, metrics)): State<(Bank, Metrics)>) -> String {
    let now = bank.cx.clock.now();
    if let Ok(backlog) = bank
        .cx
        .db
        .read(async move |c| kit::jobs::backlog(c, now).await)
        .await
    {
        kit::telemetry::gauge_i64("weigui_jobs_due", backlog.due);
        kit::telemetry::gauge_i64("weigui_jobs_running", backlog.running);
        kit::telemetry::gauge_i64("weigui_jobs_dead", backlog.dead);
    }
    metrics.render()
}
