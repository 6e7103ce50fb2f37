//! Every SQL statement of the audit trail.

use kit::clock::Ms;
use kit::db::{Conn, Result};
use kit::web::Cursor;

use crate::model::{AuditRow, Filter};

type Columns = (
    Option<i64>,
    String,
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    String,
);

fn row(columns: Columns) -> AuditRow {
    let (seq, id, at, actor_kind, actor, action, subject, result, detail, trace) = columns;
    AuditRow {
        seq,
        id,
        at,
        actor_kind,
        actor,
        action,
        subject,
        result,
        detail,
        trace,
    }
}

pub(crate) async fn insert(c: &mut Conn, r: &AuditRow, tag: &str) -> Result<u64> {
    c.exec(
        "insert into audit_log (id, at, actor_kind, actor, action, subject, result, detail, trace, tag)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            &*r.id,
            r.at,
            &*r.actor_kind,
            &*r.actor,
            &*r.action,
            &*r.subject,
            &*r.result,
            &*r.detail,
            &*r.trace,
            tag,
        ),
    )
    .await
}

/// End of the chain, held against other sealers until the transaction ends.
pub(crate) async fn head(c: &mut Conn) -> Result<Option<(i64, String, String)>> {
    c.row("select seq, hash, tag from audit_head where id = 1 /*lock*/", ())
        .await
}

/// End of the chain, as a reader sees it.
pub(crate) async fn peek_head(c: &mut Conn) -> Result<Option<(i64, String, String)>> {
    c.row("select seq, hash, tag from audit_head where id = 1", ())
        .await
}

pub(crate) async fn begin_head(c: &mut Conn, hash: &str, tag: &str) -> Result<bool> {
    c.insert_new(
        "insert into audit_head (id, seq, hash, tag) values (1, 0, ?, ?)",
        (hash, tag),
    )
    .await
}

pub(crate) async fn move_head(c: &mut Conn, seq: i64, hash: &str, tag: &str) -> Result<u64> {
    c.exec(
        "update audit_head set seq = ?, hash = ?, tag = ? where id = 1",
        (seq, hash, tag),
    )
    .await
}

pub(crate) async fn unsealed(c: &mut Conn, limit: i64) -> Result<Vec<(AuditRow, String)>> {
    let rows: Vec<(
        String,
        i64,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
    )> = c
        .rows(
            "select id, at, actor_kind, actor, action, subject, result, detail, trace, tag
             from audit_log where seq is null order by id limit ?",
            (limit,),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(
            |(id, at, kind, actor, action, subject, result, detail, trace, tag)| {
                (
                    row((None, id, at, kind, actor, action, subject, result, detail, trace)),
                    tag,
                )
            },
        )
        .collect())
}

pub(crate) async fn link(c: &mut Conn, id: &str, seq: i64, hash: &str) -> Result<u64> {
    c.exec(
        "update audit_log set seq = ?, hash = ? where id = ? and seq is null",
        (seq, hash, id),
    )
    .await
}

/// A linked row with its tag and its hash.
pub(crate) type Linked = (AuditRow, String, String);

pub(crate) async fn sealed_after(c: &mut Conn, seq: i64, limit: i64) -> Result<Vec<Linked>> {
    let rows: Vec<(
        Option<i64>,
        String,
        i64,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
    )> = c
        .rows(
            "select seq, id, at, actor_kind, actor, action, subject, result, detail, trace, tag, hash
             from audit_log where seq > ? order by seq limit ?",
            (seq, limit),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(
            |(seq, id, at, kind, actor, action, subject, result, detail, trace, tag, hash)| {
                (
                    row((seq, id, at, kind, actor, action, subject, result, detail, trace)),
                    tag,
                    hash,
                )
            },
        )
        .collect())
}

/// The leading column of the search decides which index serves it; the rest are residual tests.
pub(crate) async fn search(c: &mut Conn, f: &Filter, after: &Cursor, limit: i64) -> Result<Vec<AuditRow>> {
    let (from, to): (Ms, Ms) = (f.from.unwrap_or(0), f.to.unwrap_or(i64::MAX));
    let (action, at, id) = (f.action.as_str(), after.at, after.id.as_str());
    let rows: Vec<Columns> = if !f.subject.is_empty() {
        let args = (
            &*f.subject,
            from,
            to,
            at,
            at,
            id,
            action,
            action,
            &*f.actor,
            &*f.actor,
            limit,
        );
        c.rows(
            "select seq, id, at, actor_kind, actor, action, subject, result, detail, trace from audit_log
             where subject = ? and at >= ? and at < ? and (at < ? or (at = ? and id < ?))
             and (? = '' or action = ?) and (? = '' or actor = ?) order by at desc, id desc limit ?",
            args,
        )
        .await?
    } else if !f.actor.is_empty() {
        c.rows(
            "select seq, id, at, actor_kind, actor, action, subject, result, detail, trace from audit_log
             where actor = ? and at >= ? and at < ? and (at < ? or (at = ? and id < ?))
             and (? = '' or action = ?) order by at desc, id desc limit ?",
            (&*f.actor, from, to, at, at, id, action, action, limit),
        )
        .await?
    } else if !f.action.is_empty() {
        c.rows(
            "select seq, id, at, actor_kind, actor, action, subject, result, detail, trace from audit_log
             where action = ? and at >= ? and at < ? and (at < ? or (at = ? and id < ?))
             order by at desc, id desc limit ?",
            (action, from, to, at, at, id, limit),
        )
        .await?
    } else {
        c.rows(
            "select seq, id, at, actor_kind, actor, action, subject, result, detail, trace from audit_log
             where at >= ? and at < ? and (at < ? or (at = ? and id < ?)) order by at desc, id desc limit ?",
            (from, to, at, at, id, limit),
        )
        .await?
    };
    Ok(rows.into_iter().map(row).collect())
}
