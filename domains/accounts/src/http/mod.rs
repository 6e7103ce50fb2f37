//! The HTTP face of accounts.

mod accounts;
mod disputes;
mod loss;
mod statements;
mod summary;

use kit::web::Doors;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::service::Accounts;

pub fn router() -> OpenApiRouter<Accounts> {
    OpenApiRouter::new()
        .routes(routes!(accounts::overview))
        .routes(routes!(accounts::balance))
        .routes(routes!(accounts::entries))
        .routes(routes!(statements::excel))
        .routes(routes!(statements::pdf))
        .routes(routes!(statements::verify))
        .routes(routes!(loss::report))
        .routes(routes!(loss::lift))
        .routes(routes!(disputes::open))
        .routes(routes!(disputes::list))
        .routes(routes!(summary::show))
        .routes(routes!(summary::entries))
        .routes(routes!(summary::label))
}

pub fn doors() -> Doors {
    Doors::new()
        .customer("GET", "/api/accounts")
        .customer("GET", "/api/accounts/{id}/balance")
        .customer("GET", "/api/accounts/{id}/entries")
        .customer("GET", "/api/accounts/{id}/statement.xlsx")
        .customer("GET", "/api/accounts/{id}/statement.pdf")
        .open("GET", "/api/statements/verify")
        .customer("POST", "/api/accounts/{id}/loss-report")
        .customer("POST", "/api/accounts/{id}/loss-report/lift")
        .customer("POST", "/api/accounts/{id}/disputes")
        .customer("GET", "/api/disputes")
        .customer("GET", "/api/summary")
        .customer("GET", "/api/summary/entries")
        .customer("PUT", "/api/summary/labels")
}
