//! Restrictions: a set per account; each source lifts only its own.

use super::{
    EmbeddedCore, Fail,
    moves::{Claim, refuse},
    secret, store,
};
use crate::{
    answer::{Answer, RefusalCode},
    types::RestrictionOrder,
};

impl EmbeddedCore {
    pub(super) async fn restrict_inner(&self, no: &str, order: RestrictionOrder) -> Result<Answer<()>, Fail> {
        let (ix, claim) = self.restriction_claim("restrict", no, order);
        self.db
            .tx(async move |c| {
                if let Some(earlier) = claim.make(c).await? {
                    return Ok(earlier.map(|_| ()));
                }
                let Some(account) = store::account_by_no(c, &ix).await? else {
                    return refuse(c, &claim.id, RefusalCode::AccountNotFound).await;
                };
                store::lock_accounts(c, &account.id, &account.id).await?;
                let (kind, source) = (order.kind.as_str(), order.source.as_str());
                // A restriction that is there already is what was asked for.
                store::add_restriction(c, &account.id, kind, source, order.id, claim.at).await?;
                Ok(Answer::Done(()))
            })
            .await
    }

    pub(super) async fn lift_inner(&self, no: &str, order: RestrictionOrder) -> Result<Answer<()>, Fail> {
        let (ix, claim) = self.restriction_claim("lift", no, order);
        self.db
            .tx(async move |c| {
                if let Some(earlier) = claim.make(c).await? {
                    return Ok(earlier.map(|_| ()));
                }
                let Some(account) = store::account_by_no(c, &ix).await? else {
                    return refuse(c, &claim.id, RefusalCode::AccountNotFound).await;
                };
                store::lock_accounts(c, &account.id, &account.id).await?;
                if store::drop_restriction(c, &account.id, order.kind.as_str(), order.source.as_str()).await?
                {
                    return Ok(Answer::Done(()));
                }
                refuse(c, &claim.id, RefusalCode::NotRestricted).await
            })
            .await
    }

    fn restriction_claim(&self, op: &'static str, no: &str, order: RestrictionOrder) -> (String, Claim) {
        let fields = [no, order.kind.as_str(), order.source.as_str()];
        (
            secret::number_ix(&self.vault, no),
            self.claim(op, order.id, "done", &fields),
        )
    }
}
