//! The HTTP face of payments.

mod transfers;
mod views;

use kit::web::Doors;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Payments;

pub fn router() -> OpenApiRouter<Payments> {
    OpenApiRouter::new()
        .routes(routes!(transfers::check))
        .routes(routes!(transfers::create, transfers::list))
        .routes(routes!(transfers::show))
        .routes(routes!(transfers::authorise))
        .routes(routes!(transfers::cancel))
        .routes(routes!(transfers::receipt))
        .routes(routes!(transfers::recent_payees))
}

pub fn doors() -> Doors {
    Doors::new()
        .customer("POST", "/api/transfers/check")
        .customer("POST", "/api/transfers")
        .customer("GET", "/api/transfers")
        .customer("GET", "/api/transfers/{id}")
        .customer("POST", "/api/transfers/{id}/authorise")
        .customer("POST", "/api/transfers/{id}/cancel")
        .customer("GET", "/api/transfers/{id}/receipt")
        .customer("GET", "/api/payees/recent")
}
