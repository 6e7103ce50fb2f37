//! One id from the first byte to the audit row, and writes that outlive their socket.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Problem, ProblemCode};
use crate::random::Random;

tokio::task_local! {
    static TRACE: Trace;
}

/// The id of the request at work: 16 hex digits, made here, never taken from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace(pub String);

/// The trace of the request at work, or an empty text outside of one.
pub fn current_trace() -> String {
    TRACE.try_with(|trace| trace.0.clone()).unwrap_or_default()
}

/// Does a piece of work under the trace of the request that asked for it, wherever it runs.
pub(crate) async fn with_trace<T>(trace: String, work: impl Future<Output = T>) -> T {
    TRACE.scope(Trace(trace), work).await
}

/// Gives each request its trace, logs it once with route, status and time, and counts it.
/// Never logs the path as sent: only the route pattern, since paths carry ids.
pub async fn trace_requests(request: Request, next: Next) -> Response {
    let trace = Trace(hex::encode(Random.bytes::<8>()));
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)".to_owned(), |p| p.as_str().to_owned());
    let begun = Instant::now();
    let mut answer = TRACE.scope(trace.clone(), next.run(request)).await;
    let took = begun.elapsed();
    let status = answer.status().as_u16();
    let code = answer.extensions().get::<ProblemCode>().map_or("", |c| c.0);
    if status >= 400 {
        tracing::info!(trace = trace.0, %method, route, status, code, micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "request refused");
    } else {
        tracing::debug!(trace = trace.0, %method, route, status, micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX), "request");
    }
    metrics::histogram!("weigui_http_seconds", "route" => route, "status" => status.to_string()).record(took);
    if let Ok(value) = HeaderValue::from_str(&trace.0) {
        answer.headers_mut().insert("x-trace", value);
    }
    answer
}

/// Runs everything but reads on a task of its own, so that a client that hangs up decides nothing.
#[expect(
    clippy::disallowed_methods,
    reason = "the server waits for its connections at shutdown, and each waits for its write"
)]
pub async fn detach_writes(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(answer) => answer,
        Err(error) => Problem::internal("handler", &error).into_response(),
    }
}
