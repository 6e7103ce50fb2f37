//! The HTTP face of identity.

mod binding;
mod challenge;
mod cookie;
mod guard;
mod oauth;
mod session;
mod staff;

use kit::web::Doors;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Identity;

pub use guard::guard;

pub fn router() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(oauth::start))
        .routes(routes!(oauth::come_back))
        .routes(routes!(session::show))
        .routes(routes!(session::logout))
        .routes(routes!(session::set_preferences))
        .routes(routes!(binding::begin))
        .routes(routes!(binding::resend))
        .routes(routes!(binding::confirm))
        .routes(routes!(binding::unbind))
        .routes(routes!(challenge::open))
        .routes(routes!(challenge::resend))
        .routes(routes!(challenge::prove))
        .routes(routes!(challenge::set_pay_password))
        .routes(routes!(staff::login))
        .routes(routes!(staff::login_code))
        .routes(routes!(staff::me))
        .routes(routes!(staff::logout))
}

pub fn doors() -> Doors {
    Doors::new()
        .open("GET", "/api/oauth/start")
        .open("GET", "/api/oauth/return")
        .visitor("GET", "/api/session")
        .visitor("POST", "/api/session/logout")
        .customer("PUT", "/api/preferences")
        .visitor("POST", "/api/bindings")
        .visitor("POST", "/api/bindings/{id}/resend")
        .visitor("POST", "/api/bindings/{id}/confirm")
        .customer("POST", "/api/bindings/unbind")
        .customer("POST", "/api/challenges")
        .customer("POST", "/api/challenges/{id}/resend")
        .customer("POST", "/api/challenges/{id}/prove")
        .customer("PUT", "/api/pay-password")
        .open("POST", "/api/office/login")
        .open("POST", "/api/office/login/totp")
        .any_staff("GET", "/api/office/me")
        .any_staff("POST", "/api/office/logout")
}
