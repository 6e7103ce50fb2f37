//! The HTTP face of the office.

mod audit_trail;
mod customers;
mod machine;

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
}
