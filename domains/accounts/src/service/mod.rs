//! The use cases of accounts, by what a customer wants.

pub(crate) mod balance;
mod chat;
pub(crate) mod dispute;
pub(crate) mod entries;
pub(crate) mod export;
pub(crate) mod feed;
pub(crate) mod files;
pub(crate) mod lift;
pub(crate) mod loss;
mod office;
pub(crate) mod overview;
pub(crate) mod summary;
mod told;

use std::{path::PathBuf, sync::Arc, time::Duration};

use corebank::CoreBank;
use identity::Identity;
use kit::{
    cx::Cx,
    limits::{Limiter, Quota},
};

use crate::{document::Fonts, model::loss::BranchView};

/// A branch that the customer is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub name: String,
    pub address: String,
    pub phone: String,
}

/// What the bank has decided about accounts.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Printed at the head of statements: `微柜银行`.
    pub bank_name: String,
    /// Where customers reach us; the check of a statement's code is linked from there.
    pub public_url: String,
    /// Font file with Chinese for PDF statements; none: the usual places of Debian are tried.
    pub font: Option<PathBuf>,
    pub branch: Branch,
}

/// How long a request waits for the core's word on something that is safe without it.
pub(crate) const PATIENCE: Duration = Duration::from_millis(1_500);

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) cx: Cx,
    pub(crate) core: Arc<dyn CoreBank>,
    pub(crate) identity: Identity,
    pub(crate) settings: Arc<Settings>,
    pub(crate) fonts: Arc<Fonts>,
    /// Sixteen digits can't be guessed; this keeps the tries from crowding out others.
    pub(crate) checks: Limiter,
}

impl Accounts {
    pub fn new(cx: Cx, core: Arc<dyn CoreBank>, identity: Identity, settings: Settings) -> Self {
        let checks = Limiter::new(Quota {
            burst: 60,
            per: Duration::from_mins(1),
        });
        let fonts = Arc::new(Fonts::new(settings.font.clone()));
        Self {
            cx,
            core,
            identity,
            settings: Arc::new(settings),
            fonts,
            checks,
        }
    }

    pub(crate) fn branch(&self) -> BranchView {
        let branch = &self.settings.branch;
        BranchView {
            name: branch.name.clone(),
            address: branch.address.clone(),
            phone: branch.phone.clone(),
        }
    }
}
