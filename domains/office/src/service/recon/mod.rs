//! Reconciliation 对账: runs that compare, differences that open cases. Nothing is ever corrected from here.

mod books;
mod clockwork;
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
pub(crate) use look::{ReconDetail, ReconLine, SeenDifference};

impl Office {
    /// A run that a person asks for, with a reason.
    pub(crate) async fn ask_recon(&self, staff: &Staff, day: Date, reason: &str) -> Result<ReconId, Error> {
        let reason = checked(reason, "text")?.to_owned();
        if day >= self.0.cx.clock.today() {
            return Err(Error::BadDay);
        }
        let mut run = self.new_run(ReconKind::Day, day_bounds(day));
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

    pub(crate) fn new_run(&self, kind: ReconKind, (from_at, to_at): (Ms, Ms)) -> Recon {
        Recon {
            id: self.0.cx.ids.make(),
            kind,
            scope: date_of(from_at).to_string(),
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
            run_at: match run.kind {
                ReconKind::Pay => run.started_at.max(run.to_at + pay::BILL_AFTER),
                ReconKind::Minute | ReconKind::Hour | ReconKind::Day => run.started_at,
            },
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
            detail: serde_json::json!({"kind": run.kind, "scope": run.scope, "reason": run.reason}),
        };
        Ok(audit::note(c, &self.0.cx, entry).await?)
    }
}
