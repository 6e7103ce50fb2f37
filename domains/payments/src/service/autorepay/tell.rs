//! What the customer hears of an agreement: tomorrow's repayment, one that failed, a pause. What succeeds is told as any
//! repayment is.

use audit::{Actor, Entry};
use identity::mask;
use kit::clock::Ms;
use kit::events;
use kit::money::Money;
use serde_json::json;

use super::super::Payments;
use super::run::{Bill, Outlook, after};
use crate::error::Error;
use crate::model::autorepay::{
    Agreement, AgreementId, Run, Stage, Step, failed_text, paused_text, warning_text,
};
use crate::model::schedule::due_at;
use crate::store;

/// What a message about an agreement needs.
#[derive(Clone, Debug)]
pub struct AutoRepayNotice {
    pub customer: identity::CustomerId,
    pub card: accounts::AccountId,
    pub card_tail: String,
    pub account_tail: String,
    pub amount: Money,
    /// When the due day's repayment leaves or should have left; now where no day is meant.
    pub at: Ms,
    /// Why a bill was not repaid, in the bank's words.
    pub failed: &'static str,
    /// Why the agreement is paused.
    pub paused: &'static str,
    /// What would stop it tomorrow, to be put behind a sentence; empty when nothing does.
    pub warning: &'static str,
}

impl Payments {
    /// The day before: how much, and whether it would work now, so that the customer can mend it.
    pub(super) async fn tell_tomorrow(&self, a: &Agreement, bill: &Bill) -> Result<(), Error> {
        let at = due_at(bill.due);
        if bill.fen == 0 {
            return self.later(a, at).await;
        }
        let reason = match self.outlook_of(a, bill).await? {
            Outlook::Good(_) | Outlook::Unknown => "",
            Outlook::Short => "insufficient",
            Outlook::Stopped(why) => why,
        };
        let day = bill.due.to_string();
        let told = Agreement {
            told_for: day.clone(),
            look_at: at,
            ..a.clone()
        };
        let (this, fen) = (self.clone(), bill.fen);
        self.cx
            .db
            .tx(async move |c| {
                if !store::agreement_turns(c, &told).await? {
                    return Err(Error::AgreementState);
                }
                let body = json!({
                    "agreement": told.id, "customer": told.customer, "day": day, "amount": fen, "reason": reason,
                });
                let key = format!("{}.{day}", told.id);
                events::publish(c, &this.cx, "payments.autorepay_tomorrow", &key, &body).await?;
                Ok(())
            })
            .await
    }

    /// This bill will not be repaid by us: the customer has to know in time.
    pub(super) async fn give_up(
        &self,
        a: &Agreement,
        bill: &Bill,
        reason: &'static str,
    ) -> Result<(), Error> {
        let now = self.cx.clock.now();
        let before = bill.run.as_ref();
        let run = Run {
            due_on: bill.due.to_string(),
            attempt: before.map_or(0, |run| run.attempt),
            transfer: before.map_or_else(String::new, |run| run.transfer.clone()),
            amount_fen: bill.fen,
            result: "failed".to_owned(),
            reason: reason.to_owned(),
            at: now,
        };
        let (this, next) = (self.clone(), after(a, bill, now));
        let before = before.map(|run| run.attempt);
        self.cx
            .db
            .tx(async move |c| {
                this.write_bill_run(c, &next, (&run, before)).await?;
                let body = json!({
                    "agreement": next.id, "customer": next.customer, "day": run.due_on, "amount": run.amount_fen,
                    "reason": reason,
                });
                let key = format!("{}.{}", next.id, run.due_on);
                events::publish(c, &this.cx, "payments.autorepay_failed", &key, &body).await?;
                Ok(())
            })
            .await
    }

    /// Nothing more is repaid before the customer has mended it and signs anew. `fen` is what is due; 0 when unknown.
    pub(super) async fn pause(&self, a: &Agreement, reason: &'static str, fen: i64) -> Result<(), Error> {
        let to = a.stage.after(Step::Pause).ok_or(Error::AgreementState)?;
        let (this, a, now) = (self.clone(), a.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if !store::agreement_turns(c, &a).await?
                    || !store::agreement_leaves(c, a.id, (Stage::Active, to), reason, now).await?
                {
                    return Err(Error::AgreementState);
                }
                let entry = Entry {
                    actor: Actor::System("payments"),
                    action: "autorepay.pause",
                    subject: format!("autorepay:{}", a.id),
                    result: "ok",
                    detail: json!({ "customer": a.customer, "reason": reason }),
                };
                audit::note(c, &this.cx, entry).await?;
                let body = json!({
                    "agreement": a.id, "customer": a.customer, "day": "", "amount": fen, "reason": reason,
                });
                events::publish(c, &this.cx, "payments.autorepay_paused", &a.id.to_string(), &body).await?;
                Ok(())
            })
            .await
    }

    /// What a message about an agreement needs: of a due day or none, an amount in fen, and why it is, was or would be
    /// stopped.
    pub async fn autorepay_notice(
        &self,
        (id, day): (&str, &str),
        amount_fen: i64,
        reason: &str,
    ) -> Result<Option<AutoRepayNotice>, Error> {
        let Ok(id) = id.parse::<AgreementId>() else {
            return Ok(None);
        };
        let found = self
            .cx
            .db
            .glance(async move |c| store::agreement(c, id).await)
            .await?;
        let Some(a) = found else { return Ok(None) };
        Ok(Some(AutoRepayNotice {
            customer: a.customer,
            card: a.card,
            card_tail: self.tail_of(&a, a.card).await?,
            account_tail: self.tail_of(&a, a.account).await?,
            amount: Money::cny(amount_fen),
            at: day.parse().map_or_else(|_| self.cx.clock.now(), due_at),
            failed: failed_text(reason),
            paused: paused_text(reason),
            warning: warning_text(reason),
        }))
    }

    /// An account that has left the file has no digits to show.
    async fn tail_of(&self, a: &Agreement, account: accounts::AccountId) -> Result<String, Error> {
        match self.accounts.own(a.customer, account).await {
            Ok(own) => Ok(mask::tail(own.card_no.as_deref().unwrap_or(&own.account_no))),
            Err(accounts::Error::NotFound) => Ok("----".to_owned()),
            Err(error) => Err(error.into()),
        }
    }
}
