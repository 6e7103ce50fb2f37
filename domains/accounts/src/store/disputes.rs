//! Disputes; line, text and answer are sealed by the caller.

use identity::CustomerId;
use kit::clock::Ms;
use kit::db::{Cols, Conn, Error, FromRow, Result};

use crate::model::account::AccountId;
use crate::model::dispute::{DisputeId, DisputeReason, DisputeState};

/// A dispute, sealed. Amount in fen, signed as on the account.
#[derive(Clone, Debug)]
pub(crate) struct DisputeRow {
    pub(crate) id: DisputeId,
    pub(crate) receipt_no: String,
    pub(crate) customer: CustomerId,
    pub(crate) account: AccountId,
    pub(crate) entry: String,
    pub(crate) reason: DisputeReason,
    pub(crate) amount: i64,
    pub(crate) line: String,
    pub(crate) text: String,
    pub(crate) state: DisputeState,
    pub(crate) outcome: String,
    pub(crate) answer: String,
    pub(crate) due_at: Ms,
    pub(crate) opened_at: Ms,
    pub(crate) answered_at: Ms,
}

impl FromRow for DisputeRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        let (reason, state): (String, String) = (cols.get(5)?, cols.get(9)?);
        Ok(Self {
            id: cols.get(0)?,
            receipt_no: cols.get(1)?,
            customer: cols.get(2)?,
            account: cols.get(3)?,
            entry: cols.get(4)?,
            reason: DisputeReason::parse(&reason).ok_or_else(|| Error::Row("not a reason".to_owned()))?,
            amount: cols.get(6)?,
            line: cols.get(7)?,
            text: cols.get(8)?,
            state: DisputeState::parse(&state)
                .ok_or_else(|| Error::Row("not a state of a dispute".to_owned()))?,
            outcome: cols.get(10)?,
            answer: cols.get(11)?,
            due_at: cols.get(12)?,
            opened_at: cols.get(13)?,
            answered_at: cols.get(14)?,
        })
    }
}

/// False when this line is disputed already.
pub(crate) async fn insert(c: &mut Conn, d: &DisputeRow) -> Result<bool> {
    c.insert_new(
        "insert into accounts_dispute (id, receipt_no, customer_id, account_id, entry_id, reason, amount, line, text, state,
             outcome, answer, due_at, opened_at, answered_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?, 0)",
        (
            d.id,
            &*d.receipt_no,
            d.customer,
            d.account,
            &*d.entry,
            d.reason.name(),
            d.amount,
            &*d.line,
            &*d.text,
            d.state.name(),
            d.due_at,
            d.opened_at,
        ),
    )
    .await
}

pub(crate) async fn by_id(c: &mut Conn, id: DisputeId) -> Result<Option<DisputeRow>> {
    c.row(
        "select id, receipt_no, customer_id, account_id, entry_id, reason, amount, line, text, state, outcome, answer, due_at,
             opened_at, answered_at
         from accounts_dispute where id = ?",
        (id,),
    )
    .await
}

/// A customer's disputes before a place, newest first.
pub(crate) async fn of_customer(
    c: &mut Conn,
    customer: CustomerId,
    (before, id): (Ms, &str),
    limit: i64,
) -> Result<Vec<DisputeRow>> {
    c.rows(
        "select id, receipt_no, customer_id, account_id, entry_id, reason, amount, line, text, state, outcome, answer, due_at,
             opened_at, answered_at
         from accounts_dispute where customer_id = ? and (opened_at < ? or (opened_at = ? and id < ?))
         order by opened_at desc, id desc limit ?",
        (customer, before, before, id, limit),
    )
    .await
}

/// `(line, dispute, state)` of every disputed line of an account.
pub(crate) async fn marks(c: &mut Conn, account: AccountId) -> Result<Vec<(String, DisputeId, String)>> {
    c.rows(
        "select entry_id, id, state from accounts_dispute where account_id = ? order by entry_id limit 1000",
        (account,),
    )
    .await
}

/// Notes that somebody works on it; false when that was so already.
pub(crate) async fn taken(c: &mut Conn, id: DisputeId) -> Result<bool> {
    let n = c
        .exec(
            "update accounts_dispute set state = 'handling' where id = ? and state = 'received'",
            (id,),
        )
        .await?;
    Ok(n == 1)
}

/// Answers a dispute once.
pub(crate) async fn answered(
    c: &mut Conn,
    id: DisputeId,
    (outcome, answer): (&str, &str),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update accounts_dispute set state = 'answered', outcome = ?, answer = ?, answered_at = ?
             where id = ? and state <> 'answered'",
            (outcome, answer, now, id),
        )
        .await?;
    Ok(n == 1)
}
