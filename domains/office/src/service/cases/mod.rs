//! Cases 工单: opened by facts, worked by one person at a time, closed with an outcome, every step kept.

mod facts;
mod four_eyes;
mod look;
mod payins;
mod work;

use audit::{Actor, Entry};
use identity::Staff;
use kit::db::Conn;
use serde_json::json;

use super::Office;
use crate::error::Error;
use crate::model::case::{Case, CaseId, CaseKind, CaseState, Step};
use crate::store::cases::{self, EventRow};

pub(crate) use four_eyes::{Check, Proposal};
pub(crate) use look::{
    CaseDetail, CaseEvent, CaseLine, CaseListAsk, Correction, Counts, DifferenceFile, Matter,
};
pub(crate) use work::Resolution;

/// What a new case is about.
#[derive(Clone, Debug)]
pub(crate) struct NewCase {
    pub(crate) kind: CaseKind,
    pub(crate) subject: String,
    pub(crate) customer: String,
    /// Fen; none where its kind has none.
    pub(crate) amount: Option<i64>,
}

/// Who acts on a case: a person, or the bank's own clockwork.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Hand {
    pub(crate) fn of(staff: &Staff) -> Self {
        Self {
            id: staff.id.to_string(),
            name: staff.name.clone(),
        }
    }

    /// Nobody in person.
    pub(crate) fn system() -> Self {
        Self {
            id: String::new(),
            name: "系统".to_owned(),
        }
    }

    fn actor(&self) -> Actor {
        if self.id.is_empty() {
            Actor::System("office")
        } else {
            Actor::Staff(self.id.clone())
        }
    }
}

/// What happened, for the history of the case and for the trail.
pub(crate) struct Happened<'a> {
    /// `opened`, `claimed`, `released`, `noted`, `asked`, `proposed`, `approved`, `returned`, `resolved`, `settled`.
    pub(crate) what: &'static str,
    /// `case.claim` and the like.
    pub(crate) action: &'static str,
    pub(crate) text: &'a str,
}

impl Office {
    /// Opens a case once per subject; a subject that has one keeps it, open or closed.
    pub(crate) async fn open_case(&self, c: &mut Conn, new: &NewCase) -> Result<CaseId, Error> {
        let (id, now): (CaseId, _) = (self.0.cx.ids.make(), self.0.cx.clock.now());
        let case = Case {
            id,
            kind: new.kind,
            subject: new.subject.clone(),
            customer: new.customer.clone(),
            amount: new.amount,
            state: CaseState::Open,
            owner: String::new(),
            owner_name: String::new(),
            outcome: String::new(),
            version: 0,
            due_at: now + new.kind.time_limit(),
            opened_at: now,
            closed_at: 0,
        };
        if !cases::insert(c, &case).await? {
            let known = cases::by_subject(c, &new.subject).await?;
            return Ok(known.ok_or(Error::Row("subject taken without a case"))?.id);
        }
        let happened = Happened {
            what: "opened",
            action: "case.open",
            text: "",
        };
        self.keep(c, &case, &Hand::system(), &happened).await?;
        kit::telemetry::count("weigui_office_cases_opened_total");
        Ok(id)
    }

    /// The case as the caller saw it, held until the transaction ends.
    pub(crate) async fn held(&self, c: &mut Conn, id: CaseId, seen: i64) -> Result<Case, Error> {
        let case = cases::hold(c, id).await?.ok_or(Error::NoCase)?;
        if case.version == seen {
            Ok(case)
        } else {
            Err(Error::CaseMoved)
        }
    }

    /// Writes a step: the new state, its event and its audit row. `change` sets what else the step brings.
    pub(crate) async fn step(
        &self,
        c: &mut Conn,
        case: &mut Case,
        step: Step,
        hand: &Hand,
        happened: &Happened<'_>,
    ) -> Result<(), Error> {
        let seen = case.version;
        case.state = case.state.after(step).ok_or(Error::WrongState)?;
        case.version += 1;
        if case.state == CaseState::Closed {
            case.closed_at = self.0.cx.clock.now();
        }
        if !cases::moved(c, case, seen).await? {
            return Err(Error::CaseMoved);
        }
        self.keep(c, case, hand, happened).await
    }

    /// Keeps something that does not move the case: a note, a question to the core.
    pub(crate) async fn remark(
        &self,
        c: &mut Conn,
        case: &mut Case,
        hand: &Hand,
        happened: &Happened<'_>,
    ) -> Result<(), Error> {
        let seen = case.version;
        case.version += 1;
        if !cases::moved(c, case, seen).await? {
            return Err(Error::WrongState);
        }
        self.keep(c, case, hand, happened).await
    }

    async fn keep(
        &self,
        c: &mut Conn,
        case: &Case,
        hand: &Hand,
        happened: &Happened<'_>,
    ) -> Result<(), Error> {
        let cx = &self.0.cx;
        let id: uuid::Uuid = cx.ids.make();
        let row = EventRow {
            id,
            case: case.id,
            seq: case.version,
            what: happened.what.to_owned(),
            actor: hand.id.clone(),
            actor_name: hand.name.clone(),
            text: if happened.text.is_empty() {
                String::new()
            } else {
                cx.vault.seal(&event_aad(id), happened.text)
            },
            at: cx.clock.now(),
        };
        cases::insert_event(c, &row).await?;
        let entry = Entry {
            actor: hand.actor(),
            action: happened.action,
            subject: format!("case:{}", case.id),
            result: "ok",
            detail: json!({"kind": case.kind, "subject": case.subject, "state": case.state, "outcome": case.outcome}),
        };
        Ok(audit::note(c, cx, entry).await?)
    }
}

pub(crate) fn event_aad(id: uuid::Uuid) -> String {
    format!("office_case_event.text|{id}")
}

/// A text that a person wrote: 4 to 200 characters.
pub(crate) fn checked<'a>(text: &'a str, field: &'static str) -> Result<&'a str, Error> {
    if crate::model::is_reason(text) {
        Ok(text.trim())
    } else {
        Err(Error::BadText(field))
    }
}
