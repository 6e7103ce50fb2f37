//! Finding a customer and opening the file.

use accounts::AccountView;
use audit::Filter;
use identity::{CustomerFile, CustomerId, CustomerRow, RevealField, SearchBy, Staff};
use kit::web::Cursor;

use super::{Office, TrailRow};
use crate::error::Error;
use crate::model::is_reason;

const PAGE: usize = 20;
const RECENT: usize = 10;

/// By what the office finds a customer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    By(SearchBy),
    ByCard,
}

/// Everything on the customer's page.
pub(crate) struct CustomerDetail {
    pub(crate) file: CustomerFile,
    pub(crate) accounts: Vec<AccountView>,
    pub(crate) recent_audit: Vec<TrailRow>,
}

impl Office {
    pub(crate) async fn search(
        &self,
        staff: &Staff,
        by: Found,
        value: &str,
        after: &str,
    ) -> Result<(Vec<CustomerRow>, Option<String>), Error> {
        if value.trim().is_empty() {
            return Err(Error::SearchEmpty);
        }
        let identity = &self.0.identity;
        match by {
            Found::By(by) => Ok(identity.search_customers(staff, by, value, after, PAGE).await?),
            Found::ByCard => {
                let number = self.0.accounts.customer_no_of(value).await?.unwrap_or_default();
                Ok(identity
                    .search_customers(staff, SearchBy::CustomerNo, &number, after, PAGE)
                    .await?)
            }
        }
    }

    pub(crate) async fn detail(&self, staff: &Staff, id: CustomerId) -> Result<CustomerDetail, Error> {
        let file = self.0.identity.customer_file(staff, id).await?;
        let accounts = self.0.accounts.without_balances(id).await?;
        let filter = Filter {
            subject: format!("customer:{id}"),
            ..Filter::default()
        };
        let recent = audit::search(&self.0.cx, filter, Cursor::start(), RECENT).await?;
        Ok(CustomerDetail {
            file,
            accounts,
            recent_audit: self.named(recent.items).await?,
        })
    }

    pub(crate) async fn reveal(
        &self,
        staff: &Staff,
        id: CustomerId,
        field: RevealField,
        reason: &str,
    ) -> Result<String, Error> {
        if !is_reason(reason) {
            return Err(Error::ReasonMissing);
        }
        Ok(self.0.identity.reveal(staff, id, field, reason.trim()).await?)
    }

    pub(crate) async fn revoke(&self, staff: &Staff, id: CustomerId, reason: &str) -> Result<u64, Error> {
        if !is_reason(reason) {
            return Err(Error::ReasonMissing);
        }
        Ok(self.0.identity.revoke_sessions(staff, id, reason.trim()).await?)
    }
}
