//! 挂失 and 解挂.

use axum::{Json, extract::State};
use identity::{Customer, Proof};
use kit::{
    problem::{Answer, Problem},
    web::{Body, Id, IdempotencyKey},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    model::{account::AccountId, loss::LossView},
    service::{Accounts, lift::LiftAsk},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LossReport {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LossLift {
    /// A challenge for `loss.lift` on this account.
    #[schema(value_type = String)]
    challenge_id: uuid::Uuid,
    password: Option<String>,
    sms_code: Option<String>,
}

/// Reports an account lost: from this answer on nothing is paid from it.
#[utoipa::path(post, path = "/api/accounts/{id}/loss-report", tag = "accounts", request_body = LossReport,
    params(("id" = AccountId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = LossView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn report(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(LossReport {}): Body<LossReport>,
) -> Answer<Json<LossView>> {
    Ok(Json(accounts.report_loss(&who, id, key).await?))
}

/// Lifts a loss report with the customer's proof; a wrong proof leaves it blocked.
#[utoipa::path(post, path = "/api/accounts/{id}/loss-report/lift", tag = "accounts", request_body = LossLift,
    params(("id" = AccountId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = LossView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn lift(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<LossLift>,
) -> Answer<Json<LossView>> {
    let proof = Proof {
        password: ask.password,
        sms_code: ask.sms_code,
    };
    let ask = LiftAsk {
        key,
        challenge: ask.challenge_id,
        proof,
    };
    Ok(Json(accounts.lift_loss(&who, id, ask).await?))
}
