//! A small bank on the library's callback and client, beside a world of its own; they talk over HTTP only.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sandbox::{Faults, Person, Sandbox, SandboxConfig, WeChatFaults};
use serde_json::Value;
use weigui_wechat::client::{CallError, Credentials, Endpoints, MemoryTokens};
use weigui_wechat::{
    Account, Body, Callback, Client, Content, Event, Key, MemoryInbox, Push, Reply, Responder,
    ResponderError, Setup,
};

pub(crate) const APPID: &str = "wxdemo0123456789ab";
pub(crate) const AES: &str = "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4";
pub(crate) const SECRET: &str = "s3cret";
pub(crate) const ANN: &str = "oDemoAnn00000000000000000001";
pub(crate) const BEN: &str = "oDemoBen00000000000000000002";

/// A bank that says back what it hears, and keeps what it was told.
#[derive(Default)]
pub(crate) struct Bank {
    pub(crate) heard: Mutex<Vec<Body>>,
    pub(crate) broken: AtomicUsize,
}

impl Responder for Bank {
    fn respond(
        &self,
        push: Arc<Push>,
        _key: Key,
    ) -> BoxFuture<'static, Result<Option<Reply>, ResponderError>> {
        self.heard.lock().unwrap().push(push.body.clone());
        let reply = match &push.body {
            Body::Message {
                content: Content::Text { text, .. },
                ..
            } => Some(Reply::Text(format!("听到：{text}"))),
            Body::Event(Event::Subscribe { scene }) => Some(Reply::Text(format!(
                "欢迎<a href=\"http://h5/\">绑定</a>{}",
                scene.as_deref().unwrap_or("-")
            ))),
            Body::Event(Event::Click { key }) => Some(Reply::Text(format!("点击：{key}"))),
            _ => None,
        };
        futures_util::future::ready(Ok(reply)).boxed()
    }

    fn late(&self, _push: Arc<Push>, _key: Key, _reply: Reply) -> BoxFuture<'static, ()> {
        futures_util::future::ready(()).boxed()
    }
}

pub(crate) struct Town {
    pub(crate) sandbox: Sandbox,
    pub(crate) bank: Arc<Bank>,
    pub(crate) client: Client,
    pub(crate) base: String,
    pub(crate) now: Arc<AtomicI64>,
    pub(crate) http: reqwest::Client,
}

fn person(openid: &str, phone: &str, following: bool) -> Person {
    Person {
        openid: openid.into(),
        nickname: openid.into(),
        avatar_color: "#0b5c3b".into(),
        phone: phone.into(),
        following,
        demo: sandbox::DemoFacts::default(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host's client: a test is its own host"
)]
pub(crate) fn http() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap();
    });
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(none)
        .build()
        .unwrap()
}

#[expect(clippy::disallowed_methods, reason = "servers for the length of a test")]
pub(crate) async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    base
}

/// The bank's server; it answers 502 as often as `broken` says.
async fn bank_server(bank: &Arc<Bank>, seconds: weigui_wechat::Clock) -> String {
    let account = Account::new(APPID, "demotoken", AES, "gh_0123456789ab").unwrap();
    let inbox = Arc::new(MemoryInbox::default());
    let callback = Callback::new(Setup::new(account, inbox, Arc::<Bank>::clone(bank), seconds));
    let counter = Arc::clone(bank);
    let gate = axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
        let bank = Arc::clone(&counter);
        async move {
            let left = bank.broken.load(Ordering::SeqCst);
            if left > 0 {
                bank.broken.store(left - 1, Ordering::SeqCst);
                return axum::response::IntoResponse::into_response(axum::http::StatusCode::BAD_GATEWAY);
            }
            next.run(request).await
        }
    });
    serve(
        Router::new()
            .nest("/cb", weigui_wechat::router(callback))
            .layer(gate),
    )
    .await
}

pub(crate) async fn town() -> Town {
    let now = Arc::new(AtomicI64::new(1_767_225_600_000));
    let (t, ms) = (Arc::clone(&now), Arc::clone(&now));
    let seconds: weigui_wechat::Clock = Arc::new(move || t.load(Ordering::SeqCst) / 1_000);
    let bank = Arc::new(Bank::default());
    let bank_base = bank_server(&bank, Arc::clone(&seconds)).await;
    let http = http();
    let sandbox = Sandbox::new(SandboxConfig {
        callback_url: format!("{bank_base}/cb"),
        appid: APPID.into(),
        secret: SECRET.into(),
        token: "demotoken".into(),
        aes_key: AES.into(),
        gh: "gh_0123456789ab".into(),
        name: "微柜银行".into(),
        persons: vec![
            person(ANN, "13800000001", true),
            person(BEN, "13800000002", false),
        ],
        clock: Arc::new(move || ms.load(Ordering::SeqCst)),
        http: http.clone(),
    })
    .unwrap();
    let base = serve(Router::new().nest("/sandbox", sandbox.router())).await;
    let wechat = format!("{base}/sandbox/wechat");
    let client = Client::new(
        http.clone(),
        Endpoints {
            api: wechat.clone(),
            open: wechat.clone(),
            mp: wechat,
        },
        Credentials {
            appid: APPID.into(),
            secret: SECRET.into(),
        },
        Arc::new(MemoryTokens::default()),
        seconds,
    );
    Town {
        sandbox,
        bank,
        client,
        base,
        now,
        http,
    }
}

impl Town {
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}/sandbox{path}", self.base))
            .send()
            .await
            .unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}/sandbox{path}", self.base))
            .header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default(),
        )
    }

    /// Waits until the bank has been told of this.
    pub(crate) async fn hears(&self, word: &str) {
        let mut heard = String::new();
        for _ in 0..100 {
            heard = format!("{:?}", self.bank.heard.lock().unwrap());
            if heard.contains(word) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the bank has not heard {word}: {heard}");
    }

    pub(crate) fn forward(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn wechat(&self, wechat: WeChatFaults) {
        self.sandbox.set_faults(Faults {
            wechat,
            ..Faults::default()
        });
    }
}

pub(crate) fn refusal(error: &CallError) -> i64 {
    error.refusal().unwrap().code
}
