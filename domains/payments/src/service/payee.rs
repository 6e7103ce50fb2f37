//! Finding the payee: by number, or by the reference of one paid or saved before.

use corebank::{Answer, PayeeStatus};
use identity::Customer;

use super::Payments;
use crate::error::Error;
use crate::model::rules::same_name;
use crate::model::transfer::Bank;
use crate::store::{self, PayeeRow};

const NAME_MAX: usize = 40;

/// Whom the customer means.
#[derive(Clone, Copy)]
pub(crate) struct To<'a> {
    /// A card or account number, or the reference of a known payee.
    pub(crate) no: &'a str,
    pub(crate) name: &'a str,
    /// Empty: at our bank.
    pub(crate) bank_code: &'a str,
}

/// Whether the payee bears the name that the customer gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameCheck {
    Matched,
    Mismatch,
    /// At another bank, which compares it when the money arrives and sends it back otherwise.
    AtArrival,
}

/// The payee that a payment would reach.
#[derive(Clone)]
pub(crate) struct Resolved {
    /// As the customer knows it: a card or an account number.
    pub(crate) number: String,
    /// The account behind the number, at our bank; elsewhere the number itself.
    pub(crate) account_no: String,
    pub(crate) name: String,
    pub(crate) name_check: NameCheck,
    pub(crate) bank: Bank,
}

impl Payments {
    pub(crate) async fn resolve(&self, who: &Customer, to: To<'_>) -> Result<Resolved, Error> {
        self.checks
            .check(&who.id.to_string())
            .map_err(|wait| Error::TooMany {
                retry_after: wait.seconds(),
            })?;
        let (number, name, bank) = if let Ok(reference) = to.no.trim().parse::<kit::ids::export::Uuid>() {
            self.known(who, &reference.to_string()).await?
        } else {
            let number = to.no.chars().filter(|c| !c.is_whitespace() && *c != '-');
            let bank = self.bank(to.bank_code).await?;
            (number.collect(), to.name.trim().to_owned(), bank)
        };
        if number.is_empty() || number.len() > 40 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::PayeeUnknown);
        }
        if bank.is_ours() {
            self.ours(number, &name).await
        } else {
            elsewhere(number, name, bank)
        }
    }

    /// The core knows the name; the customer learns only whether it is the one given.
    async fn ours(&self, number: String, name: &str) -> Result<Resolved, Error> {
        match self.core.payee(&number).await {
            Answer::Done(payee) if payee.status == PayeeStatus::Blocked => Err(Error::PayeeBlocked),
            Answer::Done(payee) => Ok(Resolved {
                name_check: if same_name(name, &payee.name) {
                    NameCheck::Matched
                } else {
                    NameCheck::Mismatch
                },
                number,
                account_no: payee.account_no,
                name: payee.name,
                bank: Bank::default(),
            }),
            Answer::Refused(_) => Err(Error::PayeeUnknown),
            Answer::Unknown => Err(Error::CoreUnavailable),
        }
    }

    async fn known(&self, who: &Customer, reference: &str) -> Result<(String, String, Bank), Error> {
        let (customer, id) = (who.id, reference.to_owned());
        let row: Option<PayeeRow> = self
            .cx
            .db
            .glance(async move |c| store::payee(c, customer, &id).await)
            .await?;
        let payee = self.open_payee(row.ok_or(Error::PayeeUnknown)?)?;
        Ok((payee.no, payee.name, payee.bank))
    }

    /// Blind index of a payee: of the account at our bank, of bank and number elsewhere.
    pub(crate) fn index_of(&self, payee: &Resolved) -> String {
        if payee.bank.is_ours() {
            self.payee_index(&payee.account_no)
        } else {
            self.payee_index(&format!("{}|{}", payee.bank.code, payee.number))
        }
    }
}

/// Nobody here knows an account of another bank: number and name must at least have the right shape.
fn elsewhere(number: String, name: String, bank: Bank) -> Result<Resolved, Error> {
    if !(8..=32).contains(&number.len()) {
        return Err(Error::PayeeUnknown);
    }
    let length = name.chars().count();
    if !(2..=NAME_MAX).contains(&length) || name.chars().any(|c| c.is_control() || c.is_ascii_digit()) {
        return Err(Error::BadName);
    }
    Ok(Resolved {
        account_no: number.clone(),
        number,
        name,
        name_check: NameCheck::AtArrival,
        bank,
    })
}
