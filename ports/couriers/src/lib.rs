//! The ports to the couriers: who carries our word to a customer, and who tells us who a visitor is.
//!
//! **Invariant:** an answer that is not certain is `Unknown`, never a refusal; a refusal means that nothing was
//! carried.
//! **Invariant:** neither a secret, nor a token, nor what a message says is ever logged.

mod sms;
mod stub;
mod tokens;
mod wechat;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use kit::cx::Cx;
use kit::http::Timeouts;

/// Every sealed column of the couriers, for key rotation.
pub const SEALED: &[kit::reseal::SealedColumn] = &[kit::sealed!("courier_token", "token", "appid")];

pub use sms::HttpSms;
pub use stub::{Carried, SmsStub, WeChatStub};
pub use tokens::DbTokens;
pub use wechat::RealWeChat;
pub use weigui_wechat::client::code::{BAD_TEXT, BAD_VALUE, BUSY};
pub use weigui_wechat::client::values::{ValueError, check as check_value, fit as fit_value};
pub use weigui_wechat::client::{Action, ApiError, Button, Menu, Scope, authorize_url};

/// What became of an SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsAnswer {
    Sent,
    /// The gateway's code; nothing was sent.
    Refused(String),
    /// Nobody knows; sending again under the same id is safe.
    Unknown,
}

/// An SMS gateway.
pub trait SmsGateway: Send + Sync + 'static {
    /// Sends a text once per `id`.
    fn send<'a>(&'a self, id: &'a str, phone: &'a str, text: &'a str) -> BoxFuture<'a, SmsAnswer>;
}

/// A WeChat user as OAuth names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthUser {
    pub openid: String,
    pub unionid: Option<String>,
}

/// Who came back from the authorize page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OAuthAnswer {
    Known(OAuthUser),
    /// `is_snapshotuser`: a virtual user who may be several people; never let in.
    Snapshot,
    /// WeChat's error code: the code was invalid, used or expired.
    Refused(i64),
    Unknown,
}

/// What became of a message to a WeChat user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeChatAnswer {
    /// WeChat's message id, where it gives one.
    Sent(Option<String>),
    /// WeChat's error code; [`action`] says what it asks for.
    Refused(i64),
    Unknown,
}

/// A service notice (模板消息) to one follower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateOrder {
    pub openid: String,
    /// The template's id in our account.
    pub template_id: String,
    /// Page that the notice opens; empty for none.
    pub url: String,
    /// Keys and values in the template's order.
    pub data: Vec<(String, String)>,
    /// Our own id (≤ 32 characters of `0-9A-Za-z_-`): WeChat sends the same one once within ten minutes, so an
    /// `Unknown` may be tried again under it within that time.
    pub client_msg_id: String,
}

/// What WeChat knows about somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FanAnswer {
    /// Follows since `since` (ms), come by this QR scene if by one.
    Follows {
        since: i64,
        scene: Option<String>,
    },
    /// Does not follow, or does not exist for our account.
    Away,
    Refused(i64),
    Unknown,
}

/// Our Official Account's server API, as far as domains use it.
pub trait WeChatCourier: Send + Sync + 'static {
    fn oauth_user<'a>(&'a self, code: &'a str) -> BoxFuture<'a, OAuthAnswer>;
    /// A customer-service text.
    fn send_text<'a>(&'a self, openid: &'a str, text: &'a str) -> BoxFuture<'a, WeChatAnswer>;
    /// A service notice; `Sent` carries the message id that the receipt event will name.
    fn send_template<'a>(&'a self, notice: &'a TemplateOrder) -> BoxFuture<'a, WeChatAnswer>;
    /// Whether somebody follows us.
    fn fan<'a>(&'a self, openid: &'a str) -> BoxFuture<'a, FanAnswer>;
    /// Replaces the account's menu.
    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> BoxFuture<'a, WeChatAnswer>;
}

/// What a WeChat error code asks for.
pub const fn action(code: i64) -> Action {
    Action::of(code)
}

/// Where the couriers are.
#[derive(Clone)]
pub struct Settings {
    /// The gateway's send address.
    pub sms_url: String,
    /// Sent as a bearer token; empty for none.
    pub sms_key: String,
    /// `https://api.weixin.qq.com` or the bank's proxy to it; without a slash at the end.
    pub api_base: String,
    pub appid: String,
    pub secret: String,
}

/// Both couriers as adapters to the real ones; the access token is shared by all nodes through the database.
pub fn real(
    cx: &Cx,
    settings: &Settings,
) -> Result<(Arc<dyn SmsGateway>, Arc<dyn WeChatCourier>), reqwest::Error> {
    let timeouts = Timeouts {
        connect: Duration::from_secs(2),
        total: Duration::from_secs(8),
    };
    let sms = HttpSms::new(kit::http::client(timeouts)?, &settings.sms_url, &settings.sms_key);
    let tokens = DbTokens::new(cx.db.clone(), cx.vault.clone());
    let clock = cx.clock.clone();
    let wechat = RealWeChat::new(
        kit::http::client(timeouts)?,
        settings,
        Arc::new(tokens),
        move || clock.now(),
    );
    Ok((Arc::new(sms), Arc::new(wechat)))
}
