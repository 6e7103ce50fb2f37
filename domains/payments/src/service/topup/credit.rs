//! A paid top-up comes into the account by one transfer under its own id, sent again until the core has answered.

use audit::Actor;
use corebank::{Answer, Booking, Posted, RefusalCode};
use kit::clock::Ms;
use kit::events;
use serde_json::json;

use super::{PATIENCE, TopUps};
use crate::error::Error;
use crate::model::topup::{RefundState, TopUp, TopUpId, TopUpState};
use crate::model::transfer::ask_again_after;
use crate::store::{self, TopUpRefundRow};

impl TopUps {
    /// Tries once; when to try again, or nothing when it has ended.
    pub(crate) async fn credit(&self, id: TopUpId) -> Result<Option<Ms>, Error> {
        let Some(topup) = self.find(id).await? else {
            return Ok(None);
        };
        if topup.state != TopUpState::Paid {
            return Ok(None);
        }
        let way = (self.settlement.as_str(), topup.account_no.as_str());
        let order = self.transfer(id.into(), way, topup.amount, &topup.business_date);
        match tokio::time::timeout(PATIENCE, self.core.transfer(&order)).await {
            Ok(Answer::Done(Booking::Posted(posted))) => {
                kit::failpoint::reach("payments.topup_sent");
                self.credited(&topup, posted).await?;
                kit::failpoint::reach("payments.topup_credited");
            }
            Ok(Answer::Refused(refusal)) => self.uncredited(&topup, refusal.code).await?,
            Ok(Answer::Done(Booking::Pending(_)) | Answer::Unknown) | Err(_) => {
                self.cx
                    .db
                    .tx(async move |c| store::topup_asked(c, id).await)
                    .await?;
                return Ok(Some(self.now() + ask_again_after(topup.checks)));
            }
        }
        Ok(None)
    }

    async fn credited(&self, topup: &TopUp, posted: Posted) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), topup.clone(), self.now());
        self.cx
            .db
            .tx(async move |c| {
                let id = given.id.to_string();
                let how = ("", posted.reference.as_str());
                if !store::topup_ended(c, given.id, TopUpState::Credited.name(), how, now).await? {
                    return Ok(());
                }
                let told = ("topup.credit", format!("topup:{id}"), "ok");
                this.trail(
                    c,
                    Actor::System("payments"),
                    told,
                    json!({"reference": posted.reference}),
                )
                .await?;
                let fact = json!({"topup": given.id, "customer": given.customer});
                Ok::<_, Error>(events::publish(c, &this.cx, "payments.topped_up", &id, &fact).await?)
            })
            .await?;
        self.accounts.touched([&topup.account_no; 2]).await;
        Ok(())
    }

    /// The account can't take it: all of it goes back to where it came from.
    async fn uncredited(&self, topup: &TopUp, code: RefusalCode) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), topup.clone(), self.now());
        let refund = TopUpRefundRow {
            id: self.cx.ids.make(),
            topup: topup.id,
            back: self.cx.ids.make(),
            amount: topup.amount,
            debits: 0,
            state: RefundState::Sending.name().to_owned(),
            business_date: self.today(),
            created_at: now,
            checks: 0,
        };
        self.cx
            .db
            .tx(async move |c| {
                let how = (code.as_str(), "");
                if !store::topup_ended(c, given.id, TopUpState::Uncredited.name(), how, now).await? {
                    return Ok(());
                }
                store::reserve_refund(c, given.id, given.amount).await?;
                this.start_refund(c, &refund).await?;
                let told = ("topup.credit", format!("topup:{}", given.id), "refused");
                this.trail(c, Actor::System("payments"), told, json!({"code": code.as_str()}))
                    .await
            })
            .await
    }
}
