//! Bindings, enrolments under way, and OAuth states.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::challenge::ChallengeId;
use crate::model::people::{BindingId, CustomerId};

/// A binding row.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: BindingId,
    pub(crate) openid: String,
    pub(crate) customer: CustomerId,
    pub(crate) state: String,
    pub(crate) bound_at: Ms,
    pub(crate) valid_until: Ms,
    pub(crate) tag: String,
}

type Columns = (BindingId, String, CustomerId, String, i64, i64, String);

fn row((id, openid, customer, state, bound_at, valid_until, tag): Columns) -> Row {
    Row {
        id,
        openid,
        customer,
        state,
        bound_at,
        valid_until,
        tag,
    }
}

pub(crate) async fn active(c: &mut Conn, openid: &str) -> Result<Option<Row>> {
    let found: Option<Columns> = c
        .row(
            "select id, openid, customer_id, state, bound_at, valid_until, tag from identity_binding where active_openid = ?",
            (openid,),
        )
        .await?;
    Ok(found.map(row))
}

pub(crate) async fn of_customer(c: &mut Conn, customer: CustomerId) -> Result<Vec<Row>> {
    let rows: Vec<Columns> = c
        .rows(
            "select id, openid, customer_id, state, bound_at, valid_until, tag from identity_binding
             where customer_id = ? order by bound_at desc limit 20",
            (customer,),
        )
        .await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn insert(c: &mut Conn, r: &Row) -> Result<bool> {
    c.insert_new(
        "insert into identity_binding (id, openid, active_openid, customer_id, state, bound_at, valid_until, ended_at, tag)
         values (?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (r.id, &*r.openid, &*r.openid, r.customer, &*r.state, r.bound_at, r.valid_until, &*r.tag),
    )
    .await
}

pub(crate) async fn end(c: &mut Conn, openid: &str, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update identity_binding set state = 'ended', active_openid = null, ended_at = ? where active_openid = ?",
            (now, openid),
        )
        .await?;
    Ok(n == 1)
}

/// A binding between the form and the code.
pub(crate) struct Enrolment {
    pub(crate) id: BindingId,
    pub(crate) openid: String,
    pub(crate) customer: CustomerId,
    pub(crate) challenge: ChallengeId,
    pub(crate) state: String,
    pub(crate) expires_at: Ms,
}

pub(crate) async fn insert_enrolment(c: &mut Conn, e: &Enrolment, now: Ms) -> Result<u64> {
    c.exec(
        "insert into identity_enrolment (id, openid, customer_id, challenge_id, state, expires_at, created_at)
         values (?, ?, ?, ?, ?, ?, ?)",
        (e.id, &*e.openid, e.customer, e.challenge, &*e.state, e.expires_at, now),
    )
    .await
}

pub(crate) async fn enrolment(c: &mut Conn, id: BindingId) -> Result<Option<Enrolment>> {
    let found: Option<(BindingId, String, CustomerId, ChallengeId, String, i64)> = c
        .row(
            "select id, openid, customer_id, challenge_id, state, expires_at from identity_enrolment where id = ?",
            (id,),
        )
        .await?;
    Ok(
        found.map(|(id, openid, customer, challenge, state, expires_at)| Enrolment {
            id,
            openid,
            customer,
            challenge,
            state,
            expires_at,
        }),
    )
}

pub(crate) async fn finish_enrolment(c: &mut Conn, id: BindingId) -> Result<bool> {
    let n = c
        .exec(
            "update identity_enrolment set state = 'done' where id = ? and state = 'open'",
            (id,),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn insert_oauth(c: &mut Conn, state: &str, browser: &str, to: &str, now: Ms) -> Result<u64> {
    c.exec(
        "insert into identity_oauth_state (state_hash, browser_hash, to_path, created_at, used_at) values (?, ?, ?, ?, 0)",
        (state, browser, to, now),
    )
    .await
}

/// Uses a state once, from the browser that began; gives back where to go.
pub(crate) async fn spend_oauth(
    c: &mut Conn,
    state: &str,
    browser: &str,
    since: Ms,
    now: Ms,
) -> Result<Option<String>> {
    let n = c
        .exec(
            "update identity_oauth_state set used_at = ?
             where state_hash = ? and browser_hash = ? and used_at = 0 and created_at > ?",
            (now, state, browser, since),
        )
        .await?;
    if n != 1 {
        return Ok(None);
    }
    let to: Option<(String,)> = c
        .row(
            "select to_path from identity_oauth_state where state_hash = ?",
            (state,),
        )
        .await?;
    Ok(to.map(|(to,)| to))
}

pub(crate) async fn sweep_oauth(c: &mut Conn, before: Ms) -> Result<u64> {
    c.sweep(
        "select state_hash from identity_oauth_state where created_at < ? order by created_at limit 200",
        "delete from identity_oauth_state where state_hash = ?",
        before,
    )
    .await
}

/// Removes bindings that were begun and never finished, and the traces of those that were.
pub(crate) async fn sweep_enrolments(c: &mut Conn, before: Ms) -> Result<u64> {
    c.sweep(
        "select id from identity_enrolment where created_at < ? order by created_at limit 200",
        "delete from identity_enrolment where id = ?",
        before,
    )
    .await
}
