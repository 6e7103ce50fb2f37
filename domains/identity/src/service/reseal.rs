//! Key rotation: sealing every field of this domain anew under the active key, while serving.

use kit::crypto::kid_of;

use super::Identity;
use crate::error::Error;
use crate::store;

const PAGE: i64 = 200;

impl Identity {
    /// Re-seals what is not yet under the active key; returns how many rows it wrote. A row that
    /// changed meanwhile is left for the next run, so run it until it returns 0.
    pub async fn reseal(&self) -> Result<u64, Error> {
        let (active, mut after, mut written) = (self.cx.vault.active_kid(), String::new(), 0);
        loop {
            let from = after.clone();
            let page = self
                .cx
                .db
                .read(async move |c| store::customers::page(c, &from, PAGE).await)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.id.to_string();
            let stale: Vec<_> = page
                .into_iter()
                .filter(|r| {
                    [&r.customer_no, &r.name, &r.phone, &r.id_no]
                        .iter()
                        .any(|s| kid_of(s) != Ok(active))
                })
                .collect();
            let this = self.clone();
            written += self
                .cx
                .db
                .tx(async move |c| {
                    let mut written = 0;
                    for old in &stale {
                        let new = this.seal_person(&this.open_person(old)?);
                        written += store::customers::reseal(c, old, &new).await?;
                    }
                    Ok::<_, Error>(written)
                })
                .await?;
        }
        Ok(written)
    }
}
