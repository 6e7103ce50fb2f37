//! The door for WeChat Pay's notices, whatever the payment is for.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use rails::wechat::RawNotice;

use crate::service::PayIns;

/// WeChat Pay's notices of payments and refunds. Proven by their signature; anybody may knock.
#[utoipa::path(post, path = "/api/pay/wechat/notify", tag = "payments", request_body(content = String, content_type = "application/json"),
    responses((status = 204), (status = 400), (status = 401), (status = 500)))]
pub(super) async fn notice(State(payins): State<PayIns>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &'static str| {
        let mut all = headers.get_all(name).iter();
        let only = all.next()?.to_str().ok()?;
        all.next().is_none().then_some(only)
    };
    let raw = RawNotice {
        header: &header,
        body: &body,
    };
    match payins.hear(raw).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => {
            let status = StatusCode::from_u16(why.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (
                status,
                [(CONTENT_TYPE, "application/json; charset=utf-8")],
                why.body,
            )
                .into_response()
        }
    }
}
