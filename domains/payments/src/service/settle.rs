//! Settling 清算: the core is told, or asked, and what it says becomes the truth of the transfer.
//!
//! Sending is repeated only under the transfer's own id, and only when the core says that it has never
//! seen that id. An unknown answer changes nothing but the time of the next question; one that stays
//! unknown for long becomes a case for people, and goes on being asked.

use std::time::Duration;

use accounts::Accounts;
use corebank::{
    Answer, Beneficiary, Booking, Posted, RefusalCode, ReturnReason, TransferOrder, TransferStatus,
};
use kit::clock::Ms;
use kit::money::Money;

use super::Payments;
use crate::error::Error;
use crate::model::purpose::Purpose;
use crate::model::transfer::{Hold, State, Transfer, TransferId};
use crate::store;

/// How long the customer's request waits for the core; what comes later is found by the job.
pub(crate) const PATIENCE: Duration = Duration::from_millis(3_500);
/// A transfer that the core has not seen this long after it left us was never sent.
const GRACE: Ms = 5 * kit::clock::SECOND;

/// What the core answered in time. That other words stand under the id is no refusal: something was done under it, or
/// refused, and only asking for it tells which.
pub(crate) async fn in_time<T>(answer: impl Future<Output = Answer<T>>) -> Answer<T> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Answer::Refused(refusal)) if refusal.code == RefusalCode::IdReused => {
            tracing::error!("the core knows another order under an id of ours; it is asked for");
            Answer::Unknown
        }
        Ok(answer) => answer,
        Err(_) => Answer::Unknown,
    }
}

/// What the core said of a transfer.
pub(crate) enum Word {
    Booked(Posted),
    /// The payer is debited, the clearing has it.
    Accepted(Posted),
    Returned(Posted, ReturnReason),
    Refused(RefusalCode),
    Unknown,
}

impl Payments {
    /// Sends what has just been authorised, or holds its money, and records the outcome if it comes in time.
    pub(crate) async fn settle_now(&self, id: TransferId) -> Result<(), Error> {
        match self.load(id).await? {
            Some(transfer) => self.settle(&transfer).await.map(drop),
            None => Ok(()),
        }
    }

    /// The same for a transfer in hand, as it stands in the database. Gives what became of it, where it was booked here.
    pub(crate) async fn settle(&self, transfer: &Transfer) -> Result<Option<Transfer>, Error> {
        match transfer.state {
            State::Waiting if transfer.purpose == Purpose::Bill => {
                self.carry(transfer).await?;
                match self.load(transfer.id).await? {
                    Some(t) if t.state == State::Processing => self.send_now(&t).await,
                    _ => Ok(None),
                }
            }
            State::Waiting if transfer.hold == Hold::Wanted => self.hold(transfer).await.map(|()| None),
            State::Processing => self.send_now(transfer).await,
            _ => Ok(None),
        }
    }

    async fn send_now(&self, t: &Transfer) -> Result<Option<Transfer>, Error> {
        let word = self.send(t).await;
        kit::failpoint::reach("payments.sent");
        self.record(t, word).await
    }

    /// Looks after a transfer that has not come to its end; gives the time of the next look, or none.
    pub(crate) async fn settle_later(&self, id: TransferId) -> Result<Option<Ms>, Error> {
        let Some(transfer) = self.load(id).await? else {
            return Ok(None);
        };
        let now = self.cx.clock.now();
        match (transfer.state, transfer.hold) {
            (State::Waiting, _) if transfer.purpose == Purpose::Bill => self.settle_now(id).await?,
            (State::Waiting, _) if now >= transfer.execute_at => {
                self.leave(&transfer).await?;
                self.settle_now(id).await?;
            }
            (State::Waiting, Hold::Wanted) => self.hold(&transfer).await?,
            (State::Processing | State::AtClearing, _) => {
                let word = self.ask(&transfer).await;
                kit::failpoint::reach("payments.asked");
                self.record(&transfer, word).await?;
            }
            (_, Hold::Unwanted) => self.free(&transfer).await?,
            _ => {}
        }
        Ok(self.load(id).await?.and_then(|t| next_look(&t, now)))
    }

    pub(crate) async fn load(&self, id: TransferId) -> Result<Option<Transfer>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::by_id(c, id).await)
            .await?;
        Ok(row.map(|row| self.open(row)).transpose()?)
    }

    async fn send(&self, t: &Transfer) -> Word {
        if matches!(t.hold, Hold::Wanted | Hold::Held) {
            return self.post(t).await;
        }
        let order = TransferOrder {
            id: t.id.into(),
            debit_account: t.from_no.clone(),
            credit_account: t.to_no.clone(),
            beneficiary: (!t.bank.is_ours()).then(|| Beneficiary {
                bank_code: t.bank.code.clone(),
                bank_name: t.bank.name.clone(),
                name: t.to_name.clone(),
            }),
            amount: Money::cny(t.amount_fen),
            memo: t.memo.clone(),
            business_date: t.business_date.parse().unwrap_or(self.cx.clock.today()),
        };
        match in_time(self.core.transfer(&order)).await {
            Answer::Done(Booking::Posted(posted)) => Word::Booked(posted),
            Answer::Done(Booking::Pending(posted)) => Word::Accepted(posted),
            Answer::Refused(refusal) => Word::Refused(refusal.code),
            Answer::Unknown => Word::Unknown,
        }
    }

    async fn ask(&self, t: &Transfer) -> Word {
        match in_time(self.core.transfer_status(t.id.into())).await {
            Answer::Done(TransferStatus::Posted(posted)) => Word::Booked(posted),
            Answer::Done(TransferStatus::Pending(posted)) => Word::Accepted(posted),
            Answer::Done(TransferStatus::Returned { returned, reason, .. }) => {
                Word::Returned(returned, reason)
            }
            Answer::Done(TransferStatus::Refused(refusal)) => Word::Refused(refusal.code),
            Answer::Done(TransferStatus::Voided) => Word::Refused(RefusalCode::Declined),
            Answer::Done(TransferStatus::NotSeen)
                if t.state == State::Processing && self.cx.clock.now() >= t.left_at() + GRACE =>
            {
                self.send_at_last(t).await
            }
            Answer::Done(TransferStatus::NotSeen | TransferStatus::Held)
            | Answer::Refused(_)
            | Answer::Unknown => Word::Unknown,
        }
    }

    /// A transfer that the core has not seen is sent now. If its account has been reported lost
    /// meanwhile, it waits until the core knows of the loss, and the core then refuses it for good: a
    /// first sending that is still under way somewhere can't pass either.
    async fn send_at_last(&self, transfer: &Transfer) -> Word {
        let account = transfer.account;
        let behind = self
            .cx
            .db
            .glance(async move |c| Accounts::core_is_behind(c, account).await)
            .await;
        match behind {
            Ok(false) => self.send(transfer).await,
            Ok(true) | Err(_) => Word::Unknown,
        }
    }
}

/// When a transfer needs looking after again.
fn next_look(t: &Transfer, now: Ms) -> Option<Ms> {
    match (t.state, t.hold) {
        (State::Processing | State::AtClearing, _) | (_, Hold::Unwanted) => {
            Some(t.next_check_at.max(now + 1))
        }
        (State::Waiting, _) if t.purpose == Purpose::Bill => Some(t.next_check_at.max(now + 1)),
        (State::Waiting, Hold::Wanted) => Some(t.next_check_at.min(t.execute_at).max(now + 1)),
        (State::Waiting, _) => Some(t.execute_at.max(now + 1)),
        _ => None,
    }
}
