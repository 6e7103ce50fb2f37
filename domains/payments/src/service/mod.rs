//! The use cases of payments: check, draft, authorise, settle, look.

mod authorise;
mod check;
mod draft;
mod look;
mod sealed;
mod settle;

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use corebank::CoreBank;
use identity::Identity;
use kit::cx::Cx;
use kit::limits::{Limiter, Quota};

pub(crate) use check::{Check, Checked};
pub(crate) use draft::Draft;
pub use look::{Figures, Notice};
pub(crate) use look::{RecentPayee, TransferState};

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Payments {
    pub(crate) cx: Cx,
    pub(crate) core: Arc<dyn CoreBank>,
    pub(crate) identity: Identity,
    pub(crate) accounts: Accounts,
    /// Who walks through account numbers learns names; this makes it slow.
    pub(crate) checks: Limiter,
}

impl Payments {
    pub fn new(cx: Cx, core: Arc<dyn CoreBank>, identity: Identity, accounts: Accounts) -> Self {
        let checks = Limiter::new(Quota {
            burst: 60,
            per: Duration::from_mins(10),
        });
        Self {
            cx,
            core,
            identity,
            accounts,
            checks,
        }
    }
}
