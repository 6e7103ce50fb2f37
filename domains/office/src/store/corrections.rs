//! Proposed corrections of money.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::case::{CaseId, CorrectionId};

/// A correction, its reason sealed. Amount in fen.
#[derive(Clone, Debug)]
pub(crate) struct CorrectionRow {
    pub(crate) id: CorrectionId,
    pub(crate) case: CaseId,
    pub(crate) direction: String,
    pub(crate) amount: i64,
    pub(crate) reason: String,
    pub(crate) hash: String,
    /// `waiting`, `approved`, `returned`.
    pub(crate) state: String,
    pub(crate) maker: String,
    pub(crate) maker_name: String,
    pub(crate) checker: String,
    pub(crate) checker_name: String,
    pub(crate) made_at: Ms,
    pub(crate) checked_at: Ms,
}

pub(crate) async fn insert(c: &mut Conn, r: &CorrectionRow) -> Result<bool> {
    c.insert_new(
        "insert into office_correction (id, case_id, direction, amount, reason, hash, state, maker, maker_name, checker,
             checker_name, made_at, checked_at) values (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, '', '', ?, 0)",
        (
            r.id,
            r.case,
            &*r.direction,
            r.amount,
            &*r.reason,
            &*r.hash,
            &*r.maker,
            &*r.maker_name,
            r.made_at,
        ),
    )
    .await
}

/// Decides a waiting correction. The maker is never the checker, and what is decided is what was shown: both are
/// asked again here.
pub(crate) async fn decide(c: &mut Conn, r: &CorrectionRow) -> Result<bool> {
    let n = c
        .exec(
            "update office_correction set state = ?, checker = ?, checker_name = ?, checked_at = ?
             where id = ? and state = 'waiting' and maker <> ? and hash = ?",
            (
                &*r.state,
                &*r.checker,
                &*r.checker_name,
                r.checked_at,
                r.id,
                &*r.checker,
                &*r.hash,
            ),
        )
        .await?;
    Ok(n == 1)
}

type Columns = (
    CorrectionId,
    CaseId,
    String,
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
    Ms,
    Ms,
);

/// The corrections of a case, oldest first.
pub(crate) async fn of_case(c: &mut Conn, case: CaseId) -> Result<Vec<CorrectionRow>> {
    let rows: Vec<Columns> = c
        .rows(
            "select id, case_id, direction, amount, reason, hash, state, maker, maker_name, checker, checker_name, made_at,
                 checked_at
             from office_correction where case_id = ? order by made_at, id limit 100",
            (case,),
        )
        .await?;
    Ok(rows.into_iter().map(row).collect())
}

fn row(columns: Columns) -> CorrectionRow {
    let (
        id,
        case,
        direction,
        amount,
        reason,
        hash,
        state,
        maker,
        maker_name,
        checker,
        checker_name,
        made_at,
        checked_at,
    ) = columns;
    CorrectionRow {
        id,
        case,
        direction,
        amount,
        reason,
        hash,
        state,
        maker,
        maker_name,
        checker,
        checker_name,
        made_at,
        checked_at,
    }
}
