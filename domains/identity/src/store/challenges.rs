//! Challenges and the policy that asks for them.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::challenge::{ChallengeId, Proven};
use crate::model::people::CustomerId;

/// A challenge row; summary and code sealed.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: ChallengeId,
    pub(crate) customer: CustomerId,
    pub(crate) act: String,
    pub(crate) bound: String,
    pub(crate) summary: String,
    pub(crate) factors: String,
    pub(crate) code_tag: String,
    pub(crate) code_sealed: String,
    pub(crate) sends: i64,
    pub(crate) sent_at: Ms,
    pub(crate) attempts: i64,
    pub(crate) state: String,
    pub(crate) expires_at: Ms,
}

type Columns = (
    ChallengeId,
    CustomerId,
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    String,
    i64,
);

pub(crate) async fn insert(c: &mut Conn, r: &Row, now: Ms) -> Result<u64> {
    c.exec(
        "insert into identity_challenge (id, customer_id, act, bound, summary, factors, code_tag, code_sealed, sends, sent_at,
             attempts, state, expires_at, created_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            r.id,
            r.customer,
            &*r.act,
            &*r.bound,
            &*r.summary,
            &*r.factors,
            &*r.code_tag,
            &*r.code_sealed,
            r.sends,
            r.sent_at,
            r.attempts,
            &*r.state,
            r.expires_at,
            now,
        ),
    )
    .await
}

pub(crate) async fn by_id(c: &mut Conn, id: ChallengeId) -> Result<Option<Row>> {
    let found: Option<Columns> = c
        .row(
            "select id, customer_id, act, bound, summary, factors, code_tag, code_sealed, sends, sent_at, attempts, state, expires_at
             from identity_challenge where id = ?",
            (id,),
        )
        .await?;
    Ok(found.map(
        |(
            id,
            customer,
            act,
            bound,
            summary,
            factors,
            code_tag,
            code_sealed,
            sends,
            sent_at,
            attempts,
            state,
            expires_at,
        )| Row {
            id,
            customer,
            act,
            bound,
            summary,
            factors,
            code_tag,
            code_sealed,
            sends,
            sent_at,
            attempts,
            state,
            expires_at,
        },
    ))
}

/// Counts a try before it is judged; false when the challenge is not open, used up or too old.
pub(crate) async fn begin_try(c: &mut Conn, id: ChallengeId, max: i64, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update identity_challenge set attempts = attempts + 1
             where id = ? and state in ('open', 'proven') and attempts < ? and expires_at > ?",
            (id, max, now),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn prove(c: &mut Conn, id: ChallengeId) -> Result<bool> {
    let n = c.exec("update identity_challenge set state = 'proven', code_sealed = '' where id = ? and state in ('open', 'proven')", (id,)).await?;
    Ok(n == 1)
}

pub(crate) async fn lock(c: &mut Conn, id: ChallengeId, max: i64) -> Result<u64> {
    c.exec(
        "update identity_challenge set state = 'locked', code_sealed = '' where id = ? and state in ('open', 'proven') and attempts >= ?",
        (id, max),
    )
    .await
}

/// Uses a proven challenge, once, for exactly what it was bound to.
pub(crate) async fn spend(c: &mut Conn, proven: Proven, bound: &str, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update identity_challenge set state = 'spent'
             where id = ? and customer_id = ? and bound = ? and state = 'proven' and expires_at > ?",
            (proven.id, proven.customer, bound, now),
        )
        .await?;
    Ok(n == 1)
}

/// Counts the right try and uses the challenge with it; false too when its tries are used up.
pub(crate) async fn count_and_spend(
    c: &mut Conn,
    proven: Proven,
    bound: &str,
    (max, now): (i64, Ms),
) -> Result<bool> {
    let n = c
        .exec(
            "update identity_challenge set state = 'spent', attempts = attempts + 1, code_sealed = ''
             where id = ? and customer_id = ? and bound = ? and state in ('open', 'proven') and attempts < ?
                 and expires_at > ?",
            (proven.id, proven.customer, bound, max, now),
        )
        .await?;
    Ok(n == 1)
}

/// A new code for an open challenge; the tries already made stay counted.
pub(crate) async fn renew_code(c: &mut Conn, r: &Row, max_sends: i64) -> Result<bool> {
    let n = c
        .exec(
            "update identity_challenge set code_tag = ?, code_sealed = ?, sends = sends + 1, sent_at = ?
             where id = ? and state = 'open' and sends < ?",
            (&*r.code_tag, &*r.code_sealed, r.sent_at, r.id, max_sends),
        )
        .await?;
    Ok(n == 1)
}

/// The gateway has the code; from now on only its tag is kept.
pub(crate) async fn forget_code(c: &mut Conn, id: ChallengeId, sealed: &str) -> Result<u64> {
    c.exec(
        "update identity_challenge set code_sealed = '' where id = ? and code_sealed = ?",
        (id, sealed),
    )
    .await
}

/// Removes challenges that are long over; the audit trail keeps what was decided by them.
pub(crate) async fn sweep(c: &mut Conn, before: Ms) -> Result<u64> {
    c.sweep(
        "select id from identity_challenge where created_at < ? order by created_at limit 200",
        "delete from identity_challenge where id = ?",
        before,
    )
    .await
}

/// The factors for an act at an amount: the row with the highest threshold reached.
pub(crate) async fn policy(c: &mut Conn, act: &str, amount: i64) -> Result<Option<String>> {
    let found: Option<(String,)> = c
        .row(
            "select factors from identity_policy where act = ? and min_amount <= ? order by min_amount desc limit 1",
            (act, amount),
        )
        .await?;
    Ok(found.map(|(factors,)| factors))
}

pub(crate) async fn policies(c: &mut Conn) -> Result<Vec<(String, i64, String, i64)>> {
    c.rows(
        "select act, min_amount, factors, version from identity_policy order by act, min_amount",
        (),
    )
    .await
}

pub(crate) async fn set_policy(c: &mut Conn, act: &str, from_fen: i64, factors: &str) -> Result<()> {
    let changed = c
        .exec(
            "update identity_policy set factors = ?, version = version + 1 where act = ? and min_amount = ?",
            (factors, act, from_fen),
        )
        .await?;
    if changed == 0 {
        c.exec(
            "insert into identity_policy (act, min_amount, factors, version) values (?, ?, ?, 1)",
            (act, from_fen, factors),
        )
        .await?;
    }
    Ok(())
}
