//! Walks the invariants over everything that is stored, in chunks, and names what is broken.
//!
//! Run it inside one read transaction with a snapshot, or while nothing posts.

use std::{collections::BTreeMap, fmt};

use crate::{
    intent::{Intent, fingerprint},
    model::{Account, AccountId, Entry, HoldState},
    rules::MOST,
    sql::{Error, Sql},
    store::{self, TransferRow},
};

const CHUNK: i64 = 500;

/// One broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `I1` … `I6`.
    pub invariant: &'static str,
    /// The account, transfer, hold or currency that breaks it.
    pub subject: String,
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.invariant, self.subject, self.what)
    }
}

/// What was walked and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub accounts: u64,
    pub transfers: u64,
    pub entries: u64,
    pub open_holds: u64,
    pub broken: Vec<Broken>,
}

impl Report {
    pub fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    fn note(&mut self, invariant: &'static str, subject: &str, what: String) {
        self.broken.push(Broken {
            invariant,
            subject: subject.to_owned(),
            what,
        });
    }
}

/// Walks every account, then every transfer.
pub async fn verify(s: &mut dyn Sql) -> Result<Report, Error> {
    let mut report = Report::default();
    let mut totals: BTreeMap<String, i128> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let chunk = store::accounts_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { break };
        after = last.id.as_str().to_owned();
        for account in &chunk {
            *totals.entry(account.ccy.clone()).or_default() += i128::from(account.posted);
            walk_account(s, &mut report, account).await?;
        }
    }
    for (ccy, total) in totals.iter().filter(|(_, total)| **total != 0) {
        report.note("I1", ccy, format!("all balances sum to {total}, not 0"));
    }
    walk_transfers(s, &mut report).await?;
    Ok(report)
}

async fn walk_account(s: &mut dyn Sql, report: &mut Report, account: &Account) -> Result<(), Error> {
    report.accounts += 1;
    let id = account.id.as_str();
    let (mut sum, mut seq, mut last) = (0_i128, 0_i64, 0_i64);
    loop {
        let chunk = store::entries_after(s, &account.id, seq, CHUNK).await?;
        if chunk.is_empty() {
            break;
        }
        for entry in &chunk {
            report.entries += 1;
            sum += i128::from(entry.amount);
            if entry.seq != seq + 1 {
                report.note("I2", id, format!("entry {} follows {seq}", entry.seq));
            }
            if i128::from(entry.balance_after) != sum {
                report.note(
                    "I2",
                    id,
                    format!(
                        "entry {} says {} after, sum is {sum}",
                        entry.seq, entry.balance_after
                    ),
                );
            }
            (seq, last) = (entry.seq, entry.balance_after);
        }
    }
    if i128::from(account.posted) != sum || last != account.posted || seq != account.seq {
        let (posted, count) = (account.posted, account.seq);
        report.note(
            "I2",
            id,
            format!("balance {posted} at seq {count}, entries give {sum} at {seq}"),
        );
    }
    if account.available().is_some_and(|available| available < 0) || account.posted.abs() > MOST {
        report.note(
            "I3",
            id,
            format!(
                "posted {} held {} line {}",
                account.posted, account.held, account.credit_line
            ),
        );
    }
    let open = store::holds_of(s, &account.id).await?;
    report.open_holds += u64::try_from(open.len()).unwrap_or(u64::MAX);
    let held: i128 = open.iter().map(|h| i128::from(h.held.amount)).sum();
    if held != i128::from(account.held) {
        report.note(
            "I4",
            id,
            format!("held {}, open holds sum to {held}", account.held),
        );
    }
    Ok(())
}

async fn walk_transfers(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let chunk = store::transfers_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else {
            return orphans(s, report, &after).await;
        };
        let to = last.body.id.as_str().to_owned();
        let mut entries: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for entry in store::entries_of(s, &after, &to).await? {
            entries
                .entry(entry.transfer.as_str().to_owned())
                .or_default()
                .push(entry);
        }
        for transfer in &chunk {
            report.transfers += 1;
            let of = entries.remove(transfer.body.id.as_str()).unwrap_or_default();
            check_entries(report, transfer, &of);
            check_fingerprint(report, transfer);
            check_hold(s, report, transfer).await?;
        }
        for id in entries.keys() {
            report.note("I1", id, "entries without a transfer".to_owned());
        }
        after = to;
    }
}

/// Entries that name a transfer beyond the last one.
async fn orphans(s: &mut dyn Sql, report: &mut Report, after: &str) -> Result<(), Error> {
    for entry in store::entries_of(s, after, "~").await? {
        report.note(
            "I1",
            entry.transfer.as_str(),
            "entries without a transfer".to_owned(),
        );
    }
    Ok(())
}

fn check_entries(report: &mut Report, transfer: &TransferRow, entries: &[Entry]) {
    let body = &transfer.body;
    let moves = matches!(transfer.kind, "direct" | "post");
    let find = |account: &AccountId| entries.iter().find(|e| e.account == *account).map(|e| e.amount);
    let whole = if moves {
        entries.len() == 2
            && find(&body.debit) == Some(-body.amount)
            && find(&body.credit) == Some(body.amount)
    } else {
        entries.is_empty()
    };
    if !whole {
        let sum: i128 = entries.iter().map(|e| i128::from(e.amount)).sum();
        let what = format!(
            "{} of {} has {} entries, sum {sum}",
            transfer.kind,
            body.amount,
            entries.len()
        );
        report.note("I1", body.id.as_str(), what);
    }
}

fn check_fingerprint(report: &mut Report, transfer: &TransferRow) {
    if !Intent::stored(transfer)
        .iter()
        .any(|intent| fingerprint(intent) == transfer.fingerprint)
    {
        report.note(
            "I6",
            transfer.body.id.as_str(),
            "fields do not give the stored fingerprint".to_owned(),
        );
    }
}

async fn check_hold(s: &mut dyn Sql, report: &mut Report, transfer: &TransferRow) -> Result<(), Error> {
    let id = &transfer.body.id;
    let wanted = match transfer.kind {
        "post" => HoldState::Posted,
        "void" => HoldState::Voided,
        "hold" => {
            if store::resolver(s, id).await?.is_none() {
                report.note("I5", id.as_str(), "hold without its row".to_owned());
            }
            return Ok(());
        }
        _ => return Ok(()),
    };
    let hold = transfer
        .body
        .hold
        .as_ref()
        .ok_or(Error::Broken("resolution without its hold"))?;
    let resolved = store::resolver(s, hold).await?;
    if resolved != Some((wanted, Some(id.as_str().to_owned()))) {
        report.note(
            "I5",
            hold.as_str(),
            format!("{} {id} is not what resolved it: {resolved:?}", transfer.kind),
        );
    }
    Ok(())
}
