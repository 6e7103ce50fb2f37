//! Top-ups from WeChat Pay.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::Customer;
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Cursor, Id, IdempotencyKey, Page, Params};
use rails::wechat::FrontEnd;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::payin::{PayInId, PayInState, RefundId, RefundState};
use crate::service::{NewTopUp, NewTopUpRefund, PayIns, TopUpShown};

const PAGE: usize = 20;

/// A top-up.
#[derive(Serialize, ToSchema)]
pub(super) struct TopUpView {
    id: PayInId,
    account_id: accounts::AccountId,
    account_no_masked: String,
    /// Fen.
    amount_fen: i64,
    /// Fen given back or on the way back.
    refunded_fen: i64,
    state: PayInState,
    /// What the customer reads.
    state_text: &'static str,
    created_at: Ms,
    /// Not payable afterwards.
    expires_at: Ms,
    paid_at: Option<Ms>,
    credited_at: Option<Ms>,
    /// WeChat Pay's number 微信支付订单号, once paid.
    transaction_id: Option<String>,
    /// The core's reference 核心流水号, once in the account.
    reference: Option<String>,
    refunds: Vec<TopUpRefundView>,
}

/// A refund of a top-up.
#[derive(Serialize, ToSchema)]
pub(super) struct TopUpRefundView {
    id: RefundId,
    /// Fen.
    amount_fen: i64,
    state: RefundState,
    /// What the customer reads.
    state_text: &'static str,
    created_at: Ms,
}

impl From<TopUpShown> for TopUpView {
    fn from(shown: TopUpShown) -> Self {
        let TopUpShown {
            topup,
            account,
            refunds,
            account_no_masked,
        } = shown;
        let at = |at: Ms| (at > 0).then_some(at);
        let text = |text: String| (!text.is_empty()).then_some(text);
        Self {
            id: topup.id,
            account_id: account,
            account_no_masked,
            amount_fen: topup.amount,
            refunded_fen: topup.refunded,
            state: topup.state,
            state_text: topup.state.text(),
            created_at: topup.created_at,
            expires_at: topup.expires_at,
            paid_at: at(topup.paid_at),
            credited_at: (topup.state == PayInState::Credited).then_some(topup.done_at),
            transaction_id: text(topup.transaction_id),
            reference: text(topup.reference),
            refunds: refunds
                .into_iter()
                .map(|refund| TopUpRefundView {
                    id: refund.id,
                    amount_fen: refund.amount,
                    state: refund.state,
                    state_text: refund.state.text(),
                    created_at: refund.created_at,
                })
                .collect(),
        }
    }
}

/// What the page passes to WeChat to open the payment; names and case are WeChat's.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WeChatPayment {
    app_id: String,
    time_stamp: String,
    nonce_str: String,
    package: String,
    sign_type: String,
    pay_sign: String,
}

impl From<FrontEnd> for WeChatPayment {
    fn from(front: FrontEnd) -> Self {
        Self {
            app_id: front.app_id,
            time_stamp: front.time_stamp,
            nonce_str: front.nonce_str,
            package: front.package,
            sign_type: front.sign_type,
            pay_sign: front.pay_sign,
        }
    }
}

/// Orders a top-up; nothing is paid yet.
#[utoipa::path(post, path = "/api/topups", tag = "payments", request_body = NewTopUp,
    params(("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = TopUpView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create_topup(
    State(topups): State<PayIns>,
    who: Customer,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<NewTopUp>,
) -> Answer<(StatusCode, Json<TopUpView>)> {
    let topup = topups.create(&who, &key, &ask).await?;
    Ok((StatusCode::CREATED, Json(topup.into())))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TopUpsQuery {
    cursor: Option<String>,
}

/// The customer's top-ups, newest first.
#[utoipa::path(get, path = "/api/topups", tag = "payments", params(TopUpsQuery),
    responses((status = 200, body = Page<TopUpView>), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(super) async fn list_topups(
    State(topups): State<PayIns>,
    who: Customer,
    Params(query): Params<TopUpsQuery>,
) -> Answer<Json<Page<TopUpView>>> {
    let after = Cursor::parse(query.cursor.as_deref())?;
    Ok(Json(topups.list(&who, after, PAGE).await?.map(Into::into)))
}

/// One top-up.
#[utoipa::path(get, path = "/api/topups/{id}", tag = "payments", params(("id" = PayInId, Path)),
    responses((status = 200, body = TopUpView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show_topup(
    State(topups): State<PayIns>,
    who: Customer,
    Id(id): Id<PayInId>,
) -> Answer<Json<TopUpView>> {
    Ok(Json(topups.show(&who, id).await?.into()))
}

/// Gives what opens the payment in the phone; asking again opens the same payment.
#[utoipa::path(post, path = "/api/topups/{id}/pay", tag = "payments", params(("id" = PayInId, Path)),
    responses((status = 200, body = WeChatPayment), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn pay_topup(
    State(topups): State<PayIns>,
    who: Customer,
    Id(id): Id<PayInId>,
) -> Answer<Json<WeChatPayment>> {
    Ok(Json(topups.payment(&who, id).await?.into()))
}

/// Gives back to the WeChat that paid, at most what is left of the top-up.
#[utoipa::path(post, path = "/api/topups/{id}/refund", tag = "payments", request_body = NewTopUpRefund,
    params(("id" = PayInId, Path), ("Idempotency-Key" = String, Header)),
    responses((status = 202, body = TopUpView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn refund_topup(
    State(topups): State<PayIns>,
    who: Customer,
    Id(id): Id<PayInId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<NewTopUpRefund>,
) -> Answer<(StatusCode, Json<TopUpView>)> {
    let topup = topups.give_back(&who, id, &key, &ask).await?;
    Ok((StatusCode::ACCEPTED, Json(topup.into())))
}
