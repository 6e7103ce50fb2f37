//! What an act asks for: the step-up policy, which is data.

use audit::{Actor, Entry};
use kit::db::Conn;
use serde_json::json;

use super::Identity;
use crate::error::Error;
use crate::model::challenge::Factor;
use crate::model::people::{Customer, LEVEL_OAUTH};
use crate::store;

impl Identity {
    /// Which factors an act needs at this amount (fen; 0 when there is none).
    pub async fn policy(&self, act: &'static str, amount_fen: i64) -> Result<Vec<Factor>, Error> {
        self.cx
            .db
            .glance(async |c| self.policy_in(c, act, amount_fen).await)
            .await
    }

    /// The same on the caller's connection.
    pub async fn policy_in(
        &self,
        c: &mut Conn,
        act: &'static str,
        amount_fen: i64,
    ) -> Result<Vec<Factor>, Error> {
        let found = store::challenges::policy(c, act, amount_fen).await?;
        // An act without a policy is asked for everything: deny by default.
        Ok(found.map_or_else(
            || vec![Factor::Password, Factor::Sms],
            |text| Factor::parse_list(&text),
        ))
    }

    /// Passes when the policy asks nothing for this act, or the session has been proved just now.
    pub async fn require_level(&self, who: &Customer, act: &'static str) -> Result<(), Error> {
        self.cx
            .db
            .glance(async |c| self.require_level_in(c, who, act).await)
            .await
    }

    /// The same on the caller's connection, for those who read something else there.
    pub async fn require_level_in(
        &self,
        c: &mut Conn,
        who: &Customer,
        act: &'static str,
    ) -> Result<(), Error> {
        let factors = self.policy_in(c, act, 0).await?;
        if factors.is_empty() || who.level >= level_of(&factors) {
            return Ok(());
        }
        Err(Error::StepUp { act, factors })
    }

    /// The step-up policies, as data: act, threshold in fen, factors, version.
    pub async fn policies(&self) -> Result<Vec<(String, i64, String, i64)>, Error> {
        Ok(self
            .cx
            .db
            .glance(async |c| store::challenges::policies(c).await)
            .await?)
    }

    /// What an act asks for from this amount on (fen); an operator's word, kept in the trail.
    pub async fn set_policy(&self, act: &str, from_fen: i64, factors: &[Factor]) -> Result<(), Error> {
        let guards_itself = ALWAYS_PROVED.contains(&act) && factors.is_empty();
        if from_fen < 0 || guards_itself || !self.policies().await?.iter().any(|(known, ..)| known == act) {
            return Err(Error::NoPolicy);
        }
        let (this, act, factors) = (self.clone(), act.to_owned(), Factor::list(factors));
        self.cx
            .db
            .tx(async move |c| {
                store::challenges::set_policy(c, &act, from_fen, &factors).await?;
                let entry = Entry {
                    actor: Actor::System("operator"),
                    action: "policy.set",
                    subject: format!("policy:{act}"),
                    result: "ok",
                    detail: json!({"from_fen": from_fen, "factors": factors}),
                };
                Ok(audit::note(c, &this.cx, entry).await?)
            })
            .await
    }
}

/// Acts that decide who somebody is: without a proof they would guard nothing.
const ALWAYS_PROVED: [&str; 4] = ["binding.first", "binding.another", "password.set", "loss.lift"];

/// The session level that these factors prove: 1 nothing, 2 one of them, 3 both.
pub(super) fn level_of(factors: &[Factor]) -> i64 {
    LEVEL_OAUTH + i64::from(factors.contains(&Factor::Sms)) + i64::from(factors.contains(&Factor::Password))
}
