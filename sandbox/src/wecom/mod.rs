//! A simulated WeCom (企业微信) with its 微信客服: the API over HTTP, its pushes to the bank signed and encrypted, its
//! limits and errcodes, and a desk from which tests and demonstrations play members of staff and customers.
//!
//! What takes time there takes time here, by the world's clock: a hand-over takes effect after 24 hours unless the
//! customer refuses, a welcome code lives 20 seconds, a message to many waits for the member, 微信客服 takes five
//! messages within 48 hours after the customer wrote.

#![expect(
    clippy::unnecessary_wraps,
    reason = "the handlers of the table have one shape, and some never refuse"
)]

mod broadcast;
mod call;
mod contact;
mod corp;
mod desk;
mod greet;
mod group;
mod handover;
mod kf;
mod kf_admin;
mod moment;
mod push;
mod staff;
mod tag;
mod way;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::any;
use weigui_wechat::AccountError;
use weigui_wechat::wecom::Receiver;

use crate::Clock;
use corp::Corp;

pub use corp::{WeComCustomer, WeComStaff};

/// Everything the simulated WeCom must be told. The same values stand in the bank's own configuration.
pub struct WeComSettings {
    /// Where the bank listens for WeCom.
    pub callback_url: String,
    /// Corpid.
    pub corpid: String,
    /// Callback token.
    pub token: String,
    /// `EncodingAESKey`.
    pub aes_key: String,
    /// `AgentId` and secret of each app.
    pub apps: Vec<(i64, String)>,
    /// Who works there.
    pub staff: Vec<WeComStaff>,
    /// Whom they may meet.
    pub customers: Vec<WeComCustomer>,
    /// Milliseconds.
    pub clock: Clock,
    /// For the pushes to the bank.
    pub http: reqwest::Client,
}

/// The simulated WeCom. Cheap to clone.
#[derive(Clone)]
pub struct WeCom(Arc<Parts>);

struct Parts {
    settings: WeComSettings,
    receiver: Receiver,
    corp: Mutex<Corp>,
}

impl WeCom {
    /// A corporation whose members have no customers yet.
    pub fn new(settings: WeComSettings) -> Result<Self, AccountError> {
        let receiver = Receiver::new(&settings.corpid, &settings.token, &settings.aes_key)?;
        let corp = Mutex::new(Corp::new(&settings));
        Ok(Self(Arc::new(Parts {
            settings,
            receiver,
            corp,
        })))
    }

    /// The API at `/wecom`, the desk at `/wecom-desk`; to be merged beside the other rooms of the sandbox.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/wecom/{*path}", any(call::dispatch))
            .nest("/wecom-desk", desk::router())
            .with_state(self.clone())
    }

    /// The corporation, with everything done whose time has come.
    fn corp(&self) -> MutexGuard<'_, Corp> {
        let mut corp = self.0.corp.lock().unwrap_or_else(PoisonError::into_inner);
        corp.pass_time(self.now());
        corp
    }

    /// Seconds.
    fn now(&self) -> i64 {
        (self.0.settings.clock)() / 1_000
    }
}
