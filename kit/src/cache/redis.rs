//! The cache in Redis.
//!
//! The ticket is a random number beside the value, made by the first miss and deleted by an invalidation or
//! by the value that it admits. Random, not counted: a counter that Redis forgets (restart, FLUSHALL,
//! eviction) would start again and let an old value in.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::counter;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue, RedisError, Script};

use super::local::Stripes;
use super::{Bytes, Look, Ticket};

/// Longest wait for an answer. The driver's own default of 500 ms would be felt by every customer.
const ANSWER: Duration = Duration::from_millis(200);
const CONNECT: Duration = Duration::from_millis(300);

/// So long Redis is left alone after an error.
const PAUSE: Duration = Duration::from_secs(1);

/// Life of a ticket in ms; a load that takes longer is not stored.
const TICKET_MS: u64 = 60_000;

const LOOK: &str = "
local value = redis.call('GET', KEYS[1])
if value then return {value, false} end
redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])
return {false, redis.call('GET', KEYS[2])}";

const STORE: &str = "
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1";

pub(super) struct Remote {
    link: ConnectionManager,
    look: Script,
    store: Script,
    chance: RandomState,
    tickets: AtomicU64,
    /// Tickets for the time without Redis; nothing is stored against them.
    stripes: Stripes,
    debts: Debts,
    circuit: Circuit,
}

impl Remote {
    pub(super) fn new(url: &str) -> anyhow::Result<Remote> {
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(ANSWER))
            .set_connection_timeout(Some(CONNECT))
            .set_number_of_retries(1);
        // The error is not passed on: it may quote the address with its password.
        let client =
            Client::open(url).map_err(|_| anyhow::anyhow!("the address of Redis cannot be parsed"))?;
        let link = ConnectionManager::new_lazy_with_config(client, config)
            .map_err(|_| anyhow::anyhow!("the address of Redis cannot be used"))?;
        Ok(Remote {
            link,
            look: Script::new(LOOK),
            store: Script::new(STORE),
            chance: RandomState::new(),
            tickets: AtomicU64::new(0),
            stripes: Stripes::new(),
            debts: Debts::default(),
            circuit: Circuit::new(),
        })
    }

    pub(super) async fn look(&self, key: &str) -> Look {
        if let Some(look) = self.look_there(key).await {
            return look;
        }
        Look::Miss(Ticket::Here(*self.stripes.of(key).lock().await))
    }

    pub(super) async fn is_up(&self) -> bool {
        self.look_there("weigui:up").await.is_some()
    }

    async fn look_there(&self, key: &str) -> Option<Look> {
        self.pay().await?;
        let [value, ticket] = names(key);
        let number = self.chance.hash_one(self.tickets.fetch_add(1, Ordering::Relaxed));
        let mut call = self.look.key(value);
        call.key(ticket).arg(number).arg(TICKET_MS);
        let found: (Option<Vec<u8>>, Option<u64>) =
            self.ask(call.invoke_async(&mut self.link.clone())).await?;
        match found {
            (Some(bytes), _) => Some(Look::Hit(bytes.into())),
            (None, Some(number)) => Some(Look::Miss(Ticket::Redis(number))),
            (None, None) => None,
        }
    }

    pub(super) async fn store(&self, key: &str, ticket: Ticket, bytes: &Bytes, ttl: Duration) {
        let Ticket::Redis(number) = ticket else { return };
        let [value, ticket] = names(key);
        let ttl = u64::try_from(ttl.as_millis()).unwrap_or(TICKET_MS);
        let mut call = self.store.key(value);
        call.key(ticket).arg(number).arg(bytes.as_ref()).arg(ttl);
        // Whether it was stored is nobody's business: at worst the next caller loads again.
        let _stored: Option<i64> = self.ask(call.invoke_async(&mut self.link.clone())).await;
    }

    pub(super) async fn invalidate(&self, key: &str) {
        *self.stripes.of(key).lock().await += 1;
        let debt = self.debts.owe(key);
        if self.forget(&[key.to_owned()]).await.is_some() {
            debt.paid();
        }
    }

    /// Pays what could not be invalidated while Redis was away, before anything is read from it.
    async fn pay(&self) -> Option<()> {
        let owed = self.debts.due();
        if owed.is_empty() {
            return Some(());
        }
        let keys: Vec<String> = owed.iter().map(|(key, _)| key.clone()).collect();
        self.forget(&keys).await?;
        self.debts.settle(&owed);
        Some(())
    }

    async fn forget(&self, keys: &[String]) -> Option<()> {
        let mut call = redis::pipe();
        for key in keys {
            call.del(&names(key)).ignore();
        }
        self.ask(call.query_async(&mut self.link.clone())).await
    }

    /// Any error is a miss, and a reason to leave Redis alone for a moment.
    async fn ask<T: FromRedisValue>(&self, call: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        if self.circuit.is_open() {
            return None;
        }
        // Reconnecting has its own patience inside the driver; this one bounds both together.
        let why = match tokio::time::timeout(ANSWER + CONNECT, call).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(e)) => e.category().to_owned(),
            Err(_) => "no answer".to_owned(),
        };
        counter!("cache_errors_total").increment(1);
        tracing::warn!(why, "cache without Redis for a moment");
        self.circuit.open();
        None
    }
}

/// The braces keep both keys on one node of a cluster.
fn names(key: &str) -> [String; 2] {
    [format!("cache:{{{key}}}"), format!("cache:{{{key}}}:ticket")]
}

/// Invalidations that Redis has not confirmed. They are numbered, so that paying an old one does not strike
/// out a newer one of the same key.
#[derive(Default)]
struct Debts(Mutex<Book>);

#[derive(Default)]
struct Book {
    last: u64,
    open: HashMap<String, u64>,
}

impl Debts {
    /// Entered when the guard is dropped unpaid: also if the caller hangs up in the middle.
    fn owe<'a>(&'a self, key: &'a str) -> Debt<'a> {
        Debt {
            debts: self,
            key,
            paid: false,
        }
    }

    fn due(&self) -> Vec<(String, u64)> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.open
            .iter()
            .map(|(key, number)| (key.clone(), *number))
            .collect()
    }

    fn settle(&self, paid: &[(String, u64)]) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, number) in paid {
            if book.open.get(key) == Some(number) {
                book.open.remove(key);
            }
        }
    }
}

struct Debt<'a> {
    debts: &'a Debts,
    key: &'a str,
    paid: bool,
}

impl Debt<'_> {
    fn paid(mut self) {
        self.paid = true;
    }
}

impl Drop for Debt<'_> {
    fn drop(&mut self) {
        if !self.paid {
            let mut book = self.debts.0.lock().unwrap_or_else(PoisonError::into_inner);
            book.last += 1;
            let number = book.last;
            book.open.insert(self.key.to_owned(), number);
        }
    }
}

/// Open for a second after an error.
struct Circuit {
    base: Instant,
    /// Milliseconds after `base`.
    until: AtomicU64,
}

impl Circuit {
    fn new() -> Circuit {
        Circuit {
            base: Instant::now(),
            until: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn is_open(&self) -> bool {
        self.now() < self.until.load(Ordering::Relaxed)
    }

    fn open(&self) {
        let until = self
            .now()
            .saturating_add(u64::try_from(PAUSE.as_millis()).unwrap_or(0));
        self.until.store(until, Ordering::Relaxed);
    }
}
