//! Transfers: their two entries, their fingerprint, their accounts, the orders they were linked with.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    intent::{Intent, fingerprint},
    model::{AccountId, Entry},
    sql::{Error, Sql},
    store::{self, TransferRow},
};

use super::{CHUNK, Report};

/// Linked orders of which not all were met yet: how many were, and how many there are to be.
type Links = BTreeMap<String, (i64, i64)>;

pub(super) async fn walk(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    let mut links = Links::new();
    let mut after = String::new();
    loop {
        let chunk = store::transfers_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { break };
        let to = last.body.id.as_str().to_owned();
        let mut entries = by_transfer(store::entries_of(s, &after, &to).await?);
        let currencies = currencies(s, &chunk).await?;
        for transfer in &chunk {
            report.transfers += 1;
            let of = entries.remove(transfer.body.id.as_str()).unwrap_or_default();
            check_entries(report, transfer, &of);
            check_fingerprint(report, transfer);
            check_accounts(report, transfer, &currencies);
            count_link(report, transfer, &mut links);
        }
        for id in entries.keys() {
            report.note("I1", id, "entries without a transfer");
        }
        after = to;
    }
    // Entries that name a transfer beyond the last one.
    for id in by_transfer(store::entries_of(s, &after, "~").await?).keys() {
        report.note("I1", id, "entries without a transfer");
    }
    for (link, (met, size)) in links {
        report.note(
            "I12",
            &link,
            format!("{met} of {size} linked transfers are there"),
        );
    }
    Ok(())
}

fn by_transfer(entries: Vec<Entry>) -> BTreeMap<String, Vec<Entry>> {
    let mut all: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        all.entry(entry.transfer.as_str().to_owned())
            .or_default()
            .push(entry);
    }
    all
}

fn check_entries(report: &mut Report, transfer: &TransferRow, entries: &[Entry]) {
    let body = &transfer.body;
    let moves = matches!(transfer.kind, "direct" | "post" | "reverse");
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
        let count = entries.len();
        let what = format!(
            "{} of {} has {count} entries, sum {sum}",
            transfer.kind, body.amount
        );
        report.note("I1", body.id.as_str(), what);
    }
    let tells = |e: &Entry| {
        e.code == body.code
            && e.business_date == body.business_date
            && e.value_date == body.value_date
            && e.at == body.created_at
    };
    if !entries.iter().all(tells) {
        report.note(
            "I1",
            body.id.as_str(),
            "an entry tells another code, date or instant",
        );
    }
}

fn check_fingerprint(report: &mut Report, transfer: &TransferRow) {
    let mut wishes = Intent::stored(transfer).into_iter();
    if !wishes.any(|intent| fingerprint(&intent) == transfer.fingerprint) {
        let id = transfer.body.id.as_str();
        report.note("I6", id, "fields do not give the stored fingerprint");
    }
}

async fn currencies(s: &mut dyn Sql, chunk: &[TransferRow]) -> Result<BTreeMap<String, String>, Error> {
    let sides: BTreeSet<&str> = chunk
        .iter()
        .flat_map(|t| [t.body.debit.as_str(), t.body.credit.as_str()])
        .collect();
    let sides: Vec<&str> = sides.into_iter().collect();
    Ok(store::currencies(s, &sides).await?.into_iter().collect())
}

fn check_accounts(report: &mut Report, transfer: &TransferRow, currencies: &BTreeMap<String, String>) {
    let body = &transfer.body;
    for side in [&body.debit, &body.credit] {
        match currencies.get(side.as_str()) {
            None => report.note("I8", body.id.as_str(), format!("account {side} does not exist")),
            Some(ccy) if *ccy != body.ccy => {
                report.note(
                    "I8",
                    body.id.as_str(),
                    format!("{} moved on {side} in {ccy}", body.ccy),
                );
            }
            Some(_) => {}
        }
    }
    if body.debit == body.credit {
        report.note("I8", body.id.as_str(), "both sides are one account");
    }
}

/// Forgets linked orders as soon as all of them were met, so that only broken ones remain.
fn count_link(report: &mut Report, transfer: &TransferRow, links: &mut Links) {
    let id = transfer.body.id.as_str();
    match &transfer.body.link {
        None if transfer.linked == 0 => {}
        None => report.note("I12", id, "linked to nothing"),
        Some(link) => {
            let (met, size) = links
                .entry(link.as_str().to_owned())
                .or_insert((0, transfer.linked));
            *met += 1;
            if *size != transfer.linked {
                report.note("I12", id, format!("linked as {} and as {size}", transfer.linked));
            }
            if met == size {
                links.remove(link.as_str());
            }
        }
    }
}
