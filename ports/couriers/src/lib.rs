//! The ports to the couriers: who carries our word to a customer, and who tells us who a visitor is.
//!
//! **Invariant:** an answer that is not certain is `Unknown`, never a refusal.

use futures_util::future::BoxFuture;

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
    /// WeChat's error code.
    Refused(i64),
    Unknown,
}

/// A service notice made from one of the account's message templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateOrder {
    pub openid: String,
    /// Id of the template in the account.
    pub template_id: String,
    /// Page that the notice opens.
    pub url: String,
    /// Keys (`thing1`, `amount2` …) and values, in the template's order.
    pub data: Vec<(String, String)>,
    /// Our own id: WeChat sends a message with the same id to the same user once within ten minutes.
    pub client_msg_id: String,
}

/// Our Official Account's server API, as far as domains use it.
pub trait WeChatCourier: Send + Sync + 'static {
    fn oauth_user<'a>(&'a self, code: &'a str) -> BoxFuture<'a, OAuthAnswer>;
    /// A customer-service text.
    fn send_text<'a>(&'a self, openid: &'a str, text: &'a str) -> BoxFuture<'a, WeChatAnswer>;
    /// A service notice. What never left this house is `Refused(-1)`, not `Unknown`.
    fn send_template<'a>(&'a self, order: &'a TemplateOrder) -> BoxFuture<'a, WeChatAnswer>;
}
