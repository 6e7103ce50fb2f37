//! The cache within one process.
//!
//! The tickets are generations, counted per stripe of keys: 256 counters that never grow. A neighbour's
//! invalidation voids a ticket for nothing now and then; that costs one more load and is never wrong.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use moka::Expiry;
use tokio::sync::Mutex;

use super::{Bytes, Look, Ticket};

const STRIPES: usize = 256;

/// Bytes of values and keys kept at most.
const CAPACITY: u64 = 64 * 1024 * 1024;

pub(super) struct Local {
    values: moka::future::Cache<String, Entry>,
    stripes: Stripes,
}

#[derive(Clone)]
struct Entry {
    bytes: Bytes,
    ttl: Duration,
}

struct OwnTtl;

impl Expiry<String, Entry> for OwnTtl {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.ttl)
    }
}

impl Local {
    pub(super) fn new() -> Local {
        let values = moka::future::Cache::builder()
            .max_capacity(CAPACITY)
            .weigher(|key: &String, entry: &Entry| {
                u32::try_from(key.len() + entry.bytes.len()).unwrap_or(u32::MAX)
            })
            .expire_after(OwnTtl)
            .build();
        Local {
            values,
            stripes: Stripes::new(),
        }
    }

    pub(super) async fn look(&self, key: &str) -> Look {
        match self.values.get(key).await {
            Some(entry) => Look::Hit(entry.bytes),
            None => Look::Miss(Ticket::Here(*self.stripes.of(key).lock().await)),
        }
    }

    /// Compares and stores under the stripe's lock; invalidation takes the same lock.
    pub(super) async fn store(&self, key: &str, ticket: Ticket, bytes: &Bytes, ttl: Duration) {
        let generation = self.stripes.of(key).lock().await;
        if ticket == Ticket::Here(*generation) {
            self.values
                .insert(
                    key.to_owned(),
                    Entry {
                        bytes: Bytes::clone(bytes),
                        ttl,
                    },
                )
                .await;
        }
    }

    pub(super) async fn invalidate(&self, key: &str) {
        let mut generation = self.stripes.of(key).lock().await;
        *generation += 1;
        self.values.invalidate(key).await;
    }
}

/// Generations by stripe of keys.
pub(super) struct Stripes {
    generations: Vec<Mutex<u64>>,
    spare: Mutex<u64>,
    hasher: RandomState,
}

impl Stripes {
    pub(super) fn new() -> Stripes {
        Stripes {
            generations: (0..STRIPES).map(|_| Mutex::new(0)).collect(),
            spare: Mutex::new(0),
            hasher: RandomState::new(),
        }
    }

    pub(super) fn of(&self, key: &str) -> &Mutex<u64> {
        let [low, ..] = self.hasher.hash_one(key).to_le_bytes();
        self.generations.get(usize::from(low)).unwrap_or(&self.spare)
    }
}
