//! Calls to WeChat's API: one token for all of them, refusals typed by what they ask for, unknown outcomes
//! kept apart from failures.

mod custom;
mod error;
mod menu;
mod oauth;
mod store;
mod template;
mod token;
mod transport;
mod user;
pub mod values;

use std::fmt;
use std::sync::Arc;

use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use error::{Action, ApiError, CallError, Transport};
pub use menu::{Button, Menu, MenuError};
pub use oauth::{Identity, OAuthError, Scope};
pub use store::{Lease, MemoryTokens, Record, StoreError, TokenStore};
pub use template::{MiniProgram, TemplateMessage};
pub use token::{Credentials, Token, TokenKeeper};
pub use user::UserInfo;

use crate::serve::Clock;

/// WeChat's addresses; a bank's proxy or a simulated platform puts its own. Without a slash at the end.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// `https://api.weixin.qq.com`
    pub api: String,
    /// `https://open.weixin.qq.com`, where the browser goes for OAuth.
    pub open: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self {
            api: "https://api.weixin.qq.com".to_owned(),
            open: "https://open.weixin.qq.com".to_owned(),
        }
    }
}

/// The API client of one account. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    http: reqwest::Client,
    endpoints: Endpoints,
    credentials: Credentials,
    tokens: TokenKeeper,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.0.credentials.appid)
    }
}

/// The answer of calls that have none.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

impl Client {
    /// `http` brings its own timeouts; `clock` gives seconds.
    pub fn new(
        http: reqwest::Client,
        endpoints: Endpoints,
        credentials: Credentials,
        store: Arc<dyn TokenStore>,
        clock: Clock,
    ) -> Self {
        let tokens = TokenKeeper::new(http.clone(), &endpoints.api, credentials.clone(), store, clock);
        Self(Arc::new(Parts {
            http,
            endpoints,
            credentials,
            tokens,
        }))
    }

    /// The token keeper, for calls that this client does not know.
    pub fn tokens(&self) -> &TokenKeeper {
        &self.0.tokens
    }

    /// Any API by its path: `GET` with query parameters.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, CallError> {
        self.call(Method::GET, path, query, None).await
    }

    /// Any API by its path: `POST` with JSON. The JSON is raw UTF-8; WeChat refuses `\u` escapes.
    pub async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, CallError> {
        let body = serde_json::to_vec(body).map_err(|error| CallError::Invalid(error.to_string()))?;
        self.call(Method::POST, path, &[], Some(body)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<T, CallError> {
        let token = self.0.tokens.token().await?;
        match self.once(&method, path, query, body.clone(), &token).await {
            Err(CallError::Refused(error)) if error.action() == Action::RefreshToken => {
                tracing::warn!(
                    path,
                    code = error.code,
                    "the access token was refused; renewing it once"
                );
                let token = self.0.tokens.renew(&token).await?;
                self.once(&method, path, query, body, &token).await
            }
            outcome => outcome,
        }
    }

    async fn once<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
        token: &Token,
    ) -> Result<T, CallError> {
        let mut url = url(&self.0.endpoints.api, path)?;
        url.query_pairs_mut()
            .append_pair("access_token", token.value.expose_secret())
            .extend_pairs(query);
        let mut request = self.0.http.request(method.clone(), url);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json; charset=utf-8")
                .body(body);
        }
        transport::exchange(request).await
    }
}

fn url(base: &str, path: &str) -> Result<Url, CallError> {
    Url::parse(&format!("{base}{path}")).map_err(|error| CallError::Invalid(format!("base URL: {error}")))
}
