//! Background work of payments: looking after transfers whose outcome is not known.

use kit::jobs::{Handler, Job, Outcome};

use crate::service::Payments;

/// One job per authorised transfer; taken back when the transfer ends.
pub(crate) const SETTLE: &str = "payments.settle";

/// Asks fail only inside; after so many in a row somebody must look.
const TRIES: i64 = 50;

pub fn jobs(payments: &Payments) -> Vec<Handler> {
    let this = payments.clone();
    vec![Handler::new(SETTLE, TRIES, move |job| settle(this.clone(), job))]
}

async fn settle(this: Payments, job: Job) -> anyhow::Result<Outcome> {
    let next = this.settle_later(job.payload.parse()?).await?;
    Ok(next.map_or(Outcome::Done, |at| Outcome::Again { at }))
}
