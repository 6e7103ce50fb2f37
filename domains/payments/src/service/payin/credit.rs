//! What is paid comes into its account by one transfer under its own id, sent again until the core has answered.

use audit::Actor;
use corebank::{Answer, Posted, RefusalCode};
use kit::clock::Ms;
use kit::events;
use serde_json::json;

use super::PayIns;
use crate::error::Error;
use crate::model::payin::{Origin, PayIn, PayInId, PayInState, RefundState};
use crate::model::transfer::ask_again_after;
use crate::store;

impl PayIns {
    /// Tries once; when to try again, or nothing when it has ended.
    pub(crate) async fn credit(&self, id: PayInId) -> Result<Option<Ms>, Error> {
        let Some(payin) = self.find(id).await? else {
            return Ok(None);
        };
        if payin.state != PayInState::Paid {
            return Ok(None);
        }
        let order = self.inward(&payin, id.into(), (payin.amount, &payin.business_date));
        match self.book(&order).await {
            Answer::Done(posted) => {
                kit::failpoint::reach("payments.payin_sent");
                self.credited(&payin, posted).await?;
                kit::failpoint::reach("payments.payin_credited");
            }
            Answer::Refused(refusal) => self.uncredited(&payin, refusal.code).await?,
            Answer::Unknown => {
                let next = self.now() + ask_again_after(payin.checks);
                let this = self.clone();
                self.cx
                    .db
                    .tx(async move |c| {
                        store::payin_asked(c, id).await?;
                        this.long_unknown(c, &payin).await
                    })
                    .await?;
                return Ok(Some(next));
            }
        }
        Ok(None)
    }

    async fn credited(&self, payin: &PayIn, posted: Posted) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), payin.clone(), self.now());
        self.cx
            .db
            .tx(async move |c| {
                let id = given.id.to_string();
                let how = ("", posted.reference.as_str());
                if !store::payin_ended(c, given.id, PayInState::Credited.name(), how, now).await? {
                    return Ok(());
                }
                let told = (given.names().credit, given.subject(), "ok");
                this.trail(
                    c,
                    Actor::System("payments"),
                    told,
                    json!({"reference": posted.reference}),
                )
                .await?;
                let fact = match &given.origin {
                    Origin::TopUp { customer, .. } => json!({"topup": given.id, "customer": customer}),
                    Origin::Counter { .. } => json!({"collection": given.id}),
                };
                let topic = given.names().credited;
                events::publish(c, &this.cx, topic, &id, &fact).await?;
                this.payin_unstuck(c, &given).await
            })
            .await?;
        self.accounts.touched([&payin.account_no; 2]).await;
        Ok(())
    }

    /// The account can't take it: all of it goes back to where it came from.
    async fn uncredited(&self, payin: &PayIn, code: RefusalCode) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), payin.clone(), self.now());
        let what = (self.cx.ids.make(), payin.amount);
        let refund = self.refund_row(payin.id, what, RefundState::Sending);
        self.cx
            .db
            .tx(async move |c| {
                let how = (code.as_str(), "");
                if !store::payin_ended(c, given.id, PayInState::Uncredited.name(), how, now).await? {
                    return Ok(());
                }
                store::reserve_refund(c, given.id, given.amount).await?;
                this.start_refund(c, &refund).await?;
                let told = (given.names().credit, given.subject(), "refused");
                this.trail(c, Actor::System("payments"), told, json!({"code": code.as_str()}))
                    .await?;
                this.payin_unstuck(c, &given).await
            })
            .await
    }
}
