//! Staff accounts.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::people::StaffId;

/// A staff row; the TOTP secret sealed.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: StaffId,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) password_hash: String,
    pub(crate) totp: String,
    pub(crate) roles: String,
    pub(crate) state: String,
}

type Columns = (StaffId, String, String, String, String, String, String);

fn row((id, login, name, password_hash, totp, roles, state): Columns) -> Row {
    Row {
        id,
        login,
        name,
        password_hash,
        totp,
        roles,
        state,
    }
}

pub(crate) async fn by_login(c: &mut Conn, login: &str) -> Result<Option<Row>> {
    let found: Option<Columns> = c
        .row(
            "select id, login, name, password_hash, totp, roles, state from identity_staff where login = ?",
            (login,),
        )
        .await?;
    Ok(found.map(row))
}

pub(crate) async fn by_id(c: &mut Conn, id: &str) -> Result<Option<Row>> {
    let found: Option<Columns> = c
        .row(
            "select id, login, name, password_hash, totp, roles, state from identity_staff where id = ?",
            (id,),
        )
        .await?;
    Ok(found.map(row))
}

pub(crate) async fn name(c: &mut Conn, id: &str) -> Result<Option<(String, String)>> {
    c.row("select login, name from identity_staff where id = ?", (id,))
        .await
}

pub(crate) async fn insert(c: &mut Conn, r: &Row, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into identity_staff (id, login, name, password_hash, totp, totp_step, roles, failures, locked_until, state, created_at)
         values (?, ?, ?, ?, ?, 0, ?, 0, 0, ?, ?)",
        (r.id, &*r.login, &*r.name, &*r.password_hash, &*r.totp, &*r.roles, &*r.state, now),
    )
    .await
}

/// Counts a try before it is judged; false when the account rests or is off. The last permitted try puts
/// it to rest at once; only a right code wakes it before `until`. (The rest is set before the count,
/// because MySQL assigns from left to right.)
pub(crate) async fn begin_try(c: &mut Conn, id: StaffId, (max, until): (i64, Ms), now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update identity_staff
             set locked_until = case when failures + 1 >= ? then ? else locked_until end,
                 failures = case when failures + 1 >= ? then 0 else failures + 1 end
             where id = ? and state = 'active' and locked_until <= ?",
            (max, until, max, id, now),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn locked(c: &mut Conn, id: StaffId, now: Ms) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row(
            "select 1 from identity_staff where id = ? and locked_until > ?",
            (id, now),
        )
        .await?;
    Ok(found.is_some())
}

/// Accepts a code's time step once: a code seen on the wire is worth nothing afterwards.
pub(crate) async fn accept_step(c: &mut Conn, id: StaffId, step: i64) -> Result<bool> {
    let n = c
        .exec(
            "update identity_staff set totp_step = ?, failures = 0, locked_until = 0 where id = ? and totp_step < ?",
            (step, id, step),
        )
        .await?;
    Ok(n == 1)
}
