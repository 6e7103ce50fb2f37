//! Looking at transfers: one, the figures, what a message needs.

use corebank::{RefusalCode, ReturnReason};
use identity::{Challenge, Customer, mask};
use kit::clock::Ms;
use kit::money::Money;

use super::Payments;
use crate::error::Error;
use crate::model::bill::{PaidBill, reason_told};
use crate::model::purpose::Purpose;
use crate::model::told::{sent_back, told};
use crate::model::transfer::{State, Transfer, TransferId};
use crate::store;

/// A transfer with the proof that it waits for.
pub(crate) struct TransferState {
    pub(crate) transfer: Transfer,
    pub(crate) state: State,
    pub(crate) challenge: Option<Challenge>,
    /// What it pays, where one transfer is looked at.
    pub(crate) bill: Option<PaidBill>,
}

/// The day's transfers in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub count: i64,
    pub processing: i64,
    pub amount_fen: i64,
}

/// What a message about a transfer needs.
#[derive(Clone, Debug)]
pub struct Notice {
    pub purpose: Purpose,
    pub customer: identity::CustomerId,
    pub account: accounts::AccountId,
    pub amount: Money,
    pub payee_masked: String,
    pub account_tail: String,
    pub at: Ms,
    pub state: State,
    /// Account number of the payee; for finding out whether the payee is a customer of the channel.
    pub payee_no: String,
    pub payer_masked: String,
    /// Why it failed or came back, in the bank's words; empty when it did not.
    pub reason: &'static str,
    /// The payee's bank; empty for our own.
    pub elsewhere: String,
}

/// Why a transfer failed or came back: stable code and text.
pub(crate) fn reason_of(t: &Transfer) -> Option<(&'static str, &'static str)> {
    match t.state {
        State::Failed => reason_told(&t.reason).or_else(|| Some(told(RefusalCode::parse(&t.reason)))),
        State::Returned => Some(sent_back(ReturnReason::parse(&t.reason))),
        _ => None,
    }
}

/// The payee as others may read it; a biller's name is nobody's secret.
pub(crate) fn payee_shown(t: &Transfer) -> String {
    match t.purpose {
        Purpose::Bill => t.to_name.clone(),
        Purpose::Transfer | Purpose::Repayment => mask::name(&t.to_name),
    }
}

impl Payments {
    /// One of the customer's own transfers.
    pub(crate) async fn show(&self, who: &Customer, id: TransferId) -> Result<TransferState, Error> {
        let transfer = self.owned(who, id).await?;
        self.with_challenge(who, transfer).await
    }

    /// Counts since an instant, for the office.
    pub async fn figures(&self, since: Ms) -> Result<Figures, Error> {
        let (count, amount_fen, processing) = self
            .cx
            .db
            .read(async move |c| store::figures(c, since).await)
            .await?;
        Ok(Figures {
            count,
            processing,
            amount_fen,
        })
    }

    /// What a message about this transfer needs.
    pub async fn notice(&self, id: TransferId) -> Result<Option<Notice>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::by_id(c, id).await)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let t = self.open(row)?;
        Ok(Some(Notice {
            purpose: t.purpose,
            customer: t.customer,
            account: t.account,
            amount: Money::cny(t.amount_fen),
            payee_masked: payee_shown(&t),
            account_tail: mask::tail(&t.from_no),
            at: t.done_at,
            state: t.state,
            reason: reason_of(&t).map_or("", |(_, text)| text),
            payee_no: t.to_no,
            payer_masked: mask::name(&t.from_name),
            elsewhere: t.bank.name,
        }))
    }

    /// Somebody else's transfer does not exist.
    pub(crate) async fn owned(&self, who: &Customer, id: TransferId) -> Result<Transfer, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::by_id(c, id).await)
            .await?;
        let row = row.filter(|row| row.customer == who.id).ok_or(Error::NotFound)?;
        Ok(self.open(row)?)
    }

    pub(super) async fn with_challenge(
        &self,
        who: &Customer,
        transfer: Transfer,
    ) -> Result<TransferState, Error> {
        let state = transfer.state_at(self.cx.clock.now());
        let challenge = match (state, transfer.challenge.parse()) {
            (State::AwaitingChallenge, Ok(id)) => Some(self.identity.challenge_view(who.id, id).await?),
            _ => None,
        };
        Ok(TransferState {
            bill: self.bill_of(&transfer).await?,
            transfer,
            state,
            challenge,
        })
    }
}
