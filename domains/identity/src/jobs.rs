//! Background work of identity: handing codes to the SMS gateway, and sweeping what is over.

use couriers::SmsAnswer;
use kit::clock::{DAY, HOUR, Ms};
use kit::jobs::{Handler, Job, Outcome};

use crate::model::challenge::ChallengeId;
use crate::service::Identity;
use crate::service::challenge::SEND_CODE;
use crate::store;

pub fn jobs(identity: &Identity) -> Vec<Handler> {
    let this = identity.clone();
    vec![Handler::new(SEND_CODE, 4, move |job| {
        send_code(this.clone(), job)
    })]
}

/// Hands a code over. What is not answered is sent again: a code twice is no harm, a code never is.
async fn send_code(this: Identity, job: Job) -> anyhow::Result<Outcome> {
    let id: ChallengeId = job.payload.parse()?;
    let Some((phone, text, sealed)) = this.code_to_send(id).await? else {
        return Ok(Outcome::Done);
    };
    match this.sms.send(&job.key, &phone, &text).await {
        SmsAnswer::Sent => {}
        SmsAnswer::Refused(code) => anyhow::bail!("gateway refused: {code}"),
        SmsAnswer::Unknown => anyhow::bail!("gateway did not answer"),
    }
    this.cx
        .db
        .tx(async move |c| store::challenges::forget_code(c, id, &sealed).await)
        .await?;
    Ok(Outcome::Done)
}

/// Removes states, sessions, challenges and counters that are long over, a few rows a transaction; call it
/// now and then on one node or all.
pub async fn tidy_up(identity: &Identity) -> kit::db::Result<()> {
    let (db, now) = (&identity.cx.db, identity.cx.clock.now());
    db.drain(async move |c| store::bindings::sweep_oauth(c, now - HOUR).await)
        .await?;
    db.drain(async move |c| store::bindings::sweep_enrolments(c, now - 30 * DAY).await)
        .await?;
    db.drain(async move |c| store::sessions::sweep(c, now - 30 * DAY).await)
        .await?;
    db.drain(async move |c| store::challenges::sweep(c, now - 90 * DAY).await)
        .await?;
    db.drain(async move |c| sweep_counters(c, now - 2 * DAY).await)
        .await?;
    Ok(())
}

async fn sweep_counters(c: &mut kit::db::Conn, before: Ms) -> kit::db::Result<u64> {
    let mut gone = 0;
    for (bucket, key) in store::throttle::outdated(c, before).await? {
        gone += store::throttle::remove(c, &bucket, &key, before).await?;
    }
    Ok(gone)
}
