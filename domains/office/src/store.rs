//! Every SQL statement of the office: its register of nodes, its cases, its reconciliation.

use kit::clock::Ms;
use kit::db::{Conn, Result};
use kit::reseal::SealedColumn;
use kit::sealed;

pub(crate) mod cases;
pub(crate) mod corrections;
pub(crate) mod recon;

/// Every sealed column of this domain, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("office_case_event", "text"),
    sealed!("office_correction", "reason"),
];

use crate::model::Node;

type Columns = (String, String, String, i64, i64, i64, i64, String, String, String);

pub(crate) async fn begin(c: &mut Conn, n: &Node) -> Result<bool> {
    c.insert_new(
        "insert into office_node (name, version, roles, started_at, seen_at, cpu_percent, rss_mb, database_state, cache_state,
             core_state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            &*n.name, &*n.version, &*n.roles, n.started_at, n.seen_at, n.cpu_percent, n.rss_mb, &*n.database, &*n.cache, &*n.core,
        ),
    )
    .await
}

pub(crate) async fn report(c: &mut Conn, n: &Node) -> Result<u64> {
    c.exec(
        "update office_node set version = ?, roles = ?, started_at = ?, seen_at = ?, cpu_percent = ?, rss_mb = ?,
             database_state = ?, cache_state = ?, core_state = ? where name = ?",
        (
            &*n.version, &*n.roles, n.started_at, n.seen_at, n.cpu_percent, n.rss_mb, &*n.database, &*n.cache, &*n.core, &*n.name,
        ),
    )
    .await
}

pub(crate) async fn nodes(c: &mut Conn, since: Ms) -> Result<Vec<Node>> {
    let rows: Vec<Columns> = c
        .rows(
            "select name, version, roles, started_at, seen_at, cpu_percent, rss_mb, database_state, cache_state, core_state
             from office_node where seen_at >= ? order by name",
            (since,),
        )
        .await?;
    Ok(rows.into_iter().map(node).collect())
}

fn node(
    (name, version, roles, started_at, seen_at, cpu_percent, rss_mb, database, cache, core): Columns,
) -> Node {
    Node {
        name,
        version,
        roles,
        started_at,
        seen_at,
        cpu_percent,
        rss_mb,
        database,
        cache,
        core,
    }
}
