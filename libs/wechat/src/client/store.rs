//! Where nodes share a token: the contract, and a store in memory for one process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use super::token::Token;

/// The store failed.
#[derive(Debug, thiserror::Error)]
#[error("the token store failed: {0}")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What is shared about one account's token.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Rises with every lease; a writer with a lower number has lost its lease.
    pub fence: i64,
    /// The token, if there is one.
    pub token: Option<Token>,
    /// Day (China time, days since 1970) that `forced_count` counts.
    pub forced_day: i64,
    /// Forced refreshes on that day.
    pub forced_count: i64,
    /// Second of the last forced refresh.
    pub forced_at: i64,
}

/// What asking for the lease gave.
#[derive(Debug, Clone)]
pub enum Lease {
    /// The caller may refresh; the record carries the caller's fencing number.
    Mine(Record),
    /// Somebody else is refreshing; this is what is stored meanwhile.
    Taken(Record),
}

/// A store shared by all nodes. Each call is atomic. Times in seconds.
pub trait TokenStore: Send + Sync + 'static {
    /// The record, if there is one.
    fn load<'a>(&'a self, appid: &'a str) -> BoxFuture<'a, Result<Option<Record>, StoreError>>;

    /// Takes the lease unless a living one exists; a taken lease has a higher fencing number than any before.
    fn lease<'a>(&'a self, appid: &'a str, now: i64, until: i64) -> BoxFuture<'a, Result<Lease, StoreError>>;

    /// Writes the counts of forced refreshes and keeps the lease; false if the fencing number is not current.
    fn count<'a>(&'a self, appid: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Writes token and counts and gives the lease back; false if the fencing number is not current.
    fn save<'a>(&'a self, appid: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>>;
}

/// A token store in memory, for one process.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<HashMap<String, (Record, i64)>>);

impl MemoryTokens {
    fn map(&self) -> MutexGuard<'_, HashMap<String, (Record, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, appid: &str, record: &Record, release: bool) -> bool {
        let mut map = self.map();
        let Some((stored, lease)) = map
            .get_mut(appid)
            .filter(|(stored, _)| stored.fence == record.fence)
        else {
            return false;
        };
        *stored = record.clone();
        if release {
            *lease = 0;
        }
        true
    }
}

impl TokenStore for MemoryTokens {
    fn load<'a>(&'a self, appid: &'a str) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        ready(Ok(self.map().get(appid).map(|(record, _)| record.clone()))).boxed()
    }

    fn lease<'a>(&'a self, appid: &'a str, now: i64, until: i64) -> BoxFuture<'a, Result<Lease, StoreError>> {
        let mut map = self.map();
        let (record, lease) = map.entry(appid.to_owned()).or_default();
        let outcome = if *lease > now {
            Lease::Taken(record.clone())
        } else {
            *lease = until;
            record.fence += 1;
            Lease::Mine(record.clone())
        };
        ready(Ok(outcome)).boxed()
    }

    fn count<'a>(&'a self, appid: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(Ok(self.write(appid, record, false))).boxed()
    }

    fn save<'a>(&'a self, appid: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(Ok(self.write(appid, record, true))).boxed()
    }
}
