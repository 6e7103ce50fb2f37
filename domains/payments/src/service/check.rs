//! Checking a payment before it is made: who would receive it, what limits leave, what to beware of.

use corebank::{Answer, PayeeStatus};
use identity::{Customer, Factor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Payments;
use crate::error::Error;
use crate::model::rules::{Circumstances, Excess, Limits, TWICE_WITHIN, Used, Warning, same_name, warnings};
use crate::store;

/// Everybody is in this class until classes are assigned.
const CLASS: &str = "standard";

/// A payment as asked for.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[schema(as = CheckTransfer)]
pub(crate) struct Check {
    pub(crate) from_account_id: accounts::AccountId,
    /// The payee's card or account number, or the `account_ref` of a recent payee.
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    /// Fen.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
}

/// The payee that a payment would reach.
#[derive(Clone)]
pub(crate) struct Resolved {
    /// As the customer knows it: a card or an account number.
    pub(crate) number: String,
    /// The account behind the number.
    pub(crate) account_no: String,
    pub(crate) name: String,
    pub(crate) name_matches: bool,
}

/// What is known before the customer decides.
pub(crate) struct Checked {
    pub(crate) payee: Resolved,
    pub(crate) first_time: bool,
    pub(crate) limits: Limits,
    pub(crate) left: i64,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) factors: Vec<Factor>,
}

impl Payments {
    pub(crate) async fn check(&self, who: &Customer, ask: &Check) -> Result<Checked, Error> {
        let own = self
            .accounts
            .own(who.id, &who.customer_no, ask.from_account_id)
            .await?;
        let payee = self.resolve(who, &ask.to_no, &ask.to_name).await?;
        if payee.account_no == own.account_no {
            return Err(Error::SameAccount);
        }
        let (limits, used) = self.limits(who).await?;
        if limits.check(ask.amount_fen, used) == Err(Excess::BadAmount) {
            return Err(Error::BadAmount);
        }
        let (idx, now) = (self.payee_index(&payee.account_no), self.cx.clock.now());
        let (customer, amount) = (who.id, ask.amount_fen);
        let (known, again) = self
            .cx
            .db
            .read(async move |c| {
                let known = store::knows(c, customer, &idx).await?;
                Ok::<_, kit::db::Error>((
                    known,
                    store::sent_again(c, customer, &idx, amount, now - TWICE_WITHIN).await?,
                ))
            })
            .await?;
        let warnings = warnings(Circumstances {
            amount,
            first_time: !known,
            again,
            now,
        });
        let factors = self.identity.policy("transfer", amount).await?;
        Ok(Checked {
            payee,
            first_time: !known,
            limits,
            left: limits.left(used),
            warnings,
            factors,
        })
    }

    /// Finds the payee by number, or by the reference of one paid before.
    pub(crate) async fn resolve(
        &self,
        who: &Customer,
        to_no: &str,
        to_name: &str,
    ) -> Result<Resolved, Error> {
        self.checks
            .check(&who.id.to_string())
            .map_err(|wait| Error::TooMany {
                retry_after: wait.seconds(),
            })?;
        let (number, known_name) = match to_no.trim().parse::<kit::ids::export::Uuid>() {
            Ok(reference) => self.recent(who, &reference.to_string()).await?,
            Err(_) => (
                to_no
                    .chars()
                    .filter(|c| !c.is_whitespace() && *c != '-')
                    .collect(),
                to_name.to_owned(),
            ),
        };
        if number.is_empty() || number.len() > 40 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::PayeeUnknown);
        }
        match self.core.payee(&number).await {
            Answer::Done(payee) if payee.status == PayeeStatus::Blocked => Err(Error::PayeeBlocked),
            Answer::Done(payee) => Ok(Resolved {
                name_matches: same_name(&known_name, &payee.name),
                number,
                account_no: payee.account_no,
                name: payee.name,
            }),
            Answer::Refused(_) => Err(Error::PayeeUnknown),
            Answer::Unknown => Err(Error::CoreUnavailable),
        }
    }

    async fn recent(&self, who: &Customer, reference: &str) -> Result<(String, String), Error> {
        let (customer, id) = (who.id, reference.to_owned());
        let row = self
            .cx
            .db
            .read(async move |c| store::payee(c, customer, &id).await)
            .await?;
        Ok(self.open_payee(&row.ok_or(Error::PayeeUnknown)?)?)
    }

    /// The customer's limits and what is used of today's.
    pub(crate) async fn limits(&self, who: &Customer) -> Result<(Limits, Used), Error> {
        let (customer, day) = (who.id, self.cx.clock.today().to_string());
        let (limits, used) = self
            .cx
            .db
            .read(async move |c| {
                let limits = store::limits(c, CLASS).await?;
                Ok::<_, kit::db::Error>((limits, store::used(c, customer, &day).await?))
            })
            .await?;
        // Without a row nothing may be sent: deny by default.
        Ok((
            limits.unwrap_or(Limits {
                per_transfer: 0,
                per_day: 0,
                per_day_count: 0,
            }),
            used,
        ))
    }
}
