//! A whole bank in the test's process, with its own database, clock and outside world.

use crate::browser::Browser;
use crate::demo;
use crate::engine::Engine;
use crate::log;
use crate::template;
use crate::world::World;
use corebank::stub::{Fault, Op, Stub};
use kit::clock::{Clock, DAY, ManualClock, Ms};
use kit::cx::Cx;
use sandbox::Sandbox;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;
use weigui::{Bank, Config, Doorway, Mode};

/// 2026-11-23 10:00:00 in Shanghai, a Monday: no quiet hours, no holiday.
pub(crate) const OPENS_AT: Ms = 1_795_399_200_000;
/// A fixed key, so that a copied database can be read. Base64 of 32 bytes.
pub(crate) const MASTER_KEY: &str = "d2VpZ3VpLXRlc3QtbWFzdGVyLWtleS0zMi1ieXRlcyE=";
/// Rounds of "next job, move the clock to it" after which something goes round in circles.
const MOST_ROUNDS: usize = 200;

/// Made by [`TestBank::open`]; to be ended by [`TestBank::close`] or [`TestBank::leave`].
pub struct TestBank {
    pub cx: Cx,
    pub clock: ManualClock,
    /// The switchboard in front of the core.
    pub core: Stub,
    pub world: World,
    pub(crate) bank: Bank,
    sandbox: Sandbox,
    address: SocketAddr,
    redis: Option<Mutex<kit::testing::Redis>>,
    ended: AtomicBool,
}

impl TestBank {
    /// On the engines of this run.
    pub async fn open() -> Self {
        Self::open_on(Engine::of_this_run()).await
    }

    pub async fn open_on(engine: Engine) -> Self {
        log::begin();
        let mut config = Config {
            data_dir: kit::testing::scratch("bank"),
            ..Config::default()
        };
        config.crypto.master_key = MASTER_KEY.to_owned();
        template::copy_into(&mut config, engine).await;
        let mut redis = None;
        if engine == Engine::Servers {
            // Its own, because the demo's ids are the same in every bank, and so are the keys of the cache.
            let own = kit::testing::Redis::start().await;
            config.redis.url = own.url().to_owned();
            redis = Some(Mutex::new(own));
        }
        let (clock, hand) = Clock::manual(OPENS_AT);
        Self::start(config, clock, hand, redis, (None, false)).await
    }

    async fn start(
        mut config: Config,
        clock: Clock,
        hand: ManualClock,
        redis: Option<Mutex<kit::testing::Redis>>,
        (world, alone): (Option<Sandbox>, bool),
    ) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        config.http.listen = address.to_string();
        config.http.ops_listen = "127.0.0.1:0".to_owned();
        demo::complete(&mut config);
        if alone {
            config.pay.base.clear();
            config.billers.url.clear();
        }
        let bank = Bank::open(config, Mode::Demo, clock, "web,worker")
            .await
            .expect("the bank opens");
        let sandbox = match world {
            Some(known) => known,
            None => demo::world(&bank),
        };
        let doorway = Doorway::open(&bank.config, Mode::Demo).await.expect("a door");
        let (inside, around) = (bank.clone(), sandbox.clone());
        bank.cx
            .tasks
            .start(async move { doorway.serve(&inside, true, Some(&around)).await });
        let base = format!("http://{address}");
        Self {
            cx: bank.cx.clone(),
            clock: hand,
            core: bank.faults.clone().expect("the demo's switchboard"),
            world: World::new(base.clone(), format!("{base}/sandbox")),
            bank,
            sandbox,
            address,
            redis,
            ended: AtomicBool::new(false),
        }
    }

    // — time and work —

    pub fn now(&self) -> Ms {
        self.cx.clock.now()
    }

    /// Does everything that is due now, the clearing between banks first.
    pub async fn run_jobs(&self) {
        if let (Some(core), Some(house)) = (&self.bank.embedded, &self.bank.clearing) {
            core.clear_due(house).await.expect("payments are looked after");
        }
        self.bank.worker().drain().await.expect("jobs run");
    }

    /// Looks at scheduled transfers, as every worker does all day.
    pub async fn runs_schedules(&self) {
        self.bank.payments.run_schedules().await.expect("schedules run");
    }

    /// Lets time pass from job to job until nothing waits any more.
    pub async fn settles(&self) {
        for _ in 0..MOST_ROUNDS {
            self.run_jobs().await;
            let next: kit::db::Result<Option<(i64,)>> = self
                .cx
                .db
                .read(async |c| {
                    c.row(
                        "select run_at from job where state = 'ready' order by run_at limit 1",
                        (),
                    )
                    .await
                })
                .await;
            let Some((at,)) = next.expect("the jobs") else {
                return;
            };
            let span = (at - self.now()).max(1);
            assert!(span < 2 * DAY, "a job waits for {span} ms");
            self.clock.forward(span);
        }
        panic!("jobs go round in circles: {}", self.jobs_left().await);
    }

    /// Somebody pays an order of WeChat Pay in the phone; returns when Pay has tried to tell the bank.
    pub async fn pays_in_phone(&self, who: &crate::Customer, key: &str) {
        self.sandbox.pay(&who.openid, key).expect("a payable order");
        for _ in 0..250 {
            if self.sandbox.notices_tried() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("pay has not told the bank");
    }

    pub fn payments(&self) -> payments::Payments {
        self.bank.payments.clone()
    }

    /// What comes in through WeChat Pay.
    pub fn payins(&self) -> payments::PayIns {
        self.bank.payins.clone()
    }

    /// Links the audit rows that wait into the chain.
    pub async fn seals_audit(&self) {
        while audit::seal(&self.cx).await.expect("sealed") > 0 {}
    }

    // — faults —

    /// The core books the next transfer, and its answer is lost.
    pub fn loses_next_answer(&self) {
        self.core.next(Op::Transfer, Fault::LoseAnswer);
    }

    pub fn refuses_next_transfer(&self, code: corebank::RefusalCode) {
        self.core.next(Op::Transfer, Fault::Refuse(code));
    }

    /// Only on [`Engine::Servers`].
    pub async fn loses_redis(&self) {
        self.redis.as_ref().expect("a Redis").lock().await.crash();
    }

    pub async fn regains_redis(&self) {
        self.redis.as_ref().expect("a Redis").lock().await.recover().await;
    }

    // — the inside —

    pub fn url(&self, path: &str) -> String {
        self.world.bank(path)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn new_key(&self) -> String {
        self.world.new_key()
    }

    pub fn doors(&self) -> kit::web::Doors {
        weigui::api_doors()
    }

    /// Changes the database behind the bank's back; answers how many rows.
    pub async fn execute(&self, sql: &'static str) -> u64 {
        let done: kit::db::Result<u64> = self.cx.db.tx(async move |c| c.exec(sql, ()).await).await;
        done.expect("changed")
    }

    /// All values of a text column.
    pub async fn column(&self, table: &str, column: &str) -> Vec<String> {
        let sql: &'static str = Box::leak(format!("select {column} from {table}").into_boxed_str());
        let rows: kit::db::Result<Vec<(String,)>> =
            self.cx.db.report(async move |c| c.rows(sql, ()).await).await;
        rows.expect("rows").into_iter().map(|row| row.0).collect()
    }

    /// Everything that is stored, as a thief would carry it away.
    pub fn dump(&self) -> Vec<u8> {
        template::dump(&self.bank.config)
    }

    /// SQLite's two files as they are now.
    pub fn stored(&self) -> template::Stored {
        template::stored(&self.bank.config)
    }

    /// Makes a new data key, as `weigui keys rotate` does.
    pub async fn rotates_keys(&self) -> i64 {
        kit::keys::rotate(&self.cx, &self.bank.master)
            .await
            .expect("rotated")
    }

    /// Takes a key out of the ring.
    pub async fn retires_key(&self, kid: i64) -> anyhow::Result<()> {
        kit::keys::retire(&self.cx, &self.bank.master, kid).await
    }

    /// Seals everything anew under the newest key.
    pub async fn reseals(&self) -> u64 {
        self.bank.reseal().await.expect("sealed anew")
    }

    pub async fn migrates(&self) {
        let plan = weigui::migrations(self.cx.db.engine());
        kit::db::migrate::run(&self.cx.db, &plan).await.expect("migrated");
    }

    /// The simulated platform once more, on a listener of its own: for more callers than the bank's door lets in.
    pub async fn opens_platform(&self) -> String {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = self.sandbox.router();
        serve(listener, router);
        base
    }

    // — more than one node —

    /// The same bank, started again on the same data, with the same outside world.
    pub async fn restarts(self) -> Self {
        self.starts_again(false).await
    }

    /// The same bank, started again without an account at WeChat Pay and without a billers' hub.
    pub async fn without_pay_and_billers(self) -> Self {
        self.starts_again(true).await
    }

    async fn starts_again(mut self, alone: bool) -> Self {
        self.ended.store(true, Ordering::SeqCst);
        self.bank.close().await;
        let config = Config::clone(&self.bank.config);
        let clock = self.cx.clock.clone();
        Self::start(
            config,
            clock,
            self.clock.clone(),
            self.redis.take(),
            (Some(self.sandbox.clone()), alone),
        )
        .await
    }

    /// Another node on the same database.
    pub async fn second_node(&self) -> Self {
        let config = Config::clone(&self.bank.config);
        let clock = self.cx.clock.clone();
        Self::start(
            config,
            clock,
            self.clock.clone(),
            None,
            (Some(self.sandbox.clone()), false),
        )
        .await
    }

    // — the end —

    /// Ends the bank; fails when a job is left, the books do not add up, or the trail is broken.
    pub async fn close(self) {
        self.core.heal();
        self.sandbox.set_faults(sandbox::Faults::default());
        self.settles().await;
        let left = self.jobs_left().await;
        assert!(left.is_empty(), "jobs are left over: {left}");
        let books = self
            .bank
            .embedded
            .as_ref()
            .expect("the reference core")
            .verify_books()
            .await;
        let books = books.expect("the books can be read");
        assert!(books.is_whole(), "the books do not add up: {:?}", books.broken);
        let core = self.bank.embedded.as_ref().expect("the reference core");
        let transit = core.transit_is_whole().await.expect("the books can be read");
        assert!(
            transit,
            "in transit stands something else than the payments on their way"
        );
        let trail = audit::verify(&self.cx).await.expect("the trail can be read");
        assert!(trail.ok, "the trail is broken: {:?}", trail.fault);
        self.leave().await;
    }

    /// Ends the bank without looking: for stories that broke it on purpose.
    pub async fn leave(self) {
        self.ended.store(true, Ordering::SeqCst);
        self.bank.close().await;
    }

    async fn jobs_left(&self) -> String {
        let rows: kit::db::Result<Vec<(String, String, String)>> = self
            .cx
            .db
            .read(async |c| {
                c.rows("select kind, state, last_error from job order by kind", ())
                    .await
            })
            .await;
        let rows = rows.expect("the jobs").into_iter();
        rows.map(|(kind, state, error)| format!("{kind} {state} {error}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// A browser without any session.
    pub fn stranger(&self) -> Browser {
        self.world.stranger()
    }
}

impl Drop for TestBank {
    fn drop(&mut self) {
        let ended = self.ended.load(Ordering::SeqCst);
        assert!(
            ended || std::thread::panicking(),
            "a story must end with bank.close().await"
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a server that ends with the test")]
fn serve(listener: tokio::net::TcpListener, router: axum::Router) {
    tokio::spawn(async move { axum::serve(listener, router).await });
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|socket| socket.local_addr())
        .expect("a port")
        .port()
}
