//! Key rotation: sealing transfers and payees anew under the active key, while serving.

use kit::crypto::kid_of;

use super::Payments;
use crate::error::Error;
use crate::store;

const PAGE: i64 = 200;

impl Payments {
    /// Re-seals what is not yet under the active key; returns how many rows it wrote.
    pub async fn reseal(&self) -> Result<u64, Error> {
        Ok(self.reseal_transfers().await? + self.reseal_payees().await?)
    }

    async fn reseal_transfers(&self) -> Result<u64, Error> {
        let (active, mut after, mut written) = (self.cx.vault.active_kid(), String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .cx
                .db
                .read(async move |c| store::page(c, &from, PAGE).await)
                .await?;
            let Some(last) = page.last() else {
                return Ok(written);
            };
            after = last.id.to_string();
            let stale: Vec<_> = page
                .into_iter()
                .filter(|row| kid_of(&row.from_no) != Ok(active))
                .collect();
            let this = self.clone();
            written += self
                .cx
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for old in &stale {
                        written += store::reseal(c, old, &this.seal(&this.open(old.clone())?)).await?;
                    }
                    Ok::<_, Error>(written)
                })
                .await?;
        }
    }

    async fn reseal_payees(&self) -> Result<u64, Error> {
        let (active, mut after, mut written) = (self.cx.vault.active_kid(), String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .cx
                .db
                .read(async move |c| store::payee_page(c, &from, PAGE).await)
                .await?;
            let Some(last) = page.last() else {
                return Ok(written);
            };
            after.clone_from(&last.id);
            let stale: Vec<_> = page
                .into_iter()
                .filter(|row| kid_of(&row.to_no) != Ok(active))
                .collect();
            let this = self.clone();
            written += self
                .cx
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for old in &stale {
                        let (to_no, to_name) = this.open_payee(old)?;
                        written += store::reseal_payee(
                            c,
                            old,
                            &this.seal_payee(&old.id, (&to_no, &to_name), old.last_at),
                        )
                        .await?;
                    }
                    Ok::<_, Error>(written)
                })
                .await?;
        }
    }
}
