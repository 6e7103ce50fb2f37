//! The use cases of the office.

pub(crate) mod cases;
mod customers;
mod figures;
mod nodes;
pub(crate) mod recon;
mod trail;

use std::sync::Arc;

use accounts::Accounts;
use channel::Channel;
use corebank::CoreBank;
use identity::Identity;
use kit::cx::Cx;
use payments::{PayIns, Payments};

pub(crate) use customers::Found;
pub use nodes::keep_reporting;
pub use recon::keep_reconciling;
pub(crate) use trail::TrailRow;

/// What the office looks into.
pub struct Parts {
    pub cx: Cx,
    pub core: Arc<dyn CoreBank>,
    pub identity: Identity,
    pub accounts: Accounts,
    pub payments: Payments,
    pub payins: PayIns,
    pub channel: Channel,
    /// The roles of this node, as on its command line.
    pub roles: String,
    pub version: &'static str,
}

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Office(pub(crate) Arc<Parts>);

impl Office {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}
