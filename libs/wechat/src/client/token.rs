//! The access token, kept once for all callers and all nodes. Races for this token are the oldest trouble of
//! every WeChat integration; the rules that end them:
//!
//! - one refresh at a time in this process (others use the old token while it lives, or wait);
//! - one at a time among all nodes, by a lease in the shared [`TokenStore`] with a fencing number;
//! - a token is dropped only if it is the one that failed, never because somebody's older call failed;
//! - `stable_token` in normal mode first (it returns the living token); forced only when that is the failed
//!   one, at most 20 times a day and 30 s apart, counted before the call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::error::{CallError, Transport};
use super::store::{Lease, Record, TokenStore};
use super::transport;
use crate::serve::Clock;

/// WeChat renews five minutes before the end; both tokens live during those.
const EARLY_S: i64 = 300;
/// However short a token lives, it is not asked for more often than this.
const AT_LEAST_S: i64 = 30;
const FORCED_PER_DAY: i64 = 20;
const FORCED_APART_S: i64 = 30;
/// How long one node may take over a refresh.
const LEASE_S: i64 = 15;
/// Another node's refresh is looked at this often, this many times.
const PEEK: Duration = Duration::from_millis(100);
const PEEKS: u32 = 100;
/// China's day begins eight hours before UTC's.
const CHINA_OFFSET_S: i64 = 8 * 3_600;
const DAY_S: i64 = 86_400;

/// An access token with its times in seconds. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token.
    pub value: SecretString,
    /// When it was obtained.
    pub fetched_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

impl Token {
    fn is(&self, other: &Self) -> bool {
        self.value.expose_secret() == other.value.expose_secret()
    }

    fn lives(&self, now: i64) -> bool {
        now < self.expires_at
    }

    /// Young enough to be used without thinking of a new one.
    fn is_fresh(&self, now: i64) -> bool {
        self.lives(now) && now < (self.expires_at - EARLY_S).max(self.fetched_at + AT_LEAST_S)
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

/// Keeps one account's access token. Cheap to clone.
#[derive(Clone)]
pub struct TokenKeeper(Arc<Keeper>);

struct Keeper {
    http: reqwest::Client,
    url: String,
    credentials: Credentials,
    store: Arc<dyn TokenStore>,
    clock: Clock,
    known: Mutex<Option<Token>>,
    refreshing: tokio::sync::Mutex<()>,
}

#[derive(Serialize)]
struct Ask<'a> {
    grant_type: &'static str,
    appid: &'a str,
    secret: &'a str,
    force_refresh: bool,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
}

impl TokenKeeper {
    /// `api`: base URL without a slash at its end.
    pub fn new(
        http: reqwest::Client,
        api: &str,
        credentials: Credentials,
        store: Arc<dyn TokenStore>,
        clock: Clock,
    ) -> Self {
        let url = format!("{api}/cgi-bin/stable_token");
        let refreshing = tokio::sync::Mutex::new(());
        Self(Arc::new(Keeper {
            http,
            url,
            credentials,
            store,
            clock,
            known: Mutex::new(None),
            refreshing,
        }))
    }

    /// A token to use now.
    pub async fn token(&self) -> Result<Token, CallError> {
        let known = self.known();
        let now = (self.0.clock)();
        if let Some(token) = known.filter(|token| token.lives(now)) {
            if token.is_fresh(now) {
                return Ok(token);
            }
            // Old but alive: one caller renews it, the others go on with it.
            let Ok(_one) = self.0.refreshing.try_lock() else {
                return Ok(token);
            };
            return match self.refresh(None).await {
                Ok(fresh) => Ok(fresh),
                Err(error) => {
                    tracing::warn!(appid = %self.0.credentials.appid, %error, "the token could not be renewed early");
                    Ok(token)
                }
            };
        }
        let _one = self.0.refreshing.lock().await;
        match self.known() {
            Some(token) if token.lives((self.0.clock)()) => Ok(token),
            _ => self.refresh(None).await,
        }
    }

    /// A token other than the one that WeChat refused.
    pub async fn renew(&self, refused: &Token) -> Result<Token, CallError> {
        let _one = self.0.refreshing.lock().await;
        match self.known() {
            Some(token) if !token.is(refused) && token.lives((self.0.clock)()) => Ok(token),
            _ => self.refresh(Some(refused)).await,
        }
    }

    fn known(&self) -> Option<Token> {
        self.0
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn adopt(&self, token: Token) -> Token {
        *self.0.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        token
    }

    /// Gets a new token, together with the other nodes. The caller holds `refreshing`.
    async fn refresh(&self, refused: Option<&Token>) -> Result<Token, CallError> {
        let appid = &self.0.credentials.appid;
        for _ in 0..PEEKS {
            let now = (self.0.clock)();
            match self.0.store.lease(appid, now, now + LEASE_S).await {
                Ok(Lease::Mine(record)) => return self.refresh_leased(record, refused).await,
                Ok(Lease::Taken(record)) => {
                    if let Some(token) = usable(&record, refused, now) {
                        return Ok(self.adopt(token));
                    }
                    tokio::time::sleep(PEEK).await;
                }
                Err(error) => {
                    tracing::warn!(%appid, %error, "the token store failed; asking WeChat without it");
                    // Normal mode gives every node the same living token, so this is safe without a lease.
                    let token = self.fetch(false).await?;
                    if refused.is_some_and(|refused| refused.is(&token)) {
                        return Err(not_sent(
                            "the token is refused, and the store that counts forced refreshes fails",
                        ));
                    }
                    return Ok(self.adopt(token));
                }
            }
        }
        Err(not_sent("another node is refreshing the token for too long"))
    }

    async fn refresh_leased(&self, record: Record, refused: Option<&Token>) -> Result<Token, CallError> {
        let mut record = record;
        if let Some(token) = usable(&record, refused, (self.0.clock)()) {
            self.save(&record).await;
            return Ok(self.adopt(token));
        }
        let outcome = self.fetch_new(&mut record, refused).await;
        if let Ok(token) = &outcome {
            record.token = Some(token.clone());
        }
        // On failure too: it gives the lease back.
        if !self.save(&record).await
            && let Ok(Some(newer)) = self.0.store.load(&self.0.credentials.appid).await
            && let Some(token) = usable(&newer, refused, (self.0.clock)())
        {
            // Our lease ran out and somebody else has a newer token; ours may be void already.
            return Ok(self.adopt(token));
        }
        outcome.map(|token| self.adopt(token))
    }

    async fn fetch_new(&self, record: &mut Record, refused: Option<&Token>) -> Result<Token, CallError> {
        let token = self.fetch(false).await?;
        let Some(refused) = refused.filter(|refused| refused.is(&token)) else {
            return Ok(token);
        };
        let now = (self.0.clock)();
        let today = (now + CHINA_OFFSET_S).div_euclid(DAY_S);
        if record.forced_day != today {
            record.forced_day = today;
            record.forced_count = 0;
        }
        if record.forced_count >= FORCED_PER_DAY || now - record.forced_at < FORCED_APART_S {
            return Err(not_sent("the token is refused and may not be forced again yet"));
        }
        record.forced_count += 1;
        record.forced_at = now;
        if !self
            .0
            .store
            .count(&self.0.credentials.appid, record)
            .await
            .unwrap_or(false)
        {
            return Err(not_sent("a forced refresh could not be counted"));
        }
        tracing::warn!(appid = %self.0.credentials.appid, count = record.forced_count, "forcing a new access token");
        let forced = self.fetch(true).await?;
        if forced.is(refused) {
            Err(not_sent("a forced refresh gave the refused token again"))
        } else {
            Ok(forced)
        }
    }

    async fn fetch(&self, force_refresh: bool) -> Result<Token, CallError> {
        let Credentials { appid, secret } = &self.0.credentials;
        let ask = Ask {
            grant_type: "client_credential",
            appid,
            secret: secret.expose_secret(),
            force_refresh,
        };
        let body = serde_json::to_vec(&ask).map_err(|e| CallError::Invalid(e.to_string()))?;
        let request = self
            .0
            .http
            .post(&self.0.url)
            .header("content-type", "application/json")
            .body(body);
        // A token that was not obtained is a call that was not made.
        let granted: Granted = transport::exchange(request).await.map_err(|error| match error {
            CallError::Unknown(transport) => CallError::NotSent(transport),
            other => other,
        })?;
        let now = (self.0.clock)();
        let value = SecretString::from(granted.access_token);
        Ok(Token {
            value,
            fetched_at: now,
            expires_at: now.saturating_add(granted.expires_in.clamp(0, 2 * DAY_S)),
        })
    }

    /// Whether the record was saved, that is, whether our lease still held.
    async fn save(&self, record: &Record) -> bool {
        match self.0.store.save(&self.0.credentials.appid, record).await {
            Ok(held) => held,
            Err(error) => {
                tracing::warn!(appid = %self.0.credentials.appid, %error, "the token could not be stored");
                true
            }
        }
    }
}

/// The record's token if it is young and not the one that was refused.
fn usable(record: &Record, refused: Option<&Token>, now: i64) -> Option<Token> {
    let token = record.token.as_ref().filter(|token| token.is_fresh(now))?;
    (!refused.is_some_and(|refused| refused.is(token))).then(|| token.clone())
}

fn not_sent(words: &str) -> CallError {
    CallError::NotSent(Transport::new(words))
}
