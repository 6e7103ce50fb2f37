//! Sessions. The token is known to its holder only; here lies its SHA-256.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::people::{CustomerId, SessionId};

/// A session row.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: SessionId,
    /// `customer` or `staff`.
    pub(crate) kind: String,
    /// The openid or the staff id.
    pub(crate) subject: String,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) device: String,
    pub(crate) device_hash: String,
    pub(crate) level: i64,
    pub(crate) level_until: Ms,
    pub(crate) created_at: Ms,
    pub(crate) last_seen_at: Ms,
    pub(crate) idle_ms: Ms,
    pub(crate) absolute_at: Ms,
    pub(crate) revoked_at: Ms,
}

type Columns = (
    SessionId,
    String,
    String,
    Option<CustomerId>,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
);

fn row(columns: Columns) -> Row {
    let (
        id,
        kind,
        subject,
        customer,
        device,
        device_hash,
        level,
        level_until,
        created_at,
        last_seen_at,
        idle_ms,
        absolute_at,
        revoked_at,
    ) = columns;
    Row {
        id,
        kind,
        subject,
        customer,
        device,
        device_hash,
        level,
        level_until,
        created_at,
        last_seen_at,
        idle_ms,
        absolute_at,
        revoked_at,
    }
}

pub(crate) async fn insert(c: &mut Conn, r: &Row, token_hash: &str) -> Result<u64> {
    c.exec(
        "insert into identity_session (id, token_hash, kind, subject, customer_id, device, device_hash, level, level_until,
             created_at, last_seen_at, idle_ms, absolute_at, revoked_at, revoke_reason)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
        (
            r.id,
            token_hash,
            &*r.kind,
            &*r.subject,
            r.customer,
            &*r.device,
            &*r.device_hash,
            r.level,
            r.level_until,
            r.created_at,
            r.last_seen_at,
            r.idle_ms,
            r.absolute_at,
        ),
    )
    .await
}

pub(crate) async fn by_token(c: &mut Conn, token_hash: &str) -> Result<Option<Row>> {
    let found: Option<Columns> = c
        .row(
            "select id, kind, subject, customer_id, device, device_hash, level, level_until, created_at, last_seen_at, idle_ms,
                 absolute_at, revoked_at from identity_session where token_hash = ?",
            (token_hash,),
        )
        .await?;
    Ok(found.map(row))
}

pub(crate) async fn of_customer(c: &mut Conn, customer: CustomerId) -> Result<Vec<Row>> {
    let rows: Vec<Columns> = c
        .rows(
            "select id, kind, subject, customer_id, device, device_hash, level, level_until, created_at, last_seen_at, idle_ms,
                 absolute_at, revoked_at from identity_session where customer_id = ? order by created_at desc limit 20",
            (customer,),
        )
        .await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn seen(c: &mut Conn, id: SessionId, now: Ms) -> Result<u64> {
    c.exec(
        "update identity_session set last_seen_at = ? where id = ? and revoked_at = 0",
        (now, id),
    )
    .await
}

pub(crate) async fn raise(c: &mut Conn, id: SessionId, level: i64, until: Ms) -> Result<u64> {
    c.exec(
        "update identity_session set level = ?, level_until = ? where id = ? and revoked_at = 0",
        (level, until, id),
    )
    .await
}

/// After a binding the visitor's session is the customer's.
pub(crate) async fn attach(c: &mut Conn, openid: &str, customer: CustomerId) -> Result<u64> {
    c.exec(
        "update identity_session set customer_id = ? where subject = ? and kind = 'customer' and revoked_at = 0",
        (customer, openid),
    )
    .await
}

pub(crate) async fn revoke(c: &mut Conn, id: SessionId, now: Ms, reason: &str) -> Result<bool> {
    let n = c
        .exec(
            "update identity_session set revoked_at = ?, revoke_reason = ? where id = ? and revoked_at = 0",
            (now, reason, id),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn revoke_subject(
    c: &mut Conn,
    kind: &str,
    subject: &str,
    now: Ms,
    reason: &str,
) -> Result<u64> {
    c.exec(
        "update identity_session set revoked_at = ?, revoke_reason = ? where subject = ? and kind = ? and revoked_at = 0",
        (now, reason, subject, kind),
    )
    .await
}

pub(crate) async fn revoke_customer(
    c: &mut Conn,
    customer: CustomerId,
    now: Ms,
    reason: &str,
) -> Result<u64> {
    c.exec(
        "update identity_session set revoked_at = ?, revoke_reason = ? where customer_id = ? and revoked_at = 0",
        (now, reason, customer),
    )
    .await
}

/// Removes sessions that ended long ago.
pub(crate) async fn sweep(c: &mut Conn, before: Ms) -> Result<u64> {
    c.sweep(
        "select id from identity_session where absolute_at < ? order by absolute_at limit 200",
        "delete from identity_session where id = ?",
        before,
    )
    .await
}
