//! Auto-repay agreements 信用卡自动还款, and what became of each bill.

use accounts::AccountId;
use identity::CustomerId;
use kit::clock::Ms;
use kit::db::{Bind, Cols, Conn, FromRow, Result};

use crate::model::autorepay::{Agreement, AgreementId, Kind, Run, Stage};

/// Read by position, because a row has more columns than a tuple may.
impl FromRow for Agreement {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        let (kind, state): (String, String) = (cols.get(4)?, cols.get(11)?);
        Ok(Self {
            id: cols.get(0)?,
            customer: cols.get(1)?,
            account: cols.get(2)?,
            card: cols.get(3)?,
            kind: Kind::parse(&kind),
            from_on: cols.get(5)?,
            told_for: cols.get(6)?,
            done_for: cols.get(7)?,
            tries: cols.get(8)?,
            look_at: cols.get(9)?,
            turn: cols.get(10)?,
            stage: Stage::parse(&state),
            reason: cols.get(12)?,
            challenge: cols.get(13)?,
            bound: cols.get(14)?,
            expires_at: cols.get(15)?,
            created_at: cols.get(16)?,
        })
    }
}

pub(crate) async fn insert_agreement(c: &mut Conn, a: &Agreement) -> Result<u64> {
    let (kind, state) = (a.kind.name(), a.stage.name());
    let vals = [
        a.id.val(),
        a.customer.val(),
        a.account.val(),
        a.card.val(),
        kind.val(),
        a.from_on.val(),
        a.told_for.val(),
        a.done_for.val(),
        a.tries.val(),
        a.look_at.val(),
        a.turn.val(),
        state.val(),
        a.reason.val(),
        a.challenge.val(),
        a.bound.val(),
        a.expires_at.val(),
        a.created_at.val(),
    ];
    c.exec_vals(
        "insert into payments_autorepay (id, customer_id, account_id, card_id, kind, from_on, told_for, done_for, tries, look_at,
             turn, state, reason, challenge_id, bound, expires_at, created_at, ended_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        &vals,
    )
    .await
}

pub(crate) async fn agreement(c: &mut Conn, id: AgreementId) -> Result<Option<Agreement>> {
    c.row(
        "select id, customer_id, account_id, card_id, kind, from_on, told_for, done_for, tries, look_at, turn, state, reason,
             challenge_id, bound, expires_at, created_at
         from payments_autorepay where id = ?",
        (id,),
    )
    .await
}

/// The agreement of a card that is in force or paused; there is one at most.
pub(crate) async fn agreement_of(
    c: &mut Conn,
    customer: CustomerId,
    card: AccountId,
) -> Result<Option<Agreement>> {
    c.row(
        "select id, customer_id, account_id, card_id, kind, from_on, told_for, done_for, tries, look_at, turn, state, reason,
             challenge_id, bound, expires_at, created_at
         from payments_autorepay where card_id = ? and customer_id = ? and state in ('active', 'paused')
         order by created_at desc limit 1",
        (card, customer),
    )
    .await
}

/// Every agreement of a card that is not over, locked: two that begin at once wait for each other.
pub(crate) async fn agreements_locked(c: &mut Conn, card: AccountId, now: Ms) -> Result<Vec<Agreement>> {
    c.rows(
        "select id, customer_id, account_id, card_id, kind, from_on, told_for, done_for, tries, look_at, turn, state, reason,
             challenge_id, bound, expires_at, created_at
         from payments_autorepay where card_id = ? and state in ('awaiting_challenge', 'active', 'paused')
         and (state <> 'awaiting_challenge' or expires_at > ?) order by id limit 1000 /*lock*/",
        (card, now),
    )
    .await
}

/// Agreements in force whose bill is to be looked at, the oldest first.
pub(crate) async fn agreements_to_look_at(c: &mut Conn, now: Ms, limit: i64) -> Result<Vec<Agreement>> {
    c.rows(
        "select id, customer_id, account_id, card_id, kind, from_on, told_for, done_for, tries, look_at, turn, state, reason,
             challenge_id, bound, expires_at, created_at
         from payments_autorepay where state = 'active' and look_at <= ? order by look_at limit ?",
        (now, limit),
    )
    .await
}

/// The customer has proved it.
pub(crate) async fn agreement_begins(
    c: &mut Conn,
    id: AgreementId,
    (from_on, done_for, tries): (&str, &str, i64),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_autorepay set state = 'active', from_on = ?, done_for = ?, tries = ?, look_at = ?, turn = turn + 1
             where id = ? and state = 'awaiting_challenge' and expires_at > ?",
            (from_on, done_for, tries, now, id, now),
        )
        .await?;
    Ok(n == 1)
}

/// Ends or pauses an agreement that is still where it was seen.
pub(crate) async fn agreement_leaves(
    c: &mut Conn,
    id: AgreementId,
    (from, to): (Stage, Stage),
    reason: &str,
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_autorepay set state = ?, reason = ?, ended_at = ?, turn = turn + 1 where id = ? and state = ?",
            (to.name(), reason, now, id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Writes what a look has changed, if nobody else changed the agreement since it was read.
pub(crate) async fn agreement_turns(c: &mut Conn, a: &Agreement) -> Result<bool> {
    let n = c
        .exec(
            "update payments_autorepay set told_for = ?, done_for = ?, tries = ?, look_at = ?, turn = turn + 1
             where id = ? and turn = ? and state = 'active'",
            (&*a.told_for, &*a.done_for, a.tries, a.look_at, a.id, a.turn),
        )
        .await?;
    Ok(n == 1)
}

type RunColumns = (String, i64, String, i64, String, String, Ms);

fn run_of((due_on, attempt, transfer, amount_fen, result, reason, at): RunColumns) -> Run {
    Run {
        due_on,
        attempt,
        transfer,
        amount_fen,
        result,
        reason,
        at,
    }
}

pub(crate) async fn bill_run(c: &mut Conn, card: AccountId, due_on: &str) -> Result<Option<Run>> {
    let row: Option<RunColumns> = c
        .row(
            "select due_on, attempt, transfer_id, amount, result, reason, at from payments_autorepay_run
             where card_id = ? and due_on = ?",
            (card, due_on),
        )
        .await?;
    Ok(row.map(run_of))
}

/// What became of the newest bill.
pub(crate) async fn last_bill_run(c: &mut Conn, card: AccountId) -> Result<Option<Run>> {
    let row: Option<RunColumns> = c
        .row(
            "select due_on, attempt, transfer_id, amount, result, reason, at from payments_autorepay_run
             where card_id = ? order by due_on desc limit 1",
            (card,),
        )
        .await?;
    Ok(row.map(run_of))
}

/// False when this bill has been dealt with already.
pub(crate) async fn insert_bill_run(c: &mut Conn, a: &Agreement, r: &Run) -> Result<bool> {
    c.insert_new(
        "insert into payments_autorepay_run (card_id, due_on, agreement_id, attempt, transfer_id, amount, result, reason, at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            a.card,
            &*r.due_on,
            a.id,
            r.attempt,
            &*r.transfer,
            r.amount_fen,
            &*r.result,
            &*r.reason,
            r.at,
        ),
    )
    .await
}

/// Another attempt at a bill, or its end, if the one before is still the last.
pub(crate) async fn bill_run_goes_on(c: &mut Conn, a: &Agreement, r: &Run, before: i64) -> Result<bool> {
    let n = c
        .exec(
            "update payments_autorepay_run set agreement_id = ?, attempt = ?, transfer_id = ?, amount = ?, result = ?, reason = ?,
                 at = ?
             where card_id = ? and due_on = ? and attempt = ? and result = 'sent'",
            (
                a.id,
                r.attempt,
                &*r.transfer,
                r.amount_fen,
                &*r.result,
                &*r.reason,
                r.at,
                a.card,
                &*r.due_on,
                before,
            ),
        )
        .await?;
    Ok(n == 1)
}
