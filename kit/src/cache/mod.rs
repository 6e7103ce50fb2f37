//! Cache-aside for answers that are dear to fetch: in this process, or in Redis for all nodes.
//!
//! **Promise:** once `invalidate(key)` has returned, no `get_or_load(key)` that begins later returns a value
//! whose load began before. The trap is the load that reads the old row, is overtaken by write and
//! invalidation, and then stores the old value. So a miss is given a ticket; invalidation makes all tickets
//! void; a value is stored only against a valid ticket.
//!
//! With Redis the tickets live in Redis, so the promise holds across nodes. It shrinks while a node cannot
//! reach Redis: what that node invalidates then is paid off as soon as Redis answers again, and until then
//! other nodes may serve the old value for the rest of its time to live. Keep that time short.
//!
//! * Stampede: one load per key and ticket; everybody else waits for its value.
//! * Penetration: "there is none" is a value like any other (`Option<T>`).
//! * Avalanche: up to a fifth is taken off each time to live, so that keys filled together expire apart.
//! * Any error of Redis is a miss, and after one Redis is left alone for a second: slower, never wrong.
//!
//! Time to live is counted by the real clock, also in tests that move the bank's clock.

mod local;
mod redis;

use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use local::Local;
use redis::Remote;

/// A cache; cheap to clone.
#[derive(Clone)]
pub struct Cache {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    flights: Flights,
    chance: RandomState,
}

enum Store {
    Local(Local),
    Redis(Box<Remote>),
}

type Bytes = Arc<[u8]>;

/// The right to store one loaded value. Void after an invalidation of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ticket {
    /// The generation of the key's stripe in this process.
    Here(u64),
    /// A random number that must still be in Redis when the value is stored.
    Redis(u64),
}

enum Look {
    Hit(Bytes),
    Miss(Ticket),
}

impl Cache {
    /// Within this process: for a single node.
    pub fn local() -> Cache {
        Cache::over(Store::Local(Local::new()))
    }

    /// In Redis, shared by all nodes. Does not wait for Redis; fails only when the address makes no sense.
    pub fn redis(url: &str) -> anyhow::Result<Cache> {
        Ok(Cache::over(Store::Redis(Box::new(Remote::new(url)?))))
    }

    fn over(store: Store) -> Cache {
        let inner = Inner {
            store,
            flights: Flights::default(),
            chance: RandomState::new(),
        };
        Cache {
            inner: Arc::new(inner),
        }
    }

    /// The cached value, or the one that `load` fetches. Errors are not cached.
    pub async fn get_or_load<T, E>(
        &self,
        key: &str,
        ttl: Duration,
        load: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Clone,
    {
        loop {
            let ticket = match self.look(key).await {
                Look::Hit(bytes) => {
                    if let Some(value) = decode(&bytes) {
                        return Ok(value);
                    }
                    // Written by a version of the program with another idea of this value.
                    self.invalidate(key).await;
                    return load.await;
                }
                Look::Miss(ticket) => ticket,
            };
            let mut arrival = match self.inner.flights.board(key, ticket) {
                Seat::Pilot(flight) => return self.fly(key, ttl, ticket, load, flight).await,
                Seat::Passenger(arrival) => arrival,
            };
            let news = arrival
                .wait_for(|news| *news != News::Flying)
                .await
                .map(|news| news.clone());
            match news {
                Ok(News::Landed(bytes)) => match decode(&bytes) {
                    Some(value) => return Ok(value),
                    None => return load.await,
                },
                // Failures are slow; standing in line behind one another's would multiply the wait.
                Ok(News::Failed | News::Flying) => return load.await,
                // The caller that loaded hung up: another one takes over.
                Err(_) => {}
            }
        }
    }

    /// Whether several nodes share this cache.
    pub fn is_shared(&self) -> bool {
        matches!(self.inner.store, Store::Redis(_))
    }

    /// Whether the store behind the cache answers; without it the cache misses and nothing is wrong.
    pub async fn is_up(&self) -> bool {
        match &self.inner.store {
            Store::Local(_) => true,
            Store::Redis(remote) => remote.is_up().await,
        }
    }

    /// Makes every value of `key` that was loaded until now disappear.
    pub async fn invalidate(&self, key: &str) {
        match &self.inner.store {
            Store::Local(local) => local.invalidate(key).await,
            Store::Redis(remote) => remote.invalidate(key).await,
        }
    }

    async fn fly<T, E>(
        &self,
        key: &str,
        ttl: Duration,
        ticket: Ticket,
        load: impl Future<Output = Result<T, E>>,
        flight: Flight<'_>,
    ) -> Result<T, E>
    where
        T: Serialize,
    {
        let value = match load.await {
            Ok(value) => value,
            Err(e) => {
                flight.end(News::Failed);
                return Err(e);
            }
        };
        let Ok(bytes) = serde_json::to_vec(&value) else {
            tracing::error!(key, "a value that cannot be written as JSON is not cached");
            flight.end(News::Failed);
            return Ok(value);
        };
        let bytes: Bytes = bytes.into();
        self.store(key, ticket, &bytes, self.spread(ttl)).await;
        flight.end(News::Landed(bytes));
        Ok(value)
    }

    async fn look(&self, key: &str) -> Look {
        let look = match &self.inner.store {
            Store::Local(local) => local.look(key).await,
            Store::Redis(remote) => remote.look(key).await,
        };
        let result = if matches!(look, Look::Hit(_)) {
            "hit"
        } else {
            "miss"
        };
        counter!("cache_looks_total", "result" => result).increment(1);
        look
    }

    async fn store(&self, key: &str, ticket: Ticket, bytes: &Bytes, ttl: Duration) {
        match &self.inner.store {
            Store::Local(local) => local.store(key, ticket, bytes, ttl).await,
            Store::Redis(remote) => remote.store(key, ticket, bytes, ttl).await,
        }
    }

    /// Takes a random part, up to a fifth, off the time to live.
    fn spread(&self, ttl: Duration) -> Duration {
        let whole = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        let off = self.inner.chance.hash_one(std::time::Instant::now()) % (whole / 5 + 1);
        Duration::from_millis((whole - off).max(1))
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.inner.store {
            Store::Local(_) => "local",
            Store::Redis(_) => "redis",
        };
        f.debug_tuple("Cache").field(&kind).finish()
    }
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

/// The loads under way. A later caller joins one only if it was given the same ticket, so it never receives a
/// value whose load began before an invalidation.
#[derive(Default)]
struct Flights(Mutex<HashMap<(String, Ticket), watch::Receiver<News>>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum News {
    Flying,
    Landed(Bytes),
    Failed,
}

enum Seat<'a> {
    Pilot(Flight<'a>),
    Passenger(watch::Receiver<News>),
}

/// A load under way; dropped unfinished when its caller hangs up, which the passengers notice.
struct Flight<'a> {
    flights: &'a Flights,
    name: (String, Ticket),
    news: watch::Sender<News>,
}

impl Flights {
    fn board(&self, key: &str, ticket: Ticket) -> Seat<'_> {
        let name = (key.to_owned(), ticket);
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(arrival) = flights.get(&name) {
            return Seat::Passenger(arrival.clone());
        }
        let (news, arrival) = watch::channel(News::Flying);
        flights.insert(name.clone(), arrival);
        Seat::Pilot(Flight {
            flights: self,
            name,
            news,
        })
    }
}

impl Flight<'_> {
    fn end(self, news: News) {
        self.news.send_replace(news);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flights
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.name);
    }
}
