//! `weigui core-sim`: the reference core behind the core contract, for those who connect a bank's own core to
//! the platform, or the platform to a core. Faults are switched on a listener of their own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Args;
use corebank::http::{Desk, Seals, ServerTls, Signer, TlsListener, Trusted};
use corebank::stub::Fault;
use corebank::{ClearingHouse, EmbeddedCore, Op, RefusalCode, Stub, demo};
use kit::clock::Clock;
use kit::db::{Db, Options};
use kit::http::Timeouts;
use kit::keys;
use kit::random::Random;
use kit::tasks::Tasks;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::serve::wait_for_end;
use crate::config::Config;
use crate::core::file;
use crate::migrations;
use crate::wire::{Mode, master_key};

#[derive(Args)]
pub(super) struct Sim {
    /// Where the contract is served, under `/core/v1`.
    #[arg(long, default_value = "127.0.0.1:9443")]
    listen: String,
    /// Where faults are switched; keep it private.
    #[arg(long, default_value = "127.0.0.1:9444")]
    admin: String,
    /// Keeps the core's books.
    #[arg(long, default_value = "core-sim")]
    data_dir: PathBuf,
    /// PEM of the server's certificate chain; without it the wire is plain HTTP.
    #[arg(long, default_value = "")]
    tls_cert: String,
    /// PEM of its private key.
    #[arg(long, default_value = "")]
    tls_key: String,
    /// PEM of the authorities of callers' certificates; without it callers need none.
    #[arg(long, default_value = "")]
    client_ca: String,
    /// PEM of the Ed25519 key that signs answers.
    #[arg(long, default_value = "")]
    signing_key: String,
    #[arg(long, default_value = "core")]
    signing_key_id: String,
    /// PEM of the Ed25519 public key by which requests are believed; without it none is checked.
    #[arg(long, default_value = "")]
    trusted_key: String,
    #[arg(long, default_value = "weigui")]
    trusted_key_id: String,
}

/// What the admin listener works on.
#[derive(Clone)]
struct Board {
    stub: Stub,
    clearing: sandbox::Clearing,
}

pub(super) async fn run(sim: Sim) -> anyhow::Result<()> {
    kit::telemetry::logs(kit::telemetry::LogFormat::Text, "info");
    kit::http::install_tls();
    let (clock, tasks) = (Clock::system(), Tasks::new());
    let core = open(&sim, &clock).await?;
    demo::seed(&core, clock.now()).await.context("seeding the core")?;
    let stub = Stub::new(Arc::new(core.clone()), clock.clone());
    let time = clock.clone();
    let board = Board {
        stub: stub.clone(),
        clearing: sandbox::Clearing::new(Arc::new(move || time.now())),
    };
    let admin = TcpListener::bind(&sim.admin)
        .await
        .with_context(|| format!("listening on {}", sim.admin))?;
    let house = format!("http://{}/clearing", admin.local_addr()?);
    let house = ClearingHouse::new(&house, Timeouts::default())?;
    let stopping = tasks.clone();
    tasks.start(async move {
        let served = axum::serve(admin, switches(&board))
            .with_graceful_shutdown(async move { stopping.stopping().await });
        drop(served.await);
    });
    tasks.start(keep_going(core, house, tasks.clone()));
    let desk = Desk {
        seals: seals(&sim)?,
        clock,
    };
    let app = corebank::serve(Arc::new(stub), desk).into_make_service();
    let tcp = TcpListener::bind(&sim.listen)
        .await
        .with_context(|| format!("listening on {}", sim.listen))?;
    tracing::info!(
        listen = sim.listen,
        admin = sim.admin,
        tls = !sim.tls_cert.is_empty(),
        "core simulator open"
    );
    match tls(&sim)? {
        Some(tls) => {
            let listener = TlsListener::new(tcp, &tls, &tasks)?;
            axum::serve(listener, app)
                .with_graceful_shutdown(wait_for_end())
                .await?;
        }
        None => {
            axum::serve(tcp, app)
                .with_graceful_shutdown(wait_for_end())
                .await?;
        }
    }
    tasks.finish(Duration::from_secs(5)).await;
    Ok(())
}

async fn open(sim: &Sim, clock: &Clock) -> anyhow::Result<EmbeddedCore> {
    std::fs::create_dir_all(&sim.data_dir).context("making the data folder")?;
    let config = Config {
        data_dir: sim.data_dir.clone(),
        ..Config::default()
    };
    let db = Db::open(&Options::new(config.database_url()))
        .await
        .context("opening the database")?;
    migrations::bring_up(&db).await?;
    let master = master_key(&config, Mode::Demo)?;
    let vault = keys::open(&db, &master, clock, Random).await?;
    Ok(EmbeddedCore::new(db, vault, clock.clone()))
}

fn seals(sim: &Sim) -> anyhow::Result<Seals> {
    let signer = file(&sim.signing_key)?.map(|pem| Signer::from_pem(&sim.signing_key_id, &pem));
    let trusted = match file(&sim.trusted_key)? {
        Some(pem) => Trusted::default()
            .with(&sim.trusted_key_id, &pem)
            .context("--trusted-key")?,
        None => Trusted::default(),
    };
    Ok(Seals {
        signer: signer.transpose().context("--signing-key")?,
        trusted,
    })
}

fn tls(sim: &Sim) -> anyhow::Result<Option<ServerTls>> {
    let (chain, key) = (file(&sim.tls_cert)?, file(&sim.tls_key)?);
    Ok(match (chain, key) {
        (Some(chain_pem), Some(key_pem)) => Some(ServerTls {
            chain_pem,
            key_pem,
            client_ca_pem: file(&sim.client_ca)?,
        }),
        (None, None) => None,
        _ => anyhow::bail!("--tls-cert and --tls-key belong together"),
    })
}

/// What a core does by itself.
async fn keep_going(core: EmbeddedCore, house: ClearingHouse, tasks: Tasks) {
    while !tasks.is_stopping() {
        let (cleared, expired) = (core.clear_due(&house).await, core.expire_holds().await);
        for fail in [cleared.err(), expired.err()].into_iter().flatten() {
            tracing::warn!(cause = %fail, "trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = tasks.stopping() => return,
        }
    }
}

/// A fault as it is switched: `{"op": "transfer", "fault": "lose_answer", "standing": true}`.
#[derive(Deserialize)]
struct Switch {
    /// None: every operation; then it stands until it is healed.
    op: Option<Op>,
    #[serde(flatten)]
    fault: Named,
    /// Until it is healed; otherwise for the next call only.
    #[serde(default)]
    standing: bool,
}

#[derive(Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
enum Named {
    /// The answer is right, and late.
    Delay { ms: u64 },
    /// Nothing is executed, 503.
    Down,
    /// Executed; commands are told 202, questions 503.
    LoseAnswer,
    /// Executed twice.
    Duplicate,
    /// Refused without execution.
    Refuse { code: RefusalCode },
    /// Executed; the answer is false where an answer can be.
    Wrong,
}

impl From<Named> for Fault {
    fn from(named: Named) -> Self {
        match named {
            Named::Delay { ms } => Self::Delay(Duration::from_millis(ms)),
            Named::Down => Self::Down,
            Named::LoseAnswer => Self::LoseAnswer,
            Named::Duplicate => Self::Duplicate,
            Named::Refuse { code } => Self::Refuse(code),
            Named::Wrong => Self::Wrong,
        }
    }
}

fn switches(board: &Board) -> Router {
    Router::new()
        .route("/faults", post(add))
        .route("/heal", post(heal))
        .route("/calls", get(calls))
        .route("/people", get(people))
        .route("/clearing/faults", post(clearing_faults))
        .with_state(board.clone())
        .nest("/clearing", board.clearing.router())
}

async fn add(State(board): State<Board>, Json(switch): Json<Switch>) -> StatusCode {
    let fault = Fault::from(switch.fault);
    match switch.op {
        Some(op) if switch.standing => board.stub.every(op, fault),
        Some(op) => board.stub.next(op, fault),
        None => board.stub.all(fault),
    }
    StatusCode::NO_CONTENT
}

async fn heal(State(board): State<Board>) -> StatusCode {
    board.stub.heal();
    board.clearing.set_faults(sandbox::ClearingFaults::default());
    StatusCode::NO_CONTENT
}

async fn clearing_faults(
    State(board): State<Board>,
    Json(faults): Json<sandbox::ClearingFaults>,
) -> Json<sandbox::ClearingFaults> {
    board.clearing.set_faults(faults);
    Json(faults)
}

/// How often each operation was called.
#[derive(Serialize)]
struct Calls {
    operation: &'static str,
    calls: u64,
}

async fn calls(State(board): State<Board>) -> Json<Vec<Calls>> {
    let list = Op::ALL.iter().map(|op| Calls {
        operation: op.name(),
        calls: board.stub.calls(*op),
    });
    Json(list.collect())
}

/// Whom the simulated core knows: synthetic people, whose numbers go into requests.
async fn people() -> Json<Vec<Value>> {
    let people = demo::people().into_iter().map(|p| {
        let accounts: Vec<Value> = p
            .accounts
            .iter()
            .map(|a| json!({ "account_no": a.account_no, "card_no": a.card_no, "kind": a.kind }))
            .collect();
        json!({
            "customer_no": p.customer_no, "name": p.name, "id_no": p.id_no, "phone": p.phone,
            "accounts": accounts,
        })
    });
    Json(people.collect())
}
