//! 解挂: only with the customer's proof. Our block stands until the core has lifted its own.

use audit::{Actor, Entry};
use corebank::{Answer, RefusalCode, RestrictionKind, RestrictionOrder, RestrictionSource};
use identity::{Customer, Proof, Proven};
use kit::{
    clock::{MINUTE, Ms, SECOND},
    db::Conn,
    events,
    idem::{self, Claim},
    jobs::{self, NewJob},
};
use serde_json::json;

use super::{Accounts, PATIENCE};
use crate::{
    error::Error,
    model::{
        account::{AccountId, OwnAccount},
        loss::{LossEvent, LossState, LossView},
    },
    store::{self, Loss},
};

/// The job that tells the core of a lift.
pub(crate) const LIFT: &str = "accounts.lift";
const LIFTED: &str = "accounts.lifted";
const JOB_AFTER: Ms = 5 * SECOND;
/// How long one request may hold the lift while it judges the proof.
const LEASE: Ms = MINUTE;

/// A request to lift, with the customer's proof.
#[derive(Clone)]
pub(crate) struct LiftAsk {
    pub(crate) key: String,
    pub(crate) challenge: uuid::Uuid,
    pub(crate) proof: Proof,
}

impl Accounts {
    pub(crate) async fn lift_loss(
        &self,
        who: &Customer,
        id: AccountId,
        ask: LiftAsk,
    ) -> Result<LossView, Error> {
        let account = self.own(who.id, id).await?;
        let loss = self
            .cx
            .db
            .glance(async move |c| store::newest_loss(c, id).await)
            .await?;
        let loss = loss.ok_or(Error::NotBlocked)?;
        let blocked = loss.state == LossState::Blocked.as_str();
        if !blocked && loss.lift_key.as_deref() == Some(ask.key.as_str()) {
            return self.loss_view(&loss);
        }
        if !blocked {
            return Err(Error::NotBlocked);
        }
        self.claim(&loss, &ask.key).await?;
        let judged = self
            .identity
            .challenge_prove(who.id, ask.challenge.into(), &ask.proof)
            .await;
        let proven = match judged {
            Ok(proven) => proven,
            Err(wrong) => {
                let key = ask.key;
                self.cx
                    .db
                    .tx(async move |c| store::release_lift(c, loss.id, &key).await)
                    .await?;
                return Err(wrong.into());
            }
        };
        let loss = self.begin(who, loss, ask.key, proven).await?;
        let told = tokio::time::timeout(PATIENCE, self.lift_in_core(&loss, &account)).await;
        if !matches!(told, Ok(Ok(true))) {
            tracing::info!(loss = %loss.id, "core has not confirmed the lift yet; the job goes on");
        }
        let loss = self
            .cx
            .db
            .glance(async move |c| store::loss_by_id(c, loss.id).await)
            .await?;
        self.loss_view(&loss.ok_or(Error::Row("loss report"))?)
    }

    async fn claim(&self, loss: &Loss, key: &str) -> Result<(), Error> {
        let (id, key, now) = (loss.id, key.to_owned(), self.cx.clock.now());
        let mine = self
            .cx
            .db
            .tx(async move |c| store::claim_lift(c, id, &key, now, now + LEASE).await)
            .await?;
        if mine { Ok(()) } else { Err(Error::InProgress) }
    }

    /// One transaction: the proof is used up, the report leaves `blocked`, and the core will be told.
    async fn begin(&self, who: &Customer, loss: Loss, key: String, proven: Proven) -> Result<Loss, Error> {
        let (this, who) = (self.clone(), who.clone());
        let lift: uuid::Uuid = self.cx.ids.make();
        let id = loss.id;
        self.cx
            .db
            .tx(async move |c| {
                let scope = format!("loss.lift:{}", who.id);
                let now = this.cx.clock.now();
                let (text, hash) = (id.to_string(), idem::hash_of(&id));
                match idem::claim_with(c, (&scope, &key, &hash), &text, now).await? {
                    Claim::New => {}
                    Claim::Different => return Err(Error::KeyReused),
                    Claim::Done(_) | Claim::Running { .. } | Claim::Stalled => return Err(Error::InProgress),
                }
                let bound = this
                    .identity
                    .bound_to(&who, "loss.lift", &loss.account.to_string());
                this.identity.challenge_spend(c, proven, &bound).await?;
                let next = LossState::Blocked.after(LossEvent::Proved);
                if next.is_none() || !store::begin_lift(c, id, lift).await? {
                    return Err(Error::NotBlocked);
                }
                this.note(c, Actor::Customer(who.id.to_string()), "account.loss_lift", &loss)
                    .await?;
                let job = NewJob {
                    kind: LIFT,
                    key: &text,
                    payload: &text,
                    run_at: now + JOB_AFTER,
                };
                jobs::enqueue(c, &this.cx, job).await?;
                Ok(())
            })
            .await?;
        let loss = self
            .cx
            .db
            .glance(async move |c| store::loss_by_id(c, id).await)
            .await?;
        loss.ok_or(Error::Row("loss report"))
    }

    /// Lifts the restriction in the core, then our block; true when both are gone. Safe to repeat.
    pub(crate) async fn lift_in_core(&self, loss: &Loss, account: &OwnAccount) -> Result<bool, Error> {
        // The block must have arrived first: otherwise a late repeat of it could come after the lift.
        if !loss.core_confirmed && !self.tell_core(loss, account).await? {
            return Ok(false);
        }
        let order = RestrictionOrder {
            id: loss.lift_id.ok_or(Error::Row("lift without an id"))?,
            kind: RestrictionKind::LossReport,
            source: RestrictionSource::Customer,
        };
        match self.core.lift(&account.account_no, &order).await {
            // Nothing there to be lifted: a branch was quicker.
            Answer::Done(()) => {}
            Answer::Refused(no) if no.code == RefusalCode::NotRestricted => {}
            Answer::Refused(no) => return Err(Error::CoreRefused(no.code)),
            Answer::Unknown => return Ok(false),
        }
        let (this, loss) = (self.clone(), loss.clone());
        self.cx
            .db
            .tx(async move |c| {
                let now = this.cx.clock.now();
                let next = LossState::Lifting.after(LossEvent::CoreLifted);
                if next.is_some() && store::finish_lift(c, loss.id, now).await? {
                    this.note(c, Actor::System("accounts"), "account.loss_lifted", &loss)
                        .await?;
                    let body = json!({"customer": loss.customer, "account": loss.account, "loss": loss.id});
                    events::publish(c, &this.cx, LIFTED, &loss.id.to_string(), &body).await?;
                }
                Ok(true)
            })
            .await
    }

    async fn note(&self, c: &mut Conn, actor: Actor, action: &'static str, loss: &Loss) -> Result<(), Error> {
        let entry = Entry {
            actor,
            action,
            subject: format!("account:{}", loss.account),
            result: "ok",
            detail: json!({"loss": loss.id}),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}
