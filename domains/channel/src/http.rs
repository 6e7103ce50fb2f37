//! WeChat's callback, to be nested at the address told to WeChat.

use std::sync::Arc;

use axum::Router;
use weigui_wechat::{Callback, Setup};

use crate::service::Channel;

/// `GET` verifies the address, `POST` takes a push; what is not WeChat's is refused alike.
pub fn callback(channel: &Channel) -> Router {
    let (clock, tasks) = (channel.cx.clock.clone(), channel.cx.tasks.clone());
    let this = Arc::new(channel.clone());
    let account = channel.settings.account.clone();
    let mut setup = Setup::new(account, this.clone(), this, Arc::new(move || clock.now() / 1000));
    setup.spawner = Arc::new(move |work| drop(tasks.start(work)));
    setup.refused = Arc::new(|reject| {
        tracing::info!(reason = ?reject, "callback refused");
        kit::telemetry::count("weigui_callbacks_refused_total");
    });
    weigui_wechat::router(Callback::new(setup))
}
