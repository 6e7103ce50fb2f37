//! Background work of outreach: spreading notices, sending messages, and sweeping what is over.

use kit::clock::{DAY, HOUR, Ms};
use kit::jobs::{Handler, Job, Outcome};

use crate::error::Error;
use crate::service::Outreach;
use crate::store;

/// One per notice.
pub(crate) const SPREAD: &str = "outreach.spread";
/// One per message.
pub(crate) const SEND: &str = "outreach.send";

/// Refusals and silence are dealt with inside; what fails here is our own database.
const TRIES: i64 = 20;

pub fn jobs(outreach: &Outreach) -> Vec<Handler> {
    let (spreader, sender) = (outreach.clone(), outreach.clone());
    vec![
        Handler::new(SPREAD, TRIES, move |job| spread(spreader.clone(), job)),
        Handler::new(SEND, TRIES, move |job| send(sender.clone(), job)),
    ]
}

async fn spread(this: Outreach, job: Job) -> anyhow::Result<Outcome> {
    this.spread(job.payload.parse()?).await?;
    Ok(Outcome::Done)
}

async fn send(this: Outreach, job: Job) -> anyhow::Result<Outcome> {
    let next = this.deliver(job.payload.parse()?).await?;
    Ok(next.map_or(Outcome::Done, |at| Outcome::Again { at }))
}

/// Empties notices whose receipts never came, and removes windows and receipts that are long over; call it now and
/// then on one node or all.
pub async fn tidy_up(outreach: &Outreach) -> Result<(), Error> {
    let (db, now) = (&outreach.cx.db, outreach.cx.clock.now());
    db.tx(async move |c| store::messages::close_stale_notices(c, now - 2 * HOUR, now).await)
        .await?;
    db.drain(async move |c| store::messages::sweep_receipts(c, now - 7 * DAY).await)
        .await?;
    db.drain(async move |c| sweep_windows(c, now - DAY).await).await?;
    Ok(())
}

async fn sweep_windows(c: &mut kit::db::Conn, before: Ms) -> kit::db::Result<u64> {
    let mut gone = 0;
    for (openid, kind) in store::fans::outdated_windows(c, before).await? {
        gone += store::fans::remove_window(c, &openid, &kind, before).await?;
    }
    Ok(gone)
}
