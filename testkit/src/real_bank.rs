//! The bank as a process of its own, to be killed.

use crate::customer::Customer;
use crate::engine::Engine;
use crate::staff::Staff;
use crate::world::World;
use corebank::EmbeddedCore;
use kit::clock::{Clock, Ms};
use kit::db::{Db, Options};
use kit::ids::Ids;
use kit::keys::MasterKey;
use kit::random::Random;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const UP_WITHIN: Duration = Duration::from_mins(1);
/// Tells a debug build by how much its clock is ahead.
const AHEAD: &str = "CLOCK_AHEAD";

/// Where the bank's own people book, beside the channel.
pub struct Counter {
    pub core: EmbeddedCore,
    pub ids: Ids,
    pub clock: Clock,
}

/// The binary with the demo's data on a folder and a port of its own.
pub struct RealBank {
    pub world: World,
    child: Child,
    setting: Vec<(&'static str, String)>,
    database: String,
    folder: PathBuf,
    ops: u16,
}

impl RealBank {
    /// Starts a fresh bank on the engine of this run, and waits until it answers.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// A fresh bank whose clock shows this instant, and goes on from there.
    pub async fn start_at(at: Ms) -> Self {
        Self::start_with(Some(at)).await
    }

    async fn start_with(at: Option<Ms>) -> Self {
        let folder = kit::testing::scratch("bank");
        let (port, ops) = (free_port(), free_port());
        let mut setting = vec![
            ("WEIGUI_DATA_DIR", folder.display().to_string()),
            ("WEIGUI_HTTP__LISTEN", format!("127.0.0.1:{port}")),
            ("WEIGUI_HTTP__OPS_LISTEN", format!("127.0.0.1:{ops}")),
            ("WEIGUI_HTTP__PUBLIC_URL", format!("http://127.0.0.1:{port}")),
            ("WEIGUI_LOG__FILTER", "warn".to_owned()),
        ];
        let mut database = format!("sqlite://{}", folder.join("weigui.db").display());
        if Engine::of_this_run() == Engine::Servers {
            database = kit::testing::mariadb().await.fresh_database().await;
            setting.push(("WEIGUI_DATABASE__URL", database.clone()));
            setting.push(("WEIGUI_REDIS__URL", kit::testing::redis().await.url().to_owned()));
        }
        setting.extend(at.map(ahead));
        let base = format!("http://127.0.0.1:{port}");
        let world = World::new(base.clone(), format!("{base}/sandbox"));
        let child = launch(&setting, &folder, &["serve", "--demo"]);
        let mut bank = Self {
            world,
            child,
            setting,
            database,
            folder,
            ops,
        };
        bank.answers().await;
        bank
    }

    /// As a power cut would: nothing is told to anybody.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Starts the killed bank on the same data, and waits until it answers.
    pub async fn starts_again(&mut self) {
        self.child = launch(&self.setting, &self.folder, &["serve", "--demo"]);
        self.answers().await;
    }

    /// Starts the killed bank again, to die by itself when it reaches this fail point.
    pub async fn starts_again_to_die_at(&mut self, point: &str) {
        let mut setting = self.setting.clone();
        setting.push(("FAILPOINT", point.to_owned()));
        self.child = launch(&setting, &self.folder, &["serve", "--demo"]);
        self.answers().await;
    }

    /// Starts the killed bank again with its clock at this instant, to die by itself at this fail point, maybe before it
    /// ever answers.
    pub async fn wakes_to_die_at(&mut self, at: Ms, point: &str) {
        self.setting.retain(|(name, _)| *name != AHEAD);
        self.setting.push(ahead(at));
        let mut setting = self.setting.clone();
        setting.push(("FAILPOINT", point.to_owned()));
        self.child = launch(&setting, &self.folder, &["serve", "--demo"]);
        self.dies().await;
    }

    /// Waits until the bank has died.
    pub async fn dies(&mut self) {
        let begun = Instant::now();
        while self.child.try_wait().expect("a state").is_none() {
            assert!(begun.elapsed() < UP_WITHIN, "the bank lives on: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it the friendly way.
    pub async fn ends(mut self) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .expect("kill")
                .success()
        );
        let begun = Instant::now();
        while self.child.try_wait().expect("a state").is_none() {
            assert!(begun.elapsed() < UP_WITHIN, "the bank does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a command of the binary beside the serving one; it must end well.
    pub fn command(&self, args: &[&str]) {
        let mut child = launch(&self.setting, &self.folder, args);
        let status = child.wait().expect("an end");
        assert!(
            status.success(),
            "weigui {args:?} ended with {status}: {}",
            self.log()
        );
    }

    /// A command that the bank must refuse.
    pub fn refuses_command(&self, args: &[&str]) {
        let mut child = launch(&self.setting, &self.folder, args);
        let status = child.wait().expect("an end");
        assert!(!status.success(), "weigui {args:?} was done");
    }

    /// Changes the database from outside.
    pub async fn execute(&self, sql: &'static str) {
        let db = Db::open(&Options::new(self.database.clone()))
            .await
            .expect("opened");
        let changed: kit::db::Result<u64> = db.tx(async move |c| c.exec(sql, ()).await).await;
        assert!(changed.expect("changed") > 0, "{sql} changed nothing");
        db.close().await;
    }

    /// The first number that a question to the database gives.
    pub async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::open(&Options::new(self.database.clone()))
            .await
            .expect("opened");
        let row: kit::db::Result<Option<(i64,)>> = db.read(async move |c| c.row(sql, ()).await).await;
        db.close().await;
        row.expect("an answer").expect("a row").0
    }

    /// Waits until the number is at least this. A job whose worker was killed is taken over when its lease is over.
    pub async fn waits_for(&self, sql: &'static str, least: i64) {
        let begun = Instant::now();
        loop {
            let now = self.number(sql).await;
            if now >= least {
                return;
            }
            assert!(
                begun.elapsed() < 3 * UP_WITHIN,
                "{sql}: {now} of {least}; {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The core's counter, in this process, on the bank's database.
    pub async fn counter(&self) -> Counter {
        let db = Db::open(&Options::new(self.database.clone()))
            .await
            .expect("opened");
        let key = std::fs::read_to_string(self.folder.join("master.key")).expect("the demo's key");
        let master = MasterKey::parse(key.trim()).expect("a key");
        let (clock, random) = (Clock::system(), Random);
        let vault = kit::keys::open(&db, &master, &clock, random)
            .await
            .expect("a vault");
        Counter {
            core: EmbeddedCore::new(db, vault, clock.clone()),
            ids: Ids::new(clock.clone(), random),
            clock,
        }
    }

    /// On the listener for operators.
    pub fn ops_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ops)
    }

    /// A member of staff, logged in.
    pub async fn staff(&self, login: &str) -> Staff {
        let staff = Staff::of((self.world.clone(), Clock::system()), login);
        staff.logs_in().await;
        staff
    }

    pub async fn customer(&self, name: &str) -> Customer {
        Customer::find(self.world.clone(), name).await
    }

    pub async fn session_of(&self, name: &str) -> Customer {
        self.customer(name).await.opens_h5().await
    }

    async fn answers(&mut self) {
        let begun = Instant::now();
        let probe = crate::Browser::new();
        loop {
            let ask = crate::Ask {
                method: reqwest::Method::GET,
                url: self.world.bank("/api/session"),
                json: None,
                headers: Vec::new(),
            };
            if probe.try_send(ask).await.is_ok_and(|answer| answer.status == 401) {
                return;
            }
            let ended = self.child.try_wait().expect("a state");
            assert!(ended.is_none(), "the bank ended with {ended:?}: {}", self.log());
            assert!(begun.elapsed() < UP_WITHIN, "the bank is not up: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for RealBank {
    fn drop(&mut self) {
        // It may have been killed by the story already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What makes a bank that starts now believe that it is this instant.
fn ahead(at: Ms) -> (&'static str, String) {
    (AHEAD, (at - Clock::system().now()).to_string())
}

fn launch(setting: &[(&'static str, String)], folder: &Path, args: &[&str]) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a log");
    let mut command = Command::new(binary());
    // The bank takes every WEIGUI_ variable for a setting, and refuses those that it does not know.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WEIGUI_")) {
        command.env_remove(name);
    }
    command
        .args(args)
        .envs(setting.iter().cloned())
        .stdin(Stdio::null());
    command.stdout(log.try_clone().expect("a log")).stderr(log);
    command.spawn().expect("the bank's binary")
}

/// `WEIGUI_BIN`, or the one beside this test, which is built when it is missing or old.
fn binary() -> PathBuf {
    static BUILT: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    let built = BUILT.get_or_init(|| {
        if let Some(given) = std::env::var_os("WEIGUI_BIN") {
            return given.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        // What cargo tells this test is not for the build: build scripts that look at it would run again.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        let built = command
            .args(["build", "--quiet", "--workspace", "--bin", "weigui"])
            .status();
        assert!(
            built.expect("cargo").success(),
            "the bank's binary does not build"
        );
        let test = std::env::current_exe().expect("a path");
        test.ancestors().nth(2).expect("the build folder").join("weigui")
    });
    built.clone()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|socket| socket.local_addr())
        .expect("a port")
        .port()
}
