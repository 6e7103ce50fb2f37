//! Recording, sealing, searching and verifying.

use kit::cx::Cx;
use kit::db::{self, Conn};
use kit::web::{Cursor, Page, current_trace};

use crate::model::{AuditRow, Entry, Fault, Filter, GENESIS, Verdict};
use crate::store;

/// Rows linked in one transaction; bounds how long the head is held.
const BATCH: i64 = 500;

/// Records an act in the caller's transaction.
pub async fn note(c: &mut Conn, cx: &Cx, entry: Entry) -> db::Result<()> {
    let row = AuditRow {
        seq: None,
        id: cx.ids.make::<uuid::Uuid>().to_string(),
        at: cx.clock.now(),
        actor_kind: entry.actor.kind().to_owned(),
        actor: entry.actor.name().to_owned(),
        action: entry.action.to_owned(),
        subject: entry.subject,
        result: entry.result.to_owned(),
        detail: entry.detail.to_string(),
        trace: current_trace(),
    };
    let tag = row_tag(cx, &row);
    store::insert(c, &row, &tag).await.map(|_| ())
}

/// Links waiting rows into the chain, oldest first; returns how many.
pub async fn seal(cx: &Cx) -> db::Result<usize> {
    let waiting = cx.db.glance(async |c| store::unsealed(c, 1).await).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let cx2 = cx.clone();
    cx.db.tx(async move |c| seal_batch(c, &cx2).await).await
}

async fn seal_batch(c: &mut Conn, cx: &Cx) -> db::Result<usize> {
    let Some((mut seq, mut hash, _)) = store::head(c).await? else {
        store::begin_head(c, GENESIS, &head_tag(cx, 0, GENESIS)).await?;
        return Ok(1);
    };
    let rows = store::unsealed(c, BATCH).await?;
    for (row, _) in &rows {
        seq += 1;
        hash = row.link(seq, &hash);
        store::link(c, &row.id, seq, &hash).await?;
    }
    store::move_head(c, seq, &hash, &head_tag(cx, seq, &hash)).await?;
    Ok(rows.len())
}

/// Finds rows, newest first.
pub async fn search(cx: &Cx, filter: Filter, after: Cursor, limit: usize) -> db::Result<Page<AuditRow>> {
    let more = i64::try_from(limit).unwrap_or(100) + 1;
    let rows = cx
        .db
        .read(async move |c| store::search(c, &filter, &after, more).await)
        .await?;
    Ok(Page::cut(rows, limit, |row| Cursor {
        at: row.at,
        id: row.id.clone(),
    }))
}

/// Walks the whole chain and every tag; the first fault found is reported.
pub async fn verify(cx: &Cx) -> db::Result<Verdict> {
    let cx2 = cx.clone();
    let (rows, sealed, head_hash, fault) = cx.db.report(async move |c| walk(c, &cx2).await).await?;
    if let Some(fault) = &fault {
        tracing::error!(kind = fault.kind, seq = fault.seq, "the audit chain is broken");
    }
    Ok(Verdict {
        ok: fault.is_none(),
        rows,
        sealed,
        head_hash,
        checked_at: cx.clock.now(),
        fault,
    })
}

type Walk = (i64, i64, String, Option<Fault>);

async fn walk(c: &mut Conn, cx: &Cx) -> db::Result<Walk> {
    let head = store::peek_head(c).await?;
    let (mut seq, mut hash, mut rows) = (0, GENESIS.to_owned(), 0);
    loop {
        let page = store::sealed_after(c, seq, BATCH).await?;
        if page.is_empty() {
            break;
        }
        for (row, tag, stored) in page {
            rows += 1;
            if let Some(fault) = check(cx, &row, &tag, &stored, (seq + 1, &hash)) {
                return Ok((rows, seq, hash, Some(fault)));
            }
            (seq, hash) = (seq + 1, stored);
        }
    }
    let fault = check_head(cx, head, seq, &hash);
    for (row, tag) in store::unsealed(c, i64::MAX).await? {
        rows += 1;
        if fault.is_none() && row_tag(cx, &row) != tag {
            return Ok((
                rows,
                seq,
                hash,
                Some(Fault {
                    kind: "edited",
                    seq: None,
                    id: Some(row.id),
                }),
            ));
        }
    }
    Ok((rows, seq, hash, fault))
}

fn check(
    cx: &Cx,
    row: &AuditRow,
    tag: &str,
    stored: &str,
    (expected, previous): (i64, &str),
) -> Option<Fault> {
    let fault = |kind| {
        Some(Fault {
            kind,
            seq: row.seq,
            id: Some(row.id.clone()),
        })
    };
    if row.seq != Some(expected) {
        return fault("missing");
    }
    if row_tag(cx, row) != tag {
        return fault("edited");
    }
    if row.link(expected, previous) != stored {
        return fault("chain");
    }
    None
}

/// The head must be ours and must stand where the chain ends, else rows were cut off.
fn check_head(cx: &Cx, head: Option<(i64, String, String)>, seq: i64, hash: &str) -> Option<Fault> {
    let fault = Some(Fault {
        kind: "head",
        seq: Some(seq),
        id: None,
    });
    match head {
        None if seq == 0 => None,
        None => fault,
        Some((at, end, tag)) => (at != seq || end != hash || tag != head_tag(cx, at, &end))
            .then_some(())
            .and(fault),
    }
}

fn row_tag(cx: &Cx, row: &AuditRow) -> String {
    cx.vault.tag("audit_log", &[&row.canonical()])
}

fn head_tag(cx: &Cx, seq: i64, hash: &str) -> String {
    cx.vault.tag("audit_head", &[&seq.to_string(), hash])
}
