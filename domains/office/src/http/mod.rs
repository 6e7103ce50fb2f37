//! The HTTP face of the office.

mod audit_trail;
mod cases;
mod customers;
mod machine;
mod recon;

use kit::web::Doors;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Office;

pub fn router() -> OpenApiRouter<Office> {
    OpenApiRouter::new()
        .routes(routes!(customers::search))
        .routes(routes!(customers::show))
        .routes(routes!(customers::reveal))
        .routes(routes!(customers::revoke_sessions))
        .routes(routes!(audit_trail::search))
        .routes(routes!(audit_trail::verify))
        .routes(routes!(machine::nodes))
        .routes(routes!(machine::overview))
        .routes(routes!(machine::policies))
        .routes(routes!(cases::list))
        .routes(routes!(cases::counts))
        .routes(routes!(cases::show))
        .routes(routes!(cases::claim))
        .routes(routes!(cases::release))
        .routes(routes!(cases::note))
        .routes(routes!(cases::ask))
        .routes(routes!(cases::resolve))
        .routes(routes!(cases::propose))
        .routes(routes!(cases::check))
        .routes(routes!(recon::list, recon::ask))
        .routes(routes!(recon::sources))
        .routes(routes!(recon::show))
}

pub fn doors() -> Doors {
    Doors::new()
        .staff("POST", "/api/office/customers/search", "customers.read")
        .staff("GET", "/api/office/customers/{id}", "customers.read")
        .staff("POST", "/api/office/customers/{id}/reveal", "customers.reveal")
        .staff(
            "POST",
            "/api/office/customers/{id}/sessions/revoke",
            "sessions.revoke",
        )
        .staff("GET", "/api/office/audit", "audit.read")
        .staff("GET", "/api/office/audit/verify", "audit.read")
        .staff("GET", "/api/office/nodes", "nodes.read")
        .staff("GET", "/api/office/overview", "overview.read")
        .staff("GET", "/api/office/policies", "policies.read")
        .staff("GET", "/api/office/cases", "cases.read")
        .staff("GET", "/api/office/cases/counts", "cases.read")
        .staff("GET", "/api/office/cases/{id}", "cases.read")
        .staff("POST", "/api/office/cases/{id}/claim", "cases.work")
        .staff("POST", "/api/office/cases/{id}/release", "cases.work")
        .staff("POST", "/api/office/cases/{id}/notes", "cases.work")
        .staff("POST", "/api/office/cases/{id}/ask", "cases.work")
        .staff("POST", "/api/office/cases/{id}/resolve", "cases.work")
        .staff("POST", "/api/office/cases/{id}/corrections", "cases.work")
        .staff("POST", "/api/office/cases/{id}/check", "cases.check")
        .staff("GET", "/api/office/reconciliations", "recon.read")
        .staff("POST", "/api/office/reconciliations", "recon.run")
        .staff("GET", "/api/office/reconciliations/sources", "recon.read")
        .staff("GET", "/api/office/reconciliations/{id}", "recon.read")
}
