//! Binding 绑定: a WeChat user proves to be a customer of the bank.

use audit::{Actor, Entry};
use corebank::{Answer, CoreCustomer, VerifyCustomer};
use kit::clock::{DAY, Ms};
use kit::db::Conn;
use kit::events;
use kit::idem::{self, Claim};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Identity;
use crate::error::Error;
use crate::model::challenge::{Challenge, NewChallenge, Proof, Proven};
use crate::model::forms;
use crate::model::people::{BINDING_LASTS, BindingId, CustomerId, Visitor};
use crate::store;
use crate::store::bindings::{Enrolment, Row};

/// Forms that one WeChat user, and one card, may send in a day.
const TRIES_PER_DAY: i64 = 10;

/// The form, as typed.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct BindingForm {
    pub(crate) name: String,
    pub(crate) id_no: String,
    pub(crate) card_no: String,
    pub(crate) phone: String,
}

/// The caller's key for one form.
#[derive(Clone)]
struct Claimed {
    scope: String,
    key: String,
    /// Keyed, because a form's plain hash could be tried out.
    hash: String,
}

/// A binding under way.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) id: BindingId,
    pub(crate) challenge: Challenge,
}

impl Identity {
    /// Checks the form with the core bank and sends a code to the phone that the bank has on file.
    /// The same key and form give the same binding, and no second code.
    pub(crate) async fn begin_binding(
        &self,
        who: &Visitor,
        key: &str,
        form: BindingForm,
    ) -> Result<Binding, Error> {
        let claim = Claimed {
            scope: format!("binding:{}", self.cx.vault.index("openid", &who.openid)),
            key: key.to_owned(),
            hash: self.cx.vault.tag("binding.form", &[&idem::hash_of(&form)]),
        };
        if let Some(earlier) = self.earlier(who, &claim).await? {
            return Ok(earlier);
        }
        if self.customer_of(&who.openid).await?.is_some() {
            return Err(Error::AlreadyBound);
        }
        let ask = self.checked(&form)?;
        self.allow_form(&who.openid, &ask.card_no).await?;
        let core = match self.core.verify_customer(&ask).await {
            Answer::Done(core) => core,
            Answer::Refused(_) => return self.refuse_binding(who).await,
            Answer::Unknown => return Err(Error::CoreUnavailable),
        };
        let (this, openid) = (self.clone(), who.openid.clone());
        self.cx
            .db
            .tx(async move |c| this.enrol(c, &openid, &core, &claim).await)
            .await
    }

    /// The binding that this key began before, if it did.
    async fn earlier(&self, who: &Visitor, claim: &Claimed) -> Result<Option<Binding>, Error> {
        let (claim, now) = (claim.clone(), self.cx.clock.now());
        let known = self
            .cx
            .db
            .glance(async move |c| idem::look(c, &claim.scope, &claim.key, &claim.hash, now).await)
            .await?;
        match known {
            Claim::New => Ok(None),
            Claim::Done(id) => {
                let id = id.parse().map_err(|_| Error::NotFound)?;
                let enrolment = self.enrolment(who, id).await?;
                let challenge = self
                    .challenge_view(enrolment.customer, enrolment.challenge)
                    .await?;
                Ok(Some(Binding { id, challenge }))
            }
            Claim::Different => Err(Error::KeyReused),
            Claim::Running { .. } | Claim::Stalled => Err(Error::InProgress),
        }
    }

    /// A new code for a binding under way.
    pub(crate) async fn resend_binding(&self, who: &Visitor, id: BindingId) -> Result<Binding, Error> {
        let enrolment = self.enrolment(who, id).await?;
        let challenge = self
            .challenge_resend(enrolment.customer, enrolment.challenge)
            .await?;
        Ok(Binding { id, challenge })
    }

    /// Ends the binding with the customer's proof; repeating a finished one changes nothing.
    pub(crate) async fn confirm_binding(
        &self,
        who: &Visitor,
        id: BindingId,
        proof: &Proof,
    ) -> Result<CustomerId, Error> {
        let enrolment = self.enrolment(who, id).await?;
        if enrolment.state == "done" {
            // Repeating a finished one changes nothing; after an unbinding it is over.
            let now = self.customer_of(&who.openid).await?;
            return now
                .filter(|c| c.id == enrolment.customer)
                .map(|c| c.id)
                .ok_or(Error::NotFound);
        }
        let proven = self
            .challenge_prove(enrolment.customer, enrolment.challenge, proof)
            .await?;
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| this.bind(c, &enrolment, proven).await)
            .await
    }

    /// The customer takes this WeChat user's power away; every session of it ends at once.
    pub(crate) async fn unbind(&self, openid: &str, customer: CustomerId) -> Result<(), Error> {
        let (this, openid, now) = (self.clone(), openid.to_owned(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if !store::bindings::end(c, &openid, now).await? {
                    return Ok(());
                }
                store::sessions::revoke_subject(c, "customer", &openid, now, "unbound").await?;
                this.note_binding(c, customer, "binding.end", "ok").await?;
                events::publish(
                    c,
                    &this.cx,
                    "identity.unbound",
                    &format!("{customer}.{now}"),
                    &json!({"customer": customer}),
                )
                .await?;
                Ok(())
            })
            .await
    }

    fn checked(&self, form: &BindingForm) -> Result<VerifyCustomer, Error> {
        let name = forms::name(&form.name);
        let id_no = forms::id_no(&form.id_no, self.cx.clock.today());
        let card_no = forms::card_no(&form.card_no);
        let phone = forms::phone(&form.phone);
        match (name, id_no, card_no, phone) {
            (Ok(name), Ok(id_no), Ok(card_no), Ok(phone)) => Ok(VerifyCustomer {
                name,
                id_no,
                card_no,
                phone,
            }),
            (name, id_no, card_no, phone) => {
                let faults = [name.err(), id_no.err(), card_no.err(), phone.err()];
                Err(Error::Fields(faults.into_iter().flatten().collect()))
            }
        }
    }

    async fn allow_form(&self, openid: &str, card_no: &str) -> Result<(), Error> {
        let keys = [
            self.cx.vault.index("throttle", openid),
            self.cx.vault.index("throttle", card_no),
        ];
        let now = self.cx.clock.now();
        self.cx
            .db
            .tx(async move |c| {
                for key in &keys {
                    if !store::throttle::take(c, "binding.form", key, (TRIES_PER_DAY, DAY), now).await? {
                        return Err(Error::TooMany {
                            retry_after: 24 * 3600,
                        });
                    }
                }
                Ok(())
            })
            .await
    }

    async fn refuse_binding(&self, who: &Visitor) -> Result<Binding, Error> {
        let entry = Entry {
            actor: self.fan(&who.openid),
            action: "binding.begin",
            subject: format!("session:{}", who.session),
            result: "binding.mismatch",
            detail: json!({}),
        };
        let cx = self.cx.clone();
        self.cx
            .db
            .tx(async move |c| audit::note(c, &cx, entry.clone()).await)
            .await?;
        Err(Error::Mismatch)
    }

    async fn enrol(
        &self,
        c: &mut Conn,
        openid: &str,
        core: &CoreCustomer,
        claim: &Claimed,
    ) -> Result<Binding, Error> {
        let now = self.cx.clock.now();
        let id: BindingId = self.cx.ids.make();
        let whole = (&*claim.scope, &*claim.key, &*claim.hash);
        match idem::claim_with(c, whole, &id.to_string(), now).await? {
            Claim::New => {}
            Claim::Different => return Err(Error::KeyReused),
            Claim::Done(_) | Claim::Running { .. } | Claim::Stalled => return Err(Error::InProgress),
        }
        let customer = self.remember(c, core, now).await?;
        let others = store::bindings::of_customer(c, customer).await?;
        let another = others.iter().any(|b| b.state == "active" && self.is_living(b));
        let act = if another {
            "binding.another"
        } else {
            "binding.first"
        };
        let ask = NewChallenge {
            customer,
            act,
            bound: kit::crypto::sha256(&format!("bind|{openid}|{customer}")),
            summary: "绑定微信银行".to_owned(),
            factors: self.policy_in(c, act, 0).await?,
        };
        let challenge = self.challenge_open(c, ask).await?;
        let enrolment = Enrolment {
            id,
            openid: openid.to_owned(),
            customer,
            challenge: challenge.id,
            state: "open".to_owned(),
            expires_at: challenge.expires_at,
        };
        store::bindings::insert_enrolment(c, &enrolment, now).await?;
        self.note_binding(c, customer, "binding.begin", "ok").await?;
        Ok(Binding { id, challenge })
    }

    async fn bind(&self, c: &mut Conn, e: &Enrolment, proven: Proven) -> Result<CustomerId, Error> {
        let now = self.cx.clock.now();
        let bound = kit::crypto::sha256(&format!("bind|{}|{}", e.openid, e.customer));
        self.challenge_spend(c, proven, &bound).await?;
        store::customers::lock(c, e.customer).await?;
        self.refuse_late_first(c, e).await?;
        self.end_dead(c, &e.openid, now).await?;
        if !store::bindings::finish_enrolment(c, e.id).await?
            || !self.write_binding(c, e.id, &e.openid, e.customer, now).await?
        {
            return Err(Error::AlreadyBound);
        }
        store::sessions::attach(c, &e.openid, e.customer).await?;
        self.note_binding(c, e.customer, "binding.confirm", "ok").await?;
        let body = json!({"customer": e.customer, "openid": e.openid, "binding": e.id});
        events::publish(c, &self.cx, "identity.bound", &e.id.to_string(), &body).await?;
        Ok(e.customer)
    }

    /// A first binding asks for less proof; it is not one when another has come in between.
    async fn refuse_late_first(&self, c: &mut Conn, e: &Enrolment) -> Result<(), Error> {
        let challenge = store::challenges::by_id(c, e.challenge).await?;
        let first = challenge.is_some_and(|row| row.act == "binding.first");
        let others = store::bindings::of_customer(c, e.customer).await?;
        let another = others.iter().any(|b| b.state == "active" && self.is_living(b));
        if first && another {
            Err(Error::ChallengeExpired)
        } else {
            Ok(())
        }
    }

    /// A binding that has run out makes room for the new one.
    async fn end_dead(&self, c: &mut Conn, openid: &str, now: Ms) -> Result<(), Error> {
        let old = store::bindings::active(c, openid).await?;
        if let Some(old) = old.filter(|b| !self.is_living(b)) {
            store::bindings::end(c, openid, now).await?;
            self.note_binding(c, old.customer, "binding.end", "expired")
                .await?;
        }
        Ok(())
    }

    /// False when the WeChat user has a living binding already.
    pub(crate) async fn write_binding(
        &self,
        c: &mut Conn,
        id: BindingId,
        openid: &str,
        customer: CustomerId,
        now: Ms,
    ) -> Result<bool, Error> {
        let mut row = Row {
            id,
            openid: openid.to_owned(),
            customer,
            state: "active".to_owned(),
            bound_at: now,
            valid_until: now + BINDING_LASTS,
            tag: String::new(),
        };
        row.tag = self.binding_tag(&row);
        Ok(store::bindings::insert(c, &row).await?)
    }

    async fn enrolment(&self, who: &Visitor, id: BindingId) -> Result<Enrolment, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::bindings::enrolment(c, id).await)
            .await?;
        let row = row.filter(|e| e.openid == who.openid).ok_or(Error::NotFound)?;
        if row.state == "open" && row.expires_at <= self.cx.clock.now() {
            return Err(Error::ChallengeExpired);
        }
        Ok(row)
    }

    pub(crate) fn fan(&self, openid: &str) -> Actor {
        Actor::Fan(self.cx.vault.index("openid", openid))
    }

    async fn note_binding(
        &self,
        c: &mut Conn,
        customer: CustomerId,
        action: &'static str,
        result: &'static str,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Customer(customer.to_string()),
            action,
            subject: format!("customer:{customer}"),
            result,
            detail: json!({}),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}
