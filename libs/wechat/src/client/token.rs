//! A token, kept once for all callers and all nodes. Races for this token are the oldest trouble of every
//! WeChat integration; the rules that end them:
//!
//! - one refresh at a time in this process (others use the old token while it lives, or wait for its outcome,
//!   be it a token or a failure);
//! - one at a time among all nodes, by a lease in the shared [`TokenStore`] with a fencing number;
//! - a token is dropped only if it is the one that failed, never because somebody's older call failed;
//! - normal mode first (it returns the living token); forced only when that is the failed one, at most 20 times
//!   a day and 30 s apart, counted before the call;
//! - a store that fails, or a node that dies with the lease, costs nothing but the sharing: normal mode is safe
//!   without a lease.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::action::Action;
use super::error::{ApiError, CallError};
use super::source::TokenSource;
use super::store::{Lease, Record, TokenStore};
use crate::serve::Clock;

/// WeChat renews five minutes before the end; both tokens live during those.
const EARLY_S: i64 = 300;
/// However short a token lives, it is not asked for more often than this.
const AT_LEAST_S: i64 = 30;
/// Forced refreshes that WeChat allows, and how far apart.
const FORCED_PER_DAY: i64 = 20;
const FORCED_APART_S: i64 = 30;
/// How long one node may take over a refresh.
const LEASE_S: i64 = 15;
/// Another node's refresh is looked at this often, this many times.
const PEEK: Duration = Duration::from_millis(100);
const PEEKS: u32 = 60;
/// China's day begins eight hours before UTC's.
const CHINA_OFFSET_S: i64 = 8 * 3_600;
const DAY_S: i64 = 86_400;

/// An access token or a ticket with its times in seconds. `Debug` does not show it.
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

/// What operations should know about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenAlarm {
    /// WeChat refused a token before its time: another system refreshes the same account's token.
    RefusedEarly,
    /// A token that has just been renewed is refused as well.
    RefusedAgain,
    /// A forced refresh was made; the number today.
    Forced(i64),
    /// The forced refreshes of today are used up, or the last was less than 30 s ago.
    ForceSpent,
    /// Appid, secret or list of addresses is wrong.
    Misconfigured(ApiError),
    /// The shared store failed, with its words.
    StoreFailed(String),
}

/// Told every alarm with the name of the token's source; must not block.
pub type AlarmHook = Arc<dyn Fn(&str, &TokenAlarm) + Send + Sync>;

/// Keeps one token. Cheap to clone.
#[derive(Clone)]
pub struct TokenKeeper(Arc<Keeper>);

struct Keeper {
    source: Arc<dyn TokenSource>,
    store: Arc<dyn TokenStore>,
    clock: Clock,
    alarm: Option<AlarmHook>,
    known: Mutex<Option<Token>>,
    refreshing: tokio::sync::Mutex<()>,
    /// Counts refreshes that have ended; the last failure carries its number.
    rounds: AtomicU64,
    failure: Mutex<Option<(u64, CallError)>>,
}

impl std::fmt::Debug for TokenKeeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKeeper({})", self.name())
    }
}

impl TokenKeeper {
    /// A keeper whose alarms go to the log only.
    pub fn new(source: Arc<dyn TokenSource>, store: Arc<dyn TokenStore>, clock: Clock) -> Self {
        Self::watched(source, store, clock, None)
    }

    /// A keeper that tells its alarms.
    pub fn watched(
        source: Arc<dyn TokenSource>,
        store: Arc<dyn TokenStore>,
        clock: Clock,
        alarm: Option<AlarmHook>,
    ) -> Self {
        Self(Arc::new(Keeper {
            source,
            store,
            clock,
            alarm,
            known: Mutex::default(),
            refreshing: tokio::sync::Mutex::default(),
            rounds: AtomicU64::default(),
            failure: Mutex::default(),
        }))
    }

    /// The source's name.
    pub fn name(&self) -> &str {
        self.0.source.name()
    }

    /// The time by the host's clock, in seconds.
    pub(crate) fn now(&self) -> i64 {
        (self.0.clock)()
    }

    /// A token to use now.
    pub async fn token(&self) -> Result<Token, CallError> {
        let now = self.now();
        let seen = self.0.rounds.load(Ordering::SeqCst);
        if let Some(token) = self.known().filter(|token| token.lives(now)) {
            if token.is_fresh(now) {
                return Ok(token);
            }
            // Old but alive: one caller renews it, the others go on with it.
            let Ok(_one) = self.0.refreshing.try_lock() else {
                return Ok(token);
            };
            return Ok(match self.refresh(None).await {
                Ok(fresh) => fresh,
                Err(error) => {
                    tracing::warn!(name = self.name(), %error, "the token could not be renewed early");
                    token
                }
            });
        }
        let _one = self.0.refreshing.lock().await;
        match self.known() {
            Some(token) if token.lives(self.now()) => Ok(token),
            _ => self.refresh_since(seen, None).await,
        }
    }

    /// A token other than the one that WeChat refused.
    pub async fn renew(&self, refused: &Token) -> Result<Token, CallError> {
        let seen = self.0.rounds.load(Ordering::SeqCst);
        let _one = self.0.refreshing.lock().await;
        match self.known() {
            Some(token) if !token.is(refused) && token.lives(self.now()) => Ok(token),
            _ => self.refresh_since(seen, Some(refused)).await,
        }
    }

    /// A renewed token was refused as well; nothing more can be done here.
    pub(crate) fn refused_again(&self) {
        self.alarm(&TokenAlarm::RefusedAgain);
    }

    fn alarm(&self, alarm: &TokenAlarm) {
        tracing::warn!(name = self.name(), ?alarm, "access token");
        if let Some(hook) = &self.0.alarm {
            hook(self.name(), alarm);
        }
    }

    fn known(&self) -> Option<Token> {
        lock(&self.0.known).clone()
    }

    fn adopt(&self, token: Token) -> Token {
        *lock(&self.0.known) = Some(token.clone());
        token
    }

    /// [`TokenKeeper::refresh`], unless one has failed since the caller began to wait: a thousand callers must
    /// not ask a thousand times, one after the other, for what is not there.
    async fn refresh_since(&self, seen: u64, refused: Option<&Token>) -> Result<Token, CallError> {
        if let Some((round, error)) = &*lock(&self.0.failure)
            && *round > seen
        {
            return Err(error.clone());
        }
        let outcome = self.refresh(refused).await;
        let round = self.0.rounds.fetch_add(1, Ordering::SeqCst) + 1;
        let failure = outcome.as_ref().err().map(|error| (round, error.clone()));
        *lock(&self.0.failure) = failure;
        outcome
    }

    /// Gets a new token, together with the other nodes. The caller holds `refreshing`.
    async fn refresh(&self, refused: Option<&Token>) -> Result<Token, CallError> {
        for _ in 0..PEEKS {
            let now = self.now();
            match self.0.store.lease(self.name(), now, now + LEASE_S).await {
                Ok(Lease::Mine(record)) => return self.refresh_leased(record, refused).await,
                Ok(Lease::Taken(record)) => {
                    if let Some(token) = usable(&record, refused, now) {
                        return Ok(self.adopt(token));
                    }
                    tokio::time::sleep(PEEK).await;
                }
                Err(error) => {
                    self.alarm(&TokenAlarm::StoreFailed(error.to_string()));
                    return self.refresh_alone(refused).await;
                }
            }
        }
        tracing::warn!(
            name = self.name(),
            "another node is refreshing the token for too long"
        );
        self.refresh_alone(refused).await
    }

    /// Without the other nodes: normal mode gives every node the same living token.
    async fn refresh_alone(&self, refused: Option<&Token>) -> Result<Token, CallError> {
        let token = self.obtain(false).await?;
        if refused.is_some_and(|refused| refused.is(&token)) {
            return Err(CallError::not_sent(
                "the token is refused, and a forced refresh could not be counted",
            ));
        }
        Ok(self.adopt(token))
    }

    async fn refresh_leased(&self, record: Record, refused: Option<&Token>) -> Result<Token, CallError> {
        let mut record = record;
        if let Some(token) = usable(&record, refused, self.now()) {
            self.save(&record).await;
            return Ok(self.adopt(token));
        }
        let outcome = self.obtain_other(&mut record, refused).await;
        if let Ok(token) = &outcome {
            record.token = Some(token.clone());
        }
        // On failure too: it gives the lease back.
        if !self.save(&record).await
            && let Ok(Some(newer)) = self.0.store.load(self.name()).await
            && let Some(token) = usable(&newer, refused, self.now())
        {
            // Our lease ran out and somebody else has a newer token; ours may be void already.
            return Ok(self.adopt(token));
        }
        outcome.map(|token| self.adopt(token))
    }

    async fn obtain_other(&self, record: &mut Record, refused: Option<&Token>) -> Result<Token, CallError> {
        let token = self.obtain(false).await?;
        let Some(refused) = refused else {
            return Ok(token);
        };
        if !refused.is(&token) {
            if refused.is_fresh(self.now()) {
                self.alarm(&TokenAlarm::RefusedEarly);
            }
            return Ok(token);
        }
        if !self.0.source.may_force() {
            return Err(CallError::not_sent("the token is refused and there is no other"));
        }
        self.count_forced(record).await?;
        let forced = self.obtain(true).await?;
        if forced.is(refused) {
            Err(CallError::not_sent(
                "a forced refresh gave the refused token again",
            ))
        } else {
            Ok(forced)
        }
    }

    /// Writes a forced refresh down before it is made.
    async fn count_forced(&self, record: &mut Record) -> Result<(), CallError> {
        let now = self.now();
        let today = (now + CHINA_OFFSET_S).div_euclid(DAY_S);
        if record.forced_day != today {
            record.forced_day = today;
            record.forced_count = 0;
        }
        if record.forced_count >= FORCED_PER_DAY || now - record.forced_at < FORCED_APART_S {
            self.alarm(&TokenAlarm::ForceSpent);
            return Err(CallError::not_sent(
                "the token is refused and may not be forced again yet",
            ));
        }
        record.forced_count += 1;
        record.forced_at = now;
        match self.0.store.count(self.name(), record).await {
            Ok(true) => {}
            Ok(false) => return Err(CallError::not_sent("a forced refresh could not be counted")),
            Err(error) => {
                self.alarm(&TokenAlarm::StoreFailed(error.to_string()));
                return Err(CallError::not_sent("a forced refresh could not be counted"));
            }
        }
        self.alarm(&TokenAlarm::Forced(record.forced_count));
        Ok(())
    }

    async fn obtain(&self, force: bool) -> Result<Token, CallError> {
        // A token that was not obtained is a call that was not made.
        let granted = self.0.source.obtain(force).await.map_err(|error| {
            if let Some(refusal) = error.refusal()
                && refusal.action() == Action::FixConfiguration
            {
                self.alarm(&TokenAlarm::Misconfigured(refusal.clone()));
            }
            error.without_effect()
        })?;
        let now = self.now();
        Ok(Token {
            value: granted.value,
            fetched_at: now,
            expires_at: now.saturating_add(granted.lives_s.clamp(0, 2 * DAY_S)),
        })
    }

    /// Whether the record was saved, that is, whether our lease still held.
    async fn save(&self, record: &Record) -> bool {
        match self.0.store.save(self.name(), record).await {
            Ok(held) => held,
            Err(error) => {
                self.alarm(&TokenAlarm::StoreFailed(error.to_string()));
                true
            }
        }
    }
}

/// The record's token if it is young, and neither the one that was refused nor an older one: a store that was
/// away for a while still holds what was thrown away meanwhile.
fn usable(record: &Record, refused: Option<&Token>, now: i64) -> Option<Token> {
    let token = record.token.as_ref().filter(|token| token.is_fresh(now))?;
    let is_worse = |refused: &Token| refused.is(token) || token.fetched_at < refused.fetched_at;
    (!refused.is_some_and(is_worse)).then(|| token.clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept is replaced whole, so a panicking holder leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
