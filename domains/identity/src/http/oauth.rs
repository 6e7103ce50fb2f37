//! Out to WeChat and back.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::problem::{Answer, Problem};
use kit::web::Params;
use serde::Deserialize;

use super::cookie;
use crate::service::Identity;
use crate::service::oauth::Lost;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StartQuery {
    /// The page to come back to, within `/h5/`.
    #[serde(default)]
    to: String,
}

/// Sends the browser to WeChat, to be told who the user is.
#[utoipa::path(get, path = "/api/oauth/start", tag = "session", params(StartQuery),
    responses((status = 302, description = "to WeChat's page"), (status = 503, body = Problem)))]
pub(super) async fn start(
    State(identity): State<Identity>,
    Params(query): Params<StartQuery>,
) -> Answer<Response> {
    let departure = identity.depart(&query.to).await?;
    Ok(redirect(
        &departure.location,
        cookie::set(cookie::BROWSER, &departure.browser, &identity.settings),
    ))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReturnQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

/// Comes back from WeChat: checks the state, learns the openid, opens a session.
#[utoipa::path(get, path = "/api/oauth/return", tag = "session", params(ReturnQuery),
    responses((status = 302, description = "to the page asked for, or to `/h5/error?code=…`")))]
pub(super) async fn come_back(
    State(identity): State<Identity>,
    headers: HeaderMap,
    Params(query): Params<ReturnQuery>,
) -> Response {
    let browser = cookie::read(&headers, cookie::BROWSER, &identity.settings).unwrap_or("");
    match identity
        .arrive(&query.code, &query.state, browser, cookie::device(&headers))
        .await
    {
        Ok(arrival) => redirect(
            &arrival.to,
            cookie::set(cookie::CUSTOMER, &arrival.token, &identity.settings),
        ),
        Err(lost) => redirect(
            &error_page(lost),
            cookie::clear(cookie::BROWSER, &identity.settings),
        ),
    }
}

fn error_page(lost: Lost) -> String {
    format!("/h5/error?code={}", lost.code())
}

fn redirect(to: &str, cookie: Option<HeaderValue>) -> Response {
    let mut answer = StatusCode::FOUND.into_response();
    let headers = answer.headers_mut();
    headers.insert(
        header::LOCATION,
        HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/h5/")),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some(cookie) = cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    answer
}
