//! Key rotation: sealing customers, accounts and postings anew under the active key, while serving.

use kit::crypto::kid_of;

use super::{EmbeddedCore, Fail, secret, store};

const PAGE: i64 = 200;

impl EmbeddedCore {
    /// Seals anew what is not yet under the active key; answers how many rows it wrote. A row that
    /// changed meanwhile is left for the next run, so run it until it answers 0.
    pub async fn reseal(&self) -> Result<u64, Fail> {
        Ok(self.reseal_customers().await? + self.reseal_accounts().await? + self.reseal_postings().await?)
    }

    async fn reseal_customers(&self) -> Result<u64, Fail> {
        let (mut after, mut written) = (String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .db
                .read(async move |c| store::customers_after(c, &from, PAGE).await)
                .await?;
            let Some(last) = page.last() else {
                return Ok(written);
            };
            after.clone_from(&last.id);
            let this = self.clone();
            written += self
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for old in page
                        .iter()
                        .filter(|r| this.is_old(&[&r.customer_no, &r.id_no, &r.name, &r.phone]))
                    {
                        let again = |column, sealed| this.again(column, &old.id, sealed);
                        let new = store::CustomerRow {
                            id: old.id.clone(),
                            customer_no: again("core_customer.customer_no", &old.customer_no)?,
                            id_no: again("core_customer.id_no", &old.id_no)?,
                            name: again("core_customer.name", &old.name)?,
                            phone: again("core_customer.phone", &old.phone)?,
                        };
                        written += store::reseal_customer(c, old, &new).await?;
                    }
                    Ok::<_, Fail>(written)
                })
                .await?;
        }
    }

    async fn reseal_accounts(&self) -> Result<u64, Fail> {
        let (mut after, mut written) = (String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .db
                .read(async move |c| store::accounts_after(c, &from, PAGE).await)
                .await?;
            let Some((last, ..)) = page.last() else {
                return Ok(written);
            };
            after.clone_from(last);
            let this = self.clone();
            written += self
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for (id, account_no, card_no) in &page {
                        let card = card_no.as_deref();
                        if !this.is_old(&[account_no]) && !card.is_some_and(|card| this.is_old(&[card])) {
                            continue;
                        }
                        let no = this.again("core_account.account_no", id, account_no)?;
                        let card = card
                            .map(|sealed| this.again("core_account.card_no", id, sealed))
                            .transpose()?;
                        written += store::reseal_account(c, (id, account_no), &no, card.as_deref()).await?;
                    }
                    Ok::<_, Fail>(written)
                })
                .await?;
        }
    }

    async fn reseal_postings(&self) -> Result<u64, Fail> {
        let (mut after, mut written) = (String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .db
                .read(async move |c| store::postings_after(c, &from, PAGE).await)
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(written);
            };
            after.clone_from(last);
            let this = self.clone();
            written += self
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for (id, old) in page.iter().filter(|(_, old)| this.is_old(&[old])) {
                        let new = this.again("core_posting.detail", id, old)?;
                        written += store::reseal_posting(c, id, old, &new).await?;
                    }
                    Ok::<_, Fail>(written)
                })
                .await?;
        }
    }

    fn is_old(&self, sealed: &[&str]) -> bool {
        let active = self.vault.active_kid();
        sealed.iter().any(|s| kid_of(s) != Ok(active))
    }

    fn again(&self, column: &str, row: &str, sealed: &str) -> Result<String, Fail> {
        let clear = secret::open(&self.vault, column, row, sealed)?;
        Ok(secret::seal(&self.vault, column, row, &clear))
    }
}
