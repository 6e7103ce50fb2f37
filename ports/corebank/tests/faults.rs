//! IN01 AR05 · The line to the core breaks in every way: nothing lost, nothing doubled, and "unknown" where it
//! is unknown; slow reports hold up no payments; a dead core costs no time and is found alive by itself.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod line;
mod world;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use corebank::{
    Answer, Booking, Class, CoreBank, HttpCore, HttpOptions, Op, RefusalCode, Stub, TransferOrder,
    TransferStatus,
    contract::{Bank, suite},
    http::{Desk, Seals, ServerTls, Signer, TlsListener},
    stub::Fault,
};
use futures_util::future::join_all;
use kit::{
    clock::{Clock, SECOND},
    db::Engine,
    http::Credentials,
    ids::Ids,
    random::Random,
    tasks::Tasks,
};
use line::{Break, Line};
use world::World;

struct Wire {
    world: World,
    core: HttpCore,
    line: Line,
}

/// Both sides sign; the clock is the machine's.
async fn wire() -> Wire {
    let world = World::new(Engine::Sqlite).await;
    let (ours, theirs) = (signer("weigui"), signer("core"));
    let base = world::serve_sealed(Arc::new(world.core.clone()), seals(&theirs, &ours)).await;
    let line = Line::to(&base).await;
    let options = HttpOptions {
        seals: seals(&ours, &theirs),
        ..HttpOptions::plain(&line.base)
    };
    let core = adapter(options, Clock::system());
    Wire { world, core, line }
}

fn adapter(options: HttpOptions, clock: Clock) -> HttpCore {
    HttpCore::new(options, clock.clone(), Ids::new(clock, Random)).unwrap()
}

fn signer(name: &str) -> Signer {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    Signer::from_pem(name, key.serialize_pem().as_bytes()).unwrap()
}

fn seals(signer: &Signer, other: &Signer) -> Seals {
    Seals {
        signer: Some(signer.clone()),
        trusted: other.trusted(),
    }
}

impl Wire {
    /// What the payer has paid and the payee has got, in the core itself, since `act` began.
    async fn moved(&self, act: impl Future<Output = ()>) -> (i64, i64) {
        let before = self.have().await;
        act.await;
        let after = self.have().await;
        self.world.books_are_whole().await;
        (before.0 - after.0, after.1 - before.1)
    }

    async fn have(&self) -> (i64, i64) {
        let bank = self.world.bank();
        let fen = async |no: &str| self.world.core.balance(no).await.done().unwrap().posted.fen();
        (fen(&bank.payer).await, fen(&bank.payee).await)
    }

    async fn status(&self, order: &TransferOrder) -> TransferStatus {
        self.core.transfer_status(order.id).await.done().unwrap()
    }
}

#[tokio::test]
async fn a_request_lost_before_execution_is_unknown_and_can_be_sent_again() {
    let wire = wire().await;
    let order = wire.world.order(100);
    let moved = wire.moved(async {
        wire.line.breaks(&[Break::LoseRequest]);
        assert_eq!(wire.core.transfer(&order).await, Answer::Unknown);
        assert_eq!(wire.line.requests(), 1, "a command is sent once");
        assert_eq!(wire.status(&order).await, TransferStatus::NotSeen);
        wire.core.transfer(&order).await.done().unwrap();
    });
    assert_eq!(moved.await, (100, 100));
}

#[tokio::test]
async fn an_answer_lost_after_execution_is_unknown_and_found_by_status() {
    let wire = wire().await;
    let order = wire.world.order(100);
    let moved = wire.moved(async {
        wire.line.breaks(&[Break::LoseAnswer]);
        assert_eq!(wire.core.transfer(&order).await, Answer::Unknown);
        let TransferStatus::Posted(posted) = wire.status(&order).await else {
            unreachable!("not posted");
        };
        let again = wire.core.transfer(&order).await;
        assert_eq!(again, Answer::Done(Booking::Posted(posted)));
    });
    assert_eq!(moved.await, (100, 100));
}

#[tokio::test]
async fn a_duplicate_on_the_line_moves_once() {
    let wire = wire().await;
    let order = wire.world.order(100);
    let moved = wire.moved(async {
        wire.line.breaks(&[Break::Twice]);
        wire.core.transfer(&order).await.done().unwrap();
    });
    assert_eq!(moved.await, (100, 100));
}

#[tokio::test]
async fn reordered_requests_both_count_once() {
    let wire = wire().await;
    let (first, second) = (wire.world.order(100), wire.world.order(7));
    let moved = wire.moved(async {
        wire.line.breaks(&[Break::Hold]);
        let later = async {
            while wire.line.requests() < 1 {
                tokio::task::yield_now().await;
            }
            let answer = wire.core.transfer(&second).await;
            wire.line.release();
            answer
        };
        let (slow, quick) = tokio::join!(wire.core.transfer(&first), later);
        let (slow, quick) = (slow.done().unwrap().proof(), quick.done().unwrap().proof());
        assert_ne!(slow.reference, quick.reference);
    });
    assert_eq!(moved.await, (107, 107));
}

#[tokio::test]
async fn a_wrong_amount_on_the_way_there_moves_nothing() {
    let wire = wire().await;
    let order = wire.world.order(12_345);
    let moved = wire.moved(async {
        wire.line.breaks(&[Break::ChangeRequest("12345", "92345")]);
        assert_eq!(wire.core.transfer(&order).await, Answer::Unknown);
        assert_eq!(wire.status(&order).await, TransferStatus::NotSeen);
    });
    assert_eq!(moved.await, (0, 0));
}

#[tokio::test]
async fn a_wrong_amount_on_the_way_back_is_not_believed() {
    let wire = wire().await;
    let payer = wire.world.bank().payer;
    let real = wire.core.balance(&payer).await.done().unwrap();
    let minor = real.posted.fen().to_string();
    let wrong: &'static str = Box::leak("9".repeat(minor.len()).into_boxed_str());
    wire.line
        .breaks(&[Break::ChangeAnswer(Box::leak(minor.into_boxed_str()), wrong)]);
    assert_eq!(wire.core.balance(&payer).await, Answer::Unknown);
    assert_eq!(
        wire.core.balance(&payer).await.done().unwrap().posted,
        real.posted
    );
}

#[tokio::test]
async fn a_reset_command_is_unknown_and_a_reset_question_may_be_asked_again() {
    let wire = wire().await;
    let payer = wire.world.bank().payer;
    wire.line.breaks(&[Break::Reset]);
    assert_eq!(
        wire.core.balance(&payer).await,
        Answer::Unknown,
        "no retry is saved up yet"
    );
    for _ in 0..9 {
        wire.core.balance(&payer).await.done().unwrap();
    }
    let before = wire.line.requests();
    wire.line.breaks(&[Break::Reset]);
    wire.core.balance(&payer).await.done().unwrap();
    assert_eq!(wire.line.requests(), before + 2);
    wire.line.breaks(&[Break::Reset]);
    assert_eq!(wire.core.balance(&payer).await, Answer::Unknown, "one in ten");
    let order = wire.world.order(100);
    let before = wire.line.requests();
    let moved = wire.moved(async {
        wire.line.breaks(&[Break::Reset]);
        assert_eq!(wire.core.transfer(&order).await, Answer::Unknown);
    });
    assert_eq!(moved.await, (0, 0));
    assert_eq!(wire.line.requests(), before + 1, "a command is sent once");
}

#[tokio::test]
async fn unsigned_or_strangers_requests_are_not_carried_out() {
    let world = World::new(Engine::Sqlite).await;
    let (ours, theirs, stranger) = (signer("weigui"), signer("core"), signer("weigui"));
    let base = world::serve_sealed(Arc::new(world.core.clone()), seals(&theirs, &ours)).await;
    let order = world.order(100);
    let open = adapter(HttpOptions::plain(&base), Clock::system());
    assert_eq!(open.transfer(&order).await, Answer::Unknown);
    let with = |seals| HttpOptions {
        seals,
        ..HttpOptions::plain(&base)
    };
    let fake = adapter(with(seals(&stranger, &theirs)), Clock::system());
    assert_eq!(fake.transfer(&order).await, Answer::Unknown);
    let mistrusts = adapter(with(seals(&ours, &signer("core"))), Clock::system());
    assert_eq!(mistrusts.balance(&world.bank().payer).await, Answer::Unknown);
    let late = Clock::manual(Clock::system().now() - 10 * 60 * SECOND).0;
    assert_eq!(
        adapter(with(seals(&ours, &theirs)), late).transfer(&order).await,
        Answer::Unknown
    );
    let status = world.core.transfer_status(order.id).await;
    assert_eq!(status, Answer::Done(TransferStatus::NotSeen));
    adapter(with(seals(&ours, &theirs)), Clock::system())
        .transfer(&order)
        .await
        .done()
        .unwrap();
}

#[tokio::test]
async fn ten_seconds_of_reports_hold_up_no_payment() {
    let world = World::new(Engine::Sqlite).await;
    let bank = world.bank();
    let stub = Stub::new(bank.core.clone(), Clock::system());
    stub.every(Op::Entries, Fault::Delay(Duration::from_secs(10)));
    let mut options = HttpOptions::plain(&world::serve(Arc::new(stub)).await);
    options.rules.report.at_once = 2;
    options.rules.report.wait = Duration::from_millis(50);
    options.rules.report.total = Duration::from_secs(8);
    let core = adapter(options, Clock::system());
    let query = corebank::EntryQuery::all(&bank.payer, 5);
    let began = Instant::now();
    let reports = async {
        let answers = tokio::time::timeout(
            Duration::from_secs(4),
            join_all((0..20).map(|_| core.entries(&query))),
        );
        assert!(
            answers.await.is_err(),
            "two reports are under way, eighteen were given up"
        );
    };
    let payments = async {
        for _ in 0..10 {
            core.transfer(&world.order(1)).await.done().unwrap();
        }
        began.elapsed()
    };
    let ((), took) = tokio::join!(reports, payments);
    assert!(took < Duration::from_secs(4), "ten payments took {took:?}");
    assert!(core.is_open(Class::Command));
}

#[tokio::test]
async fn a_dead_core_costs_no_time_and_is_found_alive_by_itself() {
    let world = World::new(Engine::Sqlite).await;
    let bank = world.bank();
    let stub = Stub::new(bank.core.clone(), Clock::system());
    let base = world::serve(Arc::new(stub.clone())).await;
    let (clock, hand) = Clock::manual(Clock::system().now());
    let core = adapter(HttpOptions::plain(&base), clock);
    core.balance(&bank.payer).await.done().unwrap();
    stub.all(Fault::Down);
    for _ in 0..5 {
        assert_eq!(core.balance(&bank.payer).await, Answer::Unknown);
    }
    assert!(!core.is_open(Class::Inquiry));
    let asked = stub.calls(Op::Balance);
    let began = Instant::now();
    for _ in 0..100 {
        assert_eq!(core.balance(&bank.payer).await, Answer::Unknown);
    }
    let took = began.elapsed() / 100;
    assert!(
        took < Duration::from_millis(50),
        "{took:?} for an answer that nobody was asked for"
    );
    assert_eq!(stub.calls(Op::Balance), asked);
    assert!(core.is_open(Class::Command), "each class has its own breaker");
    hand.forward(2 * SECOND);
    assert_eq!(core.balance(&bank.payer).await, Answer::Unknown);
    assert_eq!(stub.calls(Op::Balance), asked + 1, "one probe");
    stub.heal();
    assert_eq!(
        core.balance(&bank.payer).await,
        Answer::Unknown,
        "the pause has doubled"
    );
    hand.forward(4 * SECOND);
    core.balance(&bank.payer).await.done().unwrap();
    assert!(core.is_open(Class::Inquiry));
}

#[tokio::test]
async fn refusals_are_answers_and_open_no_breaker() {
    let world = World::new(Engine::Sqlite).await;
    let core = World::http(&world.serve().await);
    for _ in 0..30 {
        let no = core.balance("0000").await;
        assert!(matches!(no, Answer::Refused(no) if no.code == RefusalCode::AccountNotFound));
    }
    assert!(core.is_open(Class::Inquiry));
}

/// An authority, and what it signed: PEM of chain and key.
struct Authority {
    pem: String,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: rcgen::Issuer::new(params, key),
        }
    }

    fn signs(&self, name: &str) -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
async fn only_who_shows_a_certificate_of_the_banks_is_served() {
    let world = World::new(Engine::Sqlite).await;
    let (authority, other) = (Authority::new(), Authority::new());
    let (chain, key) = authority.signs("localhost");
    let tls = ServerTls {
        chain_pem: chain.into_bytes(),
        key_pem: key.into_bytes(),
        client_ca_pem: Some(authority.pem.clone().into_bytes()),
    };
    let tcp = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://localhost:{}", tcp.local_addr().unwrap().port());
    let listener = TlsListener::new(tcp, &tls, &Tasks::new()).unwrap();
    let (ours, theirs) = (signer("weigui"), signer("core"));
    let desk = Desk {
        seals: seals(&theirs, &ours),
        clock: Clock::system(),
    };
    let app = corebank::serve(Arc::new(world.core.clone()), desk);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let with = |ca: &Authority, identity: Option<(String, String)>| {
        let credentials = Credentials {
            ca_pem: Some(ca.pem.clone().into_bytes()),
            identity_pem: identity.map(|(chain, key)| zeroize::Zeroizing::new((chain + &key).into_bytes())),
        };
        let options = HttpOptions {
            credentials,
            seals: seals(&ours, &theirs),
            ..HttpOptions::plain(&base)
        };
        adapter(options, Clock::system())
    };
    let order = world.order(100);
    let nobody = with(&authority, None);
    assert_eq!(nobody.transfer(&order).await, Answer::Unknown, "no certificate");
    let stranger = with(&authority, Some(other.signs("weigui")));
    assert_eq!(
        stranger.transfer(&order).await,
        Answer::Unknown,
        "a stranger's certificate"
    );
    let misled = with(&other, Some(authority.signs("weigui")));
    assert_eq!(
        misled.transfer(&order).await,
        Answer::Unknown,
        "a server of another authority"
    );
    assert_eq!(
        world.core.transfer_status(order.id).await,
        Answer::Done(TransferStatus::NotSeen)
    );
    let known = with(&authority, Some(authority.signs("weigui")));
    let verdict = suite(async || Bank {
        core: Arc::new(known.clone()),
        ..world.bank()
    });
    let verdict = verdict.await;
    assert!(verdict.failed.is_empty(), "{:#?}", verdict.failed);
    assert!(verdict.passed.len() > 20);
}
