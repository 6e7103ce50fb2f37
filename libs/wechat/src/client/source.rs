//! Who gives a token: the contract behind [`TokenKeeper`](super::TokenKeeper), and the Official Account's
//! `stable_token`. WeCom's `gettoken` and the tickets of the JS-SDK are other sources of the same keeper.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::action::Family;
use super::error::CallError;
use super::transport;

/// What was obtained.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The token or ticket. May be 512 characters and more.
    pub value: SecretString,
    /// How long it lives, in seconds.
    pub lives_s: i64,
}

/// A place that gives tokens.
pub trait TokenSource: Send + Sync + 'static {
    /// What the token is kept under in the shared store, and what the log calls it: the appid, the corp id and
    /// agent, the appid and kind of ticket. At most 64 characters, never a secret.
    fn name(&self) -> &str;

    /// Obtains the living token. With `force`, a new one that voids the old; asked for only where
    /// [`TokenSource::may_force`] says so.
    fn obtain(&self, force: bool) -> BoxFuture<'_, Result<Granted, CallError>>;

    /// Whether there is a forced mode.
    fn may_force(&self) -> bool {
        false
    }
}

/// Who asks for tokens.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Appid.
    pub appid: String,
    /// App secret.
    pub secret: SecretString,
}

/// `POST /cgi-bin/stable_token`: repeated calls give the same living token, 10,000 a minute and 500,000 a day
/// are allowed; forced ones void it, 20 a day.
pub struct StableToken {
    http: reqwest::Client,
    url: String,
    credentials: Credentials,
}

#[derive(Serialize)]
struct Ask<'a> {
    grant_type: &'static str,
    appid: &'a str,
    secret: &'a str,
    force_refresh: bool,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: i64,
}

impl StableToken {
    /// `api`: base URL without a slash at its end.
    pub fn new(http: reqwest::Client, api: &str, credentials: Credentials) -> Self {
        Self {
            http,
            url: format!("{api}/cgi-bin/stable_token"),
            credentials,
        }
    }

    async fn ask(&self, force_refresh: bool) -> Result<Granted, CallError> {
        let Credentials { appid, secret } = &self.credentials;
        let ask = Ask {
            grant_type: "client_credential",
            appid,
            secret: secret.expose_secret(),
            force_refresh,
        };
        let body = serde_json::to_vec(&ask).map_err(CallError::invalid)?;
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .body(body);
        let answer: Answer = transport::exchange(request, Family::OfficialAccount).await?;
        Ok(Granted {
            value: SecretString::from(answer.access_token),
            lives_s: answer.expires_in,
        })
    }
}

impl TokenSource for StableToken {
    fn name(&self) -> &str {
        &self.credentials.appid
    }

    fn obtain(&self, force: bool) -> BoxFuture<'_, Result<Granted, CallError>> {
        self.ask(force).boxed()
    }

    fn may_force(&self) -> bool {
        true
    }
}
