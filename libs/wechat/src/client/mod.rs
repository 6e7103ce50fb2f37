//! Calls to WeChat's API: one token for all of them, refusals typed by what they ask for, unknown outcomes
//! kept apart from failures.
//!
//! [`Client`] is one Official Account or mini program. [`Api`] below it is the signed caller that any of
//! Tencent's token-bearing APIs can be reached by; WeCom and 微信客服 build their clients on it too.

mod action;
mod api;
pub mod code;
mod content;
mod custom;
mod draft;
mod error;
mod jssdk;
mod limit;
mod mass;
mod material;
mod menu;
mod mini;
mod multipart;
mod oauth;
mod qrcode;
mod quota;
mod sealed;
mod servicer;
mod source;
mod store;
mod subscribe;
mod tags;
mod template;
mod token;
pub(crate) mod transport;
mod user;
pub mod values;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use action::{Action, Family};
pub use api::{Api, ApiSetup, BUSY_PAUSES};
pub use content::{
    CheckedMedia, Finding, MAX_CHECKED_TEXT, RiskQuestion, Scene, Suggest, Suggestion, TextCheck, Verdict,
};
pub use custom::{CustomContent, CustomMessage, MenuChoice, PageCard};
pub use draft::{ArticleGroup, ArticlePage, Articles, DraftArticle, PublishState};
pub use error::{ApiError, CallError, Held, HeldWhy, Transport};
pub use jssdk::{JsConfig, JsSdk, JsSdkError, TicketSource, js_signature};
pub use limit::{DOCUMENTED, Limiter, MemoryCount, Quota, SharedCount};
pub use mass::{Audience, MassContent, MassMessage, MassReceipt};
pub use material::{Material, MaterialCount, MaterialItem, MaterialPage, MediaKind, TemporaryMedia};
pub use menu::{Button, Gesture, MatchRule, Menu, MenuError, Menus, StoredMenu};
pub use mini::{DataError, Life, MiniSession, Page, PhoneNumber, Watermark};
pub use multipart::Upload;
pub use oauth::{Grant, Identity, OAuthError, Profile, Scope, authorize_url};
pub use qrcode::{MAX_QR_LIFE_S, QrCode, QrScene};
pub use quota::DailyQuota;
pub use sealed::{SealedError, SealedHead, SealedKeys, SealedRequest};
pub use servicer::{
    Conversation, OnlineServicer, Queue, Record as ServiceRecord, RecordPage, Said, Servicer, Waiting,
};
pub use source::{Credentials, Granted, StableToken, TokenSource};
pub use store::{Lease, MemoryTokens, Record, StoreError, TokenStore};
pub use subscribe::{
    Category, Keyword, LibraryPage, LibraryTemplate, MiniProgramState, OwnTemplate, SubscribeMessage,
    SubscribeNotice,
};
pub use tags::{MAX_BLACKLISTED_AT_ONCE, MAX_TAGGED_AT_ONCE, Tag};
pub use template::{Industries, Industry, MiniProgram, Template, TemplateMessage};
pub use token::{AlarmHook, Token, TokenAlarm, TokenKeeper};
pub use transport::Download;
pub use user::{MAX_USERS_AT_ONCE, MovedOpenid, OpenidPage, UserInfo};

use crate::serve::Clock;

/// WeChat's addresses; a bank's proxy or a simulated platform puts its own. Without a slash at the end.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// `https://api.weixin.qq.com`
    pub api: String,
    /// `https://open.weixin.qq.com`, where the browser goes for OAuth.
    pub open: String,
    /// `https://mp.weixin.qq.com`, where pictures of QR codes are.
    pub mp: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            api: "https://api.weixin.qq.com".to_owned(),
            open: "https://open.weixin.qq.com".to_owned(),
            mp: "https://mp.weixin.qq.com".to_owned(),
        }
    }
}

/// What a [`Client`] is made of. Start from [`ClientSetup::new`] and change what differs.
pub struct ClientSetup {
    /// With its own timeouts and without redirects.
    pub http: reqwest::Client,
    /// WeChat's addresses.
    pub endpoints: Endpoints,
    /// Appid and secret.
    pub credentials: Credentials,
    /// Where nodes share the token.
    pub store: Arc<dyn TokenStore>,
    /// The host's clock, in seconds.
    pub clock: Clock,
    /// Quotas kept on this side; none by default.
    pub limiter: Option<Arc<Limiter>>,
    /// Told when the token gives cause for alarm; nobody by default.
    pub alarm: Option<AlarmHook>,
    /// Pauses before a call is made again after -1: [`BUSY_PAUSES`] by default.
    pub busy_pauses: &'static [Duration],
}

impl ClientSetup {
    /// The defaults: WeChat's own addresses, a token store in memory, no limiter, -1 repeated thrice.
    pub fn new(http: reqwest::Client, credentials: Credentials, clock: Clock) -> Self {
        Self {
            http,
            endpoints: Endpoints::default(),
            credentials,
            store: Arc::new(MemoryTokens::default()),
            clock,
            limiter: None,
            alarm: None,
            busy_pauses: BUSY_PAUSES,
        }
    }
}

/// The API client of one Official Account or mini program. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    api: Api,
    http: reqwest::Client,
    endpoints: Endpoints,
    credentials: Credentials,
    store: Arc<dyn TokenStore>,
    clock: Clock,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.0.credentials.appid)
    }
}

impl Client {
    /// `http` brings its own timeouts; `clock` gives seconds.
    pub fn new(
        http: reqwest::Client,
        endpoints: Endpoints,
        credentials: Credentials,
        store: Arc<dyn TokenStore>,
        clock: Clock,
    ) -> Self {
        Self::with(ClientSetup {
            endpoints,
            store,
            ..ClientSetup::new(http, credentials, clock)
        })
    }

    /// A client from all its parts.
    pub fn with(setup: ClientSetup) -> Self {
        let source = StableToken::new(
            setup.http.clone(),
            &setup.endpoints.api,
            setup.credentials.clone(),
        );
        let tokens = TokenKeeper::watched(
            Arc::new(source),
            Arc::clone(&setup.store),
            Arc::clone(&setup.clock),
            setup.alarm,
        );
        let api = Api::new(ApiSetup {
            http: setup.http.clone(),
            base: setup.endpoints.api.clone(),
            family: Family::OfficialAccount,
            tokens,
            limiter: setup.limiter,
            busy_pauses: setup.busy_pauses,
        });
        Self(Arc::new(Parts {
            api,
            http: setup.http,
            endpoints: setup.endpoints,
            credentials: setup.credentials,
            store: setup.store,
            clock: setup.clock,
        }))
    }

    /// The account's appid.
    pub fn appid(&self) -> &str {
        &self.0.credentials.appid
    }

    /// The signed caller, also for files and for APIs that have no type here.
    pub fn api(&self) -> &Api {
        &self.0.api
    }

    /// The token keeper, for calls that go past this client.
    pub fn tokens(&self) -> &TokenKeeper {
        self.0.api.tokens()
    }

    /// Any API by its path, JSON in and out. See [`Api::call`].
    pub async fn call(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        self.0.api.call(path, body).await
    }

    /// Any API by its path: `GET` with query parameters.
    pub async fn get<T: DeserializeOwned + Send>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, CallError> {
        self.0.api.get(path, query).await
    }

    /// Any API by its path: `POST` with JSON. The JSON is raw UTF-8; WeChat refuses `\u` escapes.
    pub async fn post<B: Serialize + ?Sized + Sync, T: DeserializeOwned + Send>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, CallError> {
        self.0.api.post(path, body).await
    }
}

/// A list that WeChat leaves out, or gives as `null`, when it is empty.
pub(crate) fn list_or_none<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    use serde::Deserialize as _;
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.unwrap_or_default())
}

/// An id that WeChat gives as a number in some answers and as text in others.
pub(crate) fn id_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    use serde::Deserialize as _;
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    })
}
