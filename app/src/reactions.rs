//! What follows from a fact across domains: whoever is concerned is told.

use accounts::counterparty;
use kit::clock::text_of;
use kit::events::Subscription;
use kit::jobs::{Handler, Job, Outcome};
use outreach::{Notice, NoticeKind};
use payments::State;
use serde_json::Value;

use crate::wire::Bank;

const TOLD: [(&str, &str); 5] = [
    ("payments.posted", "app.tell_posted"),
    ("payments.failed", "app.tell_failed"),
    ("accounts.loss_reported", "app.tell_loss"),
    ("accounts.loss_lifted", "app.tell_lifted"),
    ("identity.bound", "app.tell_bound"),
];

pub(crate) fn subscriptions() -> Vec<Subscription> {
    TOLD.iter().map(|(topic, job_kind)| Subscription { topic, job_kind }).collect()
}
