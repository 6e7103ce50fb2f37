//! The checks that every core bank behind the port must pass, ours and a bank's own.
//!
//! They run against a live core with a test customer, move fen there and back, and judge by
//! differences, so the same customer can be used again and again.

mod commands;
mod outside;
mod questions;

use std::{future::Future, pin::Pin, sync::Arc};

use jiff::civil::Date;
use kit::{ids::Ids, money::Money};
use uuid::Uuid;

use crate::{
    answer::{Answer, RefusalCode},
    port::CoreBank,
    types::{Balance, Beneficiary, TransferOrder, VerifyCustomer},
};

/// A core and what the checks may use in it. Nobody else may book on the two accounts meanwhile.
#[derive(Clone)]
pub struct Bank {
    pub core: Arc<dyn CoreBank>,
    /// Makes the ids of orders.
    pub ids: Ids,
    pub business_date: Date,
    /// A customer who owns the payer's account.
    pub owner: VerifyCustomer,
    pub customer_no: String,
    /// Account number with at least 100 yuan available, without restrictions, at least one entry.
    pub payer: String,
    /// Account number of somebody else, without restrictions.
    pub payee: String,
    pub payee_name: String,
    /// Who is paid a fen at another bank, and the account there.
    pub beneficiary: Beneficiary,
    pub beneficiary_account: String,
    /// Account number of a credit card, of anybody's.
    pub card: String,
}

/// What came of the checks.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    pub passed: Vec<&'static str>,
    /// The check and what it saw.
    pub failed: Vec<(&'static str, String)>,
}

type Seen = Result<(), String>;
type Check = for<'a> fn(&'a Bank) -> Pin<Box<dyn Future<Output = Seen> + Send + 'a>>;

/// Runs every check, each on a bank of its own making (which may be the same one).
pub async fn suite(make: impl AsyncFn() -> Bank) -> Verdict {
    let mut verdict = Verdict::default();
    let all = questions::ALL.iter().chain(commands::ALL).chain(outside::ALL);
    for (name, check) in all {
        let bank = make().await;
        match check(&bank).await {
            Ok(()) => verdict.passed.push(name),
            Err(seen) => verdict.failed.push((name, seen)),
        }
    }
    verdict
}

impl Bank {
    fn order(&self, fen: i64) -> TransferOrder {
        TransferOrder {
            id: self.ids.make::<Uuid>(),
            debit_account: self.payer.clone(),
            credit_account: self.payee.clone(),
            beneficiary: None,
            amount: Money::cny(fen),
            memo: "测试".to_owned(),
            business_date: self.business_date,
        }
    }

    /// The way back.
    fn back(&self, fen: i64) -> TransferOrder {
        let there = self.order(fen);
        TransferOrder {
            debit_account: self.payee.clone(),
            credit_account: self.payer.clone(),
            ..there
        }
    }

    async fn balances(&self) -> Result<(Balance, Balance), String> {
        let from = done("balance of the payer", self.core.balance(&self.payer).await)?;
        let to = done("balance of the payee", self.core.balance(&self.payee).await)?;
        Ok((from, to))
    }

    /// Runs `act` and says by how many fen payer and payee changed.
    async fn change(&self, act: impl Future<Output = Seen>) -> Result<(i64, i64), String> {
        let before = self.balances().await?;
        act.await?;
        let after = self.balances().await?;
        let diff = |a: Balance, b: Balance| b.posted.fen() - a.posted.fen();
        Ok((diff(before.0, after.0), diff(before.1, after.1)))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "answers come fresh from a call")]
fn refused<T>(what: &str, answer: Answer<T>, code: RefusalCode) -> Seen {
    match answer {
        Answer::Refused(no) if no.code == code => Ok(()),
        Answer::Refused(no) => Err(format!(
            "{what}: refused {}, not {}",
            no.code.as_str(),
            code.as_str()
        )),
        Answer::Done(_) => Err(format!("{what}: done, not refused")),
        Answer::Unknown => Err(format!("{what}: unknown")),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "reads better in a check")]
fn equal<T: PartialEq + std::fmt::Debug>(what: &str, seen: T, wanted: T) -> Seen {
    if seen == wanted {
        Ok(())
    } else {
        Err(format!("{what}: {seen:?}, not {wanted:?}"))
    }
}

fn done<T>(what: &str, answer: Answer<T>) -> Result<T, String> {
    match answer {
        Answer::Done(value) => Ok(value),
        Answer::Refused(no) => Err(format!("{what}: refused {}", no.code.as_str())),
        Answer::Unknown => Err(format!("{what}: unknown")),
    }
}

fn holds(what: &str, fact: bool) -> Seen {
    if fact { Ok(()) } else { Err(what.to_owned()) }
}
