//! Background work of payments: looking after transfers whose outcome is not known.

use kit::jobs::{Handler, Job, Outcome};

use crate::service::{PayIns, Payments};

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

/// One job per order that waits to be paid. The kinds keep the name of what came in first.
pub(crate) const PAYIN_WATCH: &str = "payments.topup_watch";
/// One per payment, until the core has it.
pub(crate) const PAYIN_CREDIT: &str = "payments.topup_credit";
/// One per refund of a payment.
pub(crate) const PAYIN_REFUND: &str = "payments.topup_refund";

impl PayIns {
    /// What looks after what comes in, and what goes back of it.
    pub fn jobs(&self) -> Vec<Handler> {
        let (watching, crediting, refunding) = (self.clone(), self.clone(), self.clone());
        vec![
            Handler::new(PAYIN_WATCH, TRIES, move |job| {
                let this = watching.clone();
                async move { Ok(again(this.watch(job.payload.parse()?).await?)) }
            }),
            Handler::new(PAYIN_CREDIT, TRIES, move |job| {
                let this = crediting.clone();
                async move { Ok(again(this.credit(job.payload.parse()?).await?)) }
            }),
            Handler::new(PAYIN_REFUND, TRIES, move |job| {
                let this = refunding.clone();
                async move { Ok(again(this.carry_refund(job.payload.parse()?).await?)) }
            }),
        ]
    }
}

fn again(next: Option<kit::clock::Ms>) -> Outcome {
    next.map_or(Outcome::Done, |at| Outcome::Again { at })
}
