//! Top-ups 充值 from WeChat Pay: a customer orders one into an account of theirs, looks at it, and asks for some of it back.

mod notice;

use std::collections::HashMap;

use accounts::{AccountId, Accounts};
use audit::Actor;
use identity::{Customer, mask};
use kit::idem;
use kit::web::{Cursor, Page};
use rails::wechat::FrontEnd;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::key::Key;
use super::payin::{PayIns, asked, pay_order, refund_of};
use crate::error::Error;
use crate::model::payin::{
    LEAST_FEN, MOST_FEN, Origin, PAYABLE, PayIn, PayInId, PayInState, Refund, RefundState,
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

/// A refund as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTopUpRefund {
    /// Fen, at most what is left of the top-up.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
}

/// A top-up with what belongs to it.
pub(crate) struct TopUpShown {
    pub(crate) topup: PayIn,
    pub(crate) account: AccountId,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) account_no_masked: String,
}

impl PayIns {
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
        let origin = Origin::TopUp {
            customer: who.id,
            account: own.id,
            openid: who.openid.clone(),
        };
        let what = (own.account_no, ask.amount_fen);
        let topup = PayIn::ordered(self.cx.ids.make(), origin, what, (self.now(), PAYABLE));
        let id = self.order_topup(who, key, ask, topup).await?;
        self.show(who, id).await
    }

    async fn order_topup(
        &self,
        who: &Customer,
        key: &str,
        ask: &NewTopUp,
        topup: PayIn,
    ) -> Result<PayInId, Error> {
        let (this, actor) = (self.clone(), Actor::Customer(who.id.to_string()));
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
                let told = ("topup.order", json!({"amount_fen": topup.amount}));
                this.write_order(c, &topup, actor.clone(), told).await?;
                Ok(topup.id)
            })
            .await
    }

    /// What the phone needs to open the payment; asking again gives the same payment.
    pub(crate) async fn payment(&self, who: &Customer, id: PayInId) -> Result<FrontEnd, Error> {
        let topup = self.own(who, id).await?;
        if !topup.payable(self.now()) {
            return Err(Error::TopUpNotPayable);
        }
        asked(id, self.rail.order(&pay_order(&topup))).await
    }

    /// One top-up of the customer's.
    pub(crate) async fn show(&self, who: &Customer, id: PayInId) -> Result<TopUpShown, Error> {
        let topup = self.own(who, id).await?;
        let refunds = self
            .cx
            .db
            .glance(async move |c| store::refunds(c, id).await)
            .await?;
        shown(topup, refunds.into_iter().map(refund_of).collect())
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
                let refunds = store::refunds_of(c, customer, span).await?;
                Ok::<_, kit::db::Error>((rows, refunds))
            })
            .await?;
        let mut refunds_of: HashMap<PayInId, Vec<Refund>> = HashMap::new();
        for refund in refunds.into_iter().map(refund_of) {
            refunds_of.entry(refund.payin).or_default().push(refund);
        }
        let page = Page::cut(rows, limit, |row| Cursor {
            at: row.created_at,
            id: row.id.to_string(),
        });
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            let refunds = refunds_of.remove(&row.id).unwrap_or_default();
            items.push(shown(self.open(row)?, refunds)?);
        }
        Ok(Page {
            items,
            next: page.next,
        })
    }

    /// Asks for a refund to the WeChat that paid. The same key and content give the same refund.
    pub(crate) async fn give_back(
        &self,
        who: &Customer,
        id: PayInId,
        key: &str,
        ask: &NewTopUpRefund,
    ) -> Result<TopUpShown, Error> {
        let topup = self.own(who, id).await?;
        if topup.state != PayInState::Credited {
            return Err(Error::NotRefundable);
        }
        let what = (self.cx.ids.make(), ask.amount_fen);
        let refund = self.refund_row(id, what, RefundState::Debiting);
        let key = Key {
            scope: format!("topup.refund:{}", who.id),
            key: key.to_owned(),
            hash: idem::hash_of(&(id, ask)),
        };
        let Origin::TopUp { account, .. } = topup.origin else {
            return Err(Error::NoTopUp);
        };
        let (this, customer) = (self.clone(), who.id);
        self.cx
            .db
            .tx(async move |c| {
                if key.claim(c, &refund.id, refund.created_at).await?.is_some() {
                    return Ok(());
                }
                if Accounts::is_blocked(c, account).await? {
                    return Err(Error::AccountBlocked);
                }
                if refund.amount < 1 || !store::reserve_refund(c, id, refund.amount).await? {
                    return Err(Error::RefundTooMuch);
                }
                this.start_refund(c, &refund).await?;
                let told = ("topup.refund", format!("topup:{id}"), "ok");
                let actor = Actor::Customer(customer.to_string());
                this.trail(
                    c,
                    actor,
                    told,
                    json!({"refund": refund.id, "amount_fen": refund.amount}),
                )
                .await
            })
            .await?;
        self.show(who, id).await
    }

    /// Somebody else's is not there.
    async fn own(&self, who: &Customer, id: PayInId) -> Result<PayIn, Error> {
        let topup = self.find(id).await?.ok_or(Error::NoTopUp)?;
        match topup.origin {
            Origin::TopUp { customer, .. } if customer == who.id => Ok(topup),
            _ => Err(Error::NoTopUp),
        }
    }
}

/// What the counter collects is no top-up.
fn shown(topup: PayIn, refunds: Vec<Refund>) -> Result<TopUpShown, Error> {
    let Origin::TopUp { account, .. } = topup.origin else {
        return Err(Error::NoTopUp);
    };
    Ok(TopUpShown {
        account,
        account_no_masked: mask::card(&topup.account_no),
        refunds,
        topup,
    })
}
