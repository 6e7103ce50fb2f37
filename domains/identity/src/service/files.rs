//! A customer's file: sealing, opening, finding, and what others may ask of it.

use kit::clock::Ms;
use kit::crypto;
use kit::db::Conn;

use super::Identity;
use crate::error::Error;
use crate::mask;
use crate::model::people::{Customer, CustomerId, Person, Preferences};
use crate::store;
use crate::store::bindings;
use crate::store::customers::{Caller, Indexes, Row};

impl Identity {
    pub(crate) fn seal_person(&self, p: &Person) -> Row {
        let seal = |column: &str, clear: &str| self.cx.vault.seal(&aad(column, p.id), clear);
        Row {
            id: p.id,
            customer_no: seal("customer_no", &p.customer_no),
            name: seal("name", &p.name),
            phone: seal("phone", &p.phone),
            id_no: seal("id_no", &p.id_no),
            preferences: p.preferences,
        }
    }

    pub(crate) fn open_person(&self, r: &Row) -> Result<Person, crypto::Error> {
        let open = |column: &str, sealed: &str| self.cx.vault.open(&aad(column, r.id), sealed);
        Ok(Person {
            id: r.id,
            customer_no: open("customer_no", &r.customer_no)?,
            name: open("name", &r.name)?,
            phone: open("phone", &r.phone)?,
            id_no: open("id_no", &r.id_no)?,
            preferences: r.preferences,
        })
    }

    pub(crate) fn indexes(&self, p: &Person) -> Indexes {
        Indexes {
            customer_no: self.cx.vault.index("customer_no", &p.customer_no),
            name: self.cx.vault.index("name", &p.name),
            phone: self.cx.vault.index("phone", &p.phone),
            id_no: self.cx.vault.index("id_no", &p.id_no),
        }
    }

    pub(crate) async fn person(&self, id: CustomerId) -> Result<Person, Error> {
        Ok(self.open_person(&self.row(id).await?)?)
    }

    async fn row(&self, id: CustomerId) -> Result<Row, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::customers::by_id(c, id).await)
            .await?;
        row.ok_or(Error::NotFound)
    }

    /// The same within the caller's transaction.
    pub(crate) async fn person_in(&self, c: &mut Conn, id: CustomerId) -> Result<Person, Error> {
        let row = store::customers::by_id(c, id).await?.ok_or(Error::NotFound)?;
        Ok(self.open_person(&row)?)
    }

    /// Whom this WeChat user acts for; none without a living, unaltered, unexpired binding.
    pub async fn customer_of(&self, openid: &str) -> Result<Option<Customer>, Error> {
        let openid = openid.to_owned();
        let found = self
            .cx
            .db
            .read(async move |c| {
                let Some(binding) = bindings::active(c, &openid).await? else {
                    return Ok(None);
                };
                let caller = store::customers::caller(c, binding.customer).await?;
                Ok::<_, kit::db::Error>(caller.map(|caller| (binding, caller)))
            })
            .await?;
        self.living_customer(found)
    }

    /// The customer of a binding, when the binding is worth anything.
    pub(crate) fn living_customer(
        &self,
        bound: Option<(bindings::Row, Caller)>,
    ) -> Result<Option<Customer>, Error> {
        let Some((binding, caller)) = bound.filter(|(binding, _)| self.is_living(binding)) else {
            return Ok(None);
        };
        let sealed = &caller.customer_no;
        Ok(Some(Customer {
            id: caller.id,
            customer_no: self.cx.vault.open(&aad("customer_no", caller.id), sealed)?,
            sealed_name: caller.name,
            session: None,
            openid: binding.openid,
            level: crate::model::people::LEVEL_OAUTH,
            elder: caller.elder,
        }))
    }

    /// The WeChat users who act for a customer now.
    pub async fn openids_of(&self, customer: CustomerId) -> Result<Vec<String>, Error> {
        let rows = self
            .cx
            .db
            .glance(async move |c| bindings::of_customer(c, customer).await)
            .await?;
        Ok(rows
            .into_iter()
            .filter(|b| b.state == "active" && self.is_living(b))
            .map(|b| b.openid)
            .collect())
    }

    /// The customer with this number in the core bank, if the channel knows one.
    pub async fn by_customer_no(&self, customer_no: &str) -> Result<Option<CustomerId>, Error> {
        let idx = self.cx.vault.index("customer_no", customer_no);
        Ok(self
            .cx
            .db
            .glance(async move |c| store::customers::id_by_customer_no(c, &idx).await)
            .await?)
    }

    pub async fn preferences(&self, id: CustomerId) -> Result<Preferences, Error> {
        Ok(self.person(id).await?.preferences)
    }

    /// The customer's name in clear, for a document or a message to that customer.
    pub async fn name_of(&self, id: CustomerId) -> Result<String, Error> {
        self.one_field(id, "name", |row| &row.name).await
    }

    /// The name of the customer who is asking, in clear: it came with the session.
    pub fn own_name(&self, who: &Customer) -> Result<String, Error> {
        Ok(self.cx.vault.open(&aad("name", who.id), &who.sealed_name)?)
    }

    /// The customer's phone in clear, for a message to that customer.
    pub async fn phone_of(&self, id: CustomerId) -> Result<String, Error> {
        self.one_field(id, "phone", |row| &row.phone).await
    }

    async fn one_field(
        &self,
        id: CustomerId,
        column: &str,
        of: impl Fn(&Row) -> &String,
    ) -> Result<String, Error> {
        let row = self.row(id).await?;
        Ok(self.cx.vault.open(&aad(column, id), of(&row))?)
    }

    pub async fn masked_name_of(&self, id: CustomerId) -> Result<String, Error> {
        Ok(mask::name(&self.name_of(id).await?))
    }

    pub(crate) fn is_living(&self, b: &bindings::Row) -> bool {
        let ours = crypto::same(self.binding_tag(b).as_bytes(), b.tag.as_bytes());
        ours && b.valid_until > self.cx.clock.now()
    }

    /// A binding row carries a tag over all that gives it power, so that a row written from below is worth nothing.
    pub(crate) fn binding_tag(&self, b: &bindings::Row) -> String {
        let (id, customer, until) = (
            b.id.to_string(),
            b.customer.to_string(),
            b.valid_until.to_string(),
        );
        self.cx
            .vault
            .tag("identity_binding", &[&id, &b.openid, &customer, &until])
    }

    /// Writes the core bank's present data of a customer, making the file when it is new.
    pub(crate) async fn remember(
        &self,
        c: &mut Conn,
        core: &corebank::CoreCustomer,
        now: Ms,
    ) -> Result<CustomerId, Error> {
        let idx = self.cx.vault.index("customer_no", &core.customer_no);
        let known = store::customers::id_by_customer_no(c, &idx).await?;
        let person = Person {
            id: known.unwrap_or_else(|| self.cx.ids.make()),
            customer_no: core.customer_no.clone(),
            name: core.name.clone(),
            phone: core.phone.clone(),
            id_no: core.id_no.clone(),
            preferences: DEFAULT_PREFERENCES,
        };
        let (row, indexes) = (self.seal_person(&person), self.indexes(&person));
        if known.is_some() {
            store::customers::refresh(
                c,
                &Row {
                    customer_no: String::new(),
                    ..row
                },
                &indexes,
                now,
            )
            .await?;
        } else {
            let fresh = store::customers::insert(c, &row, &indexes, now).await?;
            if !fresh {
                // Two forms for one person at once: the other one's row stands.
                return store::customers::id_by_customer_no(c, &idx)
                    .await?
                    .ok_or(Error::InProgress);
            }
        }
        Ok(person.id)
    }
}

/// Balance changes are told from the first fen on, until the customer decides otherwise.
pub(crate) const DEFAULT_PREFERENCES: Preferences = Preferences {
    elder: false,
    balance_notice: true,
    balance_notice_min_fen: 0,
};

fn aad(column: &str, id: CustomerId) -> String {
    format!("identity_customer.{column}|{id}")
}
