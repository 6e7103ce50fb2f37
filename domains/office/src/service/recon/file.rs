//! The other side's file is not there, not whole, or could not be compared: it is tried again, and after its time a person is
//! told, once.

use kit::clock::{MINUTE, Ms, SECOND};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Error;
use crate::model::case::{CaseKind, failed_subject, file_subject};
use crate::model::recon::{Recon, ReconId, ReconKind, ReconState, Trouble};
use crate::service::Office;
use crate::service::cases::NewCase;
use crate::store::recon as store;

/// The run that a case comes from, as the case's page shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CaseRun {
    pub id: ReconId,
    pub kind: ReconKind,
    /// The business day, or the span.
    pub scope: String,
    /// Name of the biller; empty for the core and WeChat Pay.
    pub party_name: String,
    pub state: ReconState,
    /// What is or was wrong with the file.
    pub trouble: Option<Trouble>,
}

impl Office {
    /// Gives the time of the next try. A file that is late or not whole opens one case per side and day, whichever run
    /// finds it.
    pub(super) async fn without_file(&self, run: &Recon, trouble: Trouble) -> Result<Option<Ms>, Error> {
        let next = Some(self.later(run.started_at));
        let now = self.0.cx.clock.now();
        if trouble == Trouble::Late && now < run.due_at() {
            return Ok(next);
        }
        let (this, run) = (self.clone(), run.clone());
        self.0
            .cx
            .db
            .tx(async move |c| {
                if !store::troubled(c, run.id, trouble).await? {
                    return Ok(());
                }
                let case = NewCase {
                    kind: CaseKind::ReconFile,
                    subject: match trouble {
                        Trouble::Late | Trouble::Broken => file_subject(&run.channel(), &run.scope),
                        Trouble::Failed => failed_subject(&run.channel(), &run.scope),
                    },
                    customer: String::new(),
                    amount: None,
                };
                this.open_case(c, &case).await?;
                tracing::warn!(run = %run.id, kind = run.kind.name(), party = run.party, scope = run.scope, trouble = trouble.name(), "no file to reconcile with");
                metrics::counter!("weigui_recon_files_missing_total", "kind" => run.kind.name()).increment(1);
                let entry = audit::Entry {
                    actor: audit::Actor::System("office"),
                    action: "recon.no_file",
                    subject: format!("recon:{}", run.id),
                    result: trouble.name(),
                    detail: serde_json::json!({"kind": run.kind, "party": run.party, "scope": run.scope}),
                };
                Ok::<_, Error>(audit::note(c, &this.0.cx, entry).await?)
            })
            .await?;
        Ok(next)
    }

    /// A run that fails again and again is not given up: a person is told, and it goes on being tried.
    pub(crate) async fn not_compared(&self, id: ReconId) -> Result<Option<Ms>, Error> {
        let run = self
            .0
            .cx
            .db
            .glance(async move |c| store::by_id(c, id).await)
            .await?;
        match run.filter(|run| run.state == ReconState::Running) {
            Some(run) => self.without_file(&run, Trouble::Failed).await,
            None => Ok(None),
        }
    }

    /// Asked again, more slowly as time goes by.
    pub(super) fn later(&self, started_at: Ms) -> Ms {
        let now = self.0.cx.clock.now();
        let wait = if now - started_at < 5 * MINUTE {
            30 * SECOND
        } else {
            10 * MINUTE
        };
        now + wait
    }

    /// The run of a difference, or the newest run over the file that a case is about.
    pub(crate) async fn case_run(&self, run: Option<Recon>) -> Result<Option<CaseRun>, Error> {
        let Some(run) = run else { return Ok(None) };
        Ok(Some(CaseRun {
            id: run.id,
            kind: run.kind,
            party_name: self.party_name(&run.party).await?,
            scope: run.scope,
            state: run.state,
            trouble: run.trouble,
        }))
    }
}
