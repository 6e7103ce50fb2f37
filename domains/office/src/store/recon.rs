//! Runs of reconciliation and the differences that they found.

use kit::clock::Ms;
use kit::db::{Cols, Conn, Error, FromRow, Result};
use kit::web::Cursor;

use crate::model::case::CaseId;
use crate::model::matching::Tally;
use crate::model::recon::{DifferenceId, Recon, ReconId, ReconKind, ReconState, Trouble};

impl FromRow for Recon {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        let tally = |at: usize| {
            Ok::<_, Error>(Tally {
                count: cols.get(at)?,
                sum_fen: cols.get(at + 1)?,
            })
        };
        let (kind, state): (String, String) = (cols.get(1)?, cols.get(3)?);
        Ok(Self {
            id: cols.get(0)?,
            kind: ReconKind::parse(&kind).ok_or_else(|| Error::Row("not a kind of run".to_owned()))?,
            scope: cols.get(2)?,
            state: ReconState::parse(&state).ok_or_else(|| Error::Row("not a state of a run".to_owned()))?,
            asked_by: cols.get(4)?,
            reason: cols.get(5)?,
            from_at: cols.get(6)?,
            to_at: cols.get(7)?,
            here: tally(8)?,
            there: tally(10)?,
            matched: tally(12)?,
            differences: cols.get(14)?,
            fresh: cols.get(15)?,
            file_hash: cols.get(16)?,
            started_at: cols.get(17)?,
            done_at: cols.get(18)?,
            party: cols.get(19)?,
            trouble: Trouble::parse(&cols.get::<String>(20)?),
        })
    }
}

pub(crate) async fn begin(c: &mut Conn, r: &Recon) -> Result<bool> {
    c.insert_new(
        "insert into office_recon (id, kind, scope, state, asked_by, reason, from_at, to_at, here_count, here_sum, there_count,
             there_sum, matched_count, matched_sum, differences, fresh, file_hash, started_at, done_at, party)
         values (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, '', ?, 0, ?)",
        (
            r.id,
            r.kind.name(),
            &*r.scope,
            r.state.name(),
            &*r.asked_by,
            &*r.reason,
            r.from_at,
            r.to_at,
            r.started_at,
            &*r.party,
        ),
    )
    .await
}

/// Notes what is wrong with the file of a run that still waits for it; false when that is known or the run has ended.
pub(crate) async fn troubled(c: &mut Conn, id: ReconId, trouble: Trouble) -> Result<bool> {
    let n = c
        .exec(
            "update office_recon set trouble = ? where id = ? and state = 'running' and trouble <> ?",
            (trouble.name(), id, trouble.name()),
        )
        .await?;
    Ok(n == 1)
}

/// The newest run over somebody's file of a day.
pub(crate) async fn newest_of(c: &mut Conn, kind: &str, party: &str, scope: &str) -> Result<Option<Recon>> {
    c.row(
        "select id, kind, scope, state, asked_by, reason, from_at, to_at, here_count, here_sum, there_count, there_sum,
             matched_count, matched_sum, differences, fresh, file_hash, started_at, done_at, party, trouble
         from office_recon where kind = ? and party = ? and scope = ? order by started_at desc, id desc limit 1",
        (kind, party, scope),
    )
    .await
}

/// Writes the outcome of a run that is still running; false when it has ended before.
pub(crate) async fn end(c: &mut Conn, r: &Recon) -> Result<bool> {
    let n = c
        .exec(
            "update office_recon set state = ?, here_count = ?, here_sum = ?, there_count = ?, there_sum = ?, matched_count = ?,
                 matched_sum = ?, differences = ?, fresh = ?, file_hash = ?, done_at = ? where id = ? and state = 'running'",
            (
                r.state.name(),
                r.here.count,
                r.here.sum_fen,
                r.there.count,
                r.there.sum_fen,
                r.matched.count,
                r.matched.sum_fen,
                r.differences,
                r.fresh,
                &*r.file_hash,
                r.done_at,
                r.id,
            ),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn by_id(c: &mut Conn, id: ReconId) -> Result<Option<Recon>> {
    c.row(
        "select id, kind, scope, state, asked_by, reason, from_at, to_at, here_count, here_sum, there_count, there_sum,
             matched_count, matched_sum, differences, fresh, file_hash, started_at, done_at, party, trouble
         from office_recon where id = ?",
        (id,),
    )
    .await
}

/// Runs before a place, newest first; an empty kind matches every kind.
pub(crate) async fn list(c: &mut Conn, kind: &str, before: &Cursor, limit: i64) -> Result<Vec<Recon>> {
    c.rows(
        "select id, kind, scope, state, asked_by, reason, from_at, to_at, here_count, here_sum, there_count, there_sum,
             matched_count, matched_sum, differences, fresh, file_hash, started_at, done_at, party, trouble
         from office_recon where (started_at < ? or (started_at = ? and id < ?)) and (? = '' or kind = ?)
         order by started_at desc, id desc limit ?",
        (before.at, before.at, &*before.id, kind, kind, limit),
    )
    .await
}

/// Removes runs that found nothing to say, when they are long over.
pub(crate) async fn sweep(c: &mut Conn, before: Ms) -> Result<u64> {
    c.exec(
        "delete from office_recon where kind = 'minute' and state = 'even' and started_at < ?",
        (before,),
    )
    .await
}

/// A difference as it is stored. Amounts are fen; none where a side has no such line.
#[derive(Clone, Debug)]
pub(crate) struct DifferenceRow {
    pub(crate) id: DifferenceId,
    /// What makes it the same difference in another run.
    pub(crate) key: String,
    pub(crate) recon: ReconId,
    pub(crate) kind: String,
    pub(crate) line: String,
    pub(crate) here_amount: Option<i64>,
    pub(crate) there_amount: Option<i64>,
    pub(crate) here_state: String,
    pub(crate) there_state: String,
    /// The other side's own number, as each side has it; empty where a channel has none.
    pub(crate) here_reference: String,
    pub(crate) there_reference: String,
    pub(crate) case: CaseId,
    pub(crate) found_at: Ms,
}

pub(crate) async fn insert_difference(c: &mut Conn, d: &DifferenceRow) -> Result<bool> {
    c.insert_new(
        "insert into office_difference (id, k, recon_id, kind, line_id, here_amount, there_amount, here_state, there_state,
             here_reference, there_reference, case_id, found_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            d.id,
            &*d.key,
            d.recon,
            &*d.kind,
            &*d.line,
            d.here_amount,
            d.there_amount,
            &*d.here_state,
            &*d.there_state,
            &*d.here_reference,
            &*d.there_reference,
            d.case,
            d.found_at,
        ),
    )
    .await
}

/// Read by position, because a row has more columns than a tuple may.
impl FromRow for DifferenceRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Self {
            id: cols.get(0)?,
            key: cols.get(1)?,
            recon: cols.get(2)?,
            kind: cols.get(3)?,
            line: cols.get(4)?,
            here_amount: cols.get(5)?,
            there_amount: cols.get(6)?,
            here_state: cols.get(7)?,
            there_state: cols.get(8)?,
            here_reference: cols.get(9)?,
            there_reference: cols.get(10)?,
            case: cols.get(11)?,
            found_at: cols.get(12)?,
        })
    }
}

pub(crate) async fn difference_by_key(c: &mut Conn, key: &str) -> Result<Option<DifferenceRow>> {
    c.row(
        "select id, k, recon_id, kind, line_id, here_amount, there_amount, here_state, there_state, here_reference,
             there_reference, case_id, found_at from office_difference where k = ?",
        (key,),
    )
    .await
}

pub(crate) async fn difference(c: &mut Conn, id: DifferenceId) -> Result<Option<DifferenceRow>> {
    c.row(
        "select id, k, recon_id, kind, line_id, here_amount, there_amount, here_state, there_state, here_reference,
             there_reference, case_id, found_at from office_difference where id = ?",
        (id,),
    )
    .await
}

/// Notes that a run saw a difference; seeing it again changes nothing.
pub(crate) async fn saw(c: &mut Conn, recon: ReconId, difference: DifferenceId) -> Result<bool> {
    c.insert_new(
        "insert into office_recon_seen (recon_id, difference_id) values (?, ?)",
        (recon, difference),
    )
    .await
}

/// What a run saw, with the state of each case.
pub(crate) async fn seen(c: &mut Conn, recon: ReconId) -> Result<Vec<(DifferenceRow, String, String)>> {
    let mut found = Vec::new();
    let ids: Vec<(DifferenceId, String, String)> = c
        .rows(
            "select d.id, k.state, k.outcome from office_recon_seen s join office_difference d on d.id = s.difference_id
             join office_case k on k.id = d.case_id where s.recon_id = ? order by d.kind, d.line_id limit 1000",
            (recon,),
        )
        .await?;
    for (id, state, outcome) in ids {
        if let Some(row) = difference(c, id).await? {
            found.push((row, state, outcome));
        }
    }
    Ok(found)
}
