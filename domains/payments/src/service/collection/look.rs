//! Collections as staff see them: the list, and one with everything that became of it.

use std::collections::{HashMap, HashSet};

use audit::Actor;
use identity::Staff;
use kit::clock::Ms;
use kit::web::{Cursor, Page};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::remark_aad;
use crate::error::Error;
use crate::model::collection::{CollectionState, RefundStage};
use crate::model::payin::{PayIn, PayInId, PayInState, Refund, RefundId, RefundState};
use crate::service::PayIns;
use crate::service::payin::refund_of;
use crate::store::{self, CollectionRow, ProposalRow};

/// A collection in the list. Instants are ms UTC.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionLine {
    pub(crate) id: PayInId,
    /// Code of the charge.
    pub(crate) charge: String,
    pub(crate) charge_name: String,
    /// Fen.
    pub(crate) amount_fen: i64,
    /// Fen given back or on the way back.
    pub(crate) refunded_fen: i64,
    pub(crate) state: CollectionState,
    /// What staff read.
    pub(crate) state_text: &'static str,
    /// A refund waits for a second person.
    pub(crate) to_check: bool,
    pub(crate) opener_name: String,
    /// Opened by whoever asks.
    pub(crate) mine: bool,
    pub(crate) created_at: Ms,
    /// Not payable afterwards.
    pub(crate) expires_at: Ms,
    pub(crate) paid_at: Option<Ms>,
}

/// A refund of a collection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CollectionRefund {
    pub(crate) id: RefundId,
    /// Fen.
    pub(crate) amount_fen: i64,
    pub(crate) stage: RefundStage,
    /// What staff read.
    pub(crate) stage_text: &'static str,
    /// Why; empty when nobody asked for it.
    pub(crate) reason: String,
    /// Of what the second person approves.
    pub(crate) hash: String,
    /// Empty when the account could not take the money and the system gives it back.
    pub(crate) maker_name: String,
    /// Proposed by whoever asks.
    pub(crate) mine: bool,
    pub(crate) checker_name: String,
    pub(crate) made_at: Ms,
    pub(crate) checked_at: Option<Ms>,
}

/// One collection with what belongs to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Collection)]
pub(crate) struct CollectionShown {
    #[serde(flatten)]
    pub(crate) line: CollectionLine,
    pub(crate) remark: String,
    /// What the QR code says, while it can be paid.
    pub(crate) code_url: Option<String>,
    pub(crate) closed_at: Option<Ms>,
    pub(crate) credited_at: Option<Ms>,
    /// WeChat Pay's number 微信支付订单号, once paid.
    pub(crate) transaction_id: Option<String>,
    /// The core's reference 核心流水号, once in the account.
    pub(crate) reference: Option<String>,
    /// Fen that may still be given back.
    pub(crate) refundable_fen: i64,
    /// Oldest first.
    pub(crate) refunds: Vec<CollectionRefund>,
}

impl PayIns {
    /// One collection. Whoever reads what another wrote of a person leaves a trail.
    pub(crate) async fn show_collection(&self, staff: &Staff, id: PayInId) -> Result<CollectionShown, Error> {
        let (payin, row) = self.collection(id).await?;
        let found = self.cx.db.read(async move |c| {
            let proposals = store::proposals(c, id).await?;
            Ok::<_, kit::db::Error>((proposals, store::refunds(c, id).await?))
        });
        let (proposals, refunds) = found.await?;
        let (me, remark) = (
            staff.id.to_string(),
            self.cx.vault.open(&remark_aad(id), &row.remark)?,
        );
        if proposals.iter().any(|one| one.maker != me) || (row.opener != me && !remark.is_empty()) {
            self.viewed(&payin, &me).await?;
        }
        let refunds: Vec<Refund> = refunds.into_iter().map(refund_of).collect();
        let to_check = proposals.iter().any(|one| one.state == "waiting");
        let line = line(&payin, &row, (back(&refunds), to_check), staff);
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let refundable = payin.state == PayInState::Credited && !to_check;
        Ok(CollectionShown {
            remark,
            code_url: text(&row.code_url).filter(|_| payin.state == PayInState::Waiting),
            closed_at: (payin.state == PayInState::Closed).then_some(payin.done_at),
            credited_at: (payin.state == PayInState::Credited).then_some(payin.done_at),
            transaction_id: text(&payin.transaction_id),
            reference: text(&payin.reference),
            refundable_fen: if refundable {
                payin.amount - payin.refunded
            } else {
                0
            },
            refunds: self.refunds_shown(proposals, refunds, staff)?,
            line,
        })
    }

    async fn viewed(&self, payin: &PayIn, staff: &str) -> Result<(), Error> {
        if self.viewings.check(&format!("{staff}|{}", payin.id)).is_err() {
            return Ok(());
        }
        let (this, subject, by) = (self.clone(), payin.subject(), staff.to_owned());
        let told = ("collection.view", subject, "ok");
        self.cx
            .db
            .tx(async move |c| {
                this.trail(c, Actor::Staff(by.clone()), told.clone(), json!({}))
                    .await
            })
            .await
    }

    /// Every collection, newest first.
    pub(crate) async fn list_collections(
        &self,
        staff: &Staff,
        after: Cursor,
        limit: usize,
    ) -> Result<Page<CollectionLine>, Error> {
        let more = i64::try_from(limit).unwrap_or(50) + 1;
        let found = self.cx.db.read(async move |c| {
            let rows = store::collections(c, (after.at, &after.id), more).await?;
            let (Some(oldest), Some(newest)) = (rows.last(), rows.first()) else {
                return Ok((rows, Vec::new(), Vec::new()));
            };
            let span = (oldest.payin.created_at, newest.payin.created_at);
            let refunds = store::collection_refunds(c, span).await?;
            let waiting = store::collections_to_check(c, span).await?;
            Ok::<_, kit::db::Error>((rows, refunds, waiting))
        });
        let (rows, refunds, waiting) = found.await?;
        let waiting: HashSet<PayInId> = waiting.into_iter().map(|(id,)| id).collect();
        let mut refunds_of: HashMap<PayInId, Vec<Refund>> = HashMap::new();
        for refund in refunds.into_iter().map(refund_of) {
            refunds_of.entry(refund.payin).or_default().push(refund);
        }
        let page = Page::cut(rows, limit, |row| Cursor {
            at: row.payin.created_at,
            id: row.payin.id.to_string(),
        });
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            let payin = self.open(row.payin.clone())?;
            let back = refunds_of.get(&payin.id).map_or(0, |refunds| back(refunds));
            items.push(line(&payin, &row, (back, waiting.contains(&payin.id)), staff));
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    fn refunds_shown(
        &self,
        proposals: Vec<ProposalRow>,
        refunds: Vec<Refund>,
        staff: &Staff,
    ) -> Result<Vec<CollectionRefund>, Error> {
        let mut carried: HashMap<RefundId, Refund> = refunds.into_iter().map(|one| (one.id, one)).collect();
        let mut all = Vec::new();
        for row in proposals {
            let stage = match (row.state.as_str(), carried.remove(&row.id)) {
                (_, Some(refund)) => RefundStage::of(refund.state),
                ("returned", None) => RefundStage::Returned,
                _ => RefundStage::Waiting,
            };
            all.push(CollectionRefund {
                stage,
                stage_text: stage.text(),
                reason: self.open_reason(&row)?,
                mine: row.maker == staff.id.to_string(),
                id: row.id,
                amount_fen: row.amount,
                hash: row.hash,
                maker_name: row.maker_name,
                checker_name: row.checker_name,
                made_at: row.made_at,
                checked_at: (row.checked_at > 0).then_some(row.checked_at),
            });
        }
        // What the account could not take goes back without anybody's asking.
        all.extend(carried.into_values().map(|refund| {
            let stage = RefundStage::of(refund.state);
            CollectionRefund {
                id: refund.id,
                amount_fen: refund.amount,
                stage,
                stage_text: stage.text(),
                reason: String::new(),
                hash: String::new(),
                maker_name: String::new(),
                mine: false,
                checker_name: String::new(),
                made_at: refund.created_at,
                checked_at: None,
            }
        }));
        Ok(all)
    }
}

/// Fen that are with the payer again.
fn back(refunds: &[Refund]) -> i64 {
    let done = refunds.iter().filter(|one| one.state == RefundState::Done);
    done.map(|one| one.amount).sum()
}

fn line(payin: &PayIn, row: &CollectionRow, (back, to_check): (i64, bool), staff: &Staff) -> CollectionLine {
    let state = CollectionState::of(payin.state, payin.amount, back);
    CollectionLine {
        id: payin.id,
        charge: row.charge.clone(),
        charge_name: payin.memo().to_owned(),
        amount_fen: payin.amount,
        refunded_fen: payin.refunded,
        state,
        state_text: state.text(),
        to_check,
        opener_name: row.opener_name.clone(),
        mine: row.opener == staff.id.to_string(),
        created_at: payin.created_at,
        expires_at: payin.expires_at,
        paid_at: (payin.paid_at > 0).then_some(payin.paid_at),
    }
}
