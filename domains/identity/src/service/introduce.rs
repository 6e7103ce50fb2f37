//! Introducing a customer whom the bank knows already: when a bank moves its customers in, and for the demo.

use audit::{Actor, Entry};
use serde_json::json;

use super::Identity;
use super::files::DEFAULT_PREFERENCES;
use crate::error::Error;
use crate::model::people::{Person, Preferences};
use crate::store;

/// A customer as the bank knows them.
pub struct Introduction {
    pub customer_no: String,
    pub name: String,
    pub phone: String,
    pub id_no: String,
    pub pay_password: String,
    pub elder: bool,
    /// The WeChat user who acts for them already, if one does.
    pub openid: Option<String>,
}

impl Identity {
    /// Takes a customer in; false when the customer is known, who then stays as is.
    pub async fn introduce(&self, ask: &Introduction) -> Result<bool, Error> {
        if self.by_customer_no(&ask.customer_no).await?.is_some() {
            return Ok(false);
        }
        let hash = kit::crypto::hash_password(&ask.pay_password).await?;
        let person = Person {
            id: self.cx.ids.make(),
            customer_no: ask.customer_no.clone(),
            name: ask.name.clone(),
            phone: ask.phone.clone(),
            id_no: ask.id_no.clone(),
            preferences: Preferences {
                elder: ask.elder,
                ..DEFAULT_PREFERENCES
            },
        };
        let (this, openid) = (self.clone(), ask.openid.clone());
        self.cx
            .db
            .tx(async move |c| {
                let now = this.cx.clock.now();
                if !store::customers::insert(c, &this.seal_person(&person), &this.indexes(&person), now)
                    .await?
                {
                    return Ok(false);
                }
                store::customers::insert_password(c, person.id, &hash, now).await?;
                if let Some(openid) = &openid {
                    this.write_binding(c, this.cx.ids.make(), openid, person.id, now)
                        .await?;
                }
                let entry = Entry {
                    actor: Actor::System("setup"),
                    action: "customer.introduce",
                    subject: format!("customer:{}", person.id),
                    result: "ok",
                    detail: json!({"bound": openid.is_some()}),
                };
                audit::note(c, &this.cx, entry).await?;
                Ok(true)
            })
            .await
    }
}
