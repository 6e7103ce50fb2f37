//! Cases and what happened to them.

use kit::clock::Ms;
use kit::db::{Cols, Conn, Error, FromRow, Result};
use kit::web::Cursor;

use crate::model::case::{Case, CaseId, CaseKind, CaseState};

impl FromRow for Case {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        let (kind, state): (String, String) = (cols.get(1)?, cols.get(5)?);
        let kind = CaseKind::parse(&kind).ok_or_else(|| Error::Row("not a kind of case".to_owned()))?;
        Ok(Self {
            id: cols.get(0)?,
            kind,
            subject: cols.get(2)?,
            customer: cols.get(3)?,
            amount: if kind.has_amount() {
                Some(cols.get(4)?)
            } else {
                None
            },
            state: CaseState::parse(&state).ok_or_else(|| Error::Row("not a state of a case".to_owned()))?,
            owner: cols.get(6)?,
            owner_name: cols.get(7)?,
            outcome: cols.get(8)?,
            version: cols.get(9)?,
            due_at: cols.get(10)?,
            opened_at: cols.get(11)?,
            closed_at: cols.get(12)?,
        })
    }
}

/// Opens a case; false when there is one for this subject, open or closed.
pub(crate) async fn insert(c: &mut Conn, k: &Case) -> Result<bool> {
    c.insert_new(
        "insert into office_case (id, kind, subject, customer_id, amount, state, active, owner, owner_name, outcome, version,
             due_at, opened_at, closed_at) values (?, ?, ?, ?, ?, ?, 1, '', '', '', 0, ?, ?, 0)",
        (
            k.id,
            k.kind.name(),
            &*k.subject,
            &*k.customer,
            k.amount.unwrap_or(0),
            k.state.name(),
            k.due_at,
            k.opened_at,
        ),
    )
    .await
}

pub(crate) async fn by_id(c: &mut Conn, id: CaseId) -> Result<Option<Case>> {
    c.row(
        "select id, kind, subject, customer_id, amount, state, owner, owner_name, outcome, version, due_at, opened_at, closed_at
         from office_case where id = ?",
        (id,),
    )
    .await
}

/// The case, held against others who decide about it until the transaction ends.
pub(crate) async fn hold(c: &mut Conn, id: CaseId) -> Result<Option<Case>> {
    c.row(
        "select id, kind, subject, customer_id, amount, state, owner, owner_name, outcome, version, due_at, opened_at, closed_at
         from office_case where id = ? /*lock*/",
        (id,),
    )
    .await
}

pub(crate) async fn by_subject(c: &mut Conn, subject: &str) -> Result<Option<Case>> {
    c.row(
        "select id, kind, subject, customer_id, amount, state, owner, owner_name, outcome, version, due_at, opened_at, closed_at
         from office_case where subject = ?",
        (subject,),
    )
    .await
}

/// Writes where the case stands now, if it is still at `seen`; a closed case is not active any more.
pub(crate) async fn moved(c: &mut Conn, k: &Case, seen: i64) -> Result<bool> {
    let active = i64::from(k.state != CaseState::Closed);
    let n = c
        .exec(
            "update office_case set state = ?, active = ?, owner = ?, owner_name = ?, outcome = ?, version = ?, closed_at = ?
             where id = ? and version = ? and active = 1",
            (
                k.state.name(),
                active,
                &*k.owner,
                &*k.owner_name,
                &*k.outcome,
                k.version,
                k.closed_at,
                k.id,
                seen,
            ),
        )
        .await?;
    Ok(n == 1)
}

/// What of the work-list is asked for; empty texts match everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) active: bool,
    pub(crate) owner: String,
    /// Nobody works on it.
    pub(crate) free: bool,
    /// Due before this instant.
    pub(crate) due_before: Option<Ms>,
    /// Opened before this instant.
    pub(crate) opened_before: Option<Ms>,
}

/// Cases by due time, soonest first, after a place.
pub(crate) async fn list(c: &mut Conn, w: &Wanted, after: &Cursor, limit: i64) -> Result<Vec<Case>> {
    let (free, due) = (i64::from(w.free), w.due_before.unwrap_or(i64::MAX));
    let opened = w.opened_before.unwrap_or(i64::MAX);
    c.rows(
        "select id, kind, subject, customer_id, amount, state, owner, owner_name, outcome, version, due_at, opened_at, closed_at
         from office_case where active = ? and (due_at > ? or (due_at = ? and id > ?)) and due_at < ? and opened_at < ?
         and (? = '' or kind = ?) and (? = '' or state = ?) and (? = '' or owner = ?) and (? = 0 or owner = '')
         order by due_at, id limit ?",
        (
            i64::from(w.active),
            after.at,
            after.at,
            &*after.id,
            due,
            opened,
            &*w.kind,
            &*w.kind,
            &*w.state,
            &*w.state,
            &*w.owner,
            &*w.owner,
            free,
            limit,
        ),
    )
    .await
}

/// How many cases are open by kind, and how many of them are overdue.
pub(crate) async fn counts(c: &mut Conn, now: Ms) -> Result<Vec<(String, i64, i64)>> {
    c.rows(
        "select kind, count(*), cast(sum(case when due_at < ? then 1 else 0 end) as signed)
         from office_case where active = 1 group by kind order by kind",
        (now,),
    )
    .await
}

/// Something that happened to a case, its text sealed.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    pub(crate) id: uuid::Uuid,
    pub(crate) case: CaseId,
    pub(crate) seq: i64,
    pub(crate) what: String,
    pub(crate) actor: String,
    pub(crate) actor_name: String,
    pub(crate) text: String,
    pub(crate) at: Ms,
}

pub(crate) async fn insert_event(c: &mut Conn, e: &EventRow) -> Result<bool> {
    c.insert_new(
        "insert into office_case_event (id, case_id, seq, what, actor, actor_name, text, at) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            e.id,
            e.case,
            e.seq,
            &*e.what,
            &*e.actor,
            &*e.actor_name,
            &*e.text,
            e.at,
        ),
    )
    .await
}

/// What happened to a case, oldest first.
pub(crate) async fn events(c: &mut Conn, case: CaseId) -> Result<Vec<EventRow>> {
    let rows: Vec<(uuid::Uuid, CaseId, i64, String, String, String, String, Ms)> = c
        .rows(
            "select id, case_id, seq, what, actor, actor_name, text, at from office_case_event where case_id = ?
             order by seq limit 500",
            (case,),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, case, seq, what, actor, actor_name, text, at)| EventRow {
            id,
            case,
            seq,
            what,
            actor,
            actor_name,
            text,
            at,
        })
        .collect())
}
