//! Background work of accounts: telling the core of blocks and lifts until it has heard, and meeting
//! the accounts of a customer who has just bound.

use identity::CustomerId;
use kit::{
    clock::{MINUTE, Ms, SECOND},
    events::Subscription,
    jobs::{Handler, Job, Outcome},
};
use serde::Deserialize;

use crate::{
    model::loss::{LossId, LossState},
    service::{Accounts, lift::LIFT, loss::RESTRICT},
    store::{self, Loss},
};

const DISCOVER: &str = "accounts.discover";
/// Refusals are counted; silence of the core is not. After so many somebody must look.
const TRIES: i64 = 12;

pub fn subscriptions() -> Vec<Subscription> {
    vec![Subscription {
        topic: "identity.bound",
        job_kind: DISCOVER,
    }]
}

pub fn jobs(accounts: &Accounts) -> Vec<Handler> {
    let (a, b, c) = (accounts.clone(), accounts.clone(), accounts.clone());
    vec![
        Handler::new(RESTRICT, TRIES, move |job| restrict(a.clone(), job)),
        Handler::new(LIFT, TRIES, move |job| lift(b.clone(), job)),
        Handler::new(DISCOVER, TRIES, move |job| discover(c.clone(), job)),
    ]
}

async fn restrict(this: Accounts, job: Job) -> anyhow::Result<Outcome> {
    let Some(loss) = loss_of(&this, &job).await? else {
        return Ok(Outcome::Done);
    };
    if loss.core_confirmed || loss.state != LossState::Blocked.as_str() {
        return Ok(Outcome::Done);
    }
    let account = this.own(loss.customer, loss.account).await?;
    Ok(if this.tell_core(&loss, &account).await? {
        Outcome::Done
    } else {
        again(&this, loss.blocked_at)
    })
}

async fn lift(this: Accounts, job: Job) -> anyhow::Result<Outcome> {
    let Some(loss) = loss_of(&this, &job).await? else {
        return Ok(Outcome::Done);
    };
    if loss.state != LossState::Lifting.as_str() {
        return Ok(Outcome::Done);
    }
    let account = this.own(loss.customer, loss.account).await?;
    Ok(if this.lift_in_core(&loss, &account).await? {
        Outcome::Done
    } else {
        again(&this, loss.blocked_at)
    })
}

async fn loss_of(this: &Accounts, job: &Job) -> anyhow::Result<Option<Loss>> {
    let id: LossId = job.payload.parse()?;
    Ok(this
        .cx
        .db
        .glance(async move |c| store::loss_by_id(c, id).await)
        .await?)
}

/// Often at first, then patiently, and for ever: a block that the core has not taken is not settled.
fn again(this: &Accounts, since: Ms) -> Outcome {
    let now = this.cx.clock.now();
    let wait = match now - since {
        ..=60_000 => 5 * SECOND,
        60_001..=600_000 => 30 * SECOND,
        _ => 5 * MINUTE,
    };
    Outcome::Again { at: now + wait }
}

#[derive(Deserialize)]
struct Bound {
    customer: CustomerId,
    openid: String,
}

/// So that the office sees the accounts of a customer who has never opened the overview.
async fn discover(this: Accounts, job: Job) -> anyhow::Result<Outcome> {
    let bound: Bound = serde_json::from_str(&job.payload)?;
    // Who has unbound again in the meantime is left alone.
    let Some(who) = this.identity.customer_of(&bound.openid).await? else {
        return Ok(Outcome::Done);
    };
    if who.id != bound.customer {
        return Ok(Outcome::Done);
    }
    let met = this.list(who.id, &who.customer_no).await?;
    let now = this.cx.clock.now();
    Ok(met.map_or(Outcome::Again { at: now + MINUTE }, |_| Outcome::Done))
}
