//! Sessions. The token is known to its holder only; here lies its SHA-256.

use kit::clock::Ms;
use kit::db::{Cols, Conn, FromRow, Result};

use super::{bindings, customers};
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

impl FromRow for Row {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Row {
            id: cols.get(0)?,
            kind: cols.get(1)?,
            subject: cols.get(2)?,
            customer: cols.get(3)?,
            device: cols.get(4)?,
            device_hash: cols.get(5)?,
            level: cols.get(6)?,
            level_until: cols.get(7)?,
            created_at: cols.get(8)?,
            last_seen_at: cols.get(9)?,
            idle_ms: cols.get(10)?,
            absolute_at: cols.get(11)?,
            revoked_at: cols.get(12)?,
        })
    }
}

/// How many columns a session has.
const WIDTH: usize = 13;

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
    c.row(
        "select id, kind, subject, customer_id, device, device_hash, level, level_until, created_at, last_seen_at, idle_ms,
             absolute_at, revoked_at from identity_session where token_hash = ?",
        (token_hash,),
    )
    .await
}

/// A session, with the binding of its WeChat user and whom that stands for, all as they are now.
pub(crate) struct Holder {
    pub(crate) session: Row,
    pub(crate) bound: Option<(bindings::Row, customers::Caller)>,
}

impl FromRow for Holder {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        let session = Row::from_row(cols)?;
        let Some(id) = cols.get(WIDTH)? else {
            return Ok(Holder { session, bound: None });
        };
        let binding = bindings::Row {
            id,
            openid: cols.get(WIDTH + 1)?,
            customer: cols.get(WIDTH + 2)?,
            state: cols.get(WIDTH + 3)?,
            bound_at: cols.get(WIDTH + 4)?,
            valid_until: cols.get(WIDTH + 5)?,
            tag: cols.get(WIDTH + 6)?,
        };
        let caller = customers::Caller {
            id: binding.customer,
            customer_no: cols.get(WIDTH + 7)?,
            name: cols.get(WIDTH + 8)?,
            elder: cols.get(WIDTH + 9)?,
        };
        Ok(Holder {
            session,
            bound: Some((binding, caller)),
        })
    }
}

/// Who comes with this token: one statement, because every request of a customer asks it.
pub(crate) async fn holder(c: &mut Conn, token_hash: &str) -> Result<Option<Holder>> {
    c.row(
        "select s.id, s.kind, s.subject, s.customer_id, s.device, s.device_hash, s.level, s.level_until, s.created_at,
             s.last_seen_at, s.idle_ms, s.absolute_at, s.revoked_at,
             b.id, b.openid, b.customer_id, b.state, b.bound_at, b.valid_until, b.tag,
             k.customer_no, k.name, k.elder
         from identity_session s
         left join identity_binding b on b.active_openid = s.subject
         left join identity_customer k on k.id = b.customer_id
         where s.token_hash = ?",
        (token_hash,),
    )
    .await
}

pub(crate) async fn of_customer(c: &mut Conn, customer: CustomerId) -> Result<Vec<Row>> {
    c.rows(
        "select id, kind, subject, customer_id, device, device_hash, level, level_until, created_at, last_seen_at, idle_ms,
             absolute_at, revoked_at from identity_session where customer_id = ? order by created_at desc limit 20",
        (customer,),
    )
    .await
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
