//! Quotas kept on this side, so that WeChat's are not burnt: a token bucket per API and node, a count per API
//! and day shared by all nodes, and a stop when WeChat says that one is used up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use super::action::Action;
use super::error::{ApiError, Held, HeldWhy};
use super::store::StoreError;

/// China's day begins eight hours before UTC's.
const CHINA_OFFSET_S: i64 = 8 * 3_600;
const DAY_S: i64 = 86_400;
/// WeChat blocks for a minute after 45011.
const BACK_OFF_S: i64 = 60;

/// How often one API may be called by one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The API's path, e.g. `/cgi-bin/menu/create`.
    pub path: &'static str,
    /// Calls a minute by this node; at most as many at once. Divide by the number of nodes.
    pub per_minute: Option<i64>,
    /// Calls a day (China time) by all nodes together.
    pub per_day: Option<i64>,
}

impl Quota {
    /// A quota by the day.
    pub const fn daily(path: &'static str, per_day: i64) -> Self {
        Self {
            path,
            per_minute: None,
            per_day: Some(per_day),
        }
    }

    /// A quota by the minute.
    pub const fn by_minute(path: &'static str, per_minute: i64) -> Self {
        Self {
            path,
            per_minute: Some(per_minute),
            per_day: None,
        }
    }
}

/// What a new Official Account may do by WeChat's documentation; the real figures of an account come from
/// [`Client::quota`](super::Client::quota).
pub const DOCUMENTED: &[Quota] = &[
    Quota::daily("/cgi-bin/menu/create", 1_000),
    Quota::daily("/cgi-bin/menu/get", 10_000),
    Quota::daily("/cgi-bin/menu/delete", 1_000),
    Quota::daily("/cgi-bin/menu/addconditional", 2_000),
    Quota::daily("/cgi-bin/menu/delconditional", 2_000),
    Quota::daily("/cgi-bin/menu/trymatch", 20_000),
    Quota::daily("/cgi-bin/message/template/send", 100_000),
];

/// A count shared by all nodes, e.g. `INCR` in Redis or a row in SQL.
pub trait SharedCount: Send + Sync + 'static {
    /// Adds one to what is counted under `key` and gives the new count. The key may be forgotten after the
    /// second `until`.
    fn add<'a>(&'a self, key: &'a str, until: i64) -> BoxFuture<'a, Result<i64, StoreError>>;
}

/// A count in memory, for one process.
#[derive(Debug, Default)]
pub struct MemoryCount(Mutex<HashMap<String, (i64, i64)>>);

impl SharedCount for MemoryCount {
    fn add<'a>(&'a self, key: &'a str, until: i64) -> BoxFuture<'a, Result<i64, StoreError>> {
        let mut counts = lock(&self.0);
        if !counts.contains_key(key) {
            // A new day: the counts of days that ended before it are of no use any more.
            counts.retain(|_, (_, end)| *end >= until - DAY_S);
        }
        let (count, _) = counts.entry(key.to_owned()).or_insert((0, until));
        *count += 1;
        ready(Ok(*count)).boxed()
    }
}

/// Holds calls back before WeChat does. Cheap to share; one for any number of accounts.
pub struct Limiter {
    quotas: Vec<Quota>,
    shared: Arc<dyn SharedCount>,
    states: Mutex<HashMap<(String, String), State>>,
}

/// One API of one account on this node. Zero seconds: never.
#[derive(Default)]
struct State {
    /// Sixtieths of a call that are left in the bucket, as of `filled_at`.
    bucket: i64,
    filled_at: i64,
    closed_until: i64,
}

impl Limiter {
    /// A limiter for these quotas; APIs without one are only held back while WeChat refuses them.
    pub fn new(quotas: &[Quota], shared: Arc<dyn SharedCount>) -> Self {
        Self {
            quotas: quotas.to_vec(),
            shared,
            states: Mutex::default(),
        }
    }

    /// Whether a call may go now (seconds); if so it is counted.
    pub async fn admit(&self, account: &str, path: &str, now: i64) -> Result<(), Held> {
        let held = |wait_s, why| Held {
            path: path.to_owned(),
            wait_s,
            why,
        };
        let quota = self.quotas.iter().find(|quota| quota.path == path);
        self.admit_here(account, path, quota.and_then(|quota| quota.per_minute), now)
            .map_err(|(wait_s, why)| held(wait_s, why))?;
        let Some(most) = quota.and_then(|quota| quota.per_day) else {
            return Ok(());
        };
        let day = china_day(now);
        let midnight = (day + 1) * DAY_S - CHINA_OFFSET_S;
        match self
            .shared
            .add(&format!("{account}|{path}|{day}"), midnight)
            .await
        {
            Ok(count) if count > most => Err(held(midnight - now, HeldWhy::Day)),
            Ok(_) => Ok(()),
            Err(error) => {
                // WeChat counts too: without our count the call is worse protected, not wrong.
                tracing::warn!(account, path, %error, "a call could not be counted");
                Ok(())
            }
        }
    }

    fn admit_here(
        &self,
        account: &str,
        path: &str,
        per_minute: Option<i64>,
        now: i64,
    ) -> Result<(), (i64, HeldWhy)> {
        let mut states = lock(&self.states);
        let name = (account.to_owned(), path.to_owned());
        if per_minute.is_none() && !states.contains_key(&name) {
            return Ok(());
        }
        let state = states.entry(name).or_default();
        if now < state.closed_until {
            return Err((state.closed_until - now, HeldWhy::Closed));
        }
        let Some(per_minute) = per_minute else {
            return Ok(());
        };
        let full = per_minute * 60;
        let since = (now - state.filled_at).clamp(0, 60);
        state.bucket = (state.bucket + since * per_minute).min(full);
        state.filled_at = now;
        if state.bucket < 60 {
            let missing = 60 - state.bucket;
            return Err((missing.div_euclid(per_minute.max(1)) + 1, HeldWhy::Minute));
        }
        state.bucket -= 60;
        Ok(())
    }

    /// Tells of WeChat's refusal: an API whose quota is used up rests until it is filled again.
    pub fn refused(&self, account: &str, path: &str, error: &ApiError, now: i64) {
        let until = match error.action() {
            Action::NextDay => (china_day(now) + 1) * DAY_S - CHINA_OFFSET_S,
            Action::SlowDown => now + BACK_OFF_S,
            _ => return,
        };
        tracing::warn!(account, path, code = error.code, until, "an API rests");
        let mut states = lock(&self.states);
        let state = states.entry((account.to_owned(), path.to_owned())).or_default();
        state.closed_until = state.closed_until.max(until);
    }

    /// Opens an API again, after `clear_quota`.
    pub fn reopen(&self, account: &str) {
        for ((owner, _), state) in lock(&self.states).iter_mut() {
            if owner == account {
                state.closed_until = 0;
            }
        }
    }
}

/// Days since 1970 in China.
fn china_day(now: i64) -> i64 {
    (now + CHINA_OFFSET_S).div_euclid(DAY_S)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is a few assignments that cannot fail between them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
