//! What an act asks for: the step-up policy, which is data.

use kit::db::Conn;

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
            .read(async |c| self.policy_in(c, act, amount_fen).await)
            .await
    }

    /// The same on the caller's connection.
    pub(crate) async fn policy_in(
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
            .read(async |c| self.require_level_in(c, who, act).await)
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
            .read(async |c| store::challenges::policies(c).await)
            .await?)
    }
}

/// The session level that these factors prove: 1 nothing, 2 one of them, 3 both.
pub(super) fn level_of(factors: &[Factor]) -> i64 {
    LEVEL_OAUTH + i64::from(factors.contains(&Factor::Sms)) + i64::from(factors.contains(&Factor::Password))
}
