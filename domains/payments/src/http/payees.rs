//! Banks and payees: whom the customer can pay, has paid, and keeps in the book.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{Customer, mask};
use kit::clock::Ms;
use kit::ids::export::Uuid;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::service::{BankChoice, KnownPayee, NewPayee, Payments};

#[derive(Serialize, ToSchema)]
pub(super) struct BankView {
    code: String,
    name: String,
    /// As customers say it: `工行`.
    short_name: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct BankList {
    items: Vec<BankView>,
}

impl From<&BankChoice> for BankView {
    fn from(bank: &BankChoice) -> Self {
        Self {
            code: bank.code.clone(),
            name: bank.name.clone(),
            short_name: bank.short_name.clone(),
        }
    }
}

/// The other banks that can be paid.
#[utoipa::path(get, path = "/api/banks", tag = "payments",
    responses((status = 200, body = BankList), (status = 401, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn banks(State(payments): State<Payments>, _who: Customer) -> Answer<Json<BankList>> {
    let list = payments.banks().await?;
    Ok(Json(BankList {
        items: list.iter().map(Into::into).collect(),
    }))
}

#[derive(Serialize, ToSchema)]
pub(super) struct RecentPayeeView {
    name_masked: String,
    account_masked: String,
    /// May be given as `to_no` of a transfer.
    account_ref: String,
    bank_name: Option<String>,
    alias: Option<String>,
    saved: bool,
    last_at: Ms,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RecentPayees {
    items: Vec<RecentPayeeView>,
}

/// A payee in the customer's book.
#[derive(Serialize, ToSchema)]
pub(super) struct SavedPayee {
    /// Also the `account_ref` that may be given as `to_no` of a transfer.
    id: String,
    name_masked: String,
    account_masked: String,
    /// Null for our own bank.
    bank_name: Option<String>,
    /// 备注名
    alias: Option<String>,
    /// Null when never paid.
    last_at: Option<Ms>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PayeeBook {
    items: Vec<SavedPayee>,
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

impl From<KnownPayee> for RecentPayeeView {
    fn from(p: KnownPayee) -> Self {
        Self {
            name_masked: mask::name(&p.name),
            account_masked: mask::card(&p.no),
            account_ref: p.id,
            bank_name: some(p.bank.name),
            alias: some(p.alias),
            saved: p.saved,
            last_at: p.last_at,
        }
    }
}

impl From<KnownPayee> for SavedPayee {
    fn from(p: KnownPayee) -> Self {
        Self {
            name_masked: mask::name(&p.name),
            account_masked: mask::card(&p.no),
            id: p.id,
            bank_name: some(p.bank.name),
            alias: some(p.alias),
            last_at: Some(p.last_at).filter(|at| *at > 0),
        }
    }
}

/// Whom the customer has paid lately.
#[utoipa::path(get, path = "/api/payees/recent", tag = "payments",
    responses((status = 200, body = RecentPayees), (status = 401, body = Problem)))]
pub(super) async fn recent(State(payments): State<Payments>, who: Customer) -> Answer<Json<RecentPayees>> {
    let payees = payments.recent_payees(&who).await?;
    Ok(Json(RecentPayees {
        items: payees.into_iter().map(Into::into).collect(),
    }))
}

/// The customer's payee book, newest first.
#[utoipa::path(get, path = "/api/payees", tag = "payments",
    responses((status = 200, body = PayeeBook), (status = 401, body = Problem)))]
pub(super) async fn book(State(payments): State<Payments>, who: Customer) -> Answer<Json<PayeeBook>> {
    let payees = payments.payee_book(&who).await?;
    Ok(Json(PayeeBook {
        items: payees.into_iter().map(Into::into).collect(),
    }))
}

/// Saves a payee. At our bank name and number must fit.
#[utoipa::path(post, path = "/api/payees", tag = "payments", request_body = NewPayee,
    responses((status = 201, body = SavedPayee), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn save(
    State(payments): State<Payments>,
    who: Customer,
    Body(ask): Body<NewPayee>,
) -> Answer<(StatusCode, Json<SavedPayee>)> {
    let saved = payments.save_payee(&who, &ask).await?;
    Ok((StatusCode::CREATED, Json(saved.into())))
}

/// Another alias; an empty one takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RenamePayee {
    alias: String,
}

/// Gives a saved payee another alias.
#[utoipa::path(put, path = "/api/payees/{id}", tag = "payments", params(("id" = String, Path)), request_body = RenamePayee,
    responses((status = 200, body = SavedPayee), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn rename(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<Uuid>,
    Body(ask): Body<RenamePayee>,
) -> Answer<Json<SavedPayee>> {
    Ok(Json(
        payments
            .rename_payee(&who, &id.to_string(), &ask.alias)
            .await?
            .into(),
    ))
}

/// Takes a payee out of the book.
#[utoipa::path(delete, path = "/api/payees/{id}", tag = "payments", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn remove(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<Uuid>,
) -> Answer<StatusCode> {
    payments.remove_payee(&who, &id.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}
