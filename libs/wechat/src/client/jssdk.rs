//! The JS-SDK's signature: a ticket kept like the access token, and a signature over the page's address. Only
//! pages of the host's own list are signed, so that nobody else's page speaks in the account's name.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use super::Client;
use super::api::Api;
use super::error::CallError;
use super::source::{Granted, TokenSource};
use super::store::TokenStore;
use super::token::TokenKeeper;
use crate::random::{Random, RandomError};
use crate::serve::Clock;

/// A ticket as a source for a [`TokenKeeper`]: obtained with the access token, lives for two hours.
pub struct TicketSource {
    api: Api,
    name: String,
    path: &'static str,
    kind: Option<&'static str>,
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    expires_in: i64,
}

impl TicketSource {
    /// `path` is asked with `type=kind`; the keeper's name is the token's with `#kind` (or `#ticket`).
    pub fn new(api: Api, path: &'static str, kind: Option<&'static str>) -> Self {
        let name = format!("{}#{}", api.tokens().name(), kind.unwrap_or("ticket"));
        Self {
            api,
            name,
            path,
            kind,
        }
    }

    async fn ask(&self) -> Result<Granted, CallError> {
        let query: Vec<_> = self.kind.iter().map(|kind| ("type", *kind)).collect();
        let got: Ticket = self.api.get(self.path, &query).await?;
        Ok(Granted {
            value: SecretString::from(got.ticket),
            lives_s: got.expires_in,
        })
    }
}

impl TokenSource for TicketSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn obtain(&self, _force: bool) -> BoxFuture<'_, Result<Granted, CallError>> {
        self.ask().boxed()
    }
}

/// Signs pages for `wx.config`. Cheap to clone.
#[derive(Clone)]
pub struct JsSdk(Arc<Signer>);

struct Signer {
    app_id: String,
    tickets: TokenKeeper,
    hosts: Vec<String>,
    clock: Clock,
    random: Arc<dyn Random>,
}

/// What `wx.config` needs besides the list of its functions; the names are the page's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JsConfig {
    /// Appid (or corp id).
    pub app_id: String,
    /// Second of signing.
    pub timestamp: i64,
    /// Fresh random text.
    pub nonce_str: String,
    /// 40 hex digits.
    pub signature: String,
}

/// Why a page was not signed.
#[derive(Debug, thiserror::Error)]
pub enum JsSdkError {
    /// The address is none, or not on the list of hosts.
    #[error("not an address of ours")]
    NotOurs,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// No ticket.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl JsSdk {
    /// `hosts`: exact host names (with `:port` where it is not the scheme's own) whose pages are signed.
    pub fn new(
        app_id: &str,
        tickets: TokenKeeper,
        hosts: &[&str],
        clock: Clock,
        random: Arc<dyn Random>,
    ) -> Self {
        Self(Arc::new(Signer {
            app_id: app_id.to_owned(),
            tickets,
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
            clock,
            random,
        }))
    }

    /// Signs a page: its whole address as the browser shows it; what follows `#` does not count.
    pub async fn sign(&self, page: &str) -> Result<JsConfig, JsSdkError> {
        let page = page.split('#').next().unwrap_or_default();
        if !self.is_ours(page) {
            return Err(JsSdkError::NotOurs);
        }
        let mut nonce = [0_u8; 12];
        self.0.random.fill(&mut nonce)?;
        let nonce_str = hex::encode(nonce);
        let ticket = self.0.tickets.token().await?;
        let timestamp = (self.0.clock)();
        let signature = js_signature(ticket.value.expose_secret(), &nonce_str, timestamp, page);
        Ok(JsConfig {
            app_id: self.0.app_id.clone(),
            timestamp,
            nonce_str,
            signature,
        })
    }

    fn is_ours(&self, page: &str) -> bool {
        let Ok(url) = Url::parse(page) else { return false };
        let plain = url.username().is_empty() && url.password().is_none();
        let host = url.host_str().unwrap_or_default();
        let host = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        plain && matches!(url.scheme(), "https" | "http") && self.0.hosts.contains(&host)
    }
}

/// `sha1("jsapi_ticket=…&noncestr=…&timestamp=…&url=…")` over raw values, in hex. `page` without `#…`.
pub fn js_signature(ticket: &str, nonce: &str, timestamp: i64, page: &str) -> String {
    let text = format!("jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}");
    hex::encode(Sha1::digest(text.as_bytes()))
}

impl Client {
    /// A keeper of the account's `jsapi_ticket`, shared by nodes through the client's store; make one and keep
    /// it.
    pub fn js_tickets(&self) -> TokenKeeper {
        let source = TicketSource::new(self.api().clone(), "/cgi-bin/ticket/getticket", Some("jsapi"));
        let store: Arc<dyn TokenStore> = Arc::clone(&self.0.store);
        TokenKeeper::new(Arc::new(source), store, Arc::clone(&self.0.clock))
    }

    /// Signs pages of these hosts; make one and keep it.
    pub fn js_sdk(&self, hosts: &[&str], random: Arc<dyn Random>) -> JsSdk {
        JsSdk::new(
            self.appid(),
            self.js_tickets(),
            hosts,
            Arc::clone(&self.0.clock),
            random,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples on WeChat's page about the JS-SDK.
    #[test]
    fn the_published_signatures() {
        let ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg";
        for (page, signature) in [
            (
                "http://mp.weixin.qq.com?params=value",
                "0f9de62fce790f9a083d5c99e95740ceb90c27ed",
            ),
            (
                "http://mp.weixin.qq.com",
                "f4d90daf4b3bca3078ab155816175ba34c443a7b",
            ),
        ] {
            assert_eq!(
                js_signature(ticket, "Wm3WZYTPz0wzccnW", 1_414_587_457, page),
                signature,
                "{page}"
            );
        }
    }
}
