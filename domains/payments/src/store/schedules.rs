//! Scheduled transfers 预约与定期转账, and what became of each due day.

use identity::CustomerId;
use kit::clock::Ms;
use kit::db::{Bind, Cols, Conn, FromCol, FromRow, Result};

use crate::model::schedule::{Run, ScheduleId, Stage};

/// A schedule, sealed.
#[derive(Clone)]
pub(crate) struct ScheduleRow {
    pub(crate) id: ScheduleId,
    pub(crate) customer: CustomerId,
    pub(crate) account: accounts::AccountId,
    pub(crate) from_no: String,
    pub(crate) to_no: String,
    pub(crate) to_idx: String,
    pub(crate) to_name: String,
    pub(crate) bank: String,
    pub(crate) bank_name: String,
    pub(crate) amount: i64,
    pub(crate) memo: String,
    pub(crate) frequency: String,
    pub(crate) first_on: String,
    pub(crate) until_on: String,
    pub(crate) next_on: String,
    pub(crate) turn: i64,
    pub(crate) due_at: Ms,
    pub(crate) told_for: String,
    pub(crate) state: String,
    pub(crate) challenge: String,
    pub(crate) bound: String,
    pub(crate) expires_at: Ms,
    pub(crate) created_at: Ms,
}

/// Read by position, because a row has more columns than a tuple may.
impl FromRow for ScheduleRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        fn at<T: FromCol>(cols: &Cols<'_>, place: usize) -> Result<T> {
            cols.get(place)
        }
        Ok(Self {
            id: at(cols, 0)?,
            customer: at(cols, 1)?,
            account: at(cols, 2)?,
            from_no: at(cols, 3)?,
            to_no: at(cols, 4)?,
            to_idx: at(cols, 5)?,
            to_name: at(cols, 6)?,
            bank: at(cols, 7)?,
            bank_name: at(cols, 8)?,
            amount: at(cols, 9)?,
            memo: at(cols, 10)?,
            frequency: at(cols, 11)?,
            first_on: at(cols, 12)?,
            until_on: at(cols, 13)?,
            next_on: at(cols, 14)?,
            turn: at(cols, 15)?,
            due_at: at(cols, 16)?,
            told_for: at(cols, 17)?,
            state: at(cols, 18)?,
            challenge: at(cols, 19)?,
            bound: at(cols, 20)?,
            expires_at: at(cols, 21)?,
            created_at: at(cols, 22)?,
        })
    }
}

pub(crate) async fn insert_schedule(c: &mut Conn, r: &ScheduleRow) -> Result<u64> {
    let vals = [
        r.id.val(),
        r.customer.val(),
        r.account.val(),
        r.from_no.val(),
        r.to_no.val(),
        r.to_idx.val(),
        r.to_name.val(),
        r.bank.val(),
        r.bank_name.val(),
        r.amount.val(),
        r.memo.val(),
        r.frequency.val(),
        r.first_on.val(),
        r.until_on.val(),
        r.next_on.val(),
        r.turn.val(),
        r.due_at.val(),
        r.told_for.val(),
        r.state.val(),
        r.challenge.val(),
        r.bound.val(),
        r.expires_at.val(),
        r.created_at.val(),
    ];
    c.exec_vals(
        "insert into payments_schedule (id, customer_id, account_id, from_no, to_no, to_idx, to_name, bank, bank_name, amount,
             memo, frequency, first_on, until_on, next_on, turn, due_at, told_for, state, challenge_id, bound, expires_at,
             created_at, ended_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        &vals,
    )
    .await
}

pub(crate) async fn schedule(c: &mut Conn, id: ScheduleId) -> Result<Option<ScheduleRow>> {
    c.row(
        "select id, customer_id, account_id, from_no, to_no, to_idx, to_name, bank, bank_name, amount, memo, frequency, first_on,
             until_on, next_on, turn, due_at, told_for, state, challenge_id, bound, expires_at, created_at
         from payments_schedule where id = ?",
        (id,),
    )
    .await
}

pub(crate) async fn schedules_of(c: &mut Conn, customer: CustomerId, limit: i64) -> Result<Vec<ScheduleRow>> {
    c.rows(
        "select id, customer_id, account_id, from_no, to_no, to_idx, to_name, bank, bank_name, amount, memo, frequency, first_on,
             until_on, next_on, turn, due_at, told_for, state, challenge_id, bound, expires_at, created_at
         from payments_schedule where customer_id = ? and state <> 'awaiting_challenge' order by created_at desc, id desc limit ?",
        (customer, limit),
    )
    .await
}

pub(crate) async fn count_active(c: &mut Conn, customer: CustomerId) -> Result<i64> {
    let found: Option<(i64,)> = c
        .row(
            "select count(*) from payments_schedule where customer_id = ? and state = 'active'",
            (customer,),
        )
        .await?;
    Ok(found.map_or(0, |(n,)| n))
}

/// Active schedules whose next day begins before an instant, the oldest first.
pub(crate) async fn schedules_due(c: &mut Conn, before: Ms, limit: i64) -> Result<Vec<ScheduleRow>> {
    c.rows(
        "select id, customer_id, account_id, from_no, to_no, to_idx, to_name, bank, bank_name, amount, memo, frequency, first_on,
             until_on, next_on, turn, due_at, told_for, state, challenge_id, bound, expires_at, created_at
         from payments_schedule where state = 'active' and due_at <= ? order by due_at limit ?",
        (before, limit),
    )
    .await
}

/// Active schedules of which nobody has been told yet that they are due, before an instant.
pub(crate) async fn schedules_to_tell(
    c: &mut Conn,
    (after, before): (Ms, Ms),
    limit: i64,
) -> Result<Vec<ScheduleRow>> {
    c.rows(
        "select id, customer_id, account_id, from_no, to_no, to_idx, to_name, bank, bank_name, amount, memo, frequency, first_on,
             until_on, next_on, turn, due_at, told_for, state, challenge_id, bound, expires_at, created_at
         from payments_schedule where state = 'active' and due_at > ? and due_at <= ? and told_for <> next_on
         order by due_at limit ?",
        (after, before, limit),
    )
    .await
}

/// The customer has proved it.
pub(crate) async fn schedule_begins(c: &mut Conn, id: ScheduleId, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update payments_schedule set state = 'active' where id = ? and state = 'awaiting_challenge' and expires_at > ?",
            (id, now),
        )
        .await?;
    Ok(n == 1)
}

/// Ends a schedule that is still at `from`.
pub(crate) async fn schedule_ends(
    c: &mut Conn,
    id: ScheduleId,
    (from, to): (Stage, Stage),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_schedule set state = ?, ended_at = ? where id = ? and state = ?",
            (to.name(), now, id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Turns to the next due day, if nobody else did.
pub(crate) async fn schedule_turns(
    c: &mut Conn,
    id: ScheduleId,
    turn: i64,
    (next_on, due_at): (&str, Ms),
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_schedule set turn = turn + 1, next_on = ?, due_at = ? where id = ? and turn = ? and state = 'active'",
            (next_on, due_at, id, turn),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn schedule_told(c: &mut Conn, id: ScheduleId, due_on: &str) -> Result<bool> {
    let n = c
        .exec(
            "update payments_schedule set told_for = ? where id = ? and next_on = ? and told_for <> ? and state = 'active'",
            (due_on, id, due_on, due_on),
        )
        .await?;
    Ok(n == 1)
}

/// False when this day has been dealt with already.
pub(crate) async fn insert_run(c: &mut Conn, schedule: ScheduleId, r: &Run) -> Result<bool> {
    c.insert_new(
        "insert into payments_schedule_run (schedule_id, due_on, transfer_id, result, reason, at) values (?, ?, ?, ?, ?, ?)",
        (
            schedule,
            &*r.due_on,
            &*r.transfer,
            &*r.result,
            &*r.reason,
            r.at,
        ),
    )
    .await
}

pub(crate) async fn runs_of(c: &mut Conn, schedule: ScheduleId, limit: i64) -> Result<Vec<Run>> {
    let rows: Vec<(String, String, String, String, i64)> = c
        .rows(
            "select due_on, transfer_id, result, reason, at from payments_schedule_run where schedule_id = ?
             order by due_on desc limit ?",
            (schedule, limit),
        )
        .await?;
    let run = |(due_on, transfer, result, reason, at)| Run {
        due_on,
        transfer,
        result,
        reason,
        at,
    };
    Ok(rows.into_iter().map(run).collect())
}
