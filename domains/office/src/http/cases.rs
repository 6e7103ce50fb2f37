//! Cases: the work-list, one case, and what is done with it. Every command names the version that its sender saw, so
//! that a repeated one, or one that comes too late, is refused rather than done twice.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::Staff;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Cursor, Id, Page, Params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::case::{CaseId, CorrectionId, Direction};
use crate::service::Office;
use crate::service::cases::{
    CaseDetail, CaseEvent, CaseLine, CaseListAsk, Check, Correction, Counts, Matter, Proposal, Resolution,
};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CaseQuery {
    /// `unknown_transfer`, `difference` or `dispute`.
    kind: Option<String>,
    /// `open`, `claimed`, `checking`, or `closed` for the archive; everything open without it.
    state: Option<String>,
    /// `me` or `none`.
    owner: Option<String>,
    /// Only what is past its due time.
    overdue: Option<bool>,
    /// Opened at least so many hours ago.
    hours: Option<i64>,
    cursor: Option<String>,
}

/// Cases by due time, soonest first.
#[utoipa::path(get, path = "/api/office/cases", tag = "office", params(CaseQuery),
    responses((status = 200, body = Page<CaseLine>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn list(
    State(office): State<Office>,
    staff: Staff,
    Params(q): Params<CaseQuery>,
) -> Answer<Json<Page<CaseLine>>> {
    let after = match q.cursor.as_deref() {
        Some(text) => Some(Cursor::parse(Some(text))?),
        None => None,
    };
    let ask = CaseListAsk {
        kind: q.kind.unwrap_or_default(),
        state: q.state.unwrap_or_default(),
        owner: q.owner.unwrap_or_default(),
        overdue: q.overdue.unwrap_or(false),
        hours: q.hours,
    };
    Ok(Json(office.case_list(&staff, &ask, after).await?))
}

#[derive(Serialize, ToSchema)]
pub(super) struct CaseCountsView {
    items: Vec<Counts>,
}

/// How much work waits, by kind.
#[utoipa::path(get, path = "/api/office/cases/counts", tag = "office",
    responses((status = 200, body = CaseCountsView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn counts(State(office): State<Office>) -> Answer<Json<CaseCountsView>> {
    let items = office.case_counts().await?;
    Ok(Json(CaseCountsView { items }))
}

#[derive(Serialize, ToSchema)]
pub(super) struct OutcomeChoice {
    code: &'static str,
    text: &'static str,
}

/// A case's page.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseView {
    #[serde(flatten)]
    line: CaseLine,
    customer_id: Option<String>,
    /// With what this case may be closed.
    outcomes: Vec<OutcomeChoice>,
    matter: Matter,
    /// Oldest first.
    events: Vec<CaseEvent>,
    corrections: Vec<Correction>,
}

impl From<CaseDetail> for CaseView {
    fn from(d: CaseDetail) -> Self {
        let outcomes = d.outcomes.into_iter();
        Self {
            line: d.line,
            customer_id: d.customer,
            outcomes: outcomes
                .map(|(code, text)| OutcomeChoice { code, text })
                .collect(),
            matter: d.matter,
            events: d.events,
            corrections: d.corrections,
        }
    }
}

/// Opens a case; audited.
#[utoipa::path(get, path = "/api/office/cases/{id}", tag = "office", params(("id" = CaseId, Path)),
    responses((status = 200, body = CaseView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn show(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
) -> Answer<Json<CaseView>> {
    Ok(Json(office.case_detail(&staff, id).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseClaim {
    /// The version that was shown.
    version: i64,
}

/// Takes a case.
#[utoipa::path(post, path = "/api/office/cases/{id}/claim", tag = "office", params(("id" = CaseId, Path)),
    request_body = CaseClaim,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn claim(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CaseClaim>,
) -> Answer<StatusCode> {
    office.claim(&staff, id, ask.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseText {
    version: i64,
    /// 4 to 200 characters; kept in the case, sealed.
    text: String,
}

/// Gives a case back to the list.
#[utoipa::path(post, path = "/api/office/cases/{id}/release", tag = "office", params(("id" = CaseId, Path)),
    request_body = CaseText,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn release(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CaseText>,
) -> Answer<StatusCode> {
    office.release(&staff, id, ask.version, &ask.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a note.
#[utoipa::path(post, path = "/api/office/cases/{id}/notes", tag = "office", params(("id" = CaseId, Path)),
    request_body = CaseText,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn note(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CaseText>,
) -> Answer<StatusCode> {
    office.note_case(&staff, id, ask.version, &ask.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the core now what became of the transfer; its word closes the case when it decides.
#[utoipa::path(post, path = "/api/office/cases/{id}/ask", tag = "office", params(("id" = CaseId, Path)),
    request_body = CaseClaim,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn ask(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CaseClaim>,
) -> Answer<StatusCode> {
    office.ask_core(&staff, id, ask.version).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseResolve {
    version: i64,
    /// One of the case's `outcomes`.
    outcome: String,
    /// 4 to 200 characters, for the file.
    text: String,
    /// 4 to 200 characters for the customer; needed for a dispute.
    #[serde(default)]
    answer: String,
}

/// Closes a case without moving money.
#[utoipa::path(post, path = "/api/office/cases/{id}/resolve", tag = "office", params(("id" = CaseId, Path)),
    request_body = CaseResolve,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn resolve(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CaseResolve>,
) -> Answer<StatusCode> {
    let how = Resolution {
        outcome: ask.outcome,
        reason: ask.text,
        answer: ask.answer,
    };
    office.resolve(&staff, id, ask.version, how).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectionForm {
    version: i64,
    direction: Direction,
    /// Fen.
    #[schema(minimum = 1)]
    amount_fen: i64,
    /// 4 to 200 characters.
    text: String,
}

/// Proposes a correction of money, for a second person to check.
#[utoipa::path(post, path = "/api/office/cases/{id}/corrections", tag = "office", params(("id" = CaseId, Path)),
    request_body = CorrectionForm,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn propose(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CorrectionForm>,
) -> Answer<StatusCode> {
    let what = Proposal {
        direction: ask.direction,
        amount_fen: ask.amount_fen,
        reason: ask.text,
    };
    office.propose(&staff, id, ask.version, &what).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectionCheck {
    version: i64,
    correction_id: CorrectionId,
    approve: bool,
    /// Of the correction that was shown.
    hash: String,
    /// 4 to 200 characters.
    text: String,
    /// 4 to 200 characters for the customer; needed to approve the correction of a dispute.
    #[serde(default)]
    answer: String,
}

/// Approves a correction or sends it back; never by who proposed it.
#[utoipa::path(post, path = "/api/office/cases/{id}/check", tag = "office", params(("id" = CaseId, Path)),
    request_body = CorrectionCheck,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn check(
    State(office): State<Office>,
    staff: Staff,
    Id(id): Id<CaseId>,
    Body(ask): Body<CorrectionCheck>,
) -> Answer<StatusCode> {
    let word = Check {
        correction: ask.correction_id,
        approve: ask.approve,
        hash: ask.hash,
        reason: ask.text,
        answer: ask.answer,
    };
    office.check(&staff, id, ask.version, word).await?;
    Ok(StatusCode::NO_CONTENT)
}
