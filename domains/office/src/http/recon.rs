//! Reconciliation: runs, the report of one, and a run by hand.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::Staff;
use jiff::civil::Date;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Cursor, Id, Page, Params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;
use crate::model::recon::{ReconId, ReconKind};
use crate::service::Office;
use crate::service::recon::{FileSource, ReconDetail, ReconLine, SeenDifference};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReconQuery {
    /// `minute`, `hour`, `day`, `pay` or `biller`.
    kind: Option<String>,
    cursor: Option<String>,
}

/// Runs, newest first.
#[utoipa::path(get, path = "/api/office/reconciliations", tag = "office", params(ReconQuery),
    responses((status = 200, body = Page<ReconLine>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list(
    State(office): State<Office>,
    Params(q): Params<ReconQuery>,
) -> Answer<Json<Page<ReconLine>>> {
    let after = Cursor::parse(q.cursor.as_deref())?;
    Ok(Json(office.recon_list(&q.kind.unwrap_or_default(), after).await?))
}

/// The report of a run.
#[derive(Serialize, ToSchema)]
pub(super) struct ReconView {
    #[serde(flatten)]
    line: ReconLine,
    /// Matched and left over add up to each side's sum, to the fen.
    sums_agree: bool,
    seen: Vec<SeenDifference>,
}

impl From<ReconDetail> for ReconView {
    fn from(d: ReconDetail) -> Self {
        Self {
            line: d.line,
            sums_agree: d.sums_agree,
            seen: d.seen,
        }
    }
}

/// A run with its differences.
#[utoipa::path(get, path = "/api/office/reconciliations/{id}", tag = "office", params(("id" = ReconId, Path)),
    responses((status = 200, body = ReconView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show(State(office): State<Office>, Id(id): Id<ReconId>) -> Answer<Json<ReconView>> {
    Ok(Json(office.recon_detail(id).await?.into()))
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReconSources {
    items: Vec<FileSource>,
}

/// Whose daily files this bank reconciles with: the core, and WeChat Pay and the billers that it has.
#[utoipa::path(get, path = "/api/office/reconciliations/sources", tag = "office",
    responses((status = 200, body = ReconSources), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn sources(State(office): State<Office>) -> Answer<Json<ReconSources>> {
    let items = office.file_sources().await?;
    Ok(Json(ReconSources { items }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReconAsk {
    /// With whom: `day` (the core), `pay` or `biller`; the core when it is not said.
    kind: Option<ReconKind>,
    /// Code of the biller, for `biller`; one of the sources.
    party: Option<String>,
    /// A business day that has ended, `2026-11-22`.
    date: String,
    /// 4 to 200 characters; kept with the run.
    reason: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ReconAsked {
    id: ReconId,
}

/// Reconciles a business day again, by hand and for a reason.
#[utoipa::path(post, path = "/api/office/reconciliations", tag = "office", request_body = ReconAsk,
    responses((status = 202, body = ReconAsked), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn ask(
    State(office): State<Office>,
    staff: Staff,
    Body(ask): Body<ReconAsk>,
) -> Answer<(StatusCode, Json<ReconAsked>)> {
    let day: Date = ask.date.parse().map_err(|_| Error::BadDay)?;
    let with = (
        ask.kind.unwrap_or(ReconKind::Day),
        ask.party.as_deref().unwrap_or_default(),
    );
    let id = office.ask_recon(&staff, with, day, &ask.reason).await?;
    Ok((StatusCode::ACCEPTED, Json(ReconAsked { id })))
}
