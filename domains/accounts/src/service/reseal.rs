//! Key rotation: sealing numbers, figures and summaries anew under the active key, while serving.

use kit::crypto::kid_of;

use super::{Accounts, balance, export, files};
use crate::{
    error::Error,
    store::{Row, reseal},
};

const PAGE: i64 = 200;

impl Accounts {
    /// Seals anew what is not yet under the active key; answers how many rows it wrote. A row that
    /// changed meanwhile is left for the next run, so run it until it answers 0.
    pub async fn reseal(&self) -> Result<u64, Error> {
        Ok(self.reseal_accounts().await? + self.reseal_snapshots().await? + self.reseal_statements().await?)
    }

    async fn reseal_accounts(&self) -> Result<u64, Error> {
        let (mut after, mut written) = (String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .cx
                .db
                .read(async move |c| reseal::page(c, &from, PAGE).await)
                .await?;
            let Some(last) = page.last() else {
                return Ok(written);
            };
            after = last.id.to_string();
            let this = self.clone();
            written += self
                .cx
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for old in page.iter().filter(|r| this.is_old_row(r)) {
                        let again = |column, sealed| this.again(&files::aad(column, old.id), sealed);
                        let new = Row {
                            customer_no: again("customer_no", &old.customer_no)?,
                            account_no: again("account_no", &old.account_no)?,
                            card_no: old.card_no.as_deref().map(|s| again("card_no", s)).transpose()?,
                            ..old.clone()
                        };
                        written += reseal::account(c, old, &new).await?;
                    }
                    Ok::<_, Error>(written)
                })
                .await?;
        }
    }

    async fn reseal_snapshots(&self) -> Result<u64, Error> {
        let (mut after, mut written) = (String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .cx
                .db
                .read(async move |c| reseal::snapshots(c, &from, PAGE).await)
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(written);
            };
            after = last.to_string();
            let this = self.clone();
            written += self
                .cx
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for (id, old) in page.iter().filter(|(_, old)| this.is_old(old)) {
                        let new = this.again(&balance::aad(*id), old)?;
                        written += reseal::snapshot(c, *id, old, &new).await?;
                    }
                    Ok::<_, Error>(written)
                })
                .await?;
        }
    }

    async fn reseal_statements(&self) -> Result<u64, Error> {
        let (mut after, mut written) = (String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .cx
                .db
                .read(async move |c| reseal::statements(c, &from, PAGE).await)
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(written);
            };
            after = last.to_string();
            let this = self.clone();
            written += self
                .cx
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for (id, old) in page.iter().filter(|(_, old)| this.is_old(old)) {
                        let new = this.again(&export::aad(*id), old)?;
                        written += reseal::statement(c, *id, old, &new).await?;
                    }
                    Ok::<_, Error>(written)
                })
                .await?;
        }
    }

    fn is_old_row(&self, r: &Row) -> bool {
        let card = r.card_no.as_deref();
        self.is_old(&r.customer_no) || self.is_old(&r.account_no) || card.is_some_and(|s| self.is_old(s))
    }

    fn is_old(&self, sealed: &str) -> bool {
        kid_of(sealed) != Ok(self.cx.vault.active_kid())
    }

    fn again(&self, aad: &str, sealed: &str) -> Result<String, Error> {
        Ok(self.cx.vault.seal(aad, &self.cx.vault.open(aad, sealed)?))
    }
}
