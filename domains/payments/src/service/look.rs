//! Looking at transfers: one, many, the receipt, the payees, the figures.

use corebank::RefusalCode;
use identity::{Challenge, Customer, mask};
use kit::clock::Ms;
use kit::money::Money;
use kit::web::{Cursor, Page};

use super::Payments;
use crate::error::{Error, told};
use crate::model::transfer::{State, Transfer, TransferId};
use crate::store;

const RECENT: i64 = 10;

/// A transfer with the proof that it waits for.
pub(crate) struct TransferState {
    pub(crate) transfer: Transfer,
    pub(crate) state: State,
    pub(crate) challenge: Option<Challenge>,
}

/// A payee paid before, masked.
pub(crate) struct RecentPayee {
    pub(crate) reference: String,
    pub(crate) name_masked: String,
    pub(crate) no_masked: String,
    pub(crate) last_at: Ms,
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
    /// Why it failed, in the bank's words; empty when it did not.
    pub reason: &'static str,
}

impl Payments {
    /// One of the customer's own transfers.
    pub(crate) async fn show(&self, who: &Customer, id: TransferId) -> Result<TransferState, Error> {
        let transfer = self.owned(who, id).await?;
        self.with_challenge(who, transfer).await
    }

    /// The customer's transfers, newest first.
    pub(crate) async fn list(
        &self,
        who: &Customer,
        after: Cursor,
        limit: usize,
    ) -> Result<Page<TransferState>, Error> {
        let (customer, more) = (who.id, i64::try_from(limit).unwrap_or(50) + 1);
        let rows = self
            .cx
            .db
            .read(async move |c| store::of_customer(c, customer, (after.at, &after.id), more).await)
            .await?;
        let page = Page::cut(rows, limit, |row| Cursor {
            at: row.created_at,
            id: row.id.to_string(),
        });
        let now = self.cx.clock.now();
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            let transfer = self.open(row)?;
            items.push(TransferState {
                state: transfer.state_at(now),
                transfer,
                challenge: None,
            });
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    /// A transfer that has been booked, for its receipt.
    pub(crate) async fn receipt(&self, who: &Customer, id: TransferId) -> Result<(Transfer, String), Error> {
        let transfer = self.owned(who, id).await?;
        if transfer.state != State::Succeeded {
            return Err(Error::WrongState);
        }
        let (amount, at) = (transfer.amount_fen.to_string(), transfer.done_at.to_string());
        let parts = [
            &id.to_string(),
            &transfer.from_no,
            &transfer.to_no,
            &amount,
            &at,
            &transfer.reference,
        ];
        let tag = self.cx.vault.tag("receipt", &parts.map(String::as_str));
        let code = tag.get(..12).unwrap_or("").to_uppercase();
        Ok((transfer, code))
    }

    pub(crate) async fn recent_payees(&self, who: &Customer) -> Result<Vec<RecentPayee>, Error> {
        let customer = who.id;
        let rows = self
            .cx
            .db
            .read(async move |c| store::payees(c, customer, RECENT).await)
            .await?;
        let mut payees = Vec::with_capacity(rows.len());
        for row in rows {
            let (no, name) = self.open_payee(&row)?;
            payees.push(RecentPayee {
                reference: row.id,
                name_masked: mask::name(&name),
                no_masked: mask::card(&no),
                last_at: row.last_at,
            });
        }
        Ok(payees)
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
        let row = self.cx.db.read(async move |c| store::by_id(c, id).await).await?;
        let Some(row) = row else { return Ok(None) };
        let t = self.open(row)?;
        Ok(Some(Notice {
            customer: t.customer,
            account: t.account,
            amount: Money::cny(t.amount_fen),
            payee_masked: mask::name(&t.to_name),
            account_tail: mask::tail(&t.from_no),
            at: t.done_at,
            state: t.state,
            payee_no: t.to_no,
            payer_masked: mask::name(&t.from_name),
            reason: if t.state == State::Failed {
                told(RefusalCode::parse(&t.reason)).1
            } else {
                ""
            },
        }))
    }

    /// Somebody else's transfer does not exist.
    pub(crate) async fn owned(&self, who: &Customer, id: TransferId) -> Result<Transfer, Error> {
        let row = self.cx.db.read(async move |c| store::by_id(c, id).await).await?;
        let row = row.filter(|row| row.customer == who.id).ok_or(Error::NotFound)?;
        Ok(self.open(row)?)
    }

    async fn with_challenge(&self, who: &Customer, transfer: Transfer) -> Result<TransferState, Error> {
        let state = transfer.state_at(self.cx.clock.now());
        let challenge = match (state, transfer.challenge.parse()) {
            (State::AwaitingChallenge, Ok(id)) => Some(self.identity.challenge_view(who.id, id).await?),
            _ => None,
        };
        Ok(TransferState {
            transfer,
            state,
            challenge,
        })
    }
}
