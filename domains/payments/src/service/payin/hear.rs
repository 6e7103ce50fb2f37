//! What Pay tells of its own accord. A notice is taken once: five copies at once are one payment.

use audit::Actor;
use kit::jobs::{self, NewJob};
use rails::wechat::{NotTaken, Notice, Payment, RawNotice, RefundState as AtPay, not_taken};
use serde_json::json;

use super::PayIns;
use crate::error::Error;
use crate::jobs::{PAYIN_CREDIT, PAYIN_WATCH};
use crate::model::payin::{PayIn, PayInId, RefundId, id_of};
use crate::store;

impl PayIns {
    /// A notice as it came; `Ok` when it is taken, or was before. Pay repeats it for a day otherwise.
    pub async fn hear<'a>(&'a self, raw: RawNotice<'a>) -> Result<(), NotTaken> {
        let ours = |error: Error| {
            tracing::error!(cause = %error, "a notice of pay could not be taken");
            not_taken(500, "系统繁忙，请稍后重试")
        };
        match self.rail.notice(raw).await? {
            Notice::Other => Ok(()),
            Notice::Refund {
                refund_number, state, ..
            } => {
                let Some(id) = id_of::<RefundId>(&refund_number) else {
                    return Err(not_taken(400, "退款单不存在"));
                };
                self.refund_heard(id, state).await.map_err(ours)
            }
            Notice::Paid(payment) => {
                let found = match id_of::<PayInId>(&payment.number) {
                    Some(id) => self.find(id).await.map_err(ours)?,
                    None => None,
                };
                let Some(payin) = found else {
                    tracing::error!(
                        number = payment.number,
                        "pay tells of an order that we do not know"
                    );
                    return Err(not_taken(400, "订单不存在"));
                };
                if payment.amount != payin.amount {
                    tracing::error!(payin = %payin.id, told = payment.amount, "pay tells of another amount");
                    return Err(not_taken(400, "订单金额不一致"));
                }
                self.paid(&payin, &payment).await.map(drop).map_err(ours)
            }
        }
    }

    /// Notes the payment, once, with the job that brings it into the account. False when Pay knows another amount: that
    /// order goes on being looked at, and the day's bill shows the difference.
    pub(super) async fn paid(&self, payin: &PayIn, payment: &Payment) -> Result<bool, Error> {
        if payment.amount != payin.amount {
            tracing::error!(payin = %payin.id, told = payment.amount, "pay knows another amount");
            return Ok(false);
        }
        if !payin.state.takes_payment() {
            if payin.transaction_id != payment.transaction_id {
                tracing::error!(payin = %payin.id, "pay tells of a second payment for one order");
            }
            return Ok(true);
        }
        let (this, payin, payment) = (self.clone(), payin.clone(), payment.clone());
        let (now, today) = (self.now(), self.today());
        self.cx
            .db
            .tx(async move |c| {
                let at = payment.at.unwrap_or(now);
                if !store::payin_paid(c, payin.id, &payment.transaction_id, &today, at).await? {
                    return Ok(());
                }
                let id = payin.id.to_string();
                let job = NewJob {
                    kind: PAYIN_CREDIT,
                    key: &id,
                    payload: &id,
                    run_at: now,
                };
                jobs::enqueue(c, &this.cx, job).await?;
                jobs::cancel(c, PAYIN_WATCH, &id).await?;
                let told = (payin.names().paid, payin.subject(), "ok");
                let detail = json!({"transaction_id": payment.transaction_id, "amount_fen": payment.amount});
                this.trail(c, Actor::System("payments"), told, detail).await
            })
            .await?;
        kit::failpoint::reach("payments.payin_paid");
        Ok(true)
    }

    async fn refund_heard(&self, id: RefundId, state: AtPay) -> Result<(), Error> {
        let Some(refund) = self.find_refund(id).await? else {
            tracing::error!(refund = %id, "pay tells of a refund that we do not know");
            return Ok(());
        };
        let Some(payin) = self.find(refund.payin).await? else {
            return Ok(());
        };
        self.refund_word(&payin, &refund, state).await.map(drop)
    }
}
