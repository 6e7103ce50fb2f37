//! Signing, changing and ending an agreement, and looking at it.

use accounts::AccountId;
use audit::{Actor, Entry};
use corebank::AccountKind;
use identity::{Challenge, Customer, Factor, NewChallenge, Proof};
use kit::db::Conn;
use kit::idem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::Payments;
use super::super::key::Key;
use crate::error::Error;
use crate::model::autorepay::{Agreement, AgreementId, Kind, Run, Stage, Step};
use crate::store;

/// An agreement to be signed.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAutoRepay)]
pub(crate) struct SignAutoRepay {
    /// A current account 活期账户 of the customer's, which pays.
    pub(crate) from_account_id: AccountId,
    pub(crate) kind: Kind,
}

/// An agreement with the account that pays, and the proof that it waits for.
pub(crate) struct AgreementState {
    pub(crate) agreement: Agreement,
    pub(crate) stage: Stage,
    pub(crate) from_no_masked: String,
    pub(crate) challenge: Option<Challenge>,
}

/// A card's agreement, if it has one, and what became of its last bill.
pub(crate) struct CardAgreement {
    pub(crate) living: Option<AgreementState>,
    pub(crate) last: Option<Run>,
}

impl Payments {
    /// The agreement of one of the customer's own cards.
    pub(crate) async fn autorepay(&self, who: &Customer, card: AccountId) -> Result<CardAgreement, Error> {
        self.identity.require_level(who, "accounts.view").await?;
        let (customer, card) = (who.id, self.card(who.id, card).await?.id);
        let (living, last) = self
            .cx
            .db
            .read(async move |c| {
                let living = store::agreement_of(c, customer, card).await?;
                Ok::<_, kit::db::Error>((living, store::last_bill_run(c, card).await?))
            })
            .await?;
        let living = match living {
            Some(agreement) => Some(self.agreement_state(who, agreement).await?),
            None => None,
        };
        Ok(CardAgreement { living, last })
    }

    /// Drafts an agreement that waits for the customer's proof. The same key and content give the same one.
    pub(crate) async fn sign_autorepay(
        &self,
        who: &Customer,
        key: &str,
        (card, ask): (AccountId, &SignAutoRepay),
    ) -> Result<AgreementState, Error> {
        let asked = idem::hash_of(&(card, ask));
        let key = Key {
            scope: format!("autorepay:{}", who.id),
            key: key.to_owned(),
            hash: self.cx.vault.tag("autorepay.ask", &[&asked]),
        };
        if let Some(earlier) = self.made_before(&key).await? {
            return self.own_agreement_state(who, earlier).await;
        }
        let (agreement, summary) = self.agreed(who, card, ask).await?;
        let factors = self.identity.policy("autorepay", 0).await?;
        let this = self.clone();
        let id = self
            .cx
            .db
            .tx(async move |c| {
                if let Some(earlier) = key.claim(c, &agreement.id, agreement.created_at).await? {
                    return Ok::<_, Error>(earlier);
                }
                this.write_agreement(c, agreement.clone(), (&summary, &factors))
                    .await?;
                Ok(agreement.id)
            })
            .await?;
        self.own_agreement_state(who, id).await
    }

    /// Every refusal that can be known now is given now. Also what the customer signs, in words.
    async fn agreed(
        &self,
        who: &Customer,
        card: AccountId,
        ask: &SignAutoRepay,
    ) -> Result<(Agreement, String), Error> {
        self.identity.require_level(who, "accounts.view").await?;
        let card = self.card(who.id, card).await?;
        let own = self.payer(who, ask.from_account_id).await?;
        if own.kind != AccountKind::Demand {
            return Err(Error::BadPayer);
        }
        let (card_id, card_tail) = (card.id, card.tail.clone());
        self.card_as_payee(card).await?;
        let now = self.cx.clock.now();
        let mut agreement = Agreement {
            id: self.cx.ids.make(),
            customer: who.id,
            account: own.id,
            card: card_id,
            kind: ask.kind,
            from_on: self.cx.clock.today().to_string(),
            told_for: String::new(),
            done_for: String::new(),
            tries: 0,
            look_at: now,
            turn: 0,
            stage: Stage::AwaitingChallenge,
            reason: String::new(),
            challenge: String::new(),
            bound: String::new(),
            expires_at: now,
            created_at: now,
        };
        agreement.bound = agreement.signed();
        let summary = format!(
            "尾号{card_tail}的信用卡开通自动还款（{}，尾号{}的账户付款）",
            ask.kind.text(),
            own.tail
        );
        Ok((agreement, summary))
    }

    async fn write_agreement(
        &self,
        c: &mut Conn,
        mut a: Agreement,
        (summary, factors): (&str, &[Factor]),
    ) -> Result<(), Error> {
        let ask = NewChallenge {
            customer: a.customer,
            act: "autorepay",
            bound: a.bound.clone(),
            summary: summary.to_owned(),
            factors: factors.to_vec(),
        };
        let challenge = self.identity.challenge_open(c, ask).await?;
        a.challenge = challenge.id.to_string();
        a.expires_at = challenge.expires_at;
        store::insert_agreement(c, &a).await?;
        self.agreement_note(c, &a, "autorepay.sign", json!({})).await
    }

    /// Puts an agreement in force with the customer's proof; it takes the place of the card's older one.
    pub(crate) async fn begin_autorepay(
        &self,
        who: &Customer,
        id: AgreementId,
        (challenge, proof): (String, &Proof),
    ) -> Result<AgreementState, Error> {
        let a = self.own_agreement(who, id).await?;
        // Asked again after an answer that was lost.
        if a.stage == Stage::Active && a.challenge == challenge {
            return self.agreement_state(who, a).await;
        }
        if a.stage_at(self.cx.clock.now()).after(Step::Begin).is_none() || a.challenge != challenge {
            return Err(Error::AgreementState);
        }
        let challenge = challenge.parse().map_err(|_| Error::NoAgreement)?;
        let proven = self.identity.challenge_prove(who.id, challenge, proof).await?;
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| {
                this.identity.challenge_spend(c, proven, &a.signed()).await?;
                this.put_in_force(c, &a).await
            })
            .await?;
        self.own_agreement_state(who, id).await
    }

    /// A change goes on where the old agreement stood: a bill that is due today stays due, one that is dealt with stays so.
    async fn put_in_force(&self, c: &mut Conn, a: &Agreement) -> Result<(), Error> {
        let now = self.cx.clock.now();
        let (mut from_on, mut done_for) = (self.cx.clock.today().to_string(), String::new());
        let mut replaced = Vec::new();
        for old in store::agreements_locked(c, a.card, now).await? {
            let Some(to) = old
                .stage
                .after(Step::Replace)
                .filter(|_| old.customer == a.customer)
            else {
                continue;
            };
            if old.stage == Stage::Active {
                (from_on, done_for) = (old.from_on.clone(), old.done_for.clone());
            }
            store::agreement_leaves(c, old.id, (old.stage, to), "", now).await?;
            replaced.push(old.id.to_string());
        }
        // Another account is tried at once, also where the one before had not enough.
        let last = store::last_bill_run(c, a.card).await?;
        let tries = last
            .filter(|run| run.result == "sent")
            .map_or(0, |run| run.attempt);
        if !store::agreement_begins(c, a.id, (&from_on, &done_for, tries), now).await? {
            return Err(Error::AgreementState);
        }
        self.agreement_note(c, a, "autorepay.begin", json!({ "replaces": replaced }))
            .await
    }

    /// Ends an agreement; what has been sent stays sent. Repeating it changes nothing.
    pub(crate) async fn end_autorepay(
        &self,
        who: &Customer,
        id: AgreementId,
    ) -> Result<AgreementState, Error> {
        let a = self.own_agreement(who, id).await?;
        if a.stage != Stage::Ended {
            let to = a.stage.after(Step::End).ok_or(Error::AgreementState)?;
            let (this, now) = (self.clone(), self.cx.clock.now());
            self.cx
                .db
                .tx(async move |c| {
                    if !store::agreement_leaves(c, id, (a.stage, to), "", now).await? {
                        return Err(Error::AgreementState);
                    }
                    this.agreement_note(c, &a, "autorepay.end", json!({})).await
                })
                .await?;
        }
        self.own_agreement_state(who, id).await
    }

    async fn own_agreement_state(&self, who: &Customer, id: AgreementId) -> Result<AgreementState, Error> {
        let agreement = self.own_agreement(who, id).await?;
        self.agreement_state(who, agreement).await
    }

    async fn agreement_state(&self, who: &Customer, agreement: Agreement) -> Result<AgreementState, Error> {
        let stage = agreement.stage_at(self.cx.clock.now());
        let challenge = match (stage, agreement.challenge.parse()) {
            (Stage::AwaitingChallenge, Ok(id)) => Some(self.identity.challenge_view(who.id, id).await?),
            _ => None,
        };
        let from_no_masked = self.accounts.own(who.id, agreement.account).await?.no_masked;
        Ok(AgreementState {
            agreement,
            stage,
            from_no_masked,
            challenge,
        })
    }

    /// Somebody else's agreement does not exist.
    async fn own_agreement(&self, who: &Customer, id: AgreementId) -> Result<Agreement, Error> {
        let found = self
            .cx
            .db
            .glance(async move |c| store::agreement(c, id).await)
            .await?;
        found.filter(|a| a.customer == who.id).ok_or(Error::NoAgreement)
    }

    async fn agreement_note(
        &self,
        c: &mut Conn,
        a: &Agreement,
        action: &'static str,
        detail: Value,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Customer(a.customer.to_string()),
            action,
            subject: format!("autorepay:{}", a.id),
            result: "ok",
            detail,
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}
