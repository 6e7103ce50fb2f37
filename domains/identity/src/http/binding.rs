//! Binding a WeChat user to a customer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id, IdempotencyKey};
use serde::Serialize;
use utoipa::ToSchema;

use super::session::SessionView;
use crate::model::challenge::{Factor, Proof};
use crate::model::people::{BindingId, Customer, Visitor};
use crate::service::Identity;
use crate::service::binding::{Binding, BindingForm};

/// A binding that waits for the customer's proof.
#[derive(Serialize, ToSchema)]
pub(super) struct BindingView {
    id: BindingId,
    /// Where the code went.
    phone_masked: String,
    /// What the proof needs; a second WeChat of the same customer needs the payment password too.
    needs: Vec<Factor>,
    expires_at: Ms,
    resend_at: Ms,
}

impl From<Binding> for BindingView {
    fn from(b: Binding) -> Self {
        let c = b.challenge;
        Self {
            id: b.id,
            phone_masked: c.phone_masked,
            needs: c.factors,
            expires_at: c.expires_at,
            resend_at: c.resend_at,
        }
    }
}

/// Begins a binding: the form must fit what the bank has on file.
#[utoipa::path(post, path = "/api/bindings", tag = "binding", request_body = BindingForm,
    params(("Idempotency-Key" = String, Header, description = "8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = BindingView), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn begin(
    State(identity): State<Identity>,
    who: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    Body(form): Body<BindingForm>,
) -> Answer<(StatusCode, Json<BindingView>)> {
    let binding = identity.begin_binding(&who, &key, form).await?;
    Ok((StatusCode::CREATED, Json(binding.into())))
}

/// Sends a new code.
#[utoipa::path(post, path = "/api/bindings/{id}/resend", tag = "binding", params(("id" = BindingId, Path)),
    responses((status = 200, body = BindingView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn resend(
    State(identity): State<Identity>,
    who: Visitor,
    Id(id): Id<BindingId>,
) -> Answer<Json<BindingView>> {
    Ok(Json(identity.resend_binding(&who, id).await?.into()))
}

/// Ends the binding with the code (and password).
#[utoipa::path(post, path = "/api/bindings/{id}/confirm", tag = "binding", request_body = Proof,
    params(("id" = BindingId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem), (status = 423, body = Problem)))]
pub(super) async fn confirm(
    State(identity): State<Identity>,
    who: Visitor,
    Id(id): Id<BindingId>,
    _: IdempotencyKey,
    Body(proof): Body<Proof>,
) -> Answer<Json<SessionView>> {
    let customer = identity.confirm_binding(&who, id, &proof).await?;
    let bound = Visitor {
        customer: Some(customer),
        ..who
    };
    Ok(Json(identity.session_state(bound).await?.into()))
}

/// Takes this WeChat user's power over the accounts away.
#[utoipa::path(post, path = "/api/bindings/unbind", tag = "binding",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn unbind(State(identity): State<Identity>, who: Customer) -> Answer<StatusCode> {
    identity.unbind(&who.openid, who.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
