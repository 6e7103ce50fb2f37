//! The channel: an inbox that survives restarts, and the routing of what is pushed.

mod inbox;
mod routing;

use std::sync::Arc;

use kit::clock::Ms;
use kit::cx::Cx;
use outreach::Outreach;
use weigui_wechat::Account;

use crate::model::{Command, Welcome};
use crate::store;

pub(crate) use inbox::Orphan;

/// The account that we answer for, and what we say.
pub struct Settings {
    pub account: Account,
    pub welcome: Welcome,
    /// Handed in by the wiring, so that the channel needs no other domain.
    pub commands: Vec<Command>,
}

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Channel {
    pub(crate) cx: Cx,
    pub(crate) outreach: Outreach,
    pub(crate) settings: Arc<Settings>,
}

impl Channel {
    pub fn new(cx: Cx, outreach: Outreach, settings: Settings) -> Self {
        Self {
            cx,
            outreach,
            settings: Arc::new(settings),
        }
    }

    /// How many pushes came since an instant.
    pub async fn callbacks_since(&self, since: Ms) -> kit::db::Result<i64> {
        self.cx
            .db
            .glance(async move |c| store::count_since(c, since).await)
            .await
    }
}
