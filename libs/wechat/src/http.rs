//! The callback as an axum router: `GET` verifies, `POST` takes a push.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::callback::{MAX_BODY, Reject};
use crate::serve::{Callback, HttpAnswer};

/// A router that serves one account's callback at `/`; nest it at the path told to WeChat.
pub fn router(callback: Callback) -> Router {
    Router::new()
        .route("/", get(verify).post(push))
        .with_state(callback)
}

async fn verify(State(callback): State<Callback>, RawQuery(query): RawQuery) -> HttpAnswer {
    callback.get(query.as_deref().unwrap_or_default())
}

async fn push(State(callback): State<Callback>, RawQuery(query): RawQuery, body: Body) -> HttpAnswer {
    match to_bytes(body, MAX_BODY).await {
        Ok(body) => callback.post(query.as_deref().unwrap_or_default(), &body).await,
        Err(_) => callback.refuse(Reject::TooLarge),
    }
}

impl IntoResponse for HttpAnswer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::FORBIDDEN);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, self.body).into_response()
    }
}
