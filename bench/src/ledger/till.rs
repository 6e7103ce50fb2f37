//! The ledger as a poster runs it, and as one transaction per transfer.

use corebank::embedded::Books;
use kit::db::{self, Db};
use std::sync::Arc;
use weigui_ledger::{
    AccountId, Action, Bundle, Day, Order, Outcome, Report, Run, TransferId, Verdict, When, apply,
    apply_group, verify,
};

#[derive(Debug)]
pub(crate) enum Fail {
    Db(db::Error),
    Ledger(weigui_ledger::Error),
    Other(&'static str),
}

impl std::fmt::Display for Fail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Db(e) => e.fmt(f),
            Self::Ledger(e) => e.fmt(f),
            Self::Other(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Fail {}

impl From<db::Error> for Fail {
    fn from(e: db::Error) -> Self {
        Self::Db(e)
    }
}

impl From<weigui_ledger::Error> for Fail {
    fn from(e: weigui_ledger::Error) -> Self {
        Self::Ledger(e)
    }
}

pub(crate) struct Till {
    pub(crate) db: Db,
    pub(crate) when: When,
}

impl Run for Till {
    type Ask = Order;
    type Reply = Outcome;
    type Fail = Fail;

    async fn run(&self, asks: Vec<Arc<Order>>) -> Result<Vec<Outcome>, Fail> {
        let when = self.when.clone();
        self.db
            .tx(async move |c| {
                let bundles: Vec<Bundle<'_>> = asks
                    .iter()
                    .map(|ask| Bundle {
                        orders: std::slice::from_ref(ask.as_ref()),
                        when: &when,
                    })
                    .collect();
                Ok(apply_group(&mut Books(c), &bundles)
                    .await?
                    .into_iter()
                    .flatten()
                    .collect())
            })
            .await
    }

    fn verdict(&self, fail: &Fail) -> Verdict {
        match fail {
            Fail::Db(db::Error::CommitUnknown) => Verdict::Unknown,
            _ => Verdict::Final,
        }
    }
}

/// One order in a transaction of its own.
pub(crate) async fn alone(db: &Db, order: Order, when: When) -> Result<Outcome, Fail> {
    db.tx(async move |c| Ok(apply(&mut Books(c), &order, &when).await?))
        .await
}

pub(crate) async fn verified(db: &Db) -> Result<Report, Fail> {
    db.report(async |c| Ok(verify(&mut Books(c)).await?)).await
}

pub(crate) fn when() -> When {
    When {
        now: 1_795_399_205_000,
        business_date: day(),
    }
}

pub(crate) fn day() -> Day {
    Day::parse("2026-11-23").unwrap_or_else(|| unreachable!("a day"))
}

/// Ids rise with time, as those of a bank do.
pub(crate) fn account_text(n: u64) -> String {
    format!("{n:08x}-0000-7000-8000-{n:012x}")
}

pub(crate) fn transfer_text(n: u64) -> String {
    format!("{:08x}-{:04x}-7000-8000-{n:012x}", n >> 16, n & 0xffff)
}

pub(crate) fn direct(id: u64, from: u64, to: u64) -> Result<Order, Fail> {
    let account = |n| AccountId::parse(&account_text(n)).ok_or(Fail::Other("account id"));
    Ok(Order {
        id: TransferId::parse(&transfer_text(id)).ok_or(Fail::Other("transfer id"))?,
        action: Action::Direct {
            debit: account(from)?,
            credit: account(to)?,
            amount: 1,
            ccy: "CNY".to_owned(),
        },
        code: 1,
        reference: format!("20261123{id:012X}"),
        value_date: day(),
    })
}
