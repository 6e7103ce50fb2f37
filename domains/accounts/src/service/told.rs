//! What messages to customers need to know of accounts.

use identity::CustomerId;
use kit::{
    clock::Ms,
    db::{self, Conn},
};

use super::Accounts;
use crate::{
    error::Error,
    model::{account::AccountId, loss::LossId},
    store,
};

/// A loss report, as far as a message names it.
#[derive(Clone, Debug)]
pub struct LossFacts {
    pub tail: String,
    pub receipt_no: String,
    pub blocked_at: Ms,
    pub lifted_at: Option<Ms>,
}

impl Accounts {
    /// Learns the account numbers of a customer, so that money that comes in finds its owner.
    pub async fn learn(&self, customer: CustomerId, customer_no: &str) -> Result<(), Error> {
        self.list(customer, customer_no).await.map(|_| ())
    }

    /// Whether an account is blocked here and the core has not confirmed it yet.
    pub async fn core_is_behind(c: &mut Conn, id: AccountId) -> db::Result<bool> {
        Ok(store::active_loss(c, id)
            .await?
            .is_some_and(|loss| !loss.core_confirmed))
    }

    /// The loss report with this id, for a message about it.
    pub async fn loss_facts(&self, id: &str) -> Result<Option<LossFacts>, Error> {
        let Ok(id) = id.parse::<LossId>() else {
            return Ok(None);
        };
        let loss = self
            .cx
            .db
            .glance(async move |c| store::loss_by_id(c, id).await)
            .await?;
        let Some(loss) = loss else { return Ok(None) };
        let account = self
            .known(loss.customer)
            .await?
            .into_iter()
            .find(|a| a.id == loss.account);
        Ok(account.map(|account| LossFacts {
            tail: account.tail,
            receipt_no: loss.receipt_no,
            blocked_at: loss.blocked_at,
            lifted_at: loss.lifted_at,
        }))
    }
}
