//! Holds and reversals: each ends once, by what says so, in its time.

use std::collections::BTreeMap;

use crate::{
    model::{HoldState, TransferId},
    sql::{Error, Sql},
    store::{self, HoldRow, ReversalRow, TransferRow},
};

use super::{CHUNK, Report};

type Known = BTreeMap<String, TransferRow>;

pub(super) async fn walk(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    walk_holds(s, report).await?;
    walk_reversals(s, report).await?;
    walk_named(s, report).await
}

async fn walk_holds(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let chunk = store::holds_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { return Ok(()) };
        after = last.id.as_str().to_owned();
        let own = chunk.iter().map(|h| h.id.as_str());
        let resolvers = chunk
            .iter()
            .filter_map(|h| h.resolved_by.as_ref())
            .map(TransferId::as_str);
        let known = transfers(s, own.chain(resolvers).collect()).await?;
        for hold in &chunk {
            check_resolution(report, hold, &known);
            check_life(report, hold);
        }
    }
}

async fn transfers(s: &mut dyn Sql, mut ids: Vec<&str>) -> Result<Known, Error> {
    ids.sort_unstable();
    ids.dedup();
    let rows = store::transfers(s, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|t| (t.body.id.as_str().to_owned(), t))
        .collect())
}

fn check_resolution(report: &mut Report, hold: &HoldRow, known: &Known) {
    let id = hold.id.as_str();
    let origin = known.get(id).filter(|t| t.kind == "hold").map(|t| &t.body);
    let same = origin.is_some_and(|body| {
        body.amount == hold.held.amount && body.debit == hold.account && body.credit == hold.credit
    });
    if !same {
        report.note("I5", id, "differs from the transfer that made it");
    }
    let wanted = match hold.held.state {
        HoldState::Posted => "post",
        HoldState::Voided => "void",
        HoldState::Open | HoldState::Expired => return,
    };
    let by = hold.resolved_by.as_ref().and_then(|by| known.get(by.as_str()));
    let right = by.is_some_and(|t| {
        t.kind == wanted && t.body.hold.as_ref() == Some(&hold.id) && t.body.amount <= hold.held.amount
    });
    if !right {
        report.note(
            "I5",
            id,
            format!("is {}, and no {wanted} of it says so", hold.held.state.text()),
        );
    }
}

/// Who and when go with the state: open has neither, expired no who and not before its time.
fn check_life(report: &mut Report, hold: &HoldRow) {
    let (by, at, end) = (hold.resolved_by.is_some(), hold.resolved_at, hold.held.expires_at);
    let fits = match hold.held.state {
        HoldState::Open => !by && at.is_none(),
        HoldState::Posted | HoldState::Voided => by && at.is_some_and(|at| at < end),
        HoldState::Expired => !by && at.is_some_and(|at| at >= end),
    };
    if !fits {
        let what = format!("{} at {at:?}, expiring at {end}", hold.held.state.text());
        report.note("I10", hold.id.as_str(), what);
    }
}

async fn walk_reversals(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let chunk = store::reversals_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { return Ok(()) };
        after = last.original.as_str().to_owned();
        let ids = chunk
            .iter()
            .flat_map(|r| [r.original.as_str(), r.transfer.as_str()]);
        let known = transfers(s, ids.collect()).await?;
        for reversal in &chunk {
            check_reversal(report, reversal, &known);
        }
    }
}

fn check_reversal(report: &mut Report, reversal: &ReversalRow, known: &Known) {
    let old = known.get(reversal.original.as_str()).map(|t| &t.body);
    let new = known.get(reversal.transfer.as_str()).map(|t| &t.body);
    let mirrored = old.zip(new).is_some_and(|(old, new)| {
        new.reverses.as_ref() == Some(&old.id)
            && (&new.debit, &new.credit, new.amount) == (&old.credit, &old.debit, old.amount)
    });
    if !mirrored {
        report.note(
            "I9",
            reversal.original.as_str(),
            "its reversal does not mirror it",
        );
    }
}

/// The other way round: every transfer that ends a hold or reverses another is the one that is kept as doing so.
async fn walk_named(s: &mut dyn Sql, report: &mut Report) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let chunk = store::transfers_after(s, &after, CHUNK).await?;
        let Some(last) = chunk.last() else { return Ok(()) };
        after = last.body.id.as_str().to_owned();
        check_enders(s, report, &chunk).await?;
        check_reversers(s, report, &chunk).await?;
    }
}

async fn check_enders(s: &mut dyn Sql, report: &mut Report, chunk: &[TransferRow]) -> Result<(), Error> {
    let named = |t: &TransferRow| match t.kind {
        "hold" => Some(t.body.id.clone()),
        _ => t.body.hold.clone(),
    };
    let ids: Vec<_> = chunk.iter().filter_map(named).collect();
    let ids: Vec<&str> = ids.iter().map(TransferId::as_str).collect();
    let rows = store::holds(s, &ids).await?;
    let holds: BTreeMap<&str, &HoldRow> = rows.iter().map(|h| (h.id.as_str(), h)).collect();
    for transfer in chunk {
        let id = transfer.body.id.as_str();
        let hold = named(transfer).and_then(|id| holds.get(id.as_str()).copied());
        match transfer.kind {
            "hold" if hold.is_none() => report.note("I5", id, "hold without its row"),
            "post" | "void" if hold.and_then(|h| h.resolved_by.as_ref()) != Some(&transfer.body.id) => {
                report.note("I5", id, "is not what ended its hold");
            }
            _ => {}
        }
    }
    Ok(())
}

async fn check_reversers(s: &mut dyn Sql, report: &mut Report, chunk: &[TransferRow]) -> Result<(), Error> {
    let ids: Vec<&str> = chunk
        .iter()
        .filter_map(|t| t.body.reverses.as_ref())
        .map(TransferId::as_str)
        .collect();
    let rows = store::reversals(s, &ids).await?;
    let kept: BTreeMap<&str, &ReversalRow> = rows.iter().map(|r| (r.original.as_str(), r)).collect();
    for transfer in chunk {
        let original = transfer.body.reverses.as_ref();
        let by = original.and_then(|id| kept.get(id.as_str())).map(|r| &r.transfer);
        let reverses = transfer.kind == "reverse";
        if reverses != original.is_some() || (reverses && by != Some(&transfer.body.id)) {
            report.note(
                "I9",
                transfer.body.id.as_str(),
                "is not what reversed the transfer it names",
            );
        }
    }
    Ok(())
}
