//! A ledger on a database of its own, and a poster before it.

use std::sync::Arc;

use corebank::embedded::Books;
use kit::db::{self, Conn, Db, Engine, Options, migrate};
use weigui_ledger::{
    Bundle, Order, Outcome, Poster, Report, Run, SCHEMA_MYSQL, SCHEMA_SQLITE, Verdict, When, apply_group,
    open, verify,
};

use crate::orders::{account, day};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Fail {
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error(transparent)]
    Ledger(weigui_ledger::Error),
}

impl From<weigui_ledger::Error> for Fail {
    fn from(error: weigui_ledger::Error) -> Self {
        match error {
            weigui_ledger::Error::Sql(fault) => match fault.downcast::<db::Error>() {
                Ok(error) => Self::Db(*error),
                Err(fault) => Self::Ledger(weigui_ledger::Error::Sql(fault)),
            },
            other => Self::Ledger(other),
        }
    }
}

pub(crate) async fn url(engine: Engine) -> String {
    match engine {
        Engine::Sqlite => kit::testing::sqlite(),
        Engine::MySql => kit::testing::mariadb().await.fresh_database().await,
    }
}

pub(crate) async fn database(url: &str) -> Db {
    let db = Db::open(&Options {
        pool: 4,
        ..Options::new(url)
    })
    .await
    .unwrap();
    let steps = match db.engine() {
        Engine::Sqlite => SCHEMA_SQLITE,
        Engine::MySql => SCHEMA_MYSQL,
    };
    let plan: Vec<_> = (1..)
        .zip(steps)
        .map(|(version, sql)| migrate::Migration {
            version,
            name: "ledger",
            sql,
        })
        .collect();
    migrate::run(&db, &plan).await.unwrap();
    db
}

/// Account 1 is the bank's; the others, up to `last`, are limited and begin with `opening`.
pub(crate) async fn with_accounts(db: &Db, last: u64, opening: i64) {
    let done: Result<(), Fail> = db
        .tx(async move |c| {
            for n in 1..=last {
                let new = crate::orders::new_account(n, n > 1, 0);
                open(&mut Books(c), &new, 0).await?;
            }
            for n in 2..=last {
                let order = crate::orders::direct(n, 1, n, opening);
                group(c, &[&order], 1).await?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
}

/// Each for itself, in one group.
pub(crate) async fn group(c: &mut Conn, orders: &[&Order], now: i64) -> Result<Vec<Outcome>, Fail> {
    let when = When {
        now,
        business_date: day("2026-11-23"),
    };
    let bundles: Vec<Bundle<'_>> = orders
        .iter()
        .map(|order| Bundle {
            orders: std::slice::from_ref(*order),
            when: &when,
        })
        .collect();
    Ok(apply_group(&mut Books(c), &bundles)
        .await?
        .into_iter()
        .flatten()
        .collect())
}

pub(crate) async fn verified(db: &Db) -> Report {
    let report: Result<Report, Fail> = db.report(async |c| Ok(verify(&mut Books(c)).await?)).await;
    report.unwrap()
}

pub(crate) async fn whole(db: &Db) {
    let report = verified(db).await;
    assert!(report.is_whole(), "{:#?}", report.broken);
}

/// Posted balance of an account.
pub(crate) async fn balance(db: &Db, n: u64) -> i64 {
    let found: Result<_, Fail> = db
        .read(async |c| Ok(weigui_ledger::account(&mut Books(c), &account(n)).await?))
        .await;
    found.unwrap().unwrap().posted
}

pub(crate) struct Till(pub(crate) Db);

impl Run for Till {
    type Ask = Order;
    type Reply = Outcome;
    type Fail = Fail;

    async fn run(&self, asks: Vec<Arc<Order>>) -> Result<Vec<Outcome>, Fail> {
        self.0
            .tx(async move |c| {
                let orders: Vec<&Order> = asks.iter().map(Arc::as_ref).collect();
                group(c, &orders, 1_000).await
            })
            .await
    }

    fn verdict(&self, fail: &Fail) -> Verdict {
        match fail {
            Fail::Db(db::Error::CommitUnknown) => Verdict::Unknown,
            Fail::Db(db::Error::Unavailable(_) | db::Error::Closed) => Verdict::Final,
            _ => Verdict::Alone,
        }
    }
}

pub(crate) fn poster(db: &Db) -> Arc<Poster<Till>> {
    Arc::new(Poster::new(Till(db.clone()), 64))
}

/// Small, fixed for ever, and not for secrets.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn amount(&mut self, below: u64) -> i64 {
        i64::try_from(self.below(below)).unwrap()
    }
}
