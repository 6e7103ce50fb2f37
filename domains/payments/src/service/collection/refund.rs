//! Giving back what the counter has collected: one person proposes, another approves what was shown; nobody approves
//! their own. From the approval on it is a refund like any other.

use audit::Actor;
use identity::Staff;
use kit::db::Conn;
use kit::idem;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::CollectionShown;
use crate::error::Error;
use crate::model::collection::{REASON, refund_hash};
use crate::model::payin::{PayIn, PayInId, PayInState, RefundId, RefundState};
use crate::service::PayIns;
use crate::service::key::Key;
use crate::store::{self, ProposalRow};

/// A refund as its maker proposes it.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposeRefund {
    /// Fen, at most what is left of the collection.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
    /// 4 to 200 characters; kept sealed.
    pub(crate) reason: String,
}

/// The second person's word.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRefund {
    pub(crate) refund_id: RefundId,
    pub(crate) approve: bool,
    /// Of what was shown.
    pub(crate) hash: String,
}

impl PayIns {
    /// Proposes a refund to whoever paid; one at a time. The same key and content propose it once.
    pub(crate) async fn propose_refund(
        &self,
        staff: &Staff,
        id: PayInId,
        key: &str,
        ask: &ProposeRefund,
    ) -> Result<CollectionShown, Error> {
        let reason = ask.reason.trim();
        if !REASON.contains(&reason.chars().count()) {
            return Err(Error::CollectionReason);
        }
        self.collection(id).await?;
        let refund: RefundId = self.cx.ids.make();
        let row = ProposalRow {
            id: refund,
            collection: id,
            amount: ask.amount_fen,
            reason: self.cx.vault.seal(&reason_aad(refund), reason),
            hash: refund_hash(id, refund, ask.amount_fen, reason),
            state: "waiting".to_owned(),
            maker: staff.id.to_string(),
            maker_name: staff.name.clone(),
            checker_name: String::new(),
            made_at: self.now(),
            checked_at: 0,
        };
        let key = Key {
            scope: format!("collection.refund:{}", staff.id),
            key: key.to_owned(),
            hash: idem::hash_of(&(id, ask)),
        };
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| {
                if key.claim(c, &row.id, row.made_at).await?.is_some() {
                    return Ok(());
                }
                let payin = this.refundable(c, id).await?;
                let known = store::proposals(c, id).await?;
                if known.iter().any(|one| one.state == "waiting") {
                    return Err(Error::CollectionRefundWaits);
                }
                if !(1..=payin.amount - payin.refunded).contains(&row.amount) {
                    return Err(Error::CollectionRefundTooMuch);
                }
                store::insert_proposal(c, &row).await?;
                let told = ("collection.refund_propose", payin.subject(), "ok");
                let detail = json!({"refund": row.id, "amount_fen": row.amount});
                this.trail(c, Actor::Staff(row.maker.clone()), told, detail).await
            })
            .await?;
        self.show_collection(staff, id).await
    }

    /// Approves a refund, which sends it on its way, or returns it; never one's own.
    pub(crate) async fn check_refund(
        &self,
        staff: &Staff,
        id: PayInId,
        word: &CheckRefund,
    ) -> Result<CollectionShown, Error> {
        self.collection(id).await?;
        let (this, checker, word) = (self.clone(), staff.clone(), word.clone());
        self.cx
            .db
            .tx(async move |c| {
                let payin = this.refundable(c, id).await?;
                let row = this.shown_proposal(c, &payin, &checker, &word).await?;
                let (to, action) = if word.approve {
                    ("approved", "collection.refund_approve")
                } else {
                    ("returned", "collection.refund_return")
                };
                let by = checker.id.to_string();
                let who = (by.as_str(), checker.name.as_str());
                if !store::proposal_decided(c, row.id, to, who, this.now()).await? {
                    return Err(Error::CollectionRefundMoved);
                }
                if word.approve {
                    if !store::reserve_refund(c, id, row.amount).await? {
                        return Err(Error::CollectionRefundTooMuch);
                    }
                    let what = (row.id, row.amount);
                    let refund = this.refund_row(id, what, RefundState::Debiting);
                    this.start_refund(c, &refund).await?;
                }
                let detail = json!({"refund": row.id, "amount_fen": row.amount, "maker": row.maker});
                this.trail(c, Actor::Staff(by), (action, payin.subject(), "ok"), detail)
                    .await
            })
            .await?;
        self.show_collection(staff, id).await
    }

    /// The proposal that waits, if it is still what this person was shown and another's.
    async fn shown_proposal(
        &self,
        c: &mut Conn,
        payin: &PayIn,
        checker: &Staff,
        word: &CheckRefund,
    ) -> Result<ProposalRow, Error> {
        let known = store::proposals(c, payin.id).await?;
        let row = known
            .into_iter()
            .find(|row| row.id == word.refund_id && row.state == "waiting")
            .ok_or(Error::CollectionRefundMoved)?;
        if row.maker == checker.id.to_string() {
            return Err(Error::CollectionSamePerson);
        }
        let shown = refund_hash(payin.id, row.id, row.amount, &self.open_reason(&row)?);
        if shown == row.hash && shown == word.hash {
            Ok(row)
        } else {
            Err(Error::CollectionRefundMoved)
        }
    }

    /// A collection whose money is in, held until the transaction ends.
    async fn refundable(&self, c: &mut Conn, id: PayInId) -> Result<PayIn, Error> {
        let row = store::lock_payin(c, id).await?.ok_or(Error::NoCollection)?;
        let payin = self.open(row)?;
        if payin.state == PayInState::Credited {
            Ok(payin)
        } else {
            Err(Error::CollectionNotRefundable)
        }
    }

    pub(super) fn open_reason(&self, row: &ProposalRow) -> Result<String, Error> {
        Ok(self.cx.vault.open(&reason_aad(row.id), &row.reason)?)
    }
}

fn reason_aad(id: RefundId) -> String {
    format!("payments_collection_refund.reason|{id}")
}
