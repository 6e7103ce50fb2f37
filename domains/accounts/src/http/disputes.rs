//! 交易申诉.

use axum::{Json, extract::State, http::StatusCode};
use identity::Customer;
use kit::{
    clock::Ms,
    problem::{Answer, Problem},
    web::{Body, Cursor, Id, IdempotencyKey, Page, Params},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    model::{
        account::AccountId,
        dispute::{DisputeReason, DisputeView},
    },
    service::{Accounts, dispute::DisputeAsk},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisputeForm {
    /// The line's id and instant, as the list of entries gives them.
    entry_id: String,
    /// Milliseconds UTC.
    at: Ms,
    reason: DisputeReason,
    /// At most 200 characters; needed for `other`.
    #[serde(default)]
    text: String,
}

/// Disputes one line of an account; a person of the bank answers within 15 days.
#[utoipa::path(post, path = "/api/accounts/{id}/disputes", tag = "accounts", request_body = DisputeForm,
    params(("id" = AccountId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 201, body = DisputeView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn open(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(form): Body<DisputeForm>,
) -> Answer<(StatusCode, Json<DisputeView>)> {
    let ask = DisputeAsk {
        key,
        entry_id: form.entry_id,
        at: form.at,
        reason: form.reason,
        text: form.text,
    };
    Ok((StatusCode::CREATED, Json(accounts.dispute(&who, id, ask).await?)))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DisputeList {
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The customer's disputes, newest first.
#[utoipa::path(get, path = "/api/disputes", tag = "accounts", params(DisputeList),
    responses((status = 200, body = Page<DisputeView>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list(
    State(accounts): State<Accounts>,
    who: Customer,
    Params(q): Params<DisputeList>,
) -> Answer<Json<Page<DisputeView>>> {
    let after = Cursor::parse(q.cursor.as_deref())?;
    Ok(Json(accounts.disputes(&who, after).await?))
}
