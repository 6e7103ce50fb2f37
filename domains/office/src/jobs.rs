//! Background work of the office: cases that facts open and close, and runs of reconciliation.

use kit::clock::DAY;
use kit::events::Subscription;
use kit::jobs::{Handler, Job, Outcome};
use serde_json::Value;

use crate::error::Error;
use crate::model::case::Stuck;
use crate::service::Office;
use crate::store;

/// One per run.
pub(crate) const RECONCILE: &str = "office.reconcile";
const UNKNOWN: &str = "office.case_unknown";
const DISPUTED: &str = "office.case_disputed";
const SETTLED: &str = "office.case_settled";
const STUCK: &str = "office.case_payin";
const UNSTUCK: &str = "office.case_payin_ended";
const TRIES: i64 = 12;

pub fn subscriptions() -> Vec<Subscription> {
    [
        ("payments.unknown_for_long", UNKNOWN),
        ("payments.posted", SETTLED),
        ("payments.failed", SETTLED),
        ("payments.returned", SETTLED),
        ("accounts.disputed", DISPUTED),
        ("payments.payin_stuck", STUCK),
        ("payments.payin_unstuck", UNSTUCK),
    ]
    .map(|(topic, job_kind)| Subscription { topic, job_kind })
    .into()
}

pub fn jobs(office: &Office) -> Vec<Handler> {
    let with = |kind: &'static str| {
        let office = office.clone();
        Handler::new(kind, TRIES, move |job| react(office.clone(), kind, job))
    };
    let runner = office.clone();
    let mut all: Vec<Handler> = [UNKNOWN, DISPUTED, SETTLED, STUCK, UNSTUCK].map(with).into();
    all.push(Handler::new(RECONCILE, TRIES, move |job| {
        reconcile(runner.clone(), job)
    }));
    all
}

async fn react(office: Office, kind: &'static str, job: Job) -> anyhow::Result<Outcome> {
    let fact: Value = serde_json::from_str(&job.payload)?;
    let id = |key: &str| {
        fact.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match kind {
        UNKNOWN => office.unknown_for_long(id("transfer").parse()?).await?,
        DISPUTED => office.disputed(id("dispute").parse()?).await?,
        STUCK => office.payin_stuck(stuck(&fact)?).await?,
        UNSTUCK => office.payin_ended(stuck(&fact)?).await?,
        _ => office.settle_if_known(id("transfer").parse()?).await?,
    }
    Ok(Outcome::Done)
}

/// What of a payment a fact is about.
fn stuck(fact: &Value) -> anyhow::Result<Stuck> {
    let id = |key: &str| fact.get(key).and_then(Value::as_str);
    let payin = id("payin").unwrap_or_default().parse()?;
    let refund = id("refund").map(str::parse).transpose()?;
    let twice = fact.get("twice").and_then(Value::as_bool).unwrap_or(false);
    Ok(Stuck::of(payin, refund, twice))
}

async fn reconcile(office: Office, job: Job) -> anyhow::Result<Outcome> {
    let id = job.payload.parse()?;
    let next = match office.reconcile_day(id).await {
        Err(error) if job.tries + 1 >= TRIES => {
            tracing::error!(run = %id, cause = %error, "a run fails again and again");
            office.not_compared(id).await?
        }
        done => done?,
    };
    Ok(next.map_or(Outcome::Done, |at| Outcome::Again { at }))
}

/// Removes the runs of minutes in which nothing differed, a week after; call it now and then on one node or all.
pub async fn tidy_up(office: &Office) -> Result<(), Error> {
    let before = office.0.cx.clock.now() - 7 * DAY;
    let swept = office
        .0
        .cx
        .db
        .tx(async move |c| store::recon::sweep(c, before).await);
    Ok(swept.await.map(|_| ())?)
}
