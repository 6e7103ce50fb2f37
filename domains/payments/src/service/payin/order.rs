//! Asking Pay for a payment, and finding what was asked for.

use audit::Actor;
use kit::db::Conn;
use kit::jobs::{self, NewJob};
use rails::Answer;
use rails::wechat::{PayOrder, Reply};
use serde_json::Value;

use super::{PATIENCE, PayIns};
use crate::error::Error;
use crate::jobs::PAYIN_WATCH;
use crate::model::payin::{FIRST_LOOK, Origin, PayIn, PayInId, number_of};
use crate::store;

impl PayIns {
    /// Writes an order that waits to be paid, with the job that looks after it and its line in the trail.
    pub(in crate::service) async fn write_order(
        &self,
        c: &mut Conn,
        payin: &PayIn,
        actor: Actor,
        (action, detail): (&'static str, Value),
    ) -> Result<(), Error> {
        store::insert_payin(c, &self.seal(payin)).await?;
        let id = payin.id.to_string();
        let job = NewJob {
            kind: PAYIN_WATCH,
            key: &id,
            payload: &id,
            run_at: payin.created_at + FIRST_LOOK,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        self.trail(c, actor, (action, payin.subject(), "ok"), detail)
            .await
    }

    pub(in crate::service) async fn find(&self, id: PayInId) -> Result<Option<PayIn>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::payin(c, id).await)
            .await?;
        row.map(|row| self.open(row)).transpose()
    }
}

/// The order as Pay wants it.
pub(in crate::service) fn pay_order(payin: &PayIn) -> PayOrder {
    PayOrder {
        number: number_of(payin.id),
        openid: match &payin.origin {
            Origin::TopUp { openid, .. } => openid.clone(),
            Origin::Counter { .. } => String::new(),
        },
        amount: payin.amount,
        description: payin.description().to_owned(),
        expires_at: payin.expires_at,
    }
}

/// What Pay says to an order; the same order again is the same payment.
pub(in crate::service) async fn asked<T>(id: PayInId, reply: Reply<'_, T>) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, reply).await {
        Ok(Answer::Done(done)) => Ok(done),
        Ok(Answer::Refused(code)) => {
            tracing::warn!(payin = %id, code, "pay refused an order");
            Err(Error::PayRefused)
        }
        Ok(Answer::Unknown) | Err(_) => Err(Error::PayUnavailable),
    }
}
