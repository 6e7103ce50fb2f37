//! What happened on an account, newest first, by filter and page.

use corebank::{Answer, EntryPage, EntryQuery, RefusalCode};
use identity::Customer;
use kit::web::Page;

use super::Accounts;
use crate::{
    error::Error,
    model::{
        account::AccountId,
        statement::{EntryFilter, EntryView, query},
    },
};

impl Accounts {
    pub(crate) async fn entries(
        &self,
        who: &Customer,
        id: AccountId,
        filter: &EntryFilter,
    ) -> Result<Page<EntryView>, Error> {
        let account = self.own_for(who, "accounts.view", id).await?;
        let query = query(&account.account_no, filter, self.cx.clock.today())?;
        let page = self.ask(&query).await?;
        let mut items: Vec<EntryView> = page.items.iter().map(EntryView::from).collect();
        self.mark(id, &mut items).await?;
        Ok(Page {
            items,
            next: page.next,
        })
    }

    pub(crate) async fn ask(&self, query: &EntryQuery) -> Result<EntryPage, Error> {
        match self.core.entries(query).await {
            Answer::Done(page) => Ok(page),
            Answer::Refused(no) if no.code == RefusalCode::BadRequest => Err(Error::BadCursor),
            Answer::Refused(no) => Err(Error::CoreRefused(no.code)),
            Answer::Unknown => Err(Error::CoreUnavailable),
        }
    }
}
