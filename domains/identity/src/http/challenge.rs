//! Challenges that raise a session or permit a single act, and the payment password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::session::SessionView;
use crate::model::challenge::{ChallengeId, ChallengeView, Proof};
use crate::model::people::{Customer, Visitor};
use crate::service::Identity;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChallengeAsk {
    act: AskedAct,
    /// What the act is about, where it is about one thing: the account to be lifted.
    subject: Option<String>,
}

/// Acts for which a customer may ask for a challenge.
#[derive(Clone, Copy, Deserialize, ToSchema)]
pub(super) enum AskedAct {
    #[serde(rename = "accounts.view")]
    AccountsView,
    #[serde(rename = "accounts.export")]
    AccountsExport,
    #[serde(rename = "loss.lift")]
    LossLift,
    #[serde(rename = "password.set")]
    PasswordSet,
}

impl AskedAct {
    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::AccountsView => ("accounts.view", "查看账户"),
            Self::AccountsExport => ("accounts.export", "导出账户明细"),
            Self::LossLift => ("loss.lift", "解除挂失"),
            Self::PasswordSet => ("password.set", "设置支付密码"),
        }
    }
}

/// Opens a challenge; the code is on its way.
#[utoipa::path(post, path = "/api/challenges", tag = "challenge", request_body = ChallengeAsk,
    responses((status = 201, body = ChallengeView), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn open(
    State(identity): State<Identity>,
    who: Customer,
    Body(ask): Body<ChallengeAsk>,
) -> Answer<(StatusCode, Json<ChallengeView>)> {
    let (act, summary) = ask.act.name();
    let challenge = identity
        .open_for(&who, act, ask.subject.as_deref(), summary)
        .await?;
    Ok((StatusCode::CREATED, Json(challenge.into())))
}

/// Sends a new code.
#[utoipa::path(post, path = "/api/challenges/{id}/resend", tag = "challenge", params(("id" = ChallengeId, Path)),
    responses((status = 200, body = ChallengeView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn resend(
    State(identity): State<Identity>,
    who: Customer,
    Id(id): Id<ChallengeId>,
) -> Answer<Json<ChallengeView>> {
    Ok(Json(identity.challenge_resend(who.id, id).await?.into()))
}

/// Answers a challenge; the session is raised for ten minutes.
#[utoipa::path(post, path = "/api/challenges/{id}/prove", tag = "challenge", request_body = Proof,
    params(("id" = ChallengeId, Path)),
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn prove(
    State(identity): State<Identity>,
    visitor: Visitor,
    who: Customer,
    Id(id): Id<ChallengeId>,
    Body(proof): Body<Proof>,
) -> Answer<Json<SessionView>> {
    let level = identity
        .challenge_prove_and_raise(&visitor, who.id, id, &proof)
        .await?;
    let raised = Visitor { level, ..visitor };
    Ok(Json(identity.session_state(raised).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPayPassword {
    challenge_id: ChallengeId,
    sms_code: String,
    /// Six digits that are not easy to guess.
    password: String,
}

/// Sets or changes the payment password.
#[utoipa::path(put, path = "/api/pay-password", tag = "challenge", request_body = NewPayPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 410, body = Problem),
        (status = 422, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn set_pay_password(
    State(identity): State<Identity>,
    who: Customer,
    Body(ask): Body<NewPayPassword>,
) -> Answer<StatusCode> {
    identity
        .set_pay_password(&who, ask.challenge_id, ask.sms_code, &ask.password)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
