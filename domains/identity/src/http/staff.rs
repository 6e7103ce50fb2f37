//! Staff login.

use audit::Actor;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::Body;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cookie;
use crate::model::people::{Staff, StaffId};
use crate::model::roles::{Role, permissions};
use crate::service::Identity;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    login: String,
    password: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LoginStep {
    /// Goes back with the code; good for three minutes.
    ticket: String,
    /// Always `totp`.
    needs: &'static str,
}

/// First step: login name and password.
#[utoipa::path(post, path = "/api/office/login", tag = "staff", request_body = Login,
    responses((status = 200, body = LoginStep), (status = 401, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn login(
    State(identity): State<Identity>,
    Body(ask): Body<Login>,
) -> Answer<Json<LoginStep>> {
    let ticket = identity.staff_password(&ask.login, &ask.password).await?;
    Ok(Json(LoginStep {
        ticket,
        needs: "totp",
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginCode {
    ticket: String,
    /// Six digits of the authenticator.
    code: String,
}

/// A member of staff and what they may do.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffView {
    id: StaffId,
    login: String,
    name: String,
    roles: Vec<Role>,
    permissions: Vec<&'static str>,
    /// Milliseconds UTC.
    idle_expires_at: Ms,
}

impl From<Staff> for StaffView {
    fn from(s: Staff) -> Self {
        let permissions = permissions(&s.roles);
        Self {
            id: s.id,
            login: s.login,
            name: s.name,
            roles: s.roles,
            permissions,
            idle_expires_at: s.idle_expires_at,
        }
    }
}

/// Second step: the authenticator's code.
#[utoipa::path(post, path = "/api/office/login/totp", tag = "staff", request_body = LoginCode,
    responses((status = 200, body = StaffView), (status = 401, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn login_code(
    State(identity): State<Identity>,
    headers: HeaderMap,
    Body(ask): Body<LoginCode>,
) -> Answer<Response> {
    let (staff, token) = identity
        .staff_code(&ask.ticket, &ask.code, cookie::device(&headers))
        .await?;
    let mut answer = Json(StaffView::from(staff)).into_response();
    if let Some(cookie) = cookie::set(cookie::STAFF, &token, &identity.settings) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// Who is logged in.
#[utoipa::path(get, path = "/api/office/me", tag = "staff",
    responses((status = 200, body = StaffView), (status = 401, body = Problem)))]
pub(super) async fn me(staff: Staff) -> Json<StaffView> {
    Json(staff.into())
}

/// Ends this session.
#[utoipa::path(post, path = "/api/office/logout", tag = "staff",
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn logout(State(identity): State<Identity>, staff: Staff) -> Answer<Response> {
    let actor = Actor::Staff(staff.id.to_string());
    identity.end_session(staff.session, actor).await?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie::clear(cookie::STAFF, &identity.settings) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}
