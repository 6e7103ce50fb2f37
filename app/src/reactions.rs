//! What follows from a fact across domains: whoever is concerned is told.

use kit::events::Subscription;
use kit::jobs::Handler;

use crate::wire::Bank;

pub(crate) fn subscriptions() -> Vec<Subscription> {
    Vec::new()
}

pub(crate) fn jobs(_: &Bank) -> Vec<Handler> {
    Vec::new()
}
