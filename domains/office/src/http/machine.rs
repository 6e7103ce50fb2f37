//! Nodes, figures and policies.

use axum::Json;
use axum::extract::State;
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Node, NodeState, Overview};
use crate::service::Office;

/// A node as it last told of itself.
#[derive(Serialize, ToSchema)]
pub(super) struct NodeView {
    name: String,
    version: String,
    roles: String,
    started_at: Ms,
    seen_at: Ms,
    state: NodeState,
    cpu_percent: i64,
    rss_mb: i64,
    db: String,
    redis: String,
    core: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct JobsView {
    due: i64,
    running: i64,
    /// Failed too often; somebody must look.
    dead: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct NodesView {
    nodes: Vec<NodeView>,
    jobs: JobsView,
    database: String,
    cache: String,
}

fn view(n: Node, now: Ms) -> NodeView {
    NodeView {
        state: NodeState::of(n.seen_at, now),
        name: n.name,
        version: n.version,
        roles: n.roles,
        started_at: n.started_at,
        seen_at: n.seen_at,
        cpu_percent: n.cpu_percent,
        rss_mb: n.rss_mb,
        db: n.database,
        redis: n.cache,
        core: n.core,
    }
}

/// The nodes and their work.
#[utoipa::path(get, path = "/api/office/nodes", tag = "office",
    responses((status = 200, body = NodesView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn nodes(State(office): State<Office>) -> Answer<Json<NodesView>> {
    let found = office.nodes().await?;
    let jobs = JobsView {
        due: found.backlog.due,
        running: found.backlog.running,
        dead: found.backlog.dead,
    };
    let now = found.now;
    Ok(Json(NodesView {
        nodes: found.nodes.into_iter().map(|n| view(n, now)).collect(),
        jobs,
        database: found.database,
        cache: found.cache,
    }))
}

/// The bank's day in numbers.
#[utoipa::path(get, path = "/api/office/overview", tag = "office",
    responses((status = 200, body = Overview), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn overview(State(office): State<Office>) -> Answer<Json<Overview>> {
    Ok(Json(office.overview().await?))
}

#[derive(Serialize, ToSchema)]
pub(super) struct PolicyView {
    act: String,
    /// From this amount on. Fen.
    min_amount_fen: i64,
    factors: Vec<String>,
    version: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PoliciesView {
    items: Vec<PolicyView>,
}

/// Which proof is asked for which act.
#[utoipa::path(get, path = "/api/office/policies", tag = "office",
    responses((status = 200, body = PoliciesView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn policies(State(office): State<Office>) -> Answer<Json<PoliciesView>> {
    let rows = office.0.identity.policies().await?;
    let items = rows
        .into_iter()
        .map(|(act, min_amount_fen, factors, version)| PolicyView {
            act,
            min_amount_fen,
            factors: factors
                .split(',')
                .filter(|f| !f.is_empty())
                .map(str::to_owned)
                .collect(),
            version,
        })
        .collect();
    Ok(Json(PoliciesView { items }))
}
