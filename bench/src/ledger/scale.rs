//! The same three questions among 10,000 and among millions of accounts: open one, post, read a statement.

use super::Engine;
use super::bed::Bed;
use super::cells::Pick;
use super::fill;
use super::till::{Fail, Till, account_text, direct, when};
use crate::number::{per_mille, ratio};
use anyhow::{Context, Result, ensure};
use corebank::embedded::Books;
use serde_json::{Value, json};
use std::time::Instant;
use weigui_ledger::{AccountId, EntryFilter, NewAccount, Opened, Outcome, Poster, entries, open};

const SMALL: u64 = 10_000;
const OPENS: u64 = 500;
const POSTS: u64 = 3_000;
/// Postings of the account whose statement is read.
const LINES: u64 = 500;
const STATEMENTS: u64 = 2_000;

/// Microseconds, sorted: open, post, statement.
type Times = [Vec<u32>; 3];

pub(crate) async fn run(engine: Engine, most: u64) -> Result<Value> {
    let small = among(engine, SMALL).await?;
    let large = among(engine, most).await?;
    let p50 = |times: &Vec<u32>| u64::from(per_mille(times, 500));
    let row = |at: usize| -> Value {
        let (Some(few), Some(many)) = (small.get(at), large.get(at)) else {
            return Value::Null;
        };
        json!({
            "p50_us_small": p50(few),
            "p50_us_large": p50(many),
            "large_to_small": ratio(p50(many), p50(few)),
        })
    };
    Ok(json!({
        "engine": engine.name(),
        "accounts": [SMALL, most],
        "open": row(0),
        "post": row(1),
        "statement": row(2),
        "targets": { "large_to_small": 1.3 },
    }))
}

async fn among(engine: Engine, accounts: u64) -> Result<Times> {
    eprintln!("ledger: {accounts} accounts on {}", engine.name());
    let bed = Bed::open(engine).await?;
    fill::accounts(&bed.db, "ledger_account", accounts).await?;
    bed.settles().await?;
    let poster = Poster::new(
        Till {
            db: bed.db.clone(),
            when: when(),
        },
        256,
    );
    let mut pick = Pick::among(accounts, false, 1);
    // Warm: the statement's account gets its lines, among others.
    let mut reader = Pick::among(accounts, true, 2);
    for _ in 0..LINES {
        let (id, from, to) = reader.next();
        let done = poster.post(direct(id, from, to)?).await;
        ensure!(matches!(done, Ok(Outcome::Created(_))), "{done:?}");
    }
    let mut posts = Vec::new();
    for _ in 0..POSTS {
        let (id, from, to) = pick.next();
        let order = direct(id, from, to)?;
        let begun = Instant::now();
        let done = poster.post(order).await;
        posts.push(micros(begun));
        ensure!(matches!(done, Ok(Outcome::Created(_))), "{done:?}");
    }
    let times = [
        opens(&bed, accounts).await?,
        sorted(posts),
        statements(&bed).await?,
    ];
    bed.close().await;
    Ok(times)
}

async fn opens(bed: &Bed, accounts: u64) -> Result<Vec<u32>> {
    let mut times = Vec::new();
    for n in 0..OPENS {
        let new = NewAccount {
            id: id(accounts + n)?,
            ccy: "CNY".to_owned(),
            limited: true,
            credit_line: 0,
            capped: false,
        };
        let begun = Instant::now();
        let opened: Result<Opened, Fail> = bed
            .db
            .tx(async move |c| Ok(open(&mut Books(c), &new, 0).await?))
            .await;
        times.push(micros(begun));
        ensure!(opened? == Opened::Created, "an account was there before");
    }
    Ok(sorted(times))
}

async fn statements(bed: &Bed) -> Result<Vec<u32>> {
    let filter = EntryFilter {
        account: id(0)?,
        from: None,
        to: None,
        code: None,
        direction: None,
        min: None,
        max: None,
        before: None,
        limit: 50,
    };
    let mut times = Vec::new();
    for _ in 0..STATEMENTS {
        let begun = Instant::now();
        let page: Result<_, Fail> = bed
            .db
            .read(async |c| Ok(entries(&mut Books(c), &filter).await?))
            .await;
        times.push(micros(begun));
        ensure!(page?.len() == 50, "the statement is short");
    }
    Ok(sorted(times))
}

fn id(n: u64) -> Result<AccountId> {
    AccountId::parse(&account_text(n)).context("account id")
}

fn micros(begun: Instant) -> u32 {
    u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX)
}

fn sorted(mut times: Vec<u32>) -> Vec<u32> {
    times.sort_unstable();
    times
}
