//! 收支分析.

use axum::{Json, extract::State, http::StatusCode};
use identity::Customer;
use kit::{
    clock::Ms,
    problem::{Answer, Problem},
    web::{Body, Params},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    model::{
        account::AccountId,
        category::{MonthSummary, SummaryEntry},
    },
    service::{
        Accounts,
        summary::{LabelAsk, SummaryAsk},
    },
};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SummaryQuery {
    /// `2026-11`
    month: String,
    /// One account; all current and credit accounts without it.
    account: Option<AccountId>,
}

/// A month by category; the parts add up to the lines, to the fen.
#[utoipa::path(get, path = "/api/summary", tag = "accounts", params(SummaryQuery),
    responses((status = 200, body = MonthSummary), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn show(
    State(accounts): State<Accounts>,
    who: Customer,
    Params(q): Params<SummaryQuery>,
) -> Answer<Json<MonthSummary>> {
    let ask = SummaryAsk {
        month: q.month,
        account: q.account,
    };
    Ok(Json(accounts.summary(&who, &ask).await?))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CategoryQuery {
    /// `2026-11`
    month: String,
    category: String,
    account: Option<AccountId>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SummaryEntries {
    items: Vec<SummaryEntry>,
}

/// The lines of one category, newest first, at most 300.
#[utoipa::path(get, path = "/api/summary/entries", tag = "accounts", params(CategoryQuery),
    responses((status = 200, body = SummaryEntries), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn entries(
    State(accounts): State<Accounts>,
    who: Customer,
    Params(q): Params<CategoryQuery>,
) -> Answer<Json<SummaryEntries>> {
    let ask = SummaryAsk {
        month: q.month,
        account: q.account,
    };
    let items = accounts.summary_entries(&who, &ask, &q.category).await?;
    Ok(Json(SummaryEntries { items }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelForm {
    account_id: AccountId,
    entry_id: String,
    /// The line's instant. Milliseconds UTC.
    at: Ms,
    category: String,
    /// For everything from or to the same other side.
    #[serde(default)]
    everywhere: bool,
}

/// The customer's own word on what a line was for.
#[utoipa::path(put, path = "/api/summary/labels", tag = "accounts", request_body = LabelForm,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn label(
    State(accounts): State<Accounts>,
    who: Customer,
    Body(form): Body<LabelForm>,
) -> Answer<StatusCode> {
    let ask = LabelAsk {
        account: form.account_id,
        entry_id: form.entry_id,
        at: form.at,
        category: form.category,
        everywhere: form.everywhere,
    };
    accounts.label(&who, ask).await?;
    Ok(StatusCode::NO_CONTENT)
}
