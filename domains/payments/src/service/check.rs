//! Checking a payment before it is made: who would receive it, what limits leave, what to beware of.

use identity::{Customer, Factor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Payments;
use super::limits::Allowance;
use super::payee::{Resolved, To};
use crate::error::Error;
use crate::model::rules::{Circumstances, TWICE_WITHIN, Warning, cools, warnings};
use crate::model::transfer::Arrival;
use crate::store;

/// A payment as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = CheckTransfer)]
pub(crate) struct Check {
    pub(crate) from_account_id: accounts::AccountId,
    /// The payee's card or account number, or the `account_ref` of a known payee.
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    /// The payee's bank, from `/api/banks`; none for our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bank_code: Option<String>,
    /// Fen.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
}

/// What is known before the customer decides.
pub(crate) struct Checked {
    pub(crate) payee: Resolved,
    pub(crate) first_time: bool,
    pub(crate) allowance: Allowance,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) factors: Vec<Factor>,
    pub(crate) default_arrival: Arrival,
    /// The transfer would wait before it is sent.
    pub(crate) cooling: bool,
}

impl Payments {
    pub(crate) async fn check(&self, who: &Customer, ask: &Check) -> Result<Checked, Error> {
        let own = self.accounts.own(who.id, ask.from_account_id).await?;
        let to = To {
            no: &ask.to_no,
            name: &ask.to_name,
            bank_code: ask.bank_code.as_deref().unwrap_or(""),
        };
        let payee = self.resolve(who, to).await?;
        if payee.bank.is_ours() && payee.account_no == own.account_no {
            return Err(Error::SameAccount);
        }
        let allowance = self.allowance(who.id, own.id).await?;
        if !allowance.is_amount(ask.amount_fen) {
            return Err(Error::BadAmount);
        }
        let circumstances = self.circumstances(who, &payee, ask.amount_fen).await?;
        let sum = allowance.sent_today() + ask.amount_fen;
        Ok(Checked {
            first_time: circumstances.first_time,
            warnings: warnings(circumstances),
            cooling: cools(&circumstances),
            factors: self.identity.policy("transfer", sum).await?,
            default_arrival: if who.elder {
                Arrival::NextDay
            } else {
                Arrival::Realtime
            },
            payee,
            allowance,
        })
    }

    /// Whether such a payment would wait: a stranger is only asked for where it would matter.
    pub(super) async fn would_cool(
        &self,
        who: &Customer,
        payee: &Resolved,
        amount: i64,
    ) -> Result<bool, Error> {
        if !cools(&Circumstances::of_stranger(amount, self.cx.clock.now())) {
            return Ok(false);
        }
        Ok(cools(&self.circumstances(who, payee, amount).await?))
    }

    async fn circumstances(
        &self,
        who: &Customer,
        payee: &Resolved,
        amount: i64,
    ) -> Result<Circumstances, Error> {
        let (idx, now, customer) = (self.index_of(payee), self.cx.clock.now(), who.id);
        let (known, again) = self
            .cx
            .db
            .glances(async move |c| {
                let known = store::knows(c, customer, &idx).await?;
                Ok::<_, kit::db::Error>((
                    known,
                    store::sent_again(c, customer, &idx, amount, now - TWICE_WITHIN).await?,
                ))
            })
            .await?;
        Ok(Circumstances {
            amount,
            first_time: !known,
            again,
            now,
        })
    }
}
