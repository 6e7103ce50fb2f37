//! A refund 退款 of what came in, in three steps: out of the account (a transfer under the refund's id), back to WeChat
//! Pay under its number, and, if Pay refuses, into the account again under an id of its own. The part is taken from
//! what was paid before anything moves, so that never more goes back than came. What gets stuck is told to people, and what
//! Pay could not deliver goes on being asked for.

use audit::Actor;
use corebank::Answer as CoreAnswer;
use kit::clock::{DAY, MINUTE, Ms};
use kit::db::Conn;
use kit::events;
use kit::jobs::{self, NewJob};
use rails::Answer;
use rails::wechat::{RefundOrder, RefundState as AtPay};
use serde_json::json;

use super::sealed::refund_of;
use super::{PATIENCE, PayIns};
use crate::error::Error;
use crate::jobs::PAYIN_REFUND;
use crate::model::payin::{ABNORMAL, Origin, PayIn, PayInId, Refund, RefundId, RefundState, number_of};
use crate::model::transfer::ask_again_after;
use crate::store::{self, RefundRow};

/// A refund to a bank card takes Pay up to three working days; only then is it a matter for people.
const PROMISED: Ms = 5 * DAY;
/// What Pay could not deliver is asked for so often.
const SLOWLY: Ms = 30 * MINUTE;

/// What became of a word of Pay.
enum Judged {
    /// It says nothing new.
    Nothing,
    Said,
    /// The refund was moved by somebody else meanwhile.
    Moved,
}

impl PayIns {
    /// A refund at its beginning: out of the account first, or, if the money never got in, straight to Pay.
    pub(in crate::service) fn refund_row(
        &self,
        payin: PayInId,
        (id, amount): (RefundId, i64),
        begins: RefundState,
    ) -> RefundRow {
        RefundRow {
            id,
            payin,
            back: self.cx.ids.make(),
            amount,
            debits: i64::from(begins == RefundState::Debiting),
            state: begins.name().to_owned(),
            business_date: self.today(),
            created_at: self.now(),
            checks: 0,
            reason: String::new(),
        }
    }

    pub(in crate::service) async fn start_refund(
        &self,
        c: &mut Conn,
        refund: &RefundRow,
    ) -> Result<(), Error> {
        store::insert_refund(c, refund).await?;
        self.refund_goes_on(c, refund.id).await
    }

    /// The job that carries it, from now on.
    async fn refund_goes_on(&self, c: &mut Conn, id: RefundId) -> Result<(), Error> {
        let id = id.to_string();
        jobs::cancel(c, PAYIN_REFUND, &id).await?;
        let job = NewJob {
            kind: PAYIN_REFUND,
            key: &id,
            payload: &id,
            run_at: self.now(),
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }

    pub(in crate::service) async fn find_refund(&self, id: RefundId) -> Result<Option<Refund>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::refund(c, id).await)
            .await?;
        Ok(row.map(refund_of))
    }

    /// Does the next step; when to go on, or nothing when it has ended.
    pub(crate) async fn carry_refund(&self, id: RefundId) -> Result<Option<Ms>, Error> {
        let Some(refund) = self.find_refund(id).await? else {
            return Ok(None);
        };
        let Some(payin) = self.find(refund.payin).await? else {
            return Ok(None);
        };
        match refund.state {
            RefundState::Debiting => self.debit(&payin, &refund).await?,
            RefundState::Sending => self.send_back(&payin, &refund).await?,
            RefundState::Returning => self.put_back(&payin, &refund).await?,
            RefundState::Manual => self.look_again(&payin, &refund).await?,
            RefundState::Done
            | RefundState::Refused
            | RefundState::Returned
            | RefundState::Stranded
            | RefundState::Handled => return Ok(None),
        }
        let Some(after) = self.find_refund(id).await? else {
            return Ok(None);
        };
        let pause = match after.state {
            RefundState::Manual => SLOWLY,
            same if same == refund.state => ask_again_after(refund.checks),
            _ => 0,
        };
        Ok(after.state.is_asked_for().then(|| self.now() + pause))
    }

    async fn debit(&self, payin: &PayIn, refund: &Refund) -> Result<(), Error> {
        if let Origin::TopUp { account, .. } = payin.origin
            && self.core_is_behind(account).await?
        {
            // It is reported lost, and the core does not know yet: once it does, it refuses.
            return self.asked(refund).await;
        }
        let order = self.outward(payin, refund.id.into(), (refund.amount, &refund.business_date));
        match self.book(&order).await {
            CoreAnswer::Done(_) => {
                kit::failpoint::reach("payments.payin_taken");
                self.accounts.touched([&payin.account_no; 2]).await;
                self.step(payin, refund, RefundState::Sending, "").await.map(drop)
            }
            CoreAnswer::Refused(refusal) => self
                .step(payin, refund, RefundState::Refused, refusal.code.as_str())
                .await
                .map(drop),
            CoreAnswer::Unknown => self.asked(refund).await,
        }
    }

    async fn core_is_behind(&self, account: accounts::AccountId) -> Result<bool, Error> {
        let behind = self
            .cx
            .db
            .glance(async move |c| accounts::Accounts::core_is_behind(c, account).await);
        Ok(behind.await?)
    }

    async fn send_back(&self, payin: &PayIn, refund: &Refund) -> Result<(), Error> {
        let (id, now) = (refund.id, self.now());
        let first = self
            .cx
            .db
            .tx(async move |c| store::refund_sent(c, id, now).await)
            .await?
            == 1;
        // What may be with Pay already is asked for, not asked again: only its word on this refund says where it stands.
        let stands = if first {
            Some(AtPay::NotSeen)
        } else {
            self.look_back(refund).await
        };
        match stands {
            Some(AtPay::NotSeen) => self.ask_back(payin, refund).await,
            Some(state) => self.heard_back(payin, refund, state).await,
            None => self.asked(refund).await,
        }
    }

    /// Where Pay says that it stands; none while it does not say.
    async fn look_back(&self, refund: &Refund) -> Option<AtPay> {
        let number = number_of(refund.id);
        match tokio::time::timeout(PATIENCE, self.rail.look_refund(&number)).await {
            Ok(Answer::Done(state)) => Some(state),
            Ok(Answer::Refused(_) | Answer::Unknown) | Err(_) => None,
        }
    }

    /// What Pay could not deliver may be delivered, or closed, after somebody saw to it there.
    async fn look_again(&self, payin: &PayIn, refund: &Refund) -> Result<(), Error> {
        match self.look_back(refund).await {
            Some(state) => self.heard_back(payin, refund, state).await,
            None => self.asked(refund).await,
        }
    }

    async fn ask_back(&self, payin: &PayIn, refund: &Refund) -> Result<(), Error> {
        let order = RefundOrder {
            number: number_of(payin.id),
            refund_number: number_of(refund.id),
            amount: refund.amount,
            total: payin.amount,
        };
        match tokio::time::timeout(PATIENCE, self.rail.refund(&order)).await {
            Ok(Answer::Done(state)) => {
                kit::failpoint::reach("payments.payin_given_back");
                self.heard_back(payin, refund, state).await
            }
            // A refusal may be of this asking alone, while an earlier one is being carried out.
            Ok(Answer::Refused(code)) => match self.look_back(refund).await {
                Some(AtPay::NotSeen | AtPay::Closed) => {
                    self.not_given_back(payin, refund, &code).await.map(drop)
                }
                Some(state) => self.heard_back(payin, refund, state).await,
                None => self.asked(refund).await,
            },
            Ok(Answer::Unknown) | Err(_) => self.asked(refund).await,
        }
    }

    /// Pay's answer to a question of ours.
    async fn heard_back(&self, payin: &PayIn, refund: &Refund, state: AtPay) -> Result<(), Error> {
        if self.refund_word(payin, refund, state).await? {
            return Ok(());
        }
        // That it is on its way is an answer, for as long as Pay takes.
        let patience = if state == AtPay::Processing { PROMISED } else { 0 };
        self.asked_with(refund, patience).await
    }

    /// What Pay says of a refund becomes its state; false when it says nothing new.
    pub(super) async fn refund_word(
        &self,
        payin: &PayIn,
        refund: &Refund,
        state: AtPay,
    ) -> Result<bool, Error> {
        let mut seen = refund.clone();
        // Whoever moved it meanwhile, what Pay says is judged by where it stands.
        for _ in 0..3 {
            match self.judged(payin, &seen, state).await? {
                Judged::Nothing => return Ok(false),
                Judged::Said => return Ok(true),
                Judged::Moved => {}
            }
            match self.find_refund(seen.id).await? {
                Some(now) => seen = now,
                None => return Ok(true),
            }
        }
        Ok(true)
    }

    async fn judged(&self, payin: &PayIn, refund: &Refund, state: AtPay) -> Result<Judged, Error> {
        use RefundState::{Debiting, Done, Handled, Manual, Refused, Returned, Returning, Sending, Stranded};
        let moved = match (refund.state, state) {
            (Sending | Manual | Stranded, AtPay::Done) => self.step(payin, refund, Done, "").await?,
            (Returning | Returned | Handled, AtPay::Done) => {
                self.given_back_twice(refund).await?;
                true
            }
            (Sending | Manual, AtPay::Closed) => self.not_given_back(payin, refund, "CLOSED").await?,
            (Sending, AtPay::Abnormal) => {
                tracing::error!(refund = %refund.id, "pay could not deliver a refund; a person must look at it");
                self.step(payin, refund, Manual, ABNORMAL).await?
            }
            // Somebody has seen to it there: it is Pay's again.
            (Manual, AtPay::Processing) => self.step(payin, refund, Sending, "").await?,
            (Sending | Manual, AtPay::Processing | AtPay::NotSeen | AtPay::Abnormal) => {
                return Ok(Judged::Nothing);
            }
            (Debiting | Refused | Done, _)
            | (
                Returning | Returned | Handled | Stranded,
                AtPay::Processing | AtPay::NotSeen | AtPay::Closed | AtPay::Abnormal,
            ) => true,
        };
        Ok(if moved { Judged::Said } else { Judged::Moved })
    }

    /// Money that never came into the account can't be put back there.
    async fn not_given_back(&self, payin: &PayIn, refund: &Refund, code: &str) -> Result<bool, Error> {
        let to = if refund.debits {
            RefundState::Returning
        } else {
            RefundState::Stranded
        };
        self.step(payin, refund, to, code).await
    }

    async fn put_back(&self, payin: &PayIn, refund: &Refund) -> Result<(), Error> {
        let order = self.inward(payin, refund.back.into(), (refund.amount, &refund.business_date));
        match self.book(&order).await {
            CoreAnswer::Done(_) => {
                self.accounts.touched([&payin.account_no; 2]).await;
                self.step(payin, refund, RefundState::Returned, "")
                    .await
                    .map(drop)
            }
            CoreAnswer::Refused(refusal) => self
                .step(payin, refund, RefundState::Stranded, refusal.code.as_str())
                .await
                .map(drop),
            CoreAnswer::Unknown => self.asked(refund).await,
        }
    }

    /// One step, with its trail; what came to nothing frees its part of the payment. False when it had moved before.
    async fn step(
        &self,
        payin: &PayIn,
        refund: &Refund,
        to: RefundState,
        reason: &str,
    ) -> Result<bool, Error> {
        let (this, given, now) = (self.clone(), refund.clone(), self.now());
        let (names, subject) = (payin.names(), payin.subject());
        let reason: String = reason.chars().take(40).collect();
        self.cx
            .db
            .tx(async move |c| {
                let way = (given.state.name(), to.name());
                if !store::refund_moved(c, given.id, way, &reason, now).await? {
                    return Ok(false);
                }
                if to == RefundState::Returning {
                    // Not when Pay would be asked again, but now.
                    this.refund_goes_on(c, given.id).await?;
                }
                if matches!(to, RefundState::Refused | RefundState::Returned) {
                    store::release_refund(c, given.payin, given.amount).await?;
                }
                if matches!(to, RefundState::Done | RefundState::Returned) {
                    let fact = json!({names.noun: given.payin, "refund": given.id});
                    let id = given.id.to_string();
                    events::publish(c, &this.cx, names.refunded, &id, &fact).await?;
                }
                if to.needs_a_person() {
                    this.refund_stuck(c, &given).await?;
                }
                if matches!(
                    to,
                    RefundState::Done | RefundState::Returned | RefundState::Refused
                ) {
                    this.refund_unstuck(c, &given).await?;
                }
                let told = (names.refund, subject.clone(), to.name());
                let detail = json!({"refund": given.id, "reason": reason});
                this.trail(c, Actor::System("payments"), told, detail).await?;
                Ok(true)
            })
            .await
    }

    async fn asked(&self, refund: &Refund) -> Result<(), Error> {
        self.asked_with(refund, 0).await
    }

    async fn asked_with(&self, refund: &Refund, patience: Ms) -> Result<(), Error> {
        let (this, given) = (self.clone(), refund.clone());
        self.cx
            .db
            .tx(async move |c| {
                store::refund_asked(c, given.id).await?;
                this.refund_long_unknown(c, &given, patience).await
            })
            .await
    }
}
