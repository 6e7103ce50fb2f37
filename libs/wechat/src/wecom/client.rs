//! The API client of one app of one corporation: its own secret, its own token, every call by path.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::client::{
    Api, ApiSetup, BUSY_PAUSES, CallError, Download, Family, Granted, Limiter, TokenKeeper, TokenSource,
    TokenStore, Upload, transport,
};
use crate::serve::Clock;

/// WeCom's address; a bank's proxy or a simulated platform puts its own. Without a slash at the end.
pub const API: &str = "https://qyapi.weixin.qq.com";
/// The most items of most of WeCom's lists.
pub const BATCH: usize = 100;

/// Which app of which corporation asks. Each app (self-built app, customer contact, 微信客服, message archive) has
/// a secret and a token of its own; corporations founded after 1 December 2023 use a self-built app that is listed
/// as callable in place of the system apps' secrets.
#[derive(Debug, Clone)]
pub struct App {
    /// Corpid, `ww…`.
    pub corpid: String,
    /// `AgentId` of a self-built app; for system apps a number of the bank's own choice, to tell their tokens apart.
    pub agent_id: i64,
    /// The app's secret.
    pub secret: SecretString,
}

/// What a client is made of.
pub struct ClientSetup {
    /// With its own timeouts.
    pub http: reqwest::Client,
    /// [`API`], a proxy, or a simulated platform.
    pub api: String,
    /// Who asks.
    pub app: App,
    /// Where nodes share tokens and tickets.
    pub store: Arc<dyn TokenStore>,
    /// Seconds.
    pub clock: Clock,
    /// Quotas kept on this side; see [`limits`](super::limits).
    pub limiter: Option<Arc<Limiter>>,
}

/// The client of one app. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    api: Api,
    app: App,
    store: Arc<dyn TokenStore>,
    clock: Clock,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({}/{})", self.0.app.corpid, self.0.app.agent_id)
    }
}

/// `GET /cgi-bin/gettoken`: repeated calls give the same living token; there is no forced mode. After 2000 wrong
/// calls within an hour WeCom blocks the corporation for an hour, so a wrong secret is told and not repeated.
struct CorpToken {
    http: reqwest::Client,
    url: String,
    app: App,
    name: String,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: i64,
}

impl CorpToken {
    async fn ask(&self) -> Result<Granted, CallError> {
        let mut url = Url::parse(&self.url).map_err(|error| CallError::Invalid(error.to_string()))?;
        url.query_pairs_mut()
            .append_pair("corpid", &self.app.corpid)
            .append_pair("corpsecret", self.app.secret.expose_secret());
        let request = self.http.get(url);
        let answer: Answer = transport::exchange(request, Family::WeCom).await?;
        Ok(Granted {
            value: SecretString::from(answer.access_token),
            lives_s: answer.expires_in,
        })
    }
}

impl TokenSource for CorpToken {
    fn name(&self) -> &str {
        &self.name
    }

    fn obtain(&self, _force: bool) -> BoxFuture<'_, Result<Granted, CallError>> {
        self.ask().boxed()
    }
}

impl Client {
    /// A client from its parts. Its token is kept in the store under `corpid/agent_id`.
    pub fn new(setup: ClientSetup) -> Self {
        let ClientSetup {
            http,
            api,
            app,
            store,
            clock,
            limiter,
        } = setup;
        let source = CorpToken {
            http: http.clone(),
            url: format!("{api}/cgi-bin/gettoken"),
            app: app.clone(),
            name: format!("{}/{}", app.corpid, app.agent_id),
        };
        let tokens = TokenKeeper::new(Arc::new(source), Arc::clone(&store), Arc::clone(&clock));
        let api = Api::new(ApiSetup {
            http,
            base: api,
            family: Family::WeCom,
            tokens,
            limiter,
            busy_pauses: BUSY_PAUSES,
        });
        Self(Arc::new(Parts {
            api,
            app,
            store,
            clock,
        }))
    }

    /// The corporation.
    pub fn corpid(&self) -> &str {
        &self.0.app.corpid
    }

    /// The app.
    pub fn agent_id(&self) -> i64 {
        self.0.app.agent_id
    }

    /// Any API by its path, for calls that have no type here.
    pub fn api(&self) -> &Api {
        &self.0.api
    }

    pub(super) fn clock(&self) -> Clock {
        Arc::clone(&self.0.clock)
    }

    pub(super) fn store(&self) -> Arc<dyn TokenStore> {
        Arc::clone(&self.0.store)
    }

    pub(crate) fn now(&self) -> i64 {
        (self.0.clock)()
    }

    pub(crate) async fn get<T: DeserializeOwned + Send>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, CallError> {
        self.0.api.get(path, query).await
    }

    pub(crate) async fn post<B: Serialize + ?Sized + Sync, T: DeserializeOwned + Send>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, CallError> {
        self.0.api.post(path, body).await
    }

    /// `POST` whose answer says only that it was done.
    pub(crate) async fn order<B: Serialize + ?Sized + Sync>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<(), CallError> {
        self.0.api.command(path, body).await
    }

    pub(super) async fn upload<T: DeserializeOwned + Send>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        file: &Upload,
    ) -> Result<T, CallError> {
        self.0.api.upload(path, query, file, None).await
    }

    pub(super) async fn download(&self, path: &str, query: &[(&str, &str)]) -> Result<Download, CallError> {
        self.0.api.download(path, query).await
    }
}

/// Refuses a list that is empty or longer than WeCom takes, before it leaves.
pub(crate) fn counted(what: &str, items: usize, most: usize) -> Result<(), CallError> {
    if (1..=most).contains(&items) {
        Ok(())
    } else {
        Err(CallError::Invalid(format!("{items} {what}, not 1 to {most}")))
    }
}

/// Refuses a text of more bytes than WeCom takes, or none.
pub(crate) fn measured(what: &str, text: &str, most: usize) -> Result<(), CallError> {
    if text.is_empty() || text.len() > most {
        Err(CallError::Invalid(format!(
            "{what} of {} bytes, not 1 to {most}",
            text.len()
        )))
    } else {
        Ok(())
    }
}
