//! Collections at the counter 柜台收款: a member of staff opens one, shows its QR code, and may close it; whoever scans the
//! code pays, and from there on it is a payment like any other.

mod look;
mod refund;

use audit::Actor;
use identity::Staff;
use kit::idem;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

pub(crate) use look::{CollectionLine, CollectionShown};
pub(crate) use refund::{CheckRefund, ProposeRefund};

use super::key::Key;
use super::payin::{PayIns, Word, asked, pay_order};
use crate::error::Error;
use crate::model::collection::{Charge, REMARK};
use crate::model::payin::{LEAST_FEN, MOST_FEN, Origin, PAYABLE, PayIn, PayInId, PayInState};
use crate::store::{self, CollectionRow};

/// A collection as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCollection {
    /// Code of a charge of the bank's list.
    pub(crate) charge: String,
    /// Fen, at most 50,000 yuan.
    #[schema(minimum = 1, maximum = 5_000_000)]
    pub(crate) amount_fen: i64,
    /// For the bank's own people, at most 50 characters; kept sealed.
    #[serde(default)]
    pub(crate) remark: String,
}

impl PayIns {
    /// What the counter may collect; nothing where the bank has no account at WeChat Pay.
    pub(crate) fn charges(&self) -> &[Charge] {
        if self.rail.is_open() {
            &self.settings.charges
        } else {
            &[]
        }
    }

    /// Opens a collection and asks for its code. The same key and content give the same collection.
    pub(crate) async fn open_collection(
        &self,
        staff: &Staff,
        key: &str,
        ask: &NewCollection,
    ) -> Result<CollectionShown, Error> {
        if !(LEAST_FEN..=MOST_FEN).contains(&ask.amount_fen) {
            return Err(Error::CollectionAmount);
        }
        let remark = ask.remark.trim();
        if remark.chars().count() > REMARK {
            return Err(Error::CollectionRemark);
        }
        let charge = self.charges().iter().find(|charge| charge.code == ask.charge);
        let charge = charge.ok_or(Error::CollectionCharge)?;
        let origin = Origin::Counter {
            charge: charge.name.clone(),
        };
        let what = (charge.account.clone(), ask.amount_fen);
        let payin = PayIn::ordered(self.cx.ids.make(), origin, what, (self.now(), PAYABLE));
        let row = CollectionRow {
            payin: self.seal(&payin),
            charge: charge.code.clone(),
            remark: self.cx.vault.seal(&remark_aad(payin.id), remark),
            code_url: String::new(),
            opener: staff.id.to_string(),
            opener_name: staff.name.clone(),
        };
        let key = Key {
            scope: format!("collection:{}", staff.id),
            key: key.to_owned(),
            hash: idem::hash_of(ask),
        };
        let id = self.write_collection(payin, row, key).await?;
        // Without its code it is there all the same; the page asks for the code again.
        if let Err(error) = self.fetch_code(id).await {
            tracing::warn!(collection = %id, cause = %error, "a collection has no code yet");
        }
        self.show_collection(staff, id).await
    }

    async fn write_collection(&self, payin: PayIn, row: CollectionRow, key: Key) -> Result<PayInId, Error> {
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| {
                if let Some(id) = key.claim(c, &payin.id, payin.created_at).await? {
                    return Ok::<_, Error>(id);
                }
                let told = (
                    "collection.open",
                    json!({"charge": row.charge, "amount_fen": payin.amount}),
                );
                this.write_order(c, &payin, Actor::Staff(row.opener.clone()), told)
                    .await?;
                store::insert_collection(c, &row).await?;
                Ok(payin.id)
            })
            .await
    }

    /// Asks for the code of a collection that has none yet; asking again gives the same code.
    pub(crate) async fn collection_code(&self, staff: &Staff, id: PayInId) -> Result<CollectionShown, Error> {
        self.fetch_code(id).await?;
        self.show_collection(staff, id).await
    }

    async fn fetch_code(&self, id: PayInId) -> Result<(), Error> {
        let (payin, row) = self.collection(id).await?;
        if !payin.payable(self.now()) {
            return Err(Error::CollectionNotPayable);
        }
        if !row.code_url.is_empty() {
            return Ok(());
        }
        let order = pay_order(&payin);
        let code = asked(id, self.rail.order_code(&order))
            .await
            .map_err(|error| match error {
                Error::PayRefused => Error::CollectionRefused,
                Error::PayUnavailable => Error::CollectionUnavailable,
                other => other,
            })?;
        let kept = self
            .cx
            .db
            .tx(async move |c| store::collection_code(c, id, &code).await)
            .await?;
        // Closed in the meantime: nobody is shown this code.
        if kept {
            Ok(())
        } else {
            Err(Error::CollectionNotPayable)
        }
    }

    /// Closes a collection that nobody has paid; one that was paid in that moment is shown as paid.
    pub(crate) async fn close_collection(
        &self,
        staff: &Staff,
        id: PayInId,
    ) -> Result<CollectionShown, Error> {
        let (payin, _) = self.collection(id).await?;
        match payin.state {
            PayInState::Closed => return self.show_collection(staff, id).await,
            PayInState::Waiting => {}
            PayInState::Paid | PayInState::Credited | PayInState::Uncredited => {
                return Err(Error::CollectionNotPayable);
            }
        }
        let actor = Actor::Staff(staff.id.to_string());
        match self.ask_pay(&payin, Some(&actor)).await? {
            Word::Ended => self.show_collection(staff, id).await,
            Word::Waiting | Word::Silent => Err(Error::CollectionUnavailable),
        }
    }

    /// A collection; a customer's top-up is none.
    async fn collection(&self, id: PayInId) -> Result<(PayIn, CollectionRow), Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::collection(c, id).await)
            .await?;
        let row = row.ok_or(Error::NoCollection)?;
        Ok((self.open(row.payin.clone())?, row))
    }
}

fn remark_aad(id: PayInId) -> String {
    format!("payments_collection.remark|{id}")
}
