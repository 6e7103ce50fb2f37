//! The payment password: set and changed by a code to the customer's phone.

use audit::{Actor, Entry};
use serde_json::json;

use super::Identity;
use crate::error::Error;
use crate::model::challenge::{ChallengeId, NewChallenge, Proof};
use crate::model::forms;
use crate::model::people::{Customer, CustomerId};
use crate::store;

/// What a challenge for a new password is bound to.
pub(crate) fn bound(customer: CustomerId) -> String {
    kit::crypto::sha256(&format!("password.set|{customer}"))
}

impl Identity {
    /// Sets a new password with the code of a `password.set` challenge.
    pub(crate) async fn set_pay_password(
        &self,
        who: &Customer,
        challenge: ChallengeId,
        sms_code: String,
        password: &str,
    ) -> Result<(), Error> {
        forms::pay_password(password).map_err(|fault| Error::Fields(vec![fault]))?;
        let proof = Proof {
            password: None,
            sms_code: Some(sms_code),
        };
        let proven = self.challenge_prove(who.id, challenge, &proof).await?;
        let hash = kit::crypto::hash_password(password).await?;
        let (this, customer) = (self.clone(), who.id);
        self.cx
            .db
            .tx(async move |c| {
                let now = this.cx.clock.now();
                this.challenge_spend(c, proven, &bound(customer)).await?;
                if store::customers::change_password(c, customer, &hash, now).await? == 0 {
                    store::customers::insert_password(c, customer, &hash, now).await?;
                }
                let entry = Entry {
                    actor: Actor::Customer(customer.to_string()),
                    action: "password.set",
                    subject: format!("customer:{customer}"),
                    result: "ok",
                    detail: json!({}),
                };
                audit::note(c, &this.cx, entry).await?;
                Ok(())
            })
            .await
    }

    /// Opens a challenge that raises the session for an act, or permits a new password.
    pub(crate) async fn open_for(
        &self,
        who: &Customer,
        act: &'static str,
        subject: Option<&str>,
        summary: &str,
    ) -> Result<crate::Challenge, Error> {
        let factors = self.policy(act, 0).await?;
        let ask = NewChallenge {
            customer: who.id,
            act,
            bound: match (act, subject) {
                ("password.set", _) => bound(who.id),
                (_, Some(subject)) => kit::crypto::sha256(&format!("{act}|{}|{subject}", who.id)),
                (_, None) => kit::crypto::sha256(&format!("{act}|{}", who.id)),
            },
            summary: summary.to_owned(),
            factors,
        };
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| this.challenge_open(c, ask.clone()).await)
            .await
    }

    /// The bound text of a challenge opened for an act on a subject, as [`Self::open_for`] made it.
    pub fn bound_to(&self, who: &Customer, act: &str, subject: &str) -> String {
        kit::crypto::sha256(&format!("{act}|{}|{subject}", who.id))
    }
}
