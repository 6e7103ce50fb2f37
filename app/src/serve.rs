//! The listeners: customers, staff and WeChat on one, operations on another.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use axum::{Router, middleware};
use kit::problem::Problem;
use kit::telemetry::Metrics;
use kit::web::{Doors, detach_writes, hear_out, trace_requests};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::headers::{self, Policy};
use crate::wire::{Bank, Mode};
use crate::{access, assets, demo, ops};

/// Bytes of a JSON body; forms are small.
const BODY_LIMIT: usize = 64 * 1024;
/// How long a stopping node waits for requests under way.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(OpenApi)]
#[openapi(info(
    title = "Weigui 微柜",
    description = "A bank's counter inside WeChat. Money is integer fen (`*_fen`); instants are integer milliseconds UTC (`*_at`); commands carry an `Idempotency-Key` made before the first send; refusals are `application/problem+json` with a stable `code`."
))]
struct Doc;

fn api(bank: &Bank) -> OpenApiRouter {
    OpenApiRouter::with_openapi(Doc::openapi())
        .merge(identity::router().with_state(bank.identity.clone()))
        .merge(accounts::router().with_state(bank.accounts.clone()))
        .merge(payments::router().with_state(bank.payments.clone()))
        .merge(payments::PayIns::router().with_state(bank.payins.clone()))
        .merge(office::router().with_state(bank.office.clone()))
}

/// The API's description.
pub fn openapi(bank: &Bank) -> utoipa::openapi::OpenApi {
    let mut description = api(bank).split_for_parts().1;
    name_operations(&mut description);
    description
}

/// Operations are named by method and path, since handlers of two domains may share a name.
fn name_operations(description: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut description.paths.paths {
        let of_path = |method: &str| {
            let parts = path.trim_start_matches("/api/").split(['/', '-', '.']);
            parts.fold(method.to_owned(), |name, part| {
                format!("{name}_{}", part.trim_matches(['{', '}']))
            })
        };
        let methods = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                operation.operation_id = Some(of_path(method));
            }
        }
    }
}

/// Who may pass through which route.
pub fn api_doors() -> Doors {
    access::doors()
}

/// Everything on the public listener.
pub fn router(bank: &Bank, world: Option<&sandbox::Sandbox>) -> Router {
    let (api, mut description) = api(bank).split_for_parts();
    name_operations(&mut description);
    let description = Bytes::from(serde_json::to_vec(&description).unwrap_or_default());
    let json = [(header::CONTENT_TYPE, "application/json")];
    let guard = (bank.identity.clone(), Arc::new(access::doors()));
    let api = api
        .route(
            "/api/openapi.json",
            get(move || async move { (json, description) }),
        )
        .method_not_allowed_fallback(|| async { wrong_method() })
        .layer((
            DefaultBodyLimit::max(BODY_LIMIT),
            middleware::from_fn_with_state(guard, identity::guard),
        ));
    let callback = format!("/wechat/{}/callback", bank.config.wechat.account);
    let mut all = Router::new()
        .merge(api)
        .nest(&callback, channel::callback(&bank.channel))
        .merge(assets::router())
        .route("/", get(|| async { Redirect::temporary("/h5/") }));
    if let Some(world) = world {
        all = all.merge(assets::simulator()).nest("/sandbox", world.router());
    }
    let policy = Policy {
        https: bank.config.public_url().starts_with("https://"),
        framed_by_self: bank.mode == Mode::Demo,
    };
    let routed = all
        .method_not_allowed_fallback(|| async { wrong_method() })
        .fallback(|| async { Problem::new(404, "not_found", "没有找到您要的内容。") })
        .layer((
            middleware::from_fn(trace_requests),
            CatchPanicLayer::custom(|_| Problem::internal("panic", &"a handler panicked").into_response()),
        ));
    // Around the router, not around each of its routes: a layer copies what it wraps at every request, and a router is
    // copied for nothing. The outermost is named first.
    Router::new().fallback_service(routed).layer((
        middleware::from_fn(hear_out),
        middleware::from_fn(plain_methods),
        CompressionLayer::new(),
        middleware::from_fn_with_state(policy, headers::secure),
        middleware::from_fn(detach_writes),
    ))
}

/// Methods that nothing here speaks are refused before anything else looks at them.
async fn plain_methods(request: axum::extract::Request, next: middleware::Next) -> axum::response::Response {
    match request.method().as_str() {
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" => next.run(request).await,
        _ => wrong_method().into_response(),
    }
}

fn wrong_method() -> Problem {
    Problem::new(405, "request.method", "不支持这种请求方法。")
}

/// The bound listeners of a node.
pub struct Doorway {
    public: TcpListener,
    ops: Option<TcpListener>,
}

impl Doorway {
    /// Takes the ports. In the demo a taken operations port is no reason not to start.
    pub async fn open(config: &crate::Config, mode: Mode) -> anyhow::Result<Self> {
        let http = &config.http;
        let public = TcpListener::bind(&http.listen)
            .await
            .with_context(|| format!("listening on {}", http.listen))?;
        let ops = match TcpListener::bind(&http.ops_listen).await {
            Ok(listener) => Some(listener),
            Err(error) if mode == Mode::Demo => {
                tracing::warn!(listen = http.ops_listen, cause = %error, "no operations listener");
                None
            }
            Err(error) => return Err(error).with_context(|| format!("listening on {}", http.ops_listen)),
        };
        Ok(Self { public, ops })
    }

    /// Serves until the process is asked to end, then lets requests under way finish.
    pub async fn serve(self, bank: &Bank, web: bool, world: Option<&sandbox::Sandbox>) -> anyhow::Result<()> {
        let tasks = bank.cx.tasks.clone();
        if let Some(listener) = self.ops {
            let (app, stopping) = (ops::router(bank.clone(), Metrics::install()), tasks.clone());
            tasks.start(async move {
                let served = axum::serve(listener, app.into_make_service())
                    .with_graceful_shutdown(async move { stopping.stopping().await });
                if let Err(error) = served.await {
                    tracing::error!(cause = %error, "operations listener ended");
                }
            });
        }
        if !web {
            tasks.stopping().await;
            return Ok(());
        }
        // Made once: handed over bare, the router is built anew for every connection (7 ms and 2.6 MB each).
        let app = router(bank, world).into_make_service();
        let (graceful, hard) = (tasks.clone(), tasks);
        let served =
            axum::serve(self.public, app).with_graceful_shutdown(async move { graceful.stopping().await });
        tokio::select! {
            ended = served.into_future() => ended.context("serving"),
            // A long poll must not hold the door open for ever.
            () = async { hard.stopping().await; tokio::time::sleep(PATIENCE).await } => Ok(()),
        }
    }
}

/// The demo's world around a bank, if this is the demo.
pub(crate) fn world(bank: &Bank) -> anyhow::Result<Option<sandbox::Sandbox>> {
    (bank.mode == Mode::Demo).then(|| demo::world(bank)).transpose()
}
