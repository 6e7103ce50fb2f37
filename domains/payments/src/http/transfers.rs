//! Transfers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{Customer, Proof};
use kit::problem::{Answer, Problem};
use kit::web::{Body, Cursor, Id, IdempotencyKey, Page, Params};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::{TransferCheck, TransferView};
use crate::error::Error;
use crate::model::history::Search;
use crate::model::transfer::TransferId;
use crate::service::{Check, Draft, Payments};

const PAGE: usize = 20;

/// Checks a payment: payee, limits, warnings, the proof it will need. Changes nothing.
#[utoipa::path(post, path = "/api/transfers/check", tag = "payments", request_body = Check,
    responses((status = 200, body = TransferCheck), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn check(
    State(payments): State<Payments>,
    who: Customer,
    Body(ask): Body<Check>,
) -> Answer<Json<TransferCheck>> {
    Ok(Json(payments.check(&who, &ask).await?.into()))
}

/// Drafts a transfer; no money moves before it is authorised.
#[utoipa::path(post, path = "/api/transfers", tag = "payments", request_body = Draft,
    params(("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = TransferView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn create(
    State(payments): State<Payments>,
    who: Customer,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<Draft>,
) -> Answer<(StatusCode, Json<TransferView>)> {
    let draft = payments.draft(&who, &key, &ask).await?;
    Ok((StatusCode::CREATED, Json(draft.into())))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    cursor: Option<String>,
    /// `all`, `under_way`, `done` or `not_done`.
    state: Option<String>,
    /// First day, Shanghai, `YYYY-MM-DD`.
    from: Option<String>,
    /// Last day, inclusive.
    to: Option<String>,
    /// Part of the payee's name, the end of the number, part of the memo or the bank's name, or the amount in yuan.
    q: Option<String>,
}

/// The customer's transfers that fit, newest first. A page may hold fewer than there is room for while `next` is set.
#[utoipa::path(get, path = "/api/transfers", tag = "payments", params(ListQuery),
    responses((status = 200, body = Page<TransferView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list(
    State(payments): State<Payments>,
    who: Customer,
    Params(query): Params<ListQuery>,
) -> Answer<Json<Page<TransferView>>> {
    let after = Cursor::parse(query.cursor.as_deref())?;
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let days = (text(&query.from), text(&query.to));
    let search = Search::parse(&text(&query.state), (&days.0, &days.1), &text(&query.q));
    let search = search.ok_or(Error::BadSearch)?;
    Ok(Json(
        payments.list(&who, after, (&search, PAGE)).await?.map(Into::into),
    ))
}

/// One transfer.
#[utoipa::path(get, path = "/api/transfers/{id}", tag = "payments", params(("id" = TransferId, Path)),
    responses((status = 200, body = TransferView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<TransferId>,
) -> Answer<Json<TransferView>> {
    Ok(Json(payments.show(&who, id).await?.into()))
}

/// The proof for one transfer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthoriseTransfer {
    challenge_id: String,
    password: Option<String>,
    sms_code: Option<String>,
}

/// Authorises a transfer: 200 when its outcome is known or it waits for its time, 202 while it is being processed.
#[utoipa::path(post, path = "/api/transfers/{id}/authorise", tag = "payments", request_body = AuthoriseTransfer,
    params(("id" = TransferId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = TransferView), (status = 202, body = TransferView), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 422, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn authorise(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<TransferId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<AuthoriseTransfer>,
) -> Answer<(StatusCode, Json<TransferView>)> {
    let proof = Proof {
        password: ask.password,
        sms_code: ask.sms_code,
    };
    let outcome = payments
        .authorise(&who, id, &key, (ask.challenge_id, &proof))
        .await?;
    let known = !outcome.transfer.purpose.is_under_way(outcome.state);
    Ok((
        if known {
            StatusCode::OK
        } else {
            StatusCode::ACCEPTED
        },
        Json(outcome.into()),
    ))
}

/// Takes back a draft, or a transfer that waits for its time.
#[utoipa::path(post, path = "/api/transfers/{id}/cancel", tag = "payments", params(("id" = TransferId, Path)),
    responses((status = 200, body = TransferView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn cancel(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<TransferId>,
) -> Answer<Json<TransferView>> {
    Ok(Json(payments.cancel(&who, id).await?.into()))
}
