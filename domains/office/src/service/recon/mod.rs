//! Reconciliation 对账: runs that compare, differences that open cases. Nothing is ever corrected from here.

mod biller;
mod books;
mod clockwork;
mod file;
mod look;
mod pay;
mod run;

use identity::Staff;
use jiff::civil::Date;
use kit::clock::{Ms, date_of, day_bounds};
use kit::db::Conn;
use kit::jobs::{self, NewJob};

use super::Office;
use super::cases::{Hand, checked};
use crate::error::Error;
use crate::jobs::RECONCILE;
use crate::model::matching::Tally;
use crate::model::recon::{Recon, ReconId, ReconKind, ReconState};
use crate::store::recon as store;

pub use clockwork::keep_reconciling;
pub(crate) use file::CaseRun;
pub(crate) use look::{FileSource, ReconDetail, ReconLine, SeenDifference};

impl Office {
    /// A run that a person asks for, with a reason.
    pub(crate) async fn ask_recon(
        &self,
        staff: &Staff,
        (kind, party): (ReconKind, &str),
        day: Date,
        reason: &str,
    ) -> Result<ReconId, Error> {
        let reason = checked(reason, "text")?.to_owned();
        if day >= self.0.cx.clock.today() {
            return Err(Error::BadDay);
        }
        let sources = self.file_sources().await?;
        if !sources.iter().any(|s| s.kind == kind && s.party == party) {
            return Err(Error::BadSource);
        }
        let mut run = self.new_run((kind, party), day_bounds(day));
        run.scope = day.to_string();
        run.asked_by = Hand::of(staff).id;
        run.reason = reason;
        let (id, this) = (run.id, self.clone());
        self.0
            .cx
            .db
            .tx(async move |c| this.begin_run(c, &run).await)
            .await?;
        Ok(id)
    }

    pub(crate) fn new_run(&self, (kind, party): (ReconKind, &str), (from_at, to_at): (Ms, Ms)) -> Recon {
        Recon {
            id: self.0.cx.ids.make(),
            kind,
            scope: date_of(from_at).to_string(),
            party: party.to_owned(),
            trouble: None,
            state: ReconState::Running,
            asked_by: String::new(),
            reason: String::new(),
            from_at,
            to_at,
            here: Tally::default(),
            there: Tally::default(),
            matched: Tally::default(),
            differences: 0,
            fresh: 0,
            file_hash: String::new(),
            started_at: self.0.cx.clock.now(),
            done_at: 0,
        }
    }

    /// Writes the run and the job that does it. A run that dies is done again under its own row.
    pub(crate) async fn begin_run(&self, c: &mut Conn, run: &Recon) -> Result<(), Error> {
        store::begin(c, run).await?;
        let id = run.id.to_string();
        let job = NewJob {
            kind: RECONCILE,
            key: &id,
            payload: &id,
            run_at: run.started_at.max(run.to_at + run.kind.asks_after()),
        };
        jobs::enqueue(c, &self.0.cx, job).await?;
        let entry = audit::Entry {
            actor: if run.asked_by.is_empty() {
                audit::Actor::System("office")
            } else {
                audit::Actor::Staff(run.asked_by.clone())
            },
            action: "recon.begin",
            subject: format!("recon:{id}"),
            result: "ok",
            detail: serde_json::json!({"kind": run.kind, "party": run.party, "scope": run.scope, "reason": run.reason}),
        };
        Ok(audit::note(c, &self.0.cx, entry).await?)
    }
}
