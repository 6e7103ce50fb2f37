//! The channel: an inbox that survives restarts, and the routing of what is pushed.

mod inbox;
mod routing;

use std::sync::Arc;

use axum::Router;
use kit::clock::Ms;
use kit::cx::Cx;
use outreach::Outreach;
use weigui_wechat::{Account, Callback, Setup};

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

    /// The callback, to be nested at the address told to WeChat.
    pub fn callback(&self) -> Router {
        let clock = self.cx.clock.clone();
        let tasks = self.cx.tasks.clone();
        let this = Arc::new(self.clone());
        let mut setup = Setup::new(
            self.settings.account.clone(),
            this.clone(),
            this,
            Arc::new(move || clock.now() / 1000),
        );
        setup.spawner = Arc::new(move |work| drop(tasks.start(work)));
        setup.refused = Arc::new(|reject| {
            tracing::info!(reason = ?reject, "callback refused");
            kit::telemetry::count("weigui_callbacks_refused_total");
        });
        weigui_wechat::router(Callback::new(setup))
    }

    /// How many pushes came since an instant.
    pub async fn callbacks_since(&self, since: Ms) -> kit::db::Result<i64> {
        self.cx
            .db
            .read(async move |c| store::count_since(c, since).await)
            .await
    }
}
