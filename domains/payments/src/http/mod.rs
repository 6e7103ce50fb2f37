//! The HTTP face of payments.

mod autorepay;
mod bills;
mod collections;
mod pay_notices;
mod payees;
mod receipts;
mod repayments;
mod schedules;
mod topups;
mod transfers;
mod views;

use kit::web::Doors;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::{PayIns, Payments};

pub fn router() -> OpenApiRouter<Payments> {
    OpenApiRouter::new()
        .routes(routes!(transfers::check))
        .routes(routes!(transfers::create, transfers::list))
        .routes(routes!(transfers::show))
        .routes(routes!(transfers::authorise))
        .routes(routes!(transfers::cancel))
        .routes(routes!(receipts::receipt))
        .routes(routes!(receipts::receipt_pdf))
        .routes(routes!(receipts::verify))
        .routes(routes!(bills::billers))
        .routes(routes!(bills::query))
        .routes(routes!(bills::pay))
        .routes(routes!(repayments::bill))
        .routes(routes!(repayments::repay))
        .routes(routes!(autorepay::autorepay, autorepay::sign_autorepay))
        .routes(routes!(autorepay::begin_autorepay))
        .routes(routes!(autorepay::end_autorepay))
        .routes(routes!(payees::banks))
        .routes(routes!(payees::recent))
        .routes(routes!(payees::book, payees::save))
        .routes(routes!(payees::rename, payees::remove))
        .routes(routes!(schedules::plan, schedules::list))
        .routes(routes!(schedules::show))
        .routes(routes!(schedules::begin))
        .routes(routes!(schedules::cancel))
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
        .customer("GET", "/api/transfers/{id}/receipt.pdf")
        .open("GET", "/api/receipts/verify")
        .customer("GET", "/api/billers")
        .customer("POST", "/api/bills/query")
        .customer("POST", "/api/bills")
        .customer("GET", "/api/cards/{id}/bill")
        .customer("POST", "/api/repayments")
        .customer("GET", "/api/cards/{id}/autorepay")
        .customer("POST", "/api/cards/{id}/autorepay")
        .customer("POST", "/api/autorepay/{id}/authorise")
        .customer("POST", "/api/autorepay/{id}/end")
        .customer("GET", "/api/banks")
        .customer("GET", "/api/payees/recent")
        .customer("GET", "/api/payees")
        .customer("POST", "/api/payees")
        .customer("PUT", "/api/payees/{id}")
        .customer("DELETE", "/api/payees/{id}")
        .customer("POST", "/api/schedules")
        .customer("GET", "/api/schedules")
        .customer("GET", "/api/schedules/{id}")
        .customer("POST", "/api/schedules/{id}/authorise")
        .customer("POST", "/api/schedules/{id}/cancel")
        .customer("POST", "/api/topups")
        .customer("GET", "/api/topups")
        .customer("GET", "/api/topups/{id}")
        .customer("POST", "/api/topups/{id}/pay")
        .customer("POST", "/api/topups/{id}/refund")
        .open("POST", "/api/pay/wechat/notify")
        .staff("GET", "/api/office/collections", "collections.read")
        .staff("POST", "/api/office/collections", "collections.open")
        .staff("GET", "/api/office/collections/charges", "collections.read")
        .staff("GET", "/api/office/collections/{id}", "collections.read")
        .staff("POST", "/api/office/collections/{id}/code", "collections.open")
        .staff("POST", "/api/office/collections/{id}/close", "collections.open")
        .staff("POST", "/api/office/collections/{id}/refunds", "collections.open")
        .staff("POST", "/api/office/collections/{id}/check", "collections.check")
}

impl PayIns {
    /// The doors of top-ups, of collections at the counter, and of Pay's notices.
    pub fn router() -> OpenApiRouter<Self> {
        OpenApiRouter::new()
            .routes(routes!(topups::create_topup, topups::list_topups))
            .routes(routes!(topups::show_topup))
            .routes(routes!(topups::pay_topup))
            .routes(routes!(topups::refund_topup))
            .routes(routes!(pay_notices::notice))
            .routes(routes!(
                collections::list_collections,
                collections::open_collection
            ))
            .routes(routes!(collections::charges))
            .routes(routes!(collections::show_collection))
            .routes(routes!(collections::collection_code))
            .routes(routes!(collections::close_collection))
            .routes(routes!(collections::propose_refund))
            .routes(routes!(collections::check_refund))
    }
}
