//! Any API by its path, signed with the token: what every typed call is made of, and what to use for those
//! that have no type here. Official Accounts, mini programs, WeCom and 微信客服 differ by base URL, source of
//! the token and meaning of a few errcodes; the rest is this file.
//!
//! Each call runs in a span `wechat_call` with account, path, errcode and rid: what Tencent's support asks for,
//! and neither token nor content.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Url};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::action::{Action, Family};
use super::error::CallError;
use super::limit::Limiter;
use super::multipart::Upload;
use super::token::{Token, TokenKeeper};
use super::transport::{self, Download};

/// Pauses before calls that WeChat was too busy for (-1) are made again.
pub const BUSY_PAUSES: &[Duration] = &[
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

/// What an [`Api`] is made of.
pub struct ApiSetup {
    /// With its own timeouts and without redirects.
    pub http: reqwest::Client,
    /// Base URL without a slash at its end.
    pub base: String,
    /// Whose errcodes.
    pub family: Family,
    /// The token for all calls.
    pub tokens: TokenKeeper,
    /// Quotas kept on this side.
    pub limiter: Option<Arc<Limiter>>,
    /// Pauses before a call is made again after -1; empty for hosts that repeat by themselves.
    pub busy_pauses: &'static [Duration],
}

/// The signed caller of one account. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<ApiSetup>);

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Api({})", self.0.tokens.name())
    }
}

/// The answer of calls that have none.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

/// One call, as often as it must be sent.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    /// Content type and body.
    body: Option<(&'a str, Vec<u8>)>,
}

/// How an answer is read.
trait Read<T> {
    fn read(
        &self,
        request: reqwest::RequestBuilder,
        family: Family,
    ) -> impl Future<Output = Result<T, CallError>> + Send;
}

struct Json;
struct File;

impl<T: DeserializeOwned + Send> Read<T> for Json {
    async fn read(&self, request: reqwest::RequestBuilder, family: Family) -> Result<T, CallError> {
        transport::exchange(request, family).await
    }
}

impl Read<Download> for File {
    async fn read(&self, request: reqwest::RequestBuilder, family: Family) -> Result<Download, CallError> {
        transport::fetch(request, family).await
    }
}

const JSON: &str = "application/json; charset=utf-8";

impl Api {
    /// A caller from its parts.
    pub fn new(setup: ApiSetup) -> Self {
        Self(Arc::new(setup))
    }

    /// The token keeper.
    pub fn tokens(&self) -> &TokenKeeper {
        &self.0.tokens
    }

    /// The quotas kept on this side.
    pub fn limiter(&self) -> Option<&Limiter> {
        self.0.limiter.as_deref()
    }

    /// `POST` with JSON, answer as JSON: for APIs that have no type here. Raw UTF-8, as WeChat demands.
    pub async fn call(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        self.post(path, body).await
    }

    /// `GET` with query parameters.
    pub async fn get<T: DeserializeOwned + Send>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, CallError> {
        let ask = Ask {
            method: Method::GET,
            path,
            query,
            body: None,
        };
        self.run(ask, Json).await
    }

    /// `POST` with JSON. The JSON is raw UTF-8; WeChat refuses `\u` escapes (40033).
    pub async fn post<B: Serialize + ?Sized + Sync, T: DeserializeOwned + Send>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, CallError> {
        let body = serde_json::to_vec(body).map_err(CallError::invalid)?;
        let ask = Ask {
            method: Method::POST,
            path,
            query: &[],
            body: Some((JSON, body)),
        };
        self.run(ask, Json).await
    }

    /// `POST` with JSON for its effect alone.
    pub(crate) async fn command<B: Serialize + ?Sized + Sync>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<(), CallError> {
        self.post(path, body).await.map(|Nothing {}| ())
    }

    /// Uploads a file as `media`, perhaps with one text field.
    pub async fn upload<T: DeserializeOwned + Send>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        file: &Upload,
        field: Option<(&str, &str)>,
    ) -> Result<T, CallError> {
        let (content_type, body) = file.form(field);
        let ask = Ask {
            method: Method::POST,
            path,
            query,
            body: Some((&content_type, body)),
        };
        self.run(ask, Json).await
    }

    /// `GET` that gives a file.
    pub async fn download(&self, path: &str, query: &[(&str, &str)]) -> Result<Download, CallError> {
        let ask = Ask {
            method: Method::GET,
            path,
            query,
            body: None,
        };
        self.run(ask, File).await
    }

    /// `POST` with JSON that gives a file.
    pub async fn download_by<B: Serialize + ?Sized + Sync>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<Download, CallError> {
        let body = serde_json::to_vec(body).map_err(CallError::invalid)?;
        let ask = Ask {
            method: Method::POST,
            path,
            query: &[],
            body: Some((JSON, body)),
        };
        self.run(ask, File).await
    }

    async fn run<T, R: Read<T>>(&self, ask: Ask<'_>, reader: R) -> Result<T, CallError> {
        let span = tracing::info_span!(
            "wechat_call",
            account = self.0.tokens.name(),
            path = ask.path,
            errcode = Empty,
            rid = Empty
        );
        let outcome = self.repeat(&ask, &reader).instrument(span.clone()).await;
        let _in_span = span.enter();
        match &outcome {
            Ok(_) => {
                span.record("errcode", 0);
                tracing::debug!("called");
            }
            Err(error) => {
                if let Some(refusal) = error.refusal() {
                    span.record("errcode", refusal.code);
                    span.record("rid", refusal.rid().unwrap_or_default());
                }
                tracing::debug!(%error, "call failed");
            }
        }
        outcome
    }

    /// Makes the call again after -1, with growing pauses.
    async fn repeat<T, R: Read<T>>(&self, ask: &Ask<'_>, reader: &R) -> Result<T, CallError> {
        let mut pauses = self.0.busy_pauses.iter();
        loop {
            match self.with_token(ask, reader).await {
                Err(CallError::Refused(error)) if error.action() == Action::RetrySoon => {
                    let Some(pause) = pauses.next() else {
                        return Err(error.into());
                    };
                    tracing::debug!(code = error.code, pause_ms = pause.as_millis(), "busy; once more");
                    tokio::time::sleep(*pause).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Makes the call with the token, and once more with another one if it is refused.
    async fn with_token<T, R: Read<T>>(&self, ask: &Ask<'_>, reader: &R) -> Result<T, CallError> {
        let tokens = &self.0.tokens;
        let token = tokens.token().await?;
        match self.once(ask, reader, &token).await {
            Err(CallError::Refused(error)) if error.action() == Action::RefreshToken => {
                tracing::warn!(
                    code = error.code,
                    "the access token was refused; renewing it once"
                );
                let token = tokens.renew(&token).await?;
                let outcome = self.once(ask, reader, &token).await;
                if let Err(CallError::Refused(error)) = &outcome
                    && error.action() == Action::RefreshToken
                {
                    tokens.refused_again();
                }
                outcome
            }
            outcome => outcome,
        }
    }

    async fn once<T, R: Read<T>>(&self, ask: &Ask<'_>, reader: &R, token: &Token) -> Result<T, CallError> {
        let Self(api) = self;
        let now = api.tokens.now();
        if let Some(limiter) = &api.limiter {
            limiter.admit(api.tokens.name(), ask.path, now).await?;
        }
        let mut url = url(&api.base, ask.path)?;
        url.query_pairs_mut()
            .append_pair("access_token", token.value.expose_secret())
            .extend_pairs(ask.query);
        let mut request = api.http.request(ask.method.clone(), url);
        if let Some((content_type, body)) = &ask.body {
            request = request.header("content-type", *content_type).body(body.clone());
        }
        let outcome = reader.read(request, api.family).await;
        if let (Some(limiter), Err(CallError::Refused(error))) = (&api.limiter, &outcome) {
            limiter.refused(api.tokens.name(), ask.path, error, now);
        }
        outcome
    }
}

/// An address below the base URL.
pub(crate) fn url(base: &str, path: &str) -> Result<Url, CallError> {
    Url::parse(&format!("{base}{path}")).map_err(|error| CallError::Invalid(format!("base URL: {error}")))
}
