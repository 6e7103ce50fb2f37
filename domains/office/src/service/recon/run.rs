//! Doing a run: the other side's list, ours beside it, the comparison, and what it leaves behind in one transaction.

use std::collections::BTreeSet;

use accounts::{FeedLease, FeedTurn};
use corebank::{Answer, fetch_statement};
use jiff::civil::Date;
use kit::clock::Ms;
use kit::crypto::sha256;
use kit::db::Conn;

use super::books::{Ours, of_feed, of_file};
use crate::error::Error;
use crate::model::case::CaseKind;
use crate::model::matching::{Comparison, Difference, Line, compare};
use crate::model::recon::{Recon, ReconId, ReconKind, ReconState, Trouble, difference_key};
use crate::service::Office;
use crate::service::cases::NewCase;
use crate::store::recon::{self as store, DifferenceRow};

/// Pages of the feed that one run reads.
const PAGES: usize = 200;

impl Office {
    /// Does the T+1 run with this id, or goes on with it after a crash; gives the time of the next try while the core
    /// has no file yet.
    pub(crate) async fn reconcile_day(&self, id: ReconId) -> Result<Option<Ms>, Error> {
        let run = self
            .0
            .cx
            .db
            .read(async move |c| store::by_id(c, id).await)
            .await?;
        let Some(run) = run.filter(|run| run.state == ReconState::Running) else {
            return Ok(None);
        };
        match run.kind {
            ReconKind::Pay => return self.reconcile_pay(run).await,
            ReconKind::Biller => return self.reconcile_biller(run).await,
            ReconKind::Minute | ReconKind::Hour | ReconKind::Day => {}
        }
        let day: Date = run.scope.parse().map_err(|_| Error::Row("day of a run"))?;
        let file = match fetch_statement(self.0.core.as_ref(), day).await {
            Answer::Done(file) => file,
            // The day is not closed yet, or the core is silent.
            Answer::Refused(_) | Answer::Unknown => return self.without_file(&run, Trouble::Late).await,
        };
        let there = of_file(&file.lines);
        let here = match self.our_side(&there, Some((run.from_at, run.to_at))).await {
            Ok(side) => side,
            Err(Error::CoreSilent) => return Ok(Some(self.later(run.started_at))),
            Err(error) => return Err(error),
        };
        let mut done = run;
        done.file_hash = file.header.sha256;
        let there = judged(there, &here);
        let comparison = compare(&here.lines, &there);
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.close_run(c, &done, &comparison).await)
            .await?;
        Ok(None)
    }

    /// Reads on in the feed and compares: a minute's run the core's bookings with ours, an hour's run both ways.
    /// Answers whether there was anything.
    pub(crate) async fn reconcile_feed(&self, kind: ReconKind, lease: &mut FeedLease) -> Result<bool, Error> {
        let reader = match kind {
            ReconKind::Hour => "recon.hour",
            ReconKind::Minute | ReconKind::Day | ReconKind::Pay | ReconKind::Biller => "recon.minute",
        };
        let Some(turn) = self.0.accounts.feed_turn(reader, lease).await? else {
            return Ok(false);
        };
        let kept = turn.kept();
        let work = self.reconcile_turn(kind, turn);
        self.0.accounts.keeping(kept, work).await?;
        Ok(true)
    }

    async fn reconcile_turn(&self, kind: ReconKind, mut turn: FeedTurn) -> Result<(), Error> {
        for _ in 0..PAGES {
            if !self.0.accounts.feed_more(&mut turn).await? {
                break;
            }
        }
        let span = span_of(&turn);
        let there = of_feed(&turn.changes);
        let both_ways = (kind == ReconKind::Hour).then_some(span);
        let here = self.our_side(&there, both_ways).await?;
        let there = judged(there, &here);
        let mut run = self.new_run((kind, ""), span);
        run.file_hash = hash_of(&turn);
        let comparison = compare(&here.lines, &there);
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| {
                store::begin(c, &run).await?;
                this.close_run(c, &run, &comparison).await?;
                // Another node was faster: all of this is undone.
                if this.0.accounts.feed_done(c, &turn).await? {
                    Ok(())
                } else {
                    Err(Error::CaseMoved)
                }
            })
            .await
    }

    /// Our side of their list; with a span also what only we have within it.
    async fn our_side(&self, there: &[Line], span: Option<(Ms, Ms)>) -> Result<OurSide, Error> {
        let mut side = OurSide::default();
        let ids: BTreeSet<String> = there.iter().map(|line| line.id.clone()).collect();
        for id in &ids {
            match self.ours(id).await? {
                Ours::Known(line) => side.lines.push(line),
                Ours::Later => {
                    side.later.insert(id.clone());
                }
                Ours::Unknown => {}
            }
        }
        if let Some(span) = span {
            for ours in self.ours_beside(span, &ids).await? {
                side.lines.extend(self.missing_there(&ours, span).await?);
            }
        }
        Ok(side)
    }

    /// The outcome of a run: its row, the differences that are new with a case each, and what it saw.
    pub(super) async fn close_run(
        &self,
        c: &mut Conn,
        run: &Recon,
        result: &Comparison,
    ) -> Result<(), Error> {
        let mut fresh = 0;
        for difference in &result.differences {
            if self.difference(c, run, difference).await? {
                fresh += 1;
            }
        }
        let even = result.is_even();
        let ended = Recon {
            state: if even {
                ReconState::Even
            } else {
                ReconState::Uneven
            },
            here: result.here,
            there: result.there,
            matched: result.matched,
            differences: i64::try_from(result.differences.len()).unwrap_or(i64::MAX),
            fresh,
            done_at: self.0.cx.clock.now(),
            ..run.clone()
        };
        if !store::end(c, &ended).await? {
            return Ok(());
        }
        if !even {
            tracing::warn!(run = %run.id, kind = run.kind.name(), scope = run.scope, differences = ended.differences, "books do not agree");
        }
        let entry = audit::Entry {
            actor: audit::Actor::System("office"),
            action: "recon.end",
            subject: format!("recon:{}", run.id),
            result: if even { "ok" } else { "uneven" },
            detail: serde_json::json!({"kind": run.kind, "party": run.party, "scope": run.scope, "differences": ended.differences, "fresh": fresh}),
        };
        // A minute in which nothing differed needs no line in the trail.
        if even && run.kind == ReconKind::Minute {
            return Ok(());
        }
        Ok(audit::note(c, &self.0.cx, entry).await?)
    }

    /// Keeps a difference and opens its case, once; answers whether it is new.
    async fn difference(&self, c: &mut Conn, run: &Recon, d: &Difference) -> Result<bool, Error> {
        let key = difference_key(&run.channel(), d);
        if let Some(known) = store::difference_by_key(c, &key).await? {
            store::saw(c, run.id, known.id).await?;
            return Ok(false);
        }
        let amount = |line: &Option<Line>| line.as_ref().map(|l| l.amount);
        let state = |line: &Option<Line>| line.as_ref().map_or_else(String::new, |l| l.state.clone());
        let reference = |line: &Option<Line>| line.as_ref().map_or_else(String::new, |l| l.reference.clone());
        let id: crate::model::recon::DifferenceId = self.0.cx.ids.make();
        let new = NewCase {
            kind: CaseKind::Difference,
            subject: format!("difference:{id}"),
            customer: String::new(),
            amount: amount(&d.here).or(amount(&d.there)),
        };
        let case = self.open_case(c, &new).await?;
        let row = DifferenceRow {
            id,
            key,
            recon: run.id,
            kind: d.kind.name().to_owned(),
            line: d.id.clone(),
            here_amount: amount(&d.here),
            there_amount: amount(&d.there),
            here_state: state(&d.here),
            there_state: state(&d.there),
            here_reference: reference(&d.here),
            there_reference: reference(&d.there),
            case,
            found_at: self.0.cx.clock.now(),
        };
        // Another run found it at the same moment: all of this is undone, and done again.
        if !store::insert_difference(c, &row).await? {
            return Err(Error::CaseMoved);
        }
        store::saw(c, run.id, id).await?;
        metrics::counter!("weigui_recon_differences_total", "kind" => d.kind.name()).increment(1);
        Ok(true)
    }
}

/// Our lines, and their ids that can't be judged yet.
#[derive(Default)]
struct OurSide {
    lines: Vec<Line>,
    later: BTreeSet<String>,
}

/// Their lines without those that are judged by a later run.
fn judged(there: Vec<Line>, here: &OurSide) -> Vec<Line> {
    there
        .into_iter()
        .filter(|line| !here.later.contains(&line.id))
        .collect()
}

/// From the first to the last booking of the pages.
fn span_of(turn: &FeedTurn) -> (Ms, Ms) {
    let at = |change: &corebank::Change| change.entry.at;
    let first = turn.changes.iter().map(at).min().unwrap_or_default();
    let last = turn.changes.iter().map(at).max().unwrap_or_default();
    (first, last.saturating_add(1))
}

/// The pages as they were read, so that a run can be repeated and compared.
fn hash_of(turn: &FeedTurn) -> String {
    let lines: Vec<String> = turn
        .changes
        .iter()
        .map(|c| format!("{}|{}|{}", c.entry.id, c.entry.amount.fen(), c.entry.at))
        .collect();
    sha256(&lines.join("\n"))
}
