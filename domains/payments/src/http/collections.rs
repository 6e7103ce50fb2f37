//! Collections at the counter, for staff.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::Staff;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Cursor, Id, IdempotencyKey, Page, Params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::payin::PayInId;
use crate::service::{CheckRefund, CollectionLine, CollectionShown, NewCollection, PayIns, ProposeRefund};

const PAGE: usize = 50;

/// What the counter may collect.
#[derive(Serialize, ToSchema)]
pub(super) struct ChargesView {
    items: Vec<ChargeView>,
}

/// A charge 收费项目.
#[derive(Serialize, ToSchema)]
pub(super) struct ChargeView {
    code: String,
    name: String,
}

/// The bank's list of charges.
#[utoipa::path(get, path = "/api/office/collections/charges", tag = "office",
    responses((status = 200, body = ChargesView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn charges(State(payins): State<PayIns>) -> Json<ChargesView> {
    let items = payins.charges().iter().map(|charge| ChargeView {
        code: charge.code.clone(),
        name: charge.name.clone(),
    });
    Json(ChargesView {
        items: items.collect(),
    })
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CollectionsQuery {
    cursor: Option<String>,
}

/// Collections, newest first.
#[utoipa::path(get, path = "/api/office/collections", tag = "office", params(CollectionsQuery),
    responses((status = 200, body = Page<CollectionLine>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list_collections(
    State(payins): State<PayIns>,
    staff: Staff,
    Params(query): Params<CollectionsQuery>,
) -> Answer<Json<Page<CollectionLine>>> {
    let after = Cursor::parse(query.cursor.as_deref())?;
    Ok(Json(payins.list_collections(&staff, after, PAGE).await?))
}

/// Opens a collection; its code is shown until somebody has paid, or its time is over.
#[utoipa::path(post, path = "/api/office/collections", tag = "office", request_body = NewCollection,
    params(("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = CollectionShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn open_collection(
    State(payins): State<PayIns>,
    staff: Staff,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<NewCollection>,
) -> Answer<(StatusCode, Json<CollectionShown>)> {
    let opened = payins.open_collection(&staff, &key, &ask).await?;
    Ok((StatusCode::CREATED, Json(opened)))
}

/// One collection.
#[utoipa::path(get, path = "/api/office/collections/{id}", tag = "office", params(("id" = PayInId, Path)),
    responses((status = 200, body = CollectionShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show_collection(
    State(payins): State<PayIns>,
    staff: Staff,
    Id(id): Id<PayInId>,
) -> Answer<Json<CollectionShown>> {
    Ok(Json(payins.show_collection(&staff, id).await?))
}

/// Asks WeChat Pay again for a code that did not come; the same collection has one code.
#[utoipa::path(post, path = "/api/office/collections/{id}/code", tag = "office", params(("id" = PayInId, Path)),
    responses((status = 200, body = CollectionShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn collection_code(
    State(payins): State<PayIns>,
    staff: Staff,
    Id(id): Id<PayInId>,
) -> Answer<Json<CollectionShown>> {
    Ok(Json(payins.collection_code(&staff, id).await?))
}

/// Closes a collection that nobody has paid; one paid in that moment comes back as paid.
#[utoipa::path(post, path = "/api/office/collections/{id}/close", tag = "office", params(("id" = PayInId, Path)),
    responses((status = 200, body = CollectionShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn close_collection(
    State(payins): State<PayIns>,
    staff: Staff,
    Id(id): Id<PayInId>,
) -> Answer<Json<CollectionShown>> {
    Ok(Json(payins.close_collection(&staff, id).await?))
}

/// Proposes a refund to whoever paid, for a second person to check.
#[utoipa::path(post, path = "/api/office/collections/{id}/refunds", tag = "office", request_body = ProposeRefund,
    params(("id" = PayInId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 202, body = CollectionShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn propose_refund(
    State(payins): State<PayIns>,
    staff: Staff,
    Id(id): Id<PayInId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<ProposeRefund>,
) -> Answer<(StatusCode, Json<CollectionShown>)> {
    let shown = payins.propose_refund(&staff, id, &key, &ask).await?;
    Ok((StatusCode::ACCEPTED, Json(shown)))
}

/// Approves a refund that another proposed, or returns it.
#[utoipa::path(post, path = "/api/office/collections/{id}/check", tag = "office", request_body = CheckRefund,
    params(("id" = PayInId, Path)),
    responses((status = 200, body = CollectionShown), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn check_refund(
    State(payins): State<PayIns>,
    staff: Staff,
    Id(id): Id<PayInId>,
    Body(word): Body<CheckRefund>,
) -> Answer<Json<CollectionShown>> {
    Ok(Json(payins.check_refund(&staff, id, &word).await?))
}
