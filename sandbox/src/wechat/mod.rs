//! The WeChat platform: its API, its pushes to the bank, its OAuth page.

mod api;
mod oauth;
mod push;
mod send;
mod token;
mod window;

use std::future::Future;

use axum::Router;
use axum::routing::{get, post};

use crate::Sandbox;

pub(crate) use oauth::{COOKIE, Codes};
pub(crate) use push::Happening;
pub(crate) use token::Tokens;
pub(crate) use window::Window;

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/cgi-bin/stable_token", post(api::stable_token))
        .route("/cgi-bin/message/custom/send", post(api::custom_send))
        .route("/cgi-bin/message/template/send", post(api::template_send))
        .route("/cgi-bin/user/info", get(api::user_info))
        .route("/cgi-bin/menu/create", post(api::menu_create))
        .route("/cgi-bin/menu/get", get(api::menu_get))
        .route("/sns/oauth2/access_token", get(api::oauth_access_token))
        .route("/connect/oauth2/authorize", get(oauth::authorize))
        .fallback(api::unknown)
}

/// Starts something that the platform does on its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the world outside the bank ends with the process, unannounced"
)]
pub(crate) fn start(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}
