//! The banks that can be paid: asked of the core now and then, remembered while it does not answer.

use std::sync::{Arc, Mutex, PoisonError};

use corebank::Answer;
use kit::clock::{MINUTE, Ms};

use super::Payments;
use crate::error::Error;
use crate::model::transfer::Bank;

const FRESH: Ms = 10 * MINUTE;

/// A bank as the customer chooses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BankChoice {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) short_name: String,
}

/// The list as it was last told.
#[derive(Default)]
pub(crate) struct Banks(Mutex<Option<(Ms, Arc<Vec<BankChoice>>)>>);

impl Banks {
    fn known(&self) -> Option<(Ms, Arc<Vec<BankChoice>>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn(&self, now: Ms, list: Vec<BankChoice>) -> Arc<Vec<BankChoice>> {
        let list = Arc::new(list);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, list.clone()));
        list
    }
}

impl Payments {
    /// Every bank that can be paid, in the core's order.
    pub(crate) async fn banks(&self) -> Result<Arc<Vec<BankChoice>>, Error> {
        let (now, known) = (self.cx.clock.now(), self.banks.known());
        if let Some((at, list)) = &known
            && now < at + FRESH
        {
            return Ok(list.clone());
        }
        match (self.core.banks().await, known) {
            (Answer::Done(list), _) => {
                let list = list.into_iter().map(|bank| BankChoice {
                    code: bank.code,
                    name: bank.name,
                    short_name: bank.short_name,
                });
                Ok(self.banks.learn(now, list.collect()))
            }
            (_, Some((_, list))) => Ok(list),
            (Answer::Refused(_) | Answer::Unknown, None) => Err(Error::CoreUnavailable),
        }
    }

    /// The bank behind a code; no code is our own bank.
    pub(crate) async fn bank(&self, code: &str) -> Result<Bank, Error> {
        if code.is_empty() {
            return Ok(Bank::default());
        }
        let list = self.banks().await?;
        let found = list.iter().find(|bank| bank.code == code);
        found
            .map(|bank| Bank {
                code: bank.code.clone(),
                name: bank.name.clone(),
            })
            .ok_or(Error::BankUnknown)
    }
}
