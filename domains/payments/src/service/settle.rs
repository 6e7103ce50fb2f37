//! Settling 清算: the core is told, or asked, and what it says becomes the truth of the transfer.
//!
//! Sending is repeated only under the transfer's own id, and only when the core says that it has never
//! seen that id. An unknown answer changes nothing but the time of the next question.

use std::time::Duration;

use accounts::Accounts;
use audit::{Actor, Entry};
use corebank::{Answer, Booking, Posted, RefusalCode, TransferOrder, TransferStatus};
use kit::clock::Ms;
use kit::db::Conn;
use kit::events;
use kit::jobs;
use kit::money::Money;
use serde_json::json;

use super::Payments;
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::transfer::{Move, State, Transfer, TransferId, ask_again_after};
use crate::store;

/// How long the customer's request waits for the core; what comes later is found by the job.
const PATIENCE: Duration = Duration::from_millis(3_500);
/// A transfer that the core has not seen this long after its authorisation was never sent.
const GRACE: Ms = 5 * kit::clock::SECOND;

/// What the core said of a transfer.
enum Word {
    Booked(Posted),
    Refused(RefusalCode),
    Unknown,
}

impl Payments {
    /// Sends an authorised transfer and records the outcome if it comes in time.
    pub(crate) async fn settle_now(&self, transfer: &Transfer) -> Result<(), Error> {
        let word = self.send(transfer).await;
        self.record(transfer, word).await
    }

    /// Looks after a transfer whose outcome is not known; gives the time of the next look, or none
    /// when the transfer has ended.
    pub(crate) async fn settle_later(&self, id: TransferId) -> Result<Option<Ms>, Error> {
        let row = self.cx.db.read(async move |c| store::by_id(c, id).await).await?;
        let Some(row) = row else { return Ok(None) };
        let transfer = self.open(row)?;
        if transfer.state != State::Processing {
            return Ok(None);
        }
        let word = self.ask(&transfer).await;
        self.record(&transfer, word).await?;
        let row = self.cx.db.read(async move |c| store::by_id(c, id).await).await?;
        Ok(row
            .filter(|row| row.state == State::Processing.name())
            .map(|row| row.next_check_at))
    }

    async fn send(&self, transfer: &Transfer) -> Word {
        let order = TransferOrder {
            id: transfer.id.into(),
            debit_account: transfer.from_no.clone(),
            credit_account: transfer.to_no.clone(),
            beneficiary: None,
            amount: Money::cny(transfer.amount_fen),
            memo: transfer.memo.clone(),
            business_date: transfer.business_date.parse().unwrap_or(self.cx.clock.today()),
        };
        match tokio::time::timeout(PATIENCE, self.core.transfer(&order)).await {
            Ok(Answer::Done(Booking::Posted(posted))) => Word::Booked(posted),
            Ok(Answer::Refused(refusal)) => Word::Refused(refusal.code),
            Ok(Answer::Done(Booking::Pending(_)) | Answer::Unknown) | Err(_) => Word::Unknown,
        }
    }

    async fn ask(&self, transfer: &Transfer) -> Word {
        let status = tokio::time::timeout(PATIENCE, self.core.transfer_status(transfer.id.into())).await;
        match status {
            Ok(Answer::Done(TransferStatus::Posted(posted))) => Word::Booked(posted),
            Ok(Answer::Done(TransferStatus::Refused(refusal))) => Word::Refused(refusal.code),
            Ok(Answer::Done(TransferStatus::Voided)) => Word::Refused(RefusalCode::Declined),
            Ok(Answer::Done(TransferStatus::NotSeen))
                if self.cx.clock.now() >= transfer.authorised_at + GRACE =>
            {
                self.send_at_last(transfer).await
            }
            Ok(
                Answer::Done(
                    TransferStatus::NotSeen
                    | TransferStatus::Held
                    | TransferStatus::Pending(_)
                    | TransferStatus::Returned { .. },
                )
                | Answer::Refused(_)
                | Answer::Unknown,
            )
            | Err(_) => Word::Unknown,
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
            .read(async move |c| Accounts::core_is_behind(c, account).await)
            .await;
        match behind {
            Ok(false) => self.send(transfer).await,
            Ok(true) | Err(_) => Word::Unknown,
        }
    }

    async fn record(&self, transfer: &Transfer, word: Word) -> Result<(), Error> {
        let (this, now) = (self.clone(), self.cx.clock.now());
        let given = transfer.clone();
        self.cx
            .db
            .tx(async move |c| match &word {
                Word::Booked(posted) => this.booked(c, &given, posted, now).await,
                Word::Refused(code) => this.refused(c, &given, *code, now).await,
                Word::Unknown => {
                    store::asked(c, given.id, now + ask_again_after(given.checks)).await?;
                    Ok(())
                }
            })
            .await?;
        self.accounts.touched(&transfer.from_no).await;
        self.accounts.touched(&transfer.to_no).await;
        Ok(())
    }

    async fn booked(&self, c: &mut Conn, transfer: &Transfer, posted: &Posted, now: Ms) -> Result<(), Error> {
        let Some(to) = State::Processing.after(Move::Book) else {
            return Err(Error::WrongState);
        };
        if !store::ended(
            c,
            transfer.id,
            (State::Processing, to),
            ("", &posted.reference),
            now,
        )
        .await?
        {
            return Ok(());
        }
        let done = Transfer {
            done_at: now,
            ..transfer.clone()
        };
        let idx = done.to_idx.clone();
        let id = self.cx.ids.make::<kit::ids::export::Uuid>().to_string();
        let payee = self.seal_payee(&id, (&done.to_no, &done.to_name), now);
        if !store::remember_payee(c, done.customer, &idx, &payee).await? {
            store::paid_again(c, done.customer, &idx, now).await?;
        }
        self.end(c, &done, "ok", "payments.posted").await
    }

    async fn refused(
        &self,
        c: &mut Conn,
        transfer: &Transfer,
        code: RefusalCode,
        now: Ms,
    ) -> Result<(), Error> {
        let Some(to) = State::Processing.after(Move::Refuse) else {
            return Err(Error::WrongState);
        };
        if !store::ended(c, transfer.id, (State::Processing, to), (code.as_str(), ""), now).await? {
            return Ok(());
        }
        let day = kit::clock::date_of(transfer.authorised_at).to_string();
        store::return_limit(c, transfer.customer, &day, transfer.amount_fen).await?;
        self.end(c, transfer, "refused", "payments.failed").await
    }

    /// What every ending has: the trail, the event, and no job left behind.
    async fn end(
        &self,
        c: &mut Conn,
        transfer: &Transfer,
        result: &'static str,
        topic: &'static str,
    ) -> Result<(), Error> {
        let id = transfer.id.to_string();
        let entry = Entry {
            actor: Actor::System("payments"),
            action: "transfer.settle",
            subject: format!("transfer:{id}"),
            result,
            detail: json!({"customer": transfer.customer}),
        };
        audit::note(c, &self.cx, entry).await?;
        events::publish(
            c,
            &self.cx,
            topic,
            &id,
            &json!({"transfer": transfer.id, "customer": transfer.customer}),
        )
        .await?;
        jobs::cancel(c, SETTLE, &id).await?;
        Ok(())
    }
}
