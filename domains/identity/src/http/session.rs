//! The customer's own session and preferences.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::Body;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cookie;
use crate::mask;
use crate::model::people::{Customer, CustomerId, Preferences, Visitor};
use crate::service::Identity;
use crate::service::session::SessionState;

/// Who is here, and for how long.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionView {
    openid_tail: String,
    customer: Option<SessionCustomer>,
    elder: bool,
    /// 1 after OAuth; 2 for ten minutes after a proof.
    level: i64,
    has_pay_password: bool,
    preferences: Option<Preferences>,
    /// Milliseconds UTC.
    idle_expires_at: Ms,
    absolute_expires_at: Ms,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SessionCustomer {
    id: CustomerId,
    name_masked: String,
    phone_masked: String,
}

impl From<SessionState> for SessionView {
    fn from(state: SessionState) -> Self {
        let SessionState { visitor, customer } = state;
        let preferences = customer.as_ref().map(|c| c.preferences);
        Self {
            openid_tail: mask::tail(&visitor.openid),
            elder: preferences.is_some_and(|p| p.elder),
            level: visitor.level,
            has_pay_password: customer.as_ref().is_some_and(|c| c.has_pay_password),
            preferences,
            idle_expires_at: visitor.idle_expires_at,
            absolute_expires_at: visitor.absolute_expires_at,
            customer: customer.map(|c| SessionCustomer {
                id: c.id,
                name_masked: mask::name(&c.name),
                phone_masked: mask::phone(&c.phone),
            }),
        }
    }
}

/// Who is here.
#[utoipa::path(get, path = "/api/session", tag = "session",
    responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub(super) async fn show(State(identity): State<Identity>, who: Visitor) -> Answer<Json<SessionView>> {
    Ok(Json(identity.session_state(who).await?.into()))
}

/// Ends this session.
#[utoipa::path(post, path = "/api/session/logout", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn logout(State(identity): State<Identity>, who: Visitor) -> Answer<Response> {
    let actor = identity.fan(&who.openid);
    identity.end_session(who.session, actor).await?;
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie::clear(cookie::CUSTOMER, &identity.settings) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreferencesChange {
    elder: Option<bool>,
    balance_notice: Option<bool>,
    /// Fen, not negative.
    #[schema(minimum = 0)]
    balance_notice_min_fen: Option<i64>,
}

/// Changes the customer's preferences.
#[utoipa::path(put, path = "/api/preferences", tag = "session", request_body = PreferencesChange,
    responses((status = 200, body = Preferences), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn set_preferences(
    State(identity): State<Identity>,
    who: Customer,
    Body(change): Body<PreferencesChange>,
) -> Answer<Json<Preferences>> {
    let now = identity.preferences(who.id).await?;
    let min = change
        .balance_notice_min_fen
        .unwrap_or(now.balance_notice_min_fen);
    if !(0..=100_000_000_000).contains(&min) {
        let problem = Problem::new(422, "form.invalid", "提醒金额不正确。");
        return Err(problem.field(
            "balance_notice_min_fen",
            "amount.range",
            "提醒金额应在0到10亿元之间",
            "请重新输入",
        ));
    }
    let wanted = Preferences {
        elder: change.elder.unwrap_or(now.elder),
        balance_notice: change.balance_notice.unwrap_or(now.balance_notice),
        balance_notice_min_fen: min,
    };
    Ok(Json(identity.set_preferences(who.id, wanted).await?))
}
