//! Authorising a transfer: the proof is judged, and one transaction spends it, takes the limit, checks
//! the block list, moves the state, writes the trail and the job. Then the core is asked.

use accounts::Accounts;
use identity::{Customer, Proof, Proven};
use kit::clock::Ms;
use kit::db::Conn;
use kit::idem;
use kit::jobs::{self, NewJob};

use super::Payments;
use super::key::Key;
use super::look::TransferState;
use super::repay::{Owed, takes_card};
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::purpose::Purpose;
use crate::model::rules::{COOLING, Circumstances, cools};
use crate::model::transfer::{Hold, Move, State, Transfer, TransferId, ask_again_after};
use crate::store;

/// The job looks after the transfer when this request does not come back with an answer in time.
const LOOK_AFTER: i64 = 8 * kit::clock::SECOND;

impl Payments {
    /// Authorises with the customer's proof and waits a moment for the outcome; what is not known by
    /// then is `processing`. The same key gives the same transfer, and never a second booking.
    pub(crate) async fn authorise(
        &self,
        who: &Customer,
        id: TransferId,
        key: &str,
        (challenge, proof): (String, &Proof),
    ) -> Result<TransferState, Error> {
        let key = Key {
            scope: format!("transfer.authorise:{}", who.id),
            key: key.to_owned(),
            hash: idem::hash_of(&(id, &challenge)),
        };
        if let Some(earlier) = self.earlier(who, &key).await? {
            return Ok(earlier);
        }
        let transfer = self.owned(who, id).await?;
        if transfer
            .state_at(self.cx.clock.now())
            .after(Move::Authorise)
            .is_none()
            || transfer.challenge != challenge
        {
            return Err(Error::WrongState);
        }
        let owed = self.owed_for(&transfer).await?;
        if transfer.purpose == Purpose::Bill {
            self.cx
                .db
                .read(async |c| self.not_taken(c, &transfer).await)
                .await?;
        }
        let proven = self.prove(who, &transfer, proof).await?;
        let this = self.clone();
        let sent = self
            .cx
            .db
            .tx(async move |c| this.commit_to(c, (&transfer, owed), (&key, proven)).await)
            .await?;
        kit::failpoint::reach("payments.authorised");
        self.settled(who, &sent).await
    }

    /// Sends it, or holds its money, and shows what has become of it.
    pub(super) async fn settled(&self, who: &Customer, sent: &Transfer) -> Result<TransferState, Error> {
        match self.settle(sent).await? {
            Some(booked) => self.with_challenge(who, booked).await,
            None => self.show(who, sent.id).await,
        }
    }

    /// Takes back what has not been sent: a draft, or a transfer that waits, whose money is then freed.
    /// Repeating it changes nothing.
    pub(crate) async fn cancel(&self, who: &Customer, id: TransferId) -> Result<TransferState, Error> {
        let transfer = self.owned(who, id).await?;
        // A biller may have been told of what waits: only its word ends it.
        let told = transfer.purpose == Purpose::Bill && transfer.state == State::Waiting;
        let to = transfer.state.after(Move::Cancel).filter(|_| !told);
        if transfer.state != State::Cancelled {
            let to = to.ok_or(Error::WrongState)?;
            let (this, given) = (self.clone(), transfer.clone());
            self.cx
                .db
                .tx(async move |c| this.take_back(c, &given, to).await)
                .await?;
            if transfer.state == State::Waiting {
                self.settle_later(id).await?;
                self.accounts.touched([&transfer.from_no; 2]).await;
            }
        }
        self.show(who, id).await
    }

    async fn take_back(&self, c: &mut Conn, t: &Transfer, to: State) -> Result<(), Error> {
        let now = self.cx.clock.now();
        if !store::ended(c, t.id, (t.state, to), ("", ""), now).await? {
            return Err(Error::WrongState);
        }
        if t.state == State::Waiting {
            Self::return_limit(c, t).await?;
            if t.hold == Hold::None {
                jobs::cancel(c, SETTLE, &t.id.to_string()).await?;
            } else {
                self.unwanted(c, t).await?;
            }
        }
        self.note(c, t.customer, "transfer.cancel", t.id, "ok").await
    }

    async fn prove(&self, who: &Customer, transfer: &Transfer, proof: &Proof) -> Result<Proven, Error> {
        let challenge = transfer.challenge.parse().map_err(|_| Error::NotFound)?;
        let judged = self.identity.challenge_prove(who.id, challenge, proof).await;
        judged.map_err(|error| self.used_already(transfer, error))
    }

    /// A challenge that is used already belongs to a request with the same key that is still at work.
    fn used_already(&self, transfer: &Transfer, error: identity::Error) -> Error {
        match error {
            identity::Error::ChallengeExpired if self.cx.clock.now() < transfer.expires_at => {
                Error::InProgress { retry_after: 1 }
            }
            other => other.into(),
        }
    }

    /// The one transaction after which the bank is committed; the transfer as it stands then.
    async fn commit_to(
        &self,
        c: &mut Conn,
        (transfer, owed): (&Transfer, Option<Owed>),
        (key, proven): (&Key, Proven),
    ) -> Result<Transfer, Error> {
        let (id, now) = (transfer.id, self.cx.clock.now());
        if key.claim(c, &id, now).await?.is_some() {
            return Err(Error::InProgress { retry_after: 1 });
        }
        self.identity
            .challenge_spend(c, proven, &transfer.bound)
            .await
            .map_err(|error| self.used_already(transfer, error))?;
        let sum = self.permit(c, transfer, now).await?;
        self.proved_enough(c, transfer, (sum, proven)).await?;
        self.takes_bill(c, transfer).await?;
        if owed.is_some() {
            takes_card(c, transfer).await?;
        }
        let sent = self.sent(c, transfer, now).await?;
        if !store::authorised(c, &sent).await? {
            return Err(Error::WrongState);
        }
        self.look_after(c, &sent, now).await?;
        if let Some(owed) = owed {
            Self::fits_still(c, transfer, owed).await?;
        }
        self.note(c, transfer.customer, "transfer.authorise", id, "ok")
            .await?;
        Ok(sent)
    }

    /// What decides in the transaction that pays: the account is not blocked, and the payment fits its limits. Gives the
    /// day's sum with this payment. Fen.
    pub(super) async fn permit(&self, c: &mut Conn, t: &Transfer, now: Ms) -> Result<i64, Error> {
        if Accounts::is_blocked(c, t.account).await? {
            return Err(Error::AccountBlocked);
        }
        if t.purpose.is_limited() {
            return Self::take_limit(c, (t.customer, t.account), t.amount_fen, now).await;
        }
        Ok(t.amount_fen)
    }

    /// A payment that nothing was asked for goes only while the day's sum asks for nothing either: many small ones must
    /// not become a large one.
    pub(super) async fn unproved(&self, c: &mut Conn, t: &Transfer, sum: i64) -> Result<(), Error> {
        if self.identity.policy_in(c, t.purpose.act(), sum).await?.is_empty() {
            Ok(())
        } else {
            Err(Error::ProofWanted)
        }
    }

    /// The same for what was proved: drafts made beforehand must not pass with the proof of a smaller sum.
    async fn proved_enough(
        &self,
        c: &mut Conn,
        t: &Transfer,
        (sum, proven): (i64, Proven),
    ) -> Result<(), Error> {
        let wanted = self.identity.policy_in(c, t.purpose.act(), sum).await?;
        if proven.covers(&wanted) {
            Ok(())
        } else {
            Err(Error::ProofWanted)
        }
    }

    /// The transfer as it goes: sent now, or kept until its time with the money held.
    pub(super) async fn sent(&self, c: &mut Conn, t: &Transfer, now: Ms) -> Result<Transfer, Error> {
        let doubtful =
            t.purpose == Purpose::Transfer && cools(&Circumstances::of_stranger(t.amount_fen, now));
        let cooling = t.cooling || (doubtful && !store::knows(c, t.customer, &t.to_idx).await?);
        let wait = t.arrival.wait().max(if cooling { COOLING } else { 0 });
        // A biller is told while the money is held.
        let held = wait > 0 || t.purpose == Purpose::Bill;
        let step = if held { Move::Postpone } else { Move::Authorise };
        let mut sent = Transfer {
            state: t.state.after(step).ok_or(Error::WrongState)?,
            authorised_at: now,
            ..t.clone()
        };
        if held {
            let id = || self.cx.ids.make::<kit::ids::export::Uuid>().to_string();
            sent.execute_at = now + wait;
            sent.next_check_at = sent.execute_at;
            sent.cooling = cooling;
            sent.hold = if t.bank.is_ours() {
                Hold::Wanted
            } else {
                Hold::None
            };
            sent.hold_id = id();
            sent.void_id = id();
        } else {
            sent.sent_at = now;
            sent.next_check_at = now + ask_again_after(0);
        }
        Ok(sent)
    }

    /// A job looks after it, whatever becomes of this request.
    pub(super) async fn look_after(&self, c: &mut Conn, t: &Transfer, now: Ms) -> Result<(), Error> {
        let payload = t.id.to_string();
        let job = NewJob {
            kind: SETTLE,
            key: &payload,
            payload: &payload,
            run_at: now + LOOK_AFTER,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }
}
