//! What the back office may ask.

use identity::CustomerId;
use kit::clock::Ms;

use super::Accounts;
use crate::{error::Error, model::account::AccountView, store};

impl Accounts {
    /// The accounts of a customer without any figure; as last seen when the core does not answer.
    pub async fn without_balances(&self, customer: CustomerId) -> Result<Vec<AccountView>, Error> {
        let row = self
            .cx
            .db
            .read(async move |c| store::of_customer(c, customer).await)
            .await?;
        let Some(first) = row.first() else {
            return Ok(Vec::new());
        };
        let customer_no = self.open_customer_no(first)?;
        let own = match self.list(customer, &customer_no).await? {
            Some(own) => own,
            None => self.known(customer).await?,
        };
        Ok(own.iter().map(|account| account.view(None)).collect())
    }

    /// The core's customer number behind an account or card number, if the channel has seen it.
    pub async fn customer_no_of(&self, number: &str) -> Result<Option<String>, Error> {
        let idx = self.number_idx(number);
        let row = self
            .cx
            .db
            .glance(async |c| store::by_number(c, &idx).await)
            .await?;
        row.map(|row| self.open_customer_no(&row)).transpose()
    }

    pub async fn loss_reports_since(&self, since: Ms) -> Result<i64, Error> {
        Ok(self
            .cx
            .db
            .glance(async move |c| store::losses_since(c, since).await)
            .await?)
    }
}
