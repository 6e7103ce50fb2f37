//! The audit trail.

use audit::{Filter, Verdict};
use axum::Json;
use axum::extract::State;
use identity::Staff;
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Cursor, Page, Params};
use serde::Deserialize;

use crate::service::{Office, TrailRow};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// An id of a customer, a login or an id of a member of staff, or a part of the system.
    actor: Option<String>,
    /// `domain.verb`.
    action: Option<String>,
    /// `kind:id`.
    subject: Option<String>,
    /// Milliseconds UTC, inclusive.
    from: Option<Ms>,
    /// Milliseconds UTC, exclusive.
    to: Option<Ms>,
    cursor: Option<String>,
}

/// Rows of the trail, newest first.
#[utoipa::path(get, path = "/api/office/audit", tag = "office", params(AuditQuery),
    responses((status = 200, body = Page<TrailRow>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn search(
    State(office): State<Office>,
    staff: Staff,
    Params(q): Params<AuditQuery>,
) -> Answer<Json<Page<TrailRow>>> {
    let after = Cursor::parse(q.cursor.as_deref())?;
    let filter = Filter {
        actor: q.actor.unwrap_or_default().trim().to_owned(),
        action: q.action.unwrap_or_default(),
        subject: q.subject.unwrap_or_default().trim().to_owned(),
        from: q.from,
        to: q.to,
    };
    Ok(Json(office.trail(&staff, filter, after).await?))
}

/// Walks the whole chain.
#[utoipa::path(get, path = "/api/office/audit/verify", tag = "office",
    responses((status = 200, body = Verdict), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn verify(State(office): State<Office>, staff: Staff) -> Answer<Json<Verdict>> {
    Ok(Json(office.verify_trail(&staff).await?))
}
