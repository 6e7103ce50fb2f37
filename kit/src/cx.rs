//! The context that every use case is given: the only way to time, ids, chance, storage and tasks.

use std::ops::Deref;
use std::sync::Arc;

use crate::bus::Bus;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::crypto::Vault;
use crate::db::Db;
use crate::events::Subscription;
use crate::ids::Ids;
use crate::random::Random;
use crate::tasks::Tasks;

/// Cheap to clone; made once by the wiring of the process.
#[derive(Clone)]
pub struct Cx(Arc<Parts>);

pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub ids: Ids,
    pub random: Random,
    pub cache: Cache,
    pub bus: Bus,
    pub vault: Vault,
    pub tasks: Tasks,
    /// Who listens to which events; complete before the first transaction.
    pub subscriptions: Vec<Subscription>,
    /// This node's name, unique among the nodes that run now.
    pub node: String,
}

impl Cx {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Cx {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
