//! The simulated WeChat Pay: believes only signed requests of the demo's merchant, signs what it answers, lets the
//! people with phones pay, sends notices until they are accepted, makes the day's bills.
//!
//! `/v3/…` is what the merchant sees; `/phone/…` is what a person in front of a phone does.
//!
//! **Invariant:** a number stands for one business: the same again has the same answer, other content is refused.
//! **Invariant:** never more goes back than was paid.

mod bill;
mod book;
mod counter;
mod notify;
mod person;
mod refund;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::{get, post};

use crate::Sandbox;

use book::Book;
pub use book::{OrderState, OrderView};
pub use person::Unpayable;

/// What the bank must be told of its account at the simulated Pay. Known to everybody and worth nothing.
#[derive(Debug, Clone, Copy)]
pub struct DemoMerchant {
    /// Merchant number.
    pub mchid: &'static str,
    /// Serial of the merchant's certificate.
    pub serial_no: &'static str,
    /// The merchant's private key, PEM.
    pub private_key_pem: &'static str,
    /// `APIv3` key.
    pub api_v3_key: &'static str,
    /// Id of the platform's public key.
    pub public_key_id: &'static str,
    /// The platform's public key, PEM.
    pub public_key_pem: &'static str,
}

/// The only merchant here.
pub const DEMO_MERCHANT: DemoMerchant = DemoMerchant {
    mchid: "1900000001",
    serial_no: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    private_key_pem: include_str!("../../keys/merchant.pem"),
    api_v3_key: "sandboxpay0123456789sandboxpay01",
    public_key_id: "PUB_KEY_ID_0119000000012025010100111111111111",
    public_key_pem: include_str!("../../keys/platform.pub.pem"),
};

/// What Pay remembers. One lock, held for moments.
#[derive(Default)]
pub(crate) struct Till(Mutex<Book>);

impl Till {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .nest("/phone", person::router())
        .route("/v3/pay/transactions/{kind}", post(counter::door))
        .route("/v3/pay/transactions/id/{number}", get(counter::door))
        .route("/v3/pay/transactions/out-trade-no/{number}", get(counter::door))
        .route(
            "/v3/pay/transactions/out-trade-no/{number}/close",
            post(counter::door),
        )
        .route("/v3/refund/domestic/refunds", post(counter::door))
        .route("/v3/refund/domestic/refunds/{number}", get(counter::door))
        .route("/v3/certificates", get(counter::door))
        .route("/v3/bill/{kind}", get(counter::door))
        .route("/v3/billdownload/file", get(counter::door))
        .fallback(counter::door)
}
