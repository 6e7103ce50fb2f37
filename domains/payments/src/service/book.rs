//! The payee book 收款人名册: who is saved, under which alias; and whom the customer has paid lately.

use audit::{Actor, Entry};
use identity::Customer;
use kit::db::Conn;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::Payments;
use super::payee::{NameCheck, To};
use super::sealed::KnownPayee;
use crate::error::Error;
use crate::store;

const RECENT: i64 = 10;
/// Saved payees of one customer.
const MOST: i64 = 200;
const ALIAS_MAX: usize = 20;

/// A payee to be saved.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayee {
    /// A card or account number, or the `account_ref` of a payee paid lately.
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    /// The payee's bank, from `/api/banks`; none for our own.
    #[serde(default)]
    pub(crate) bank_code: Option<String>,
    /// 备注名: what the customer calls them, at most 20 characters.
    #[serde(default)]
    pub(crate) alias: Option<String>,
}

impl Payments {
    pub(crate) async fn recent_payees(&self, who: &Customer) -> Result<Vec<KnownPayee>, Error> {
        let customer = who.id;
        let rows = self
            .cx
            .db
            .glance(async move |c| store::recent_payees(c, customer, RECENT).await)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| self.open_payee(row))
            .collect::<Result<_, _>>()?)
    }

    pub(crate) async fn payee_book(&self, who: &Customer) -> Result<Vec<KnownPayee>, Error> {
        let customer = who.id;
        let rows = self
            .cx
            .db
            .glance(async move |c| store::saved_payees(c, customer, MOST).await)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| self.open_payee(row))
            .collect::<Result<_, _>>()?)
    }

    /// Saves a payee once its name fits its number; at another bank nobody can know that yet.
    pub(crate) async fn save_payee(&self, who: &Customer, ask: &NewPayee) -> Result<KnownPayee, Error> {
        let alias = alias_of(ask.alias.as_deref())?;
        let to = To {
            no: &ask.to_no,
            name: &ask.to_name,
            bank_code: ask.bank_code.as_deref().unwrap_or(""),
        };
        let payee = self.resolve(who, to).await?;
        if payee.name_check == NameCheck::Mismatch {
            return Err(Error::NameMismatch);
        }
        let idx = self.index_of(&payee);
        let known = KnownPayee {
            id: self.cx.ids.make::<kit::ids::export::Uuid>().to_string(),
            no: payee.number,
            name: payee.name,
            bank: payee.bank,
            alias,
            saved: true,
            last_at: 0,
        };
        let (this, customer) = (self.clone(), who.id);
        self.cx
            .db
            .tx(async move |c| this.write_payee(c, customer, (&idx, &known)).await)
            .await
    }

    async fn write_payee(
        &self,
        c: &mut Conn,
        customer: identity::CustomerId,
        (idx, known): (&str, &KnownPayee),
    ) -> Result<KnownPayee, Error> {
        if store::count_saved(c, customer).await? >= MOST {
            return Err(Error::BookFull);
        }
        let row = self.seal_payee(&known.id, known);
        let mut saved = known.clone();
        if !store::meet_payee(c, customer, idx, (&row, 0)).await? {
            let met = store::payee_by_idx(c, customer, idx)
                .await?
                .ok_or(Error::NotFound)?;
            if met.saved {
                return Err(Error::PayeeSaved);
            }
            saved = KnownPayee {
                id: met.id.clone(),
                last_at: met.last_at,
                ..saved
            };
            let alias = self.seal_payee(&met.id, &saved).alias;
            store::save_payee(c, customer, &met.id, &alias).await?;
        }
        self.book_note(c, customer, "payee.save", &saved.id).await?;
        Ok(saved)
    }

    /// Gives a saved payee another alias; an empty one takes it away.
    pub(crate) async fn rename_payee(
        &self,
        who: &Customer,
        id: &str,
        alias: &str,
    ) -> Result<KnownPayee, Error> {
        let alias = alias_of(Some(alias))?;
        let (this, customer, id) = (self.clone(), who.id, id.to_owned());
        self.cx
            .db
            .tx(async move |c| {
                let row = store::payee(c, customer, &id).await?.filter(|row| row.saved);
                let known = KnownPayee {
                    alias: alias.clone(),
                    ..this.open_payee(row.ok_or(Error::NotFound)?)?
                };
                let sealed = this.seal_payee(&id, &known).alias;
                store::save_payee(c, customer, &id, &sealed).await?;
                this.book_note(c, customer, "payee.rename", &id).await?;
                Ok(known)
            })
            .await
    }

    /// Takes a payee out of the book; repeating it changes nothing.
    pub(crate) async fn remove_payee(&self, who: &Customer, id: &str) -> Result<(), Error> {
        let (this, customer, id) = (self.clone(), who.id, id.to_owned());
        self.cx
            .db
            .tx(async move |c| {
                if !store::unsave_payee(c, customer, &id).await? {
                    return Ok(());
                }
                store::forget_payee(c, customer, &id).await?;
                this.book_note(c, customer, "payee.remove", &id).await
            })
            .await
    }

    async fn book_note(
        &self,
        c: &mut Conn,
        customer: identity::CustomerId,
        action: &'static str,
        id: &str,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Customer(customer.to_string()),
            action,
            subject: format!("payee:{id}"),
            result: "ok",
            detail: json!({}),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}

fn alias_of(alias: Option<&str>) -> Result<String, Error> {
    let alias = alias.unwrap_or("").trim().to_owned();
    if alias.chars().count() > ALIAS_MAX || alias.chars().any(char::is_control) {
        return Err(Error::BadAlias);
    }
    Ok(alias)
}
