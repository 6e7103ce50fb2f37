//! What a customer has and what happened on it.

use axum::{Json, extract::State};
use identity::Customer;
use kit::{
    clock::Ms,
    problem::{Answer, Problem},
    web::{Id, Page, Params},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    model::{
        account::{AccountId, AccountView, Overview},
        statement::{EntryFilter, EntryView},
    },
    service::Accounts,
};

/// The figures of one account.
#[derive(Serialize, ToSchema)]
pub(super) struct BalanceView {
    account_id: AccountId,
    /// Fen; negative is owed.
    balance_fen: i64,
    available_fen: i64,
    held_fen: i64,
    /// When the figures were true. Milliseconds UTC.
    as_of: Ms,
    /// The core did not answer: these are the last figures known.
    stale: bool,
}

impl From<AccountView> for BalanceView {
    fn from(a: AccountView) -> Self {
        Self {
            account_id: a.id,
            balance_fen: a.balance_fen.unwrap_or_default(),
            available_fen: a.available_fen.unwrap_or_default(),
            held_fen: a.held_fen.unwrap_or_default(),
            as_of: a.as_of.unwrap_or_default(),
            stale: a.stale,
        }
    }
}

/// Everything the customer has.
#[utoipa::path(get, path = "/api/accounts", tag = "accounts",
    responses((status = 200, body = Overview), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn overview(State(accounts): State<Accounts>, who: Customer) -> Answer<Json<Overview>> {
    Ok(Json(accounts.overview(&who).await?))
}

/// The figures of one account.
#[utoipa::path(get, path = "/api/accounts/{id}/balance", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 200, body = BalanceView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn balance(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
) -> Answer<Json<BalanceView>> {
    Ok(Json(accounts.balance(&who, id).await?.into()))
}

/// What happened on an account, newest first.
#[utoipa::path(get, path = "/api/accounts/{id}/entries", tag = "accounts", params(("id" = AccountId, Path), EntryFilter),
    responses((status = 200, body = Page<EntryView>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn entries(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
    Params(filter): Params<EntryFilter>,
) -> Answer<Json<Page<EntryView>>> {
    Ok(Json(accounts.entries(&who, id, &filter).await?))
}
