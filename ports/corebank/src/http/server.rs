//! The server side: puts any core behind the wire, so that client and wire are tested as one, and a
//! bank can see what is expected of its own.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use kit::clock::Clock;
use serde::Serialize;
use uuid::Uuid;

use super::{
    sign::{Covered, REQUEST_ID, Seals},
    wire::{ById, DayPage, FeedFrom, KEY, Nothing, Number, PREFIX, Restrict, Wire, path_of},
};
use crate::{
    answer::Answer,
    op::Op,
    port::CoreBank,
    types::{EntryQuery, HoldOrder, PostOrder, TransferOrder, VerifyCustomer, VoidOrder},
};

/// Bytes of a request; an answer may be longer.
const BODY_LIMIT: usize = 256 * 1024;
/// Bytes of an answer that is signed.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

type Core = State<Arc<dyn CoreBank>>;
type Body1<T> = Result<Json<T>, JsonRejection>;

/// Who stands at the door of a served core: whom it believes, and how it signs.
#[derive(Clone)]
pub struct Desk {
    pub seals: Seals,
    pub clock: Clock,
}

/// A router that serves `core` under `/core/v1`.
pub fn serve(core: Arc<dyn CoreBank>, desk: Desk) -> Router {
    let mut routes = Router::new();
    for op in Op::ALL {
        let method = match op {
            Op::VerifyCustomer => post(verify_customer),
            Op::Customer => post(customer),
            Op::Accounts => post(accounts),
            Op::Balance => post(balance),
            Op::Entries => post(entries),
            Op::Payee => post(payee),
            Op::Banks => post(banks),
            Op::CardBill => post(card_bill),
            Op::Transfer => post(transfer),
            Op::Hold => post(hold),
            Op::Post => post(post_hold),
            Op::Void => post(void),
            Op::TransferStatus => post(transfer_status),
            Op::Restrict => post(restrict),
            Op::Lift => post(lift),
            Op::Changes => post(changes),
            Op::StatementFile => post(statement_file),
            Op::BusinessDate => post(business_date),
            Op::Health => post(health),
        };
        routes = routes.route(&format!("/{}", op.name()), method);
    }
    Router::new()
        .nest(PREFIX, routes)
        .with_state(core)
        .layer(from_fn_with_state(desk, sealed))
}

/// Believes the request, answers it, signs the answer.
async fn sealed(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return fault(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large");
    };
    let text = |name| head.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let (path, id) = (
        head.uri.path().to_owned(),
        text(REQUEST_ID).unwrap_or("-").to_owned(),
    );
    let key = text(KEY).map(str::to_owned);
    let asked = Covered {
        path: &path,
        status: None,
        request_id: &id,
        key: key.as_deref(),
    };
    let now = desk.clock.now();
    if let Err(distrust) = desk.seals.trusted.check(&head.headers, asked, &body, now) {
        return fault(StatusCode::UNAUTHORIZED, distrust.code());
    }
    let answer = next.run(Request::from_parts(head, Body::from(body))).await;
    let (mut head, body) = answer.into_parts();
    let Ok(body) = to_bytes(body, ANSWER_LIMIT).await else {
        return fault(StatusCode::SERVICE_UNAVAILABLE, "answer_too_large");
    };
    let answered = Covered {
        status: Some(head.status.as_u16()),
        ..asked
    };
    put(&mut head.headers, REQUEST_ID, &id);
    if let Some(signer) = &desk.seals.signer {
        for (name, value) in signer.headers(answered, &body, desk.clock.now()) {
            put(&mut head.headers, name, &value);
        }
    }
    Response::from_parts(head, Body::from(body))
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[derive(Serialize)]
struct Fault {
    error: Code,
}

#[derive(Serialize)]
struct Code {
    code: &'static str,
}

/// What is wrong with the request itself; says nothing about the order in it.
fn fault(status: StatusCode, code: &'static str) -> Response {
    (status, Json(Fault { error: Code { code } })).into_response()
}

fn told<T: Serialize>(answer: Answer<T>) -> Response {
    match answer {
        Answer::Done(value) => (StatusCode::OK, Json(Wire::Done(value))).into_response(),
        Answer::Refused(no) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(Wire::<T>::Refused(no))).into_response()
        }
        Answer::Unknown => fault(StatusCode::SERVICE_UNAVAILABLE, "no_answer"),
    }
}

/// A command whose outcome is open was taken: the caller asks for its status.
fn taken<T: Serialize>(id: Uuid, answer: Answer<T>) -> Response {
    if matches!(answer, Answer::Unknown) {
        let pending = Wire::<T>::Pending {
            status: path_of(Op::TransferStatus),
            id,
        };
        return (StatusCode::ACCEPTED, Json(pending)).into_response();
    }
    told(answer)
}

/// Reads a question and answers it.
async fn ask<Q, T: Serialize>(body: Body1<Q>, answer: impl AsyncFnOnce(Q) -> Answer<T>) -> Response {
    match body {
        Ok(Json(question)) => told(answer(question).await),
        Err(_) => fault(StatusCode::BAD_REQUEST, "body_malformed"),
    }
}

/// Reads an order, compares its id with the key in the header, and carries it out.
async fn order<Q, T: Serialize>(
    headers: &HeaderMap,
    body: Body1<Q>,
    id_of: impl FnOnce(&Q) -> Uuid,
    act: impl AsyncFnOnce(Q) -> Answer<T>,
) -> Response {
    let Ok(Json(order)) = body else {
        return fault(StatusCode::BAD_REQUEST, "body_malformed");
    };
    let id = id_of(&order);
    if headers.get(KEY).and_then(|v| v.to_str().ok()) != Some(id.to_string().as_str()) {
        return fault(StatusCode::BAD_REQUEST, "idempotency_key_differs");
    }
    taken(id, act(order).await)
}

async fn verify_customer(State(core): Core, body: Body1<VerifyCustomer>) -> Response {
    ask(body, async |q| core.verify_customer(&q).await).await
}

async fn customer(State(core): Core, body: Body1<Number>) -> Response {
    ask(body, async |q| core.customer(&q.number).await).await
}

async fn accounts(State(core): Core, body: Body1<Number>) -> Response {
    ask(body, async |q| core.accounts(&q.number).await).await
}

async fn balance(State(core): Core, body: Body1<Number>) -> Response {
    ask(body, async |q| core.balance(&q.number).await).await
}

async fn entries(State(core): Core, body: Body1<EntryQuery>) -> Response {
    ask(body, async |q| core.entries(&q).await).await
}

async fn payee(State(core): Core, body: Body1<Number>) -> Response {
    ask(body, async |q| core.payee(&q.number).await).await
}

async fn banks(State(core): Core, body: Body1<Nothing>) -> Response {
    ask(body, async |_| core.banks().await).await
}

async fn card_bill(State(core): Core, body: Body1<Number>) -> Response {
    ask(body, async |q| core.card_bill(&q.number).await).await
}

async fn transfer(State(core): Core, headers: HeaderMap, body: Body1<TransferOrder>) -> Response {
    order(&headers, body, |o| o.id, async |o| core.transfer(&o).await).await
}

async fn hold(State(core): Core, headers: HeaderMap, body: Body1<HoldOrder>) -> Response {
    order(&headers, body, |o| o.id, async |o| core.hold(&o).await).await
}

async fn post_hold(State(core): Core, headers: HeaderMap, body: Body1<PostOrder>) -> Response {
    order(&headers, body, |o| o.id, async |o| core.post(&o).await).await
}

async fn void(State(core): Core, headers: HeaderMap, body: Body1<VoidOrder>) -> Response {
    order(&headers, body, |o| o.id, async |o| core.void(&o).await).await
}

async fn transfer_status(State(core): Core, body: Body1<ById>) -> Response {
    ask(body, async |q| core.transfer_status(q.id).await).await
}

async fn restrict(State(core): Core, headers: HeaderMap, body: Body1<Restrict>) -> Response {
    let act = async |ask: Restrict| core.restrict(&ask.number, &ask.order).await;
    order(&headers, body, |ask| ask.order.id, act).await
}

async fn lift(State(core): Core, headers: HeaderMap, body: Body1<Restrict>) -> Response {
    let act = async |ask: Restrict| core.lift(&ask.number, &ask.order).await;
    order(&headers, body, |ask| ask.order.id, act).await
}

async fn changes(State(core): Core, body: Body1<FeedFrom>) -> Response {
    ask(body, async |q| core.changes(q.cursor.as_deref(), q.limit).await).await
}

async fn statement_file(State(core): Core, body: Body1<DayPage>) -> Response {
    ask(body, async |q| core.statement_file(q.business_date, q.page).await).await
}

async fn business_date(State(core): Core, body: Body1<Nothing>) -> Response {
    ask(body, async |_| core.now_business_date().await).await
}

async fn health(State(core): Core, body: Body1<Nothing>) -> Response {
    ask(body, async |_| core.health().await).await
}
