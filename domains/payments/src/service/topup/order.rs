//! Ordering a top-up and looking at it.

use std::collections::HashMap;

use accounts::AccountId;
use audit::Actor;
use identity::{Customer, mask};
use kit::idem;
use kit::jobs::{self, NewJob};
use kit::web::{Cursor, Page};
use rails::Answer;
use rails::wechat::{FrontEnd, PayOrder};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::key::Key;
use super::sealed::refund_of;
use super::{PATIENCE, TopUps};
use crate::error::Error;
use crate::jobs::TOPUP_WATCH;
use crate::model::topup::{
    FIRST_LOOK, LEAST_FEN, MOST_FEN, PAYABLE, TopUp, TopUpId, TopUpRefund, TopUpState, number_of,
};
use crate::store;

/// A top-up as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTopUp {
    pub(crate) account_id: AccountId,
    /// Fen, at most 50,000 yuan.
    #[schema(minimum = 1, maximum = 5_000_000)]
    pub(crate) amount_fen: i64,
}

/// A top-up with what belongs to it.
pub(crate) struct TopUpShown {
    pub(crate) topup: TopUp,
    pub(crate) refunds: Vec<TopUpRefund>,
    pub(crate) account_no_masked: String,
}

impl TopUps {
    /// Makes an order that waits to be paid. The same key and content give the same order.
    pub(crate) async fn create(
        &self,
        who: &Customer,
        key: &str,
        ask: &NewTopUp,
    ) -> Result<TopUpShown, Error> {
        if !(LEAST_FEN..=MOST_FEN).contains(&ask.amount_fen) {
            return Err(Error::TopUpAmount);
        }
        let own = self.accounts.own(who.id, ask.account_id).await?;
        if own.kind != corebank::AccountKind::Demand {
            return Err(Error::TopUpAccount);
        }
        let now = self.now();
        let topup = TopUp {
            id: self.cx.ids.make(),
            customer: who.id,
            account: own.id,
            openid: who.openid.clone(),
            account_no: own.account_no,
            amount: ask.amount_fen,
            refunded: 0,
            state: TopUpState::Waiting,
            transaction_id: String::new(),
            business_date: String::new(),
            reference: String::new(),
            created_at: now,
            expires_at: now + PAYABLE,
            paid_at: 0,
            done_at: 0,
            checks: 0,
        };
        let id = self.write_order(who, key, ask, topup).await?;
        self.show(who, id).await
    }

    async fn write_order(
        &self,
        who: &Customer,
        key: &str,
        ask: &NewTopUp,
        topup: TopUp,
    ) -> Result<TopUpId, Error> {
        let this = self.clone();
        let key = Key {
            scope: format!("topup:{}", who.id),
            key: key.to_owned(),
            hash: idem::hash_of(ask),
        };
        self.cx
            .db
            .tx(async move |c| {
                if let Some(id) = key.claim(c, &topup.id, topup.created_at).await? {
                    return Ok::<_, Error>(id);
                }
                store::insert_topup(c, &this.seal(&topup)).await?;
                let id = topup.id.to_string();
                let job = NewJob {
                    kind: TOPUP_WATCH,
                    key: &id,
                    payload: &id,
                    run_at: topup.created_at + FIRST_LOOK,
                };
                jobs::enqueue(c, &this.cx, job).await?;
                let actor = Actor::Customer(topup.customer.to_string());
                let told = ("topup.order", format!("topup:{id}"), "ok");
                this.trail(c, actor, told, json!({"amount_fen": topup.amount}))
                    .await?;
                Ok(topup.id)
            })
            .await
    }

    /// What the phone needs to open the payment; asking again gives the same payment.
    pub(crate) async fn payment(&self, who: &Customer, id: TopUpId) -> Result<FrontEnd, Error> {
        let topup = self.own(who, id).await?;
        let payable =
            topup.state == TopUpState::Waiting && self.now() + kit::clock::MINUTE < topup.expires_at;
        if !payable {
            return Err(Error::TopUpNotPayable);
        }
        let order = PayOrder {
            number: number_of(topup.id),
            openid: topup.openid,
            amount: topup.amount,
            description: "账户充值".to_owned(),
            expires_at: topup.expires_at,
        };
        match tokio::time::timeout(PATIENCE, self.rail.order(&order)).await {
            Ok(Answer::Done(front)) => Ok(front),
            Ok(Answer::Refused(code)) => {
                tracing::warn!(topup = %id, code, "pay refused an order");
                Err(Error::TopUpRefused)
            }
            Ok(Answer::Unknown) | Err(_) => Err(Error::PayUnavailable),
        }
    }

    /// One top-up of the customer's.
    pub(crate) async fn show(&self, who: &Customer, id: TopUpId) -> Result<TopUpShown, Error> {
        let topup = self.own(who, id).await?;
        let refunds = self
            .cx
            .db
            .glance(async move |c| store::topup_refunds(c, id).await)
            .await?;
        Ok(shown(topup, refunds.into_iter().map(refund_of).collect()))
    }

    /// The customer's top-ups, newest first.
    pub(crate) async fn list(
        &self,
        who: &Customer,
        after: Cursor,
        limit: usize,
    ) -> Result<Page<TopUpShown>, Error> {
        let (customer, more) = (who.id, i64::try_from(limit).unwrap_or(50) + 1);
        let (rows, refunds) = self
            .cx
            .db
            .read(async move |c| {
                let rows = store::topups_of(c, customer, (after.at, &after.id), more).await?;
                let span = match (rows.last(), rows.first()) {
                    (Some(oldest), Some(newest)) => (oldest.created_at, newest.created_at),
                    _ => return Ok((rows, Vec::new())),
                };
                let refunds = store::topup_refunds_of(c, customer, span).await?;
                Ok::<_, kit::db::Error>((rows, refunds))
            })
            .await?;
        let mut refunds_of: HashMap<TopUpId, Vec<TopUpRefund>> = HashMap::new();
        for refund in refunds.into_iter().map(refund_of) {
            refunds_of.entry(refund.topup).or_default().push(refund);
        }
        let page = Page::cut(rows, limit, |row| Cursor {
            at: row.created_at,
            id: row.id.to_string(),
        });
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            let refunds = refunds_of.remove(&row.id).unwrap_or_default();
            items.push(shown(self.open(row)?, refunds));
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    /// Somebody else's is not there.
    pub(super) async fn own(&self, who: &Customer, id: TopUpId) -> Result<TopUp, Error> {
        let topup = self.find(id).await?.ok_or(Error::NoTopUp)?;
        if topup.customer == who.id {
            Ok(topup)
        } else {
            Err(Error::NoTopUp)
        }
    }

    pub(super) async fn find(&self, id: TopUpId) -> Result<Option<TopUp>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::topup(c, id).await)
            .await?;
        row.map(|row| self.open(row)).transpose()
    }
}

fn shown(topup: TopUp, refunds: Vec<TopUpRefund>) -> TopUpShown {
    TopUpShown {
        account_no_masked: mask::card(&topup.account_no),
        refunds,
        topup,
    }
}
