//! The work-list and one case with everything that a person needs to decide it. Opening a case is a reading of a
//! customer's data, and is audited as such.

use accounts::DisputeFile;
use audit::{Actor, Entry};
use identity::Staff;
use kit::clock::{Ms, SECOND};
use kit::db::Conn;
use kit::web::{Cursor, Page};
use payments::{CoreWord, TransferFile};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::payins::StuckPayIn;
use super::{Hand, event_aad};
use crate::error::Error;
use crate::model::case::{Case, CaseId, CaseKind, CaseState, CorrectionId, Direction, outcome_text};
use crate::model::recon::{DifferenceId, ReconId, file_of_subject};
use crate::service::Office;
use crate::service::recon::CaseRun;
use crate::store::cases::{self, EventRow, Wanted};
use crate::store::corrections::{self, CorrectionRow};
use crate::store::recon::{self, DifferenceRow};

const PAGE: usize = 60;

/// What of the work-list is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaseListAsk {
    /// Empty: every kind.
    pub(crate) kind: String,
    /// Empty: every open state; `closed`: the archive.
    pub(crate) state: String,
    /// `me`, `none`, or empty for everybody's.
    pub(crate) owner: String,
    pub(crate) overdue: bool,
    /// Opened at least so many hours ago.
    pub(crate) hours: Option<i64>,
}

/// A line of the work-list. Amounts are fen, instants ms UTC.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CaseLine {
    pub id: CaseId,
    pub kind: CaseKind,
    pub state: CaseState,
    /// None where the case is about no amount, as that of a file.
    pub amount_fen: Option<i64>,
    pub owner_name: String,
    /// The caller works on it.
    pub mine: bool,
    pub outcome: String,
    pub outcome_text: &'static str,
    pub version: i64,
    pub due_at: Ms,
    pub overdue: bool,
    pub opened_at: Ms,
    pub closed_at: Option<Ms>,
}

/// How much work waits, by kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseCounts)]
pub(crate) struct Counts {
    pub kind: String,
    pub open: i64,
    pub overdue: i64,
}

/// One step of a case's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CaseEvent {
    pub what: String,
    pub who: String,
    pub text: String,
    pub at: Ms,
}

/// A proposed correction, with the hash that an approval names.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Correction {
    pub id: CorrectionId,
    pub direction: Direction,
    pub amount_fen: i64,
    pub reason: String,
    pub hash: String,
    /// `waiting`, `approved`, `returned`.
    pub state: String,
    pub maker_name: String,
    /// The caller has proposed it and may not check it.
    pub mine: bool,
    pub checker_name: String,
    pub made_at: Ms,
    pub checked_at: Option<Ms>,
}

/// A difference, with what each side says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DifferenceFile {
    pub id: DifferenceId,
    pub recon_id: ReconId,
    pub kind: String,
    pub line_id: String,
    pub here_fen: Option<i64>,
    pub there_fen: Option<i64>,
    pub here_state: String,
    pub there_state: String,
    /// The other side's own number of the booking, as we were told it and as its list has it; none where it is not compared.
    pub here_reference: Option<String>,
    pub there_reference: Option<String>,
    pub found_at: Ms,
}

impl From<DifferenceRow> for DifferenceFile {
    fn from(d: DifferenceRow) -> Self {
        Self {
            id: d.id,
            recon_id: d.recon,
            kind: d.kind,
            line_id: d.line,
            here_fen: d.here_amount,
            there_fen: d.there_amount,
            here_state: d.here_state,
            there_state: d.there_state,
            here_reference: Some(d.here_reference).filter(|text| !text.is_empty()),
            there_reference: Some(d.there_reference).filter(|text| !text.is_empty()),
            found_at: d.found_at,
        }
    }
}

/// What the case is about; exactly the parts that its kind has.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = CaseMatter)]
pub(crate) struct Matter {
    pub transfer: Option<TransferFile>,
    /// What the core says of the transfer now.
    pub core: Option<CoreWord>,
    pub difference: Option<DifferenceFile>,
    pub dispute: Option<DisputeFile>,
    /// What came in through WeChat Pay, with the refund that the case is about.
    pub payin: Option<StuckPayIn>,
    /// The run that found the difference, or misses the file.
    pub recon: Option<CaseRun>,
}

/// Everything on a case's page.
#[derive(Clone, Debug)]
pub(crate) struct CaseDetail {
    pub(crate) line: CaseLine,
    pub(crate) customer: Option<String>,
    pub(crate) outcomes: Vec<(&'static str, &'static str)>,
    pub(crate) matter: Matter,
    pub(crate) events: Vec<CaseEvent>,
    pub(crate) corrections: Vec<Correction>,
}

impl Office {
    pub(crate) async fn case_list(
        &self,
        staff: &Staff,
        ask: &CaseListAsk,
        after: Option<Cursor>,
    ) -> Result<Page<CaseLine>, Error> {
        let now = self.0.cx.clock.now();
        let wanted = wanted(ask, staff, now)?;
        // Soonest due first, so the beginning is before every instant.
        let after = after.unwrap_or(Cursor {
            at: i64::MIN,
            id: String::new(),
        });
        let more = i64::try_from(PAGE).unwrap_or(60) + 1;
        let rows = self
            .0
            .cx
            .db
            .read(async move |c| cases::list(c, &wanted, &after, more).await)
            .await?;
        let page = Page::cut(rows, PAGE, |case| Cursor {
            at: case.due_at,
            id: case.id.to_string(),
        });
        let me = staff.id.to_string();
        Ok(page.map(|case| line(&case, &me, now)))
    }

    pub(crate) async fn case_counts(&self) -> Result<Vec<Counts>, Error> {
        let now = self.0.cx.clock.now();
        let rows = self
            .0
            .cx
            .db
            .read(async move |c| cases::counts(c, now).await)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(kind, open, overdue)| Counts { kind, open, overdue })
            .collect())
    }

    /// Opens a case; audited.
    pub(crate) async fn case_detail(&self, staff: &Staff, id: CaseId) -> Result<CaseDetail, Error> {
        let (this, hand) = (self.clone(), Hand::of(staff));
        let (case, events, rows) = self
            .0
            .cx
            .db
            .tx(async move |c| this.read_case(c, id, &hand).await)
            .await?;
        let (me, now) = (staff.id.to_string(), self.0.cx.clock.now());
        let matter = self.matter(&case).await?;
        let corrections = rows.iter().map(|row| self.correction(row, &me));
        Ok(CaseDetail {
            line: line(&case, &me, now),
            customer: Some(case.customer.clone()).filter(|id| !id.is_empty()),
            outcomes: case.kind.outcomes().to_vec(),
            matter,
            events: events.iter().map(|e| self.event(e)).collect::<Result<_, _>>()?,
            corrections: corrections.collect::<Result<_, _>>()?,
        })
    }

    async fn read_case(
        &self,
        c: &mut Conn,
        id: CaseId,
        hand: &Hand,
    ) -> Result<(Case, Vec<EventRow>, Vec<CorrectionRow>), Error> {
        let case = cases::by_id(c, id).await?.ok_or(Error::NoCase)?;
        let events = cases::events(c, id).await?;
        let rows = corrections::of_case(c, id).await?;
        let entry = Entry {
            actor: Actor::Staff(hand.id.clone()),
            action: "case.view",
            subject: format!("case:{id}"),
            result: "ok",
            detail: json!({"customer": case.customer}),
        };
        audit::note(c, &self.0.cx, entry).await?;
        Ok((case, events, rows))
    }

    async fn matter(&self, case: &Case) -> Result<Matter, Error> {
        let mut matter = Matter::default();
        let id = case.subject_id();
        match case.kind {
            CaseKind::UnknownTransfer => self.transfer_matter(id, &mut matter).await?,
            CaseKind::Difference => {
                let id: DifferenceId = id.parse().map_err(|_| Error::Row("difference of a case"))?;
                let found = self.0.cx.db.read(async move |c| {
                    let row = recon::difference(c, id).await?;
                    let run = match &row {
                        Some(row) => recon::by_id(c, row.recon).await?,
                        None => None,
                    };
                    Ok::<_, kit::db::Error>((row, run))
                });
                let (row, run) = found.await?;
                matter.recon = self.case_run(run).await?;
                if let Some(row) = row {
                    let line = row.line.split('/').next().unwrap_or_default().to_owned();
                    self.transfer_matter(&line, &mut matter).await?;
                    matter.difference = Some(row.into());
                }
            }
            CaseKind::Dispute => {
                let id = id.parse().map_err(|_| Error::Row("dispute of a case"))?;
                matter.dispute = self.0.accounts.dispute_file(id).await?;
            }
            CaseKind::ReconFile => matter.recon = self.run_of_file(id).await?,
            CaseKind::PayIn => matter.payin = self.payin_of_case(case).await?,
        }
        Ok(matter)
    }

    async fn run_of_file(&self, subject: &str) -> Result<Option<CaseRun>, Error> {
        let (kind, party, day) = file_of_subject(subject).ok_or(Error::Row("file of a case"))?;
        let run = self
            .0
            .cx
            .db
            .glance(async move |c| recon::newest_of(c, kind.name(), &party, &day).await);
        self.case_run(run.await?).await
    }

    /// A line of another side may name an id that is no transfer of ours.
    async fn transfer_matter(&self, id: &str, matter: &mut Matter) -> Result<(), Error> {
        if let Ok(id) = id.parse() {
            matter.transfer = self.0.payments.file_of(id).await?;
            matter.core = Some(self.0.payments.core_word(id).await);
        }
        Ok(())
    }

    fn event(&self, e: &EventRow) -> Result<CaseEvent, Error> {
        let text = if e.text.is_empty() {
            String::new()
        } else {
            self.0.cx.vault.open(&event_aad(e.id), &e.text)?
        };
        Ok(CaseEvent {
            what: e.what.clone(),
            who: e.actor_name.clone(),
            text,
            at: e.at,
        })
    }

    fn correction(&self, row: &CorrectionRow, me: &str) -> Result<Correction, Error> {
        Ok(Correction {
            id: row.id,
            direction: Direction::parse(&row.direction).ok_or(Error::Row("direction of a correction"))?,
            amount_fen: row.amount,
            reason: self.open_correction(row)?,
            hash: row.hash.clone(),
            state: row.state.clone(),
            maker_name: row.maker_name.clone(),
            mine: row.maker == me,
            checker_name: row.checker_name.clone(),
            made_at: row.made_at,
            checked_at: (row.checked_at > 0).then_some(row.checked_at),
        })
    }
}

fn wanted(ask: &CaseListAsk, staff: &Staff, now: Ms) -> Result<Wanted, Error> {
    if !ask.kind.is_empty() && CaseKind::parse(&ask.kind).is_none() {
        return Err(Error::BadFilter("kind"));
    }
    if !ask.state.is_empty() && CaseState::parse(&ask.state).is_none() {
        return Err(Error::BadFilter("state"));
    }
    let hours = ask.hours.unwrap_or(0);
    if !(0..=24 * 400).contains(&hours) {
        return Err(Error::BadFilter("hours"));
    }
    Ok(Wanted {
        kind: ask.kind.clone(),
        active: ask.state != CaseState::Closed.name(),
        state: ask.state.clone(),
        owner: match ask.owner.as_str() {
            "me" => staff.id.to_string(),
            "" | "none" => String::new(),
            _ => return Err(Error::BadFilter("owner")),
        },
        free: ask.owner == "none",
        due_before: ask.overdue.then_some(now),
        opened_before: (hours > 0).then(|| now - hours * 3_600 * SECOND),
    })
}

fn line(case: &Case, me: &str, now: Ms) -> CaseLine {
    CaseLine {
        id: case.id,
        kind: case.kind,
        state: case.state,
        amount_fen: case.amount,
        owner_name: case.owner_name.clone(),
        mine: case.owner == me,
        outcome: case.outcome.clone(),
        outcome_text: outcome_text(case.kind, &case.outcome),
        version: case.version,
        due_at: case.due_at,
        overdue: case.state != CaseState::Closed && case.due_at < now,
        opened_at: case.opened_at,
        closed_at: (case.closed_at > 0).then_some(case.closed_at),
    }
}
