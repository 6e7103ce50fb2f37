//! A refund 退款 of a top-up, in three steps: out of the account (a transfer under the refund's id), back to WeChat
//! Pay under its number, and, if Pay refuses, into the account again under an id of its own. The part is taken from
//! what was paid before anything moves, so that never more goes back than came.

use audit::Actor;
use corebank::{Answer as CoreAnswer, Booking};
use identity::Customer;
use kit::clock::Ms;
use kit::db::Conn;
use kit::events;
use kit::idem;
use kit::jobs::{self, NewJob};
use rails::Answer;
use rails::wechat::{RefundOrder, RefundState as AtPay};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::key::Key;
use super::sealed::refund_of;
use super::{PATIENCE, TopUpShown, TopUps};
use crate::error::Error;
use crate::jobs::TOPUP_REFUND;
use crate::model::topup::{RefundState, TopUp, TopUpId, TopUpRefund, TopUpRefundId, TopUpState, number_of};
use crate::model::transfer::ask_again_after;
use crate::store::{self, TopUpRefundRow};

/// A refund as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTopUpRefund {
    /// Fen, at most what is left of the top-up.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
}

impl TopUps {
    /// Asks for a refund to the WeChat that paid. The same key and content give the same refund.
    pub(crate) async fn give_back(
        &self,
        who: &Customer,
        id: TopUpId,
        key: &str,
        ask: &NewTopUpRefund,
    ) -> Result<TopUpShown, Error> {
        let topup = self.own(who, id).await?;
        if topup.state != TopUpState::Credited {
            return Err(Error::NotRefundable);
        }
        let refund = TopUpRefundRow {
            id: self.cx.ids.make(),
            topup: id,
            back: self.cx.ids.make(),
            amount: ask.amount_fen,
            debits: 1,
            state: RefundState::Debiting.name().to_owned(),
            business_date: self.today(),
            created_at: self.now(),
            checks: 0,
        };
        let key = Key {
            scope: format!("topup.refund:{}", who.id),
            key: key.to_owned(),
            hash: idem::hash_of(&(id, ask)),
        };
        let (this, customer) = (self.clone(), who.id);
        self.cx
            .db
            .tx(async move |c| {
                if key.claim(c, &refund.id, refund.created_at).await?.is_some() {
                    return Ok(());
                }
                if refund.amount < 1 || !store::reserve_refund(c, id, refund.amount).await? {
                    return Err(Error::RefundTooMuch);
                }
                this.start_refund(c, &refund).await?;
                let told = ("topup.refund", format!("topup:{id}"), "ok");
                let actor = Actor::Customer(customer.to_string());
                this.trail(
                    c,
                    actor,
                    told,
                    json!({"refund": refund.id, "amount_fen": refund.amount}),
                )
                .await
            })
            .await?;
        self.show(who, id).await
    }

    pub(super) async fn start_refund(&self, c: &mut Conn, refund: &TopUpRefundRow) -> Result<(), Error> {
        store::insert_topup_refund(c, refund).await?;
        let id = refund.id.to_string();
        let job = NewJob {
            kind: TOPUP_REFUND,
            key: &id,
            payload: &id,
            run_at: refund.created_at,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }

    pub(super) async fn find_refund(&self, id: TopUpRefundId) -> Result<Option<TopUpRefund>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::topup_refund(c, id).await)
            .await?;
        Ok(row.map(refund_of))
    }

    /// Does the next step; when to go on, or nothing when it has ended.
    pub(crate) async fn carry_refund(&self, id: TopUpRefundId) -> Result<Option<Ms>, Error> {
        let Some(refund) = self.find_refund(id).await? else {
            return Ok(None);
        };
        let Some(topup) = self.find(refund.topup).await? else {
            return Ok(None);
        };
        match refund.state {
            RefundState::Debiting => self.debit(&topup, &refund).await?,
            RefundState::Sending => self.send_back(&topup, &refund).await?,
            RefundState::Returning => self.put_back(&topup, &refund).await?,
            RefundState::Done | RefundState::Refused | RefundState::Returned | RefundState::Manual => {
                return Ok(None);
            }
        }
        let Some(after) = self.find_refund(id).await? else {
            return Ok(None);
        };
        let ended = !matches!(
            after.state,
            RefundState::Debiting | RefundState::Sending | RefundState::Returning
        );
        let pause = if after.state == refund.state {
            ask_again_after(refund.checks)
        } else {
            0
        };
        Ok((!ended).then(|| self.now() + pause))
    }

    async fn debit(&self, topup: &TopUp, refund: &TopUpRefund) -> Result<(), Error> {
        let way = (topup.account_no.as_str(), self.settlement.as_str());
        let order = self.transfer(refund.id.into(), way, refund.amount, &refund.business_date);
        match tokio::time::timeout(PATIENCE, self.core.transfer(&order)).await {
            Ok(CoreAnswer::Done(Booking::Posted(_))) => {
                kit::failpoint::reach("payments.topup_taken");
                self.accounts.touched([&topup.account_no; 2]).await;
                self.step(refund, RefundState::Sending, "").await
            }
            Ok(CoreAnswer::Refused(refusal)) => {
                self.step(refund, RefundState::Refused, refusal.code.as_str())
                    .await
            }
            Ok(CoreAnswer::Done(Booking::Pending(_)) | CoreAnswer::Unknown) | Err(_) => {
                self.asked(refund).await
            }
        }
    }

    async fn send_back(&self, topup: &TopUp, refund: &TopUpRefund) -> Result<(), Error> {
        let (id, now) = (refund.id, self.now());
        self.cx
            .db
            .tx(async move |c| store::topup_refund_sent(c, id, now).await)
            .await?;
        let order = RefundOrder {
            number: number_of(topup.id),
            refund_number: number_of(refund.id),
            amount: refund.amount,
            total: topup.amount,
        };
        // The same number again is the same refund, and its answer says where that stands.
        match tokio::time::timeout(PATIENCE, self.rail.refund(&order)).await {
            Ok(Answer::Done(state)) => {
                kit::failpoint::reach("payments.topup_given_back");
                self.refund_word(refund, state).await?;
                self.asked(refund).await
            }
            Ok(Answer::Refused(code)) => self.not_given_back(refund, &code).await,
            Ok(Answer::Unknown) | Err(_) => self.asked(refund).await,
        }
    }

    /// What Pay says of a refund becomes its state.
    pub(super) async fn refund_word(&self, refund: &TopUpRefund, state: AtPay) -> Result<(), Error> {
        if refund.state != RefundState::Sending {
            return Ok(());
        }
        match state {
            AtPay::Processing | AtPay::NotSeen => Ok(()),
            AtPay::Done => self.step(refund, RefundState::Done, "").await,
            AtPay::Closed => self.not_given_back(refund, "CLOSED").await,
            AtPay::Abnormal => {
                tracing::error!(refund = %refund.id, "pay could not deliver a refund; a person must look at it");
                self.step(refund, RefundState::Manual, "ABNORMAL").await
            }
        }
    }

    /// Money that never came into the account can't be put back there.
    async fn not_given_back(&self, refund: &TopUpRefund, code: &str) -> Result<(), Error> {
        let to = if refund.debits {
            RefundState::Returning
        } else {
            RefundState::Manual
        };
        self.step(refund, to, code).await
    }

    async fn put_back(&self, topup: &TopUp, refund: &TopUpRefund) -> Result<(), Error> {
        let way = (self.settlement.as_str(), topup.account_no.as_str());
        let order = self.transfer(refund.back.into(), way, refund.amount, &refund.business_date);
        match tokio::time::timeout(PATIENCE, self.core.transfer(&order)).await {
            Ok(CoreAnswer::Done(Booking::Posted(_))) => {
                self.accounts.touched([&topup.account_no; 2]).await;
                self.step(refund, RefundState::Returned, "").await
            }
            Ok(CoreAnswer::Refused(refusal)) => {
                self.step(refund, RefundState::Manual, refusal.code.as_str())
                    .await
            }
            Ok(CoreAnswer::Done(Booking::Pending(_)) | CoreAnswer::Unknown) | Err(_) => {
                self.asked(refund).await
            }
        }
    }

    /// One step, with its trail; what came to nothing frees its part of the payment.
    async fn step(&self, refund: &TopUpRefund, to: RefundState, reason: &str) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), refund.clone(), self.now());
        let reason: String = reason.chars().take(40).collect();
        self.cx
            .db
            .tx(async move |c| {
                let way = (given.state.name(), to.name());
                if !store::topup_refund_moved(c, given.id, way, &reason, now).await? {
                    return Ok(());
                }
                if matches!(to, RefundState::Refused | RefundState::Returned) {
                    store::release_refund(c, given.topup, given.amount).await?;
                }
                if matches!(to, RefundState::Done | RefundState::Returned) {
                    let fact = json!({"topup": given.topup, "refund": given.id});
                    let id = given.id.to_string();
                    events::publish(c, &this.cx, "payments.topup_refunded", &id, &fact).await?;
                }
                let told = ("topup.refund", format!("topup:{}", given.topup), to.name());
                let detail = json!({"refund": given.id, "reason": reason});
                this.trail(c, Actor::System("payments"), told, detail).await
            })
            .await
    }

    async fn asked(&self, refund: &TopUpRefund) -> Result<(), Error> {
        let id = refund.id;
        self.cx
            .db
            .tx(async move |c| store::topup_refund_asked(c, id).await)
            .await?;
        Ok(())
    }
}
