//! Against a simulator of Pay in Python, made by others: our client orders from it, and its notices come to our
//! handler. `WEIGUI_BLACKBOX` names the folder that holds `pay_sim.py` (else the folders beside the checkout are
//! looked through), `WEIGUI_PYTHON` a Python with `requests` and `cryptography` (else the one that the set-up
//! installs). Where these are missing the tests say so and prove nothing; `calls.rs` and `notices.rs` need neither.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use weigui_wechat::HttpAnswer;
use weigui_wechat::pay::{
    Action, Content, Doubt, Endpoints, Expected, Fen, Merchant, NotifyUrl, Order, OutRefundNo, OutTradeNo,
    Outcome, Pay, RefundOrder, RefundStatus, Settings, TradeState, Trust, accepted, refused,
};

use crate::platform::http;

const APPID: &str = "wx1234567890abcdef";
const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000000012025010100111111111111";

/// The simulator with a folder for its keys.
struct Simulator {
    python: PathBuf,
    script: PathBuf,
    keys: PathBuf,
}

/// The Python that the set-up puts beside the build, or the machine's.
fn python() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let beside = this.ancestors().map(|dir| dir.join("peers/venv/bin/python"));
    beside
        .into_iter()
        .find(|python| python.is_file())
        .unwrap_or_else(|| PathBuf::from("python3"))
}

fn script() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("WEIGUI_BLACKBOX") {
        return Some(PathBuf::from(folder).join("pay_sim.py"));
    }
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut folders: Vec<PathBuf> = beside
        .read_dir()
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    let scripts = folders
        .into_iter()
        .map(|folder| folder.join("kit/wechat/pay_sim.py"));
    scripts.into_iter().find(|script| script.is_file())
}

/// A running child that does not outlive its test.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Simulator {
    fn find(name: &str) -> Option<Self> {
        let script = script().unwrap_or_default();
        let python = std::env::var_os("WEIGUI_PYTHON").map_or_else(python, PathBuf::from);
        let mut check = Command::new(&python);
        check
            .args(["-c", "import requests, cryptography"])
            .stderr(Stdio::null());
        if !script.is_file() || !check.status().is_ok_and(|status| status.success()) {
            eprintln!("left out: no pay_sim.py, or no Python with requests and cryptography");
            return None;
        }
        let keys = std::env::temp_dir().join(format!("weigui-pay-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&keys).unwrap();
        let simulator = Self { python, script, keys };
        // The first use makes the keys; asked for nothing it does nothing else.
        simulator
            .command(&["notify", "http://127.0.0.1:1/"])
            .output()
            .unwrap();
        Some(simulator)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).args(args).env("KEYDIR", &self.keys);
        command
    }

    fn key(&self, name: &str) -> String {
        std::fs::read_to_string(self.keys.join(name)).unwrap()
    }

    fn pay(&self, base: String) -> Pay {
        let merchant = Merchant::new(Settings {
            mchid: "1900000001".into(),
            appids: vec![APPID.into()],
            serial_no: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1".into(),
            private_key_pem: self.key("merchant.pem").into(),
            api_v3_key: "bankdemo0123456789bankdemo012345".into(),
        });
        let trust = Trust::new()
            .with_public_key(PUBLIC_KEY_ID, &self.key("platform.pub"))
            .unwrap();
        let endpoints = Endpoints {
            primary: base,
            backup: None,
        };
        Pay::new(
            http(Duration::from_secs(20)),
            endpoints,
            merchant.unwrap(),
            trust,
            Arc::new(seconds),
        )
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.keys).unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator goes by the machine's clock"
)]
fn seconds() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

async fn serving(simulator: &Simulator) -> (Running, u16) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut command = simulator.command(&["serve", &port.to_string()]);
    let server = Running(command.stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..400 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    (server, port)
}

#[tokio::test]
async fn our_client_at_their_platform() {
    let Some(simulator) = Simulator::find("serve") else {
        return;
    };
    let (_server, port) = serving(&simulator).await;
    let pay = simulator.pay(format!("http://127.0.0.1:{port}"));
    let number = OutTradeNo::new("ORDER0001").unwrap();
    let order = Order::new(
        APPID,
        "账户充值",
        number.clone(),
        Fen::new(100).unwrap(),
        NotifyUrl::new("https://bank.example/pay/notify").unwrap(),
    );
    let prepay = pay
        .order_jsapi(&order.unwrap(), "oBankTestOpenId")
        .await
        .done()
        .unwrap();
    assert!(prepay.prepay_id.starts_with("wx"));
    let found = pay.query(&number).await.done().unwrap();
    assert_eq!(
        (found.trade_state, found.amount.unwrap().total),
        (TradeState::Notpay, 100)
    );
    assert_eq!(pay.close(&number).await, Outcome::Done(()));
    let refund = RefundOrder::new(
        number,
        OutRefundNo::new("R1").unwrap(),
        Fen::new(30).unwrap(),
        Fen::new(100).unwrap(),
    );
    assert_eq!(
        pay.refund(&refund.unwrap()).await.done().unwrap().status,
        RefundStatus::Processing
    );
    match pay.query(&OutTradeNo::new("NOSUCHORDER").unwrap()).await {
        Outcome::Refused(refusal) => assert_eq!((refusal.action(), refusal.proven), (Action::NotThere, true)),
        other => panic!("{other:?}"),
    }
    believing_another_key(&simulator, &pay, port).await;
}

/// The same client, believing another key, believes nothing.
async fn believing_another_key(simulator: &Simulator, pay: &Pay, port: u16) {
    let trust = Trust::new()
        .with_public_key(PUBLIC_KEY_ID, &simulator.key("merchant.pub"))
        .unwrap();
    let doubting = Pay::new(
        http(Duration::from_secs(20)),
        Endpoints {
            primary: format!("http://127.0.0.1:{port}"),
            backup: None,
        },
        pay.merchant().clone(),
        trust,
        Arc::new(seconds),
    );
    let unknown = doubting.query(&OutTradeNo::new("ORDER0001").unwrap()).await;
    assert!(
        matches!(unknown, Outcome::Unknown(Doubt::NotProven(_))),
        "{unknown:?}"
    );
}

struct Till {
    pay: Pay,
    /// Our numbers of what was booked.
    booked: Mutex<Vec<String>>,
}

async fn notified(State(till): State<Arc<Till>>, headers: HeaderMap, body: Bytes) -> HttpAnswer {
    let header = |name: &'static str| headers.get(name).and_then(|value| value.to_str().ok());
    let notice = match till.pay.receive(header, &body).await {
        Ok(notice) => notice,
        Err(reject) => return reject.answer(),
    };
    let Content::Payment(paid) = notice.content else {
        return accepted();
    };
    let expected = Expected {
        out_trade_no: "ORDER0001",
        total: 100,
    };
    if paid.check(expected).is_err() {
        return refused(400, "金额不符");
    }
    let mut booked = till.booked.lock().unwrap();
    if !booked.contains(&paid.out_trade_no) {
        booked.push(paid.out_trade_no);
    }
    accepted()
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a server for the length of a test")]
async fn their_notices_at_our_handler() {
    let Some(simulator) = Simulator::find("notify") else {
        return;
    };
    let till = Arc::new(Till {
        pay: simulator.pay("http://127.0.0.1:1".to_owned()),
        booked: Mutex::new(Vec::new()),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/notify", post(notified))
        .with_state(Arc::clone(&till));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let mut command = simulator.command(&["notify", &url]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let statuses: Vec<&str> = said
        .lines()
        .map(|line| line.split("-> ").nth(1).unwrap().split(' ').next().unwrap())
        .collect();
    // Valid, the same again, bad signature, an hour old, changed, a probe, another merchant, another amount.
    assert_eq!(
        statuses,
        ["204", "204", "401", "401", "401", "401", "400", "400"],
        "{said}"
    );
    assert_eq!(*till.booked.lock().unwrap(), ["ORDER0001"], "booked once");
}
