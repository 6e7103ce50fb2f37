//! Accounts and their entries: balances, numbers, limits, holds, the chain, the trial balance.

use std::collections::BTreeMap;

use crate::{
    digest::{self, Books},
    model::{Account, Entry, Position},
    rules::MOST,
    sql::{Error, Sql},
    store,
};

use super::{CHUNK, Report};

pub(super) async fn walk(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    let mut totals: BTreeMap<String, i128> = BTreeMap::new();
    let mut books = Books::new();
    let mut after = String::new();
    loop {
        let chunk = store::accounts_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { break };
        after = last.id.as_str().to_owned();
        for account in &chunk {
            report.accounts += 1;
            *totals.entry(account.ccy.clone()).or_default() += i128::from(account.posted);
            books.add(account.id.as_str(), account.seq, &account.chain);
            history(s, report, account).await?;
            limits(report, account);
            open_holds(s, report, account).await?;
        }
    }
    for (ccy, total) in totals.iter().filter(|(_, total)| **total != 0) {
        report.note("I11", ccy, format!("all balances sum to {total}, not 0"));
    }
    report.digest = books.finish();
    Ok(())
}

/// Where the walk along an account's entries stands.
#[derive(Default)]
struct Walk {
    sum: i128,
    seq: i64,
    last: i64,
    place: Option<Position>,
    chain: String,
}

async fn history(s: &mut dyn Sql, report: &mut Report, account: &Account) -> Result<(), Error> {
    let mut walk = Walk::default();
    loop {
        let chunk = store::entries_after(s, &account.id, walk.place, CHUNK).await?;
        if chunk.is_empty() {
            break;
        }
        for entry in &chunk {
            step(report, &mut walk, entry);
        }
    }
    let id = account.id.as_str();
    if i128::from(account.posted) != walk.sum || walk.last != account.posted || walk.seq != account.seq {
        let (posted, count) = (account.posted, account.seq);
        let (sum, seq) = (walk.sum, walk.seq);
        report.note(
            "I2",
            id,
            format!("balance {posted} at seq {count}, entries give {sum} at {seq}"),
        );
    }
    if account.chain != walk.chain {
        report.note("I7", id, "the account does not hold the hash of its last entry");
    }
    Ok(())
}

fn step(report: &mut Report, walk: &mut Walk, entry: &Entry) {
    let (id, seq) = (entry.account.as_str(), entry.seq);
    report.entries += 1;
    walk.sum += i128::from(entry.amount);
    if seq != walk.seq + 1 {
        report.note("I2", id, format!("entry {seq} follows {}", walk.seq));
    }
    if i128::from(entry.balance_after) != walk.sum {
        let (after, sum) = (entry.balance_after, walk.sum);
        report.note("I2", id, format!("entry {seq} says {after} after, sum is {sum}"));
    }
    if entry.chain.is_empty() && walk.chain.is_empty() {
        report.unchained += 1;
    } else if entry.chain != digest::link(&walk.chain, entry) {
        report.note("I7", id, format!("entry {seq} does not give its hash"));
    }
    walk.chain.clone_from(&entry.chain);
    (walk.seq, walk.last) = (seq, entry.balance_after);
    walk.place = Some(Position { at: entry.at, seq });
}

fn limits(report: &mut Report, a: &Account) {
    let below = a.available().is_some_and(|available| available < 0);
    let above = a.capped && i128::from(a.posted) + i128::from(a.held_in) > 0;
    if below || above || a.posted.abs() > MOST || a.credit_line < 0 {
        let what = format!(
            "posted {} held {} towards it {} line {}",
            a.posted, a.held, a.held_in, a.credit_line
        );
        report.note("I3", a.id.as_str(), what);
    }
}

async fn open_holds(s: &mut dyn Sql, report: &mut Report, account: &Account) -> Result<(), Error> {
    let (count, held) = store::held(s, &account.id).await?;
    report.open_holds += u64::try_from(count).unwrap_or_default();
    let (_, held_in) = store::held_in(s, &account.id).await?;
    if (held, held_in) != (account.held, account.held_in) {
        let what = format!(
            "held {} and {} towards it, open holds sum to {held} and {held_in}",
            account.held, account.held_in
        );
        report.note("I4", account.id.as_str(), what);
    }
    Ok(())
}
