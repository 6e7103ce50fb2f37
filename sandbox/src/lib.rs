//! The simulated outside world: a WeChat platform with its phones, an SMS gateway, and the clearing between banks,
//! spoken to over HTTP like the real ones. The demo and the tests point the bank's ordinary adapters at it.
//!
//! Rooms: `wechat/` (the API of Official Account and mini program, pushes to the bank, OAuth page, `platform`: its
//! control room), [`phone`] (what the simulator page
//! controls), [`pay`] (WeChat Pay), [`sms`], [`clearing`], [`billers`], [`faults`] (what goes wrong out there); beside them
//! `wecom/`, a corporation with its 微信客服 ([`WeCom`]).
//!
//! **Invariant:** it knows the bank only by its public callback; nothing of the bank's code is imported here.
//! **Invariant:** it enforces what WeChat enforces (signatures, tokens, follow state, windows, templates), so that
//! what passes here does not fail there for a reason we knew.
//! **Invariant:** everything lives in memory and ends with the process.

mod acts;
mod biller_file;
mod billers;
mod chance;
mod clearing;
mod faults;
pub mod pay;
mod phone;
mod shown;
mod sms;
mod templates;
mod wechat;
mod wecom;
mod world;

use std::sync::Arc;

use axum::Router;
use weigui_wechat::{Account, AccountError};

pub use billers::{BILLERS_KEY, Billers};
pub use clearing::Clearing;
pub use faults::{
    BillerFaults, ClearingFaults, CoreFaults, Faults, FileFault, PayFaults, SmsFaults, WeChatFaults,
};
pub use templates::{DEMO_TEMPLATES, Template};
pub use wechat::{MiniProgram, PushFormat, mini_openid};
pub use wecom::{WeCom, WeComCustomer, WeComSettings, WeComStaff};
pub use world::{ChatItem, DemoFacts, Person, SmsItem};

use world::World;

/// The world's time in milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Everything the world must be told. The same values stand in the bank's own configuration.
pub struct SandboxConfig {
    /// Where the bank listens for WeChat: `http://127.0.0.1:8080/wechat/demo/callback`.
    pub callback_url: String,
    /// Appid of the account.
    pub appid: String,
    /// App secret.
    pub secret: String,
    /// Callback token.
    pub token: String,
    /// `EncodingAESKey`.
    pub aes_key: String,
    /// Original id, `gh_…`.
    pub gh: String,
    /// Name of the account as phones show it.
    pub name: String,
    /// Who holds a phone.
    pub persons: Vec<Person>,
    /// Time.
    pub clock: Clock,
    /// For the pushes to the bank; the platform waits 5 s whatever this client would.
    pub http: reqwest::Client,
}

/// The simulated world. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) world: Arc<World>,
    pub clearing: Clearing,
    pub billers: Billers,
}

impl Sandbox {
    /// A fresh world.
    pub fn new(config: SandboxConfig) -> Result<Self, AccountError> {
        let account = Account::new(&config.appid, &config.token, &config.aes_key, &config.gh)?;
        Ok(Self {
            clearing: Clearing::new(config.clock.clone()),
            billers: Billers::new(config.clock.clone()),
            world: Arc::new(World::new(config, account)),
        })
    }

    /// All rooms; to be nested at `/sandbox`.
    pub fn router(&self) -> Router {
        Router::new()
            .nest("/wechat", wechat::router())
            .nest("/platform", wechat::console())
            .nest("/phone", phone::router())
            .nest("/pay", pay::router())
            .merge(sms::router())
            .merge(faults::router())
            .with_state(self.clone())
            .nest("/clearing", self.clearing.router())
            .nest("/billers", self.billers.router())
    }
}
