//! Receipts: the page, the document, the public check of a code.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use identity::{Customer, mask};
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Id, Params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::capital::capital;
use crate::model::purpose::Purpose;
use crate::model::transfer::{Transfer, TransferId};
use crate::service::{Payments, payee_shown, receipt_no};

const PDF: &str = "application/pdf";

/// 电子回单.
#[derive(Serialize, ToSchema)]
pub(super) struct Receipt {
    purpose: Purpose,
    receipt_no: String,
    /// Twelve characters over everything on the receipt; a changed receipt does not fit it.
    verify_code: String,
    payer_name_masked: String,
    payer_no_masked: String,
    payee_name_masked: String,
    payee_no_masked: String,
    /// The payee's bank; null for our own.
    bank_name: Option<String>,
    amount_fen: i64,
    fee_fen: i64,
    amount_capital: String,
    memo: Option<String>,
    at: Ms,
    /// The core bank's own number of the booking.
    reference: String,
}

impl From<(Transfer, String)> for Receipt {
    fn from((t, verify_code): (Transfer, String)) -> Self {
        Self {
            purpose: t.purpose,
            receipt_no: receipt_no(&t),
            verify_code,
            payer_name_masked: mask::name(&t.from_name),
            payer_no_masked: mask::card(&t.from_no),
            payee_name_masked: payee_shown(&t),
            payee_no_masked: mask::card(&t.to_no),
            bank_name: Some(t.bank.name).filter(|name| !name.is_empty()),
            amount_fen: t.amount_fen,
            fee_fen: t.fee_fen,
            amount_capital: capital(t.amount_fen),
            memo: Some(t.memo).filter(|memo| !memo.is_empty()),
            at: t.done_at,
            reference: t.reference,
        }
    }
}

/// What is behind a receipt's code.
#[derive(Default, Serialize, ToSchema)]
pub(super) struct ReceiptCheck {
    /// False: no receipt of this bank bears this code, and nothing else is told.
    valid: bool,
    receipt_no: Option<String>,
    payer_name_masked: Option<String>,
    payee_name_masked: Option<String>,
    payee_no_masked: Option<String>,
    amount_fen: Option<i64>,
    amount_capital: Option<String>,
    /// When the transfer was booked.
    at: Option<Ms>,
}

impl From<Transfer> for ReceiptCheck {
    fn from(t: Transfer) -> Self {
        Self {
            valid: true,
            receipt_no: Some(receipt_no(&t)),
            payer_name_masked: Some(mask::name(&t.from_name)),
            payee_name_masked: Some(payee_shown(&t)),
            payee_no_masked: Some(mask::card(&t.to_no)),
            amount_fen: Some(t.amount_fen),
            amount_capital: Some(capital(t.amount_fen)),
            at: Some(t.done_at),
        }
    }
}

/// The receipt of a booked transfer.
#[utoipa::path(get, path = "/api/transfers/{id}/receipt", tag = "payments", params(("id" = TransferId, Path)),
    responses((status = 200, body = Receipt), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn receipt(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<TransferId>,
) -> Answer<Json<Receipt>> {
    Ok(Json(payments.receipt(&who, id).await?.into()))
}

/// The same as a PDF document.
#[utoipa::path(get, path = "/api/transfers/{id}/receipt.pdf", tag = "payments", params(("id" = TransferId, Path)),
    responses((status = 200, content_type = PDF, body = Vec<u8>), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn receipt_pdf(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<TransferId>,
) -> Answer<Response> {
    let (number, bytes) = payments.receipt_pdf(&who, id).await?;
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PDF));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"receipt-{number}.pdf\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Code {
    /// The twelve letters and digits on the receipt; spaces and case don't matter.
    code: String,
}

/// Is a receipt ours, and what does it say?
#[utoipa::path(get, path = "/api/receipts/verify", tag = "payments", params(Code),
    responses((status = 200, body = ReceiptCheck), (status = 400, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn verify(
    State(payments): State<Payments>,
    Params(ask): Params<Code>,
) -> Answer<Json<ReceiptCheck>> {
    let found = payments.verify_receipt(&ask.code).await?;
    Ok(Json(found.map(Into::into).unwrap_or_default()))
}
