//! Customers, as staff see them.

use accounts::AccountView;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{CustomerFile, CustomerId, CustomerRow, RevealField, SearchBy, Staff};
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id, Page};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::service::{Found, Office, TrailRow};

/// The value travels in the body, never in an address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerSearch {
    by: SearchWay,
    value: String,
    /// From the page before.
    cursor: Option<String>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SearchWay {
    Phone,
    IdNo,
    Name,
    CardNo,
    CustomerNo,
}

impl From<SearchWay> for Found {
    fn from(way: SearchWay) -> Self {
        match way {
            SearchWay::Phone => Self::By(SearchBy::Phone),
            SearchWay::IdNo => Self::By(SearchBy::IdNo),
            SearchWay::Name => Self::By(SearchBy::Name),
            SearchWay::CustomerNo => Self::By(SearchBy::CustomerNo),
            SearchWay::CardNo => Self::ByCard,
        }
    }
}

/// Finds customers by an exact value.
#[utoipa::path(post, path = "/api/office/customers/search", tag = "office", request_body = CustomerSearch,
    responses((status = 200, body = Page<CustomerRow>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn search(
    State(office): State<Office>,
    staff: Staff,
    Body(ask): Body<CustomerSearch>,
) -> Answer<Json<Page<CustomerRow>>> {
    let after = ask.cursor.unwrap_or_default();
    let (items, next) = office.search(&staff, ask.by.into(), &ask.value, &after).await?;
    Ok(Json(Page { items, next }))
}

/// A customer's page.
#[derive(Serialize, ToSchema)]
pub(super) struct CustomerDetailView {
    #[serde(flatten)]
    file: CustomerFile,
    /// Without balances.
    accounts: Vec<AccountView>,
    recent_audit: Vec<TrailRow>,
}

/// Opens a customer's masked file; audited.
#[utoipa::path(get, path = "/api/office/customers/{id}", tag = "office", params(("id" = CustomerId, Path)),
    responses((status = 200, body = CustomerDetailView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CustomerId>,
) -> Answer<Json<CustomerDetailView>> {
    let detail = office.detail(&staff, id).await?;
    Ok(Json(CustomerDetailView {
        file: detail.file,
        accounts: detail.accounts,
        recent_audit: detail.recent_audit,
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reveal {
    field: RevealField,
    /// 4 to 200 characters; kept in the trail.
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Revealed {
    value: String,
}

/// Shows one field in clear; audited with the reason.
#[utoipa::path(post, path = "/api/office/customers/{id}/reveal", tag = "office", params(("id" = CustomerId, Path)),
    request_body = Reveal,
    responses((status = 200, body = Revealed), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn reveal(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CustomerId>,
    Body(ask): Body<Reveal>,
) -> Answer<Json<Revealed>> {
    let value = office.reveal(&staff, id, ask.field, &ask.reason).await?;
    Ok(Json(Revealed { value }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    /// 4 to 200 characters; kept in the trail.
    reason: String,
}

/// Ends every session of a customer at once; audited with the reason.
#[utoipa::path(post, path = "/api/office/customers/{id}/sessions/revoke", tag = "office",
    params(("id" = CustomerId, Path)), request_body = Reason,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn revoke_sessions(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CustomerId>,
    Body(ask): Body<Reason>,
) -> Answer<StatusCode> {
    office.revoke(&staff, id, &ask.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
