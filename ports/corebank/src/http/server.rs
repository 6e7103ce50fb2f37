//! The server side: puts any core behind the wire, so that client and wire are tested as one, and a
//! bank can see what is expected of its own.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::Serialize;
use uuid::Uuid;

use super::{ById, KEY, Nothing, Number, PREFIX, Restrict, STATUS, Wire};
use crate::{
    answer::Answer,
    port::CoreBank,
    types::{EntryQuery, HoldOrder, PostOrder, TransferOrder, VerifyCustomer, VoidOrder},
};

type Core = State<Arc<dyn CoreBank>>;

/// A router that serves `core` under `/core/v1`.
pub fn serve(core: Arc<dyn CoreBank>) -> Router {
    let routes = Router::new()
        .route("/verify-customer", post(verify_customer))
        .route("/customer", post(customer))
        .route("/accounts", post(accounts))
        .route("/balance", post(balance))
        .route("/entries", post(entries))
        .route("/payee", post(payee))
        .route("/transfer", post(transfer))
        .route("/hold", post(hold))
        .route("/post", post(post_hold))
        .route("/void", post(void))
        .route(&format!("/{STATUS}"), post(transfer_status))
        .route("/restrict", post(restrict))
        .route("/lift", post(lift))
        .route("/health", post(health));
    Router::new().nest(PREFIX, routes).with_state(core)
}

fn told<T: Serialize>(answer: Answer<T>) -> Response {
    match answer {
        Answer::Done(value) => (StatusCode::OK, Json(Wire::Done(value))).into_response(),
        Answer::Refused(no) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(Wire::<T>::Refused(no))).into_response()
        }
        Answer::Unknown => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A command whose outcome is open was taken: the caller asks for its status.
fn taken<T: Serialize>(id: Uuid, answer: Answer<T>) -> Response {
    if matches!(answer, Answer::Unknown) {
        let pending = Wire::<T>::Pending {
            status: format!("{PREFIX}/{STATUS}"),
            id,
        };
        return (StatusCode::ACCEPTED, Json(pending)).into_response();
    }
    told(answer)
}

/// The key in the header and the id in the body are one.
fn keyed(headers: &HeaderMap, id: Uuid) -> bool {
    headers.get(KEY).and_then(|v| v.to_str().ok()) == Some(id.to_string().as_str())
}

fn unkeyed() -> Response {
    (
        StatusCode::BAD_REQUEST,
        "Idempotency-Key must be the id of the order",
    )
        .into_response()
}

async fn verify_customer(State(core): Core, Json(ask): Json<VerifyCustomer>) -> Response {
    told(core.verify_customer(&ask).await)
}

async fn customer(State(core): Core, Json(ask): Json<Number>) -> Response {
    told(core.customer(&ask.number).await)
}

async fn accounts(State(core): Core, Json(ask): Json<Number>) -> Response {
    told(core.accounts(&ask.number).await)
}

async fn balance(State(core): Core, Json(ask): Json<Number>) -> Response {
    told(core.balance(&ask.number).await)
}

async fn entries(State(core): Core, Json(ask): Json<EntryQuery>) -> Response {
    told(core.entries(&ask).await)
}

async fn payee(State(core): Core, Json(ask): Json<Number>) -> Response {
    told(core.payee(&ask.number).await)
}

async fn transfer(State(core): Core, headers: HeaderMap, Json(order): Json<TransferOrder>) -> Response {
    if !keyed(&headers, order.id) {
        return unkeyed();
    }
    taken(order.id, core.transfer(&order).await)
}

async fn hold(State(core): Core, headers: HeaderMap, Json(order): Json<HoldOrder>) -> Response {
    if !keyed(&headers, order.id) {
        return unkeyed();
    }
    taken(order.id, core.hold(&order).await)
}

async fn post_hold(State(core): Core, headers: HeaderMap, Json(order): Json<PostOrder>) -> Response {
    if !keyed(&headers, order.id) {
        return unkeyed();
    }
    taken(order.id, core.post(&order).await)
}

async fn void(State(core): Core, headers: HeaderMap, Json(order): Json<VoidOrder>) -> Response {
    if !keyed(&headers, order.id) {
        return unkeyed();
    }
    taken(order.id, core.void(&order).await)
}

async fn transfer_status(State(core): Core, Json(ask): Json<ById>) -> Response {
    told(core.transfer_status(ask.id).await)
}

async fn restrict(State(core): Core, headers: HeaderMap, Json(ask): Json<Restrict>) -> Response {
    if !keyed(&headers, ask.order.id) {
        return unkeyed();
    }
    taken(ask.order.id, core.restrict(&ask.number, &ask.order).await)
}

async fn lift(State(core): Core, headers: HeaderMap, Json(ask): Json<Restrict>) -> Response {
    if !keyed(&headers, ask.order.id) {
        return unkeyed();
    }
    taken(ask.order.id, core.lift(&ask.number, &ask.order).await)
}

async fn health(State(core): Core, Json(_): Json<Nothing>) -> Response {
    told(core.health().await)
}
