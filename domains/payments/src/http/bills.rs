//! Bills: the billers, what is owed under a number, and paying it. A payment is authorised and shown as a transfer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{Customer, mask};
use kit::problem::{Answer, Problem};
use kit::web::{Body, IdempotencyKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::TransferView;
use crate::model::bill::{Biller, period_text};
use crate::service::{OwedState, PayBill, Payments};

/// 缴费单位
#[derive(Serialize, ToSchema)]
pub(super) struct BillerView {
    code: String,
    name: String,
    /// `电费`
    kind: String,
    /// What the biller calls the number: `户号`.
    number_label: String,
    /// How many digits a number has.
    digits: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct BillerList {
    items: Vec<BillerView>,
}

impl From<Biller> for BillerView {
    fn from(b: Biller) -> Self {
        Self {
            code: b.code,
            name: b.name,
            kind: b.kind,
            number_label: b.number_label,
            digits: b.digits,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BillQuery {
    /// Code of the biller.
    biller: String,
    /// 户号; spaces don't matter.
    number: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct OpenBill {
    bill_no: String,
    /// `2026年10月`
    period_text: String,
    /// Fen.
    amount_fen: i64,
}

/// What is open under a number.
#[derive(Serialize, ToSchema)]
pub(super) struct OpenBills {
    biller: BillerView,
    /// 户名, masked: enough to recognise one's own.
    name_masked: String,
    number_masked: String,
    /// Bills that are being paid already are left out.
    items: Vec<OpenBill>,
}

impl From<OwedState> for OpenBills {
    fn from(owed: OwedState) -> Self {
        let items = owed.bills.into_iter().map(|bill| OpenBill {
            period_text: period_text(&bill.period),
            bill_no: bill.bill_no,
            amount_fen: bill.amount_fen,
        });
        Self {
            name_masked: mask::name(&owed.name),
            number_masked: mask::card(&owed.number),
            items: items.collect(),
            biller: owed.biller.into(),
        }
    }
}

/// The billers that can be paid.
#[utoipa::path(get, path = "/api/billers", tag = "payments",
    responses((status = 200, body = BillerList), (status = 401, body = Problem)))]
pub(super) async fn billers(State(payments): State<Payments>, _who: Customer) -> Answer<Json<BillerList>> {
    let items = payments.billers().await?.into_iter().map(Into::into);
    Ok(Json(BillerList {
        items: items.collect(),
    }))
}

/// What is owed under a number. Changes nothing; by POST, so that the number stands in no address.
#[utoipa::path(post, path = "/api/bills/query", tag = "payments", request_body = BillQuery,
    responses((status = 200, body = OpenBills), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn query(
    State(payments): State<Payments>,
    who: Customer,
    Body(ask): Body<BillQuery>,
) -> Answer<Json<OpenBills>> {
    Ok(Json(
        payments.owed_to(&who, &ask.biller, &ask.number).await?.into(),
    ))
}

/// Drafts the payment of a bill; no money moves before it is authorised at `/api/transfers/{id}/authorise`.
#[utoipa::path(post, path = "/api/bills", tag = "payments", request_body = PayBill,
    params(("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = TransferView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn pay(
    State(payments): State<Payments>,
    who: Customer,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<PayBill>,
) -> Answer<(StatusCode, Json<TransferView>)> {
    let draft = payments.pay_bill(&who, &key, &ask).await?;
    Ok((StatusCode::CREATED, Json(draft.into())))
}
