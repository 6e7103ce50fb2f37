//! The audit trail.

use audit::{AuditRow, Filter, Verdict};
use axum::Json;
use axum::extract::State;
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Cursor, Page, Params};
use serde::Deserialize;

use crate::service::Office;

const PAGE: usize = 50;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// An id of a customer, a member of staff or a part of the system.
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
    responses((status = 200, body = Page<AuditRow>), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn search(
    State(office): State<Office>,
    Params(q): Params<AuditQuery>,
) -> Answer<Json<Page<AuditRow>>> {
    let after = Cursor::parse(q.cursor.as_deref())?;
    let filter = Filter {
        actor: q.actor.unwrap_or_default(),
        action: q.action.unwrap_or_default(),
        subject: q.subject.unwrap_or_default(),
        from: q.from,
        to: q.to,
    };
    Ok(Json(audit::search(&office.0.cx, filter, after, PAGE).await?))
}

/// Walks the whole chain.
#[utoipa::path(get, path = "/api/office/audit/verify", tag = "office",
    responses((status = 200, body = Verdict), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn verify(State(office): State<Office>) -> Answer<Json<Verdict>> {
    Ok(Json(audit::verify(&office.0.cx).await?))
}
