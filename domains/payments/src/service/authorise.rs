//! Authorising a transfer: the proof is judged, and one transaction spends it, takes the limit, checks
//! the block list, moves the state, writes the trail and the job. Then the core is asked.

use accounts::Accounts;
use identity::{Customer, Proof};
use kit::clock::Ms;
use kit::db::Conn;
use kit::idem::{self, Claim};
use kit::jobs::{self, NewJob};

use super::Payments;
use super::look::TransferState;
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::rules::{Excess, Limits, Used};
use crate::model::transfer::{Move, State, Transfer, TransferId, ask_again_after};
use crate::store;

/// The job looks after the transfer when this request does not come back with an answer in time.
const LOOK_AFTER: i64 = 8 * kit::clock::SECOND;

/// The caller's key for one authorisation.
#[derive(Clone)]
struct Key {
    scope: String,
    key: String,
    hash: String,
}

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
        if let Some(earlier) = self.earlier(who, &key.scope, &key.key, &key.hash).await? {
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
        self.prove(who, &transfer, proof).await?;
        let (this, given) = (self.clone(), transfer.clone());
        let at = self
            .cx
            .db
            .tx(async move |c| this.commit_to(c, &given, &key).await)
            .await?;
        let authorised = Transfer {
            authorised_at: at,
            ..transfer
        };
        self.settle_now(&authorised).await?;
        self.show(who, id).await
    }

    /// Takes back a draft that has not been authorised; repeating it changes nothing.
    pub(crate) async fn cancel(&self, who: &Customer, id: TransferId) -> Result<TransferState, Error> {
        let transfer = self.owned(who, id).await?;
        let to = transfer.state.after(Move::Cancel);
        if transfer.state != State::Cancelled {
            let to = to.ok_or(Error::WrongState)?;
            let (this, now) = (self.clone(), self.cx.clock.now());
            self.cx
                .db
                .tx(async move |c| {
                    if !store::ended(c, id, (transfer.state, to), ("", ""), now).await? {
                        return Err(Error::WrongState);
                    }
                    this.note(c, transfer.customer, "transfer.cancel", id, "ok").await
                })
                .await?;
        }
        self.show(who, id).await
    }

    /// A challenge that is used already belongs to a request with the same key that is still at work.
    async fn prove(&self, who: &Customer, transfer: &Transfer, proof: &Proof) -> Result<(), Error> {
        let challenge = transfer.challenge.parse().map_err(|_| Error::NotFound)?;
        match self.identity.challenge_prove(who.id, challenge, proof).await {
            Ok(()) => Ok(()),
            Err(identity::Error::ChallengeExpired) if self.cx.clock.now() < transfer.expires_at => {
                Err(Error::InProgress { retry_after: 1 })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The one transaction after which the bank is committed; gives its instant.
    async fn commit_to(&self, c: &mut Conn, transfer: &Transfer, key: &Key) -> Result<Ms, Error> {
        let (id, now) = (transfer.id, self.cx.clock.now());
        match idem::claim(c, &key.scope, &key.key, &key.hash, now, 0).await? {
            Claim::New => {}
            Claim::Different => return Err(Error::KeyReused),
            Claim::Done(_) | Claim::Running { .. } | Claim::Stalled => {
                return Err(Error::InProgress { retry_after: 1 });
            }
        }
        let challenge = transfer.challenge.parse().map_err(|_| Error::NotFound)?;
        self.identity
            .challenge_spend(c, transfer.customer, challenge, &transfer.bound)
            .await?;
        if Accounts::is_blocked(c, transfer.account).await? {
            return Err(Error::AccountBlocked);
        }
        self.take_limit(c, transfer, now).await?;
        if !store::authorised(c, id, now, now + ask_again_after(0)).await? {
            return Err(Error::WrongState);
        }
        self.note(c, transfer.customer, "transfer.authorise", id, "ok")
            .await?;
        let payload = id.to_string();
        jobs::enqueue(
            c,
            &self.cx,
            NewJob {
                kind: SETTLE,
                key: &payload,
                payload: &payload,
                run_at: now + LOOK_AFTER,
            },
        )
        .await?;
        idem::finish(c, &key.scope, &key.key, &payload).await?;
        Ok(now)
    }

    async fn take_limit(&self, c: &mut Conn, transfer: &Transfer, now: Ms) -> Result<(), Error> {
        let (customer, day) = (transfer.customer, kit::clock::date_of(now).to_string());
        let limits = store::limits(c, "standard").await?.unwrap_or(Limits {
            per_transfer: 0,
            per_day: 0,
            per_day_count: 0,
        });
        if store::used(c, customer, &day).await? == Used::default() {
            store::begin_usage(c, customer, &day).await?;
        }
        if limits.check(transfer.amount_fen, Used::default()) == Err(Excess::Single) {
            return Err(Error::LimitSingle);
        }
        if !store::use_limit(c, customer, &day, transfer.amount_fen, limits).await? {
            let used = store::used(c, customer, &day).await?;
            return Err(Error::LimitDay {
                left_fen: limits.left(used),
            });
        }
        Ok(())
    }
}
