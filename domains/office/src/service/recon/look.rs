//! Runs for the office: the list, and the report of one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kit::clock::Ms;
use kit::web::{Cursor, Page};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::model::case::{CaseId, CaseKind, outcome_text};
use crate::model::matching::{BOOKED, DifferenceKind, Tally};
use crate::model::recon::{Recon, ReconId, ReconKind, ReconState, Trouble};
use crate::service::Office;
use crate::service::cases::DifferenceFile;
use crate::store::recon as store;

const PAGE: usize = 50;

/// A run in the list. Instants are ms UTC.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ReconLine {
    pub id: ReconId,
    pub kind: ReconKind,
    pub scope: String,
    /// Code of the biller; empty for the core and WeChat Pay.
    pub party: String,
    /// Name of the biller.
    pub party_name: String,
    /// What is or was wrong with the other side's file.
    pub trouble: Option<Trouble>,
    pub state: ReconState,
    /// Who asked for it; empty for the clock.
    pub asked_by: String,
    pub reason: String,
    pub from_at: Ms,
    pub to_at: Ms,
    pub here: Tally,
    pub there: Tally,
    pub matched: Tally,
    pub differences: i64,
    /// Differences that no earlier run had found.
    pub fresh: i64,
    /// SHA-256 of what the other side sent.
    pub file_hash: String,
    pub started_at: Ms,
    pub done_at: Option<Ms>,
}

/// Somebody whose daily file this bank reconciles with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReconSource)]
pub(crate) struct FileSource {
    pub kind: ReconKind,
    /// Code of the biller; empty for the core and WeChat Pay.
    pub party: String,
    /// Name of the biller; empty for the core and WeChat Pay.
    pub party_name: String,
}

/// A difference in a report, with where its case stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SeenDifference {
    #[serde(flatten)]
    pub file: DifferenceFile,
    pub case_id: CaseId,
    pub case_state: String,
    pub outcome_text: &'static str,
    /// This run found it first.
    pub fresh: bool,
}

/// A run and what it saw.
#[derive(Clone, Debug)]
pub(crate) struct ReconDetail {
    pub(crate) line: ReconLine,
    /// Matched and left over add up to each side's sum, to the fen.
    pub(crate) sums_agree: bool,
    pub(crate) seen: Vec<SeenDifference>,
}

impl Office {
    pub(crate) async fn recon_list(&self, kind: &str, after: Cursor) -> Result<Page<ReconLine>, Error> {
        if !kind.is_empty() && ReconKind::parse(kind).is_none() {
            return Err(Error::BadFilter("kind"));
        }
        let (kind, more) = (kind.to_owned(), i64::try_from(PAGE).unwrap_or(50) + 1);
        let rows = self
            .0
            .cx
            .db
            .read(async move |c| store::list(c, &kind, &after, more).await)
            .await?;
        let page = Page::cut(rows, PAGE, |run| Cursor {
            at: run.started_at,
            id: run.id.to_string(),
        });
        let names = self.0.payments.biller_names().await?;
        Ok(page.map(|run| line(run, &names)))
    }

    /// The sides that this bank has: the core always, WeChat Pay and billers where they are configured. A biller that
    /// was switched off is there for as long as we have payments to it.
    pub(crate) async fn file_sources(&self) -> Result<Vec<FileSource>, Error> {
        let billers = self.0.payments.billers_of_any_day().await?;
        Ok(self.sources_with(billers))
    }

    /// The sides whose file of one day is compared.
    pub(super) async fn sources_of_day(&self, day: Date) -> Result<Vec<FileSource>, Error> {
        let billers = self.0.payments.billers_of_day(day).await?;
        Ok(self.sources_with(billers))
    }

    fn sources_with(&self, billers: Vec<(String, String)>) -> Vec<FileSource> {
        let source = |kind, party, party_name| FileSource {
            kind,
            party,
            party_name,
        };
        let mut all = vec![source(ReconKind::Day, String::new(), String::new())];
        if self.0.payins.has_bills() {
            all.push(source(ReconKind::Pay, String::new(), String::new()));
        }
        let billers = billers.into_iter();
        all.extend(billers.map(|(code, name)| source(ReconKind::Biller, code, name)));
        all
    }

    pub(super) async fn party_name(&self, code: &str) -> Result<String, Error> {
        if code.is_empty() {
            return Ok(String::new());
        }
        let mut names = self.0.payments.biller_names().await?;
        Ok(names.remove(code).unwrap_or_else(|| code.to_owned()))
    }

    pub(crate) async fn recon_detail(&self, id: ReconId) -> Result<ReconDetail, Error> {
        let found = self.0.cx.db.read(async move |c| {
            let run = store::by_id(c, id).await?;
            Ok::<_, kit::db::Error>((run, store::seen(c, id).await?))
        });
        let (run, seen) = found.await?;
        let run = run.ok_or(Error::NoRun)?;
        let names = self.0.payments.biller_names().await?;
        let seen: Vec<SeenDifference> = seen
            .into_iter()
            .map(|(row, case_state, outcome)| SeenDifference {
                case_id: row.case,
                fresh: row.recon == id,
                file: row.into(),
                case_state,
                outcome_text: outcome_text(CaseKind::Difference, &outcome),
            })
            .collect();
        Ok(ReconDetail {
            sums_agree: sums_agree(&run, &seen),
            line: line(run, &names),
            seen,
        })
    }
}

/// 借贷平衡: each side's sum is what matched plus what is left over on that side. How often a duplicate stood there is
/// told in its case, so with duplicates the sums are shown and not proven.
fn sums_agree(run: &Recon, seen: &[SeenDifference]) -> bool {
    let mut left = (0_i64, 0_i64);
    for file in seen.iter().map(|d| &d.file) {
        if file.kind == DifferenceKind::Duplicate.name() {
            return true;
        }
        left.0 = left.0.saturating_add(booked(file.here_fen, &file.here_state));
        left.1 = left.1.saturating_add(booked(file.there_fen, &file.there_state));
    }
    let whole = |left: i64| run.matched.sum_fen.saturating_add(left);
    (whole(left.0), whole(left.1)) == (run.here.sum_fen, run.there.sum_fen)
}

fn booked(fen: Option<i64>, state: &str) -> i64 {
    fen.filter(|_| state == BOOKED).unwrap_or(0)
}

/// A code without a name is shown as it is.
fn line(run: Recon, names: &BTreeMap<String, String>) -> ReconLine {
    ReconLine {
        party_name: names.get(&run.party).unwrap_or(&run.party).clone(),
        party: run.party,
        trouble: run.trouble,
        id: run.id,
        kind: run.kind,
        scope: run.scope,
        state: run.state,
        asked_by: run.asked_by,
        reason: run.reason,
        from_at: run.from_at,
        to_at: run.to_at,
        here: run.here,
        there: run.there,
        matched: run.matched,
        differences: run.differences,
        fresh: run.fresh,
        file_hash: run.file_hash,
        started_at: run.started_at,
        done_at: (run.done_at > 0).then_some(run.done_at),
    }
}
