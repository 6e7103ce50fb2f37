//! What the couriers promise: one access token for all nodes on both engines, answers sorted by what is known of
//! their effect, no secret at rest.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use couriers::{
    BUSY, DbTokens, FanAnswer, HttpSms, OAuthAnswer, RealWeChat, Settings, SmsAnswer, SmsGateway as _,
    TemplateOrder, WeChatAnswer, WeChatCourier as _,
};
use futures_util::future::join_all;
use kit::clock::Clock;
use kit::crypto::Vault;
use kit::db::migrate::{self, Migration};
use kit::db::{self, Db, Engine, Options};
use kit::random::Random;
use serde_json::{Value, json};

/// Milliseconds.
const START: i64 = 1_767_225_600_000;

/// A WeChat of one token, and an SMS gateway that says what it is told.
#[derive(Default)]
struct Outside {
    token: u32,
    asked: u32,
    /// Answers by path, given before the ordinary ones.
    script: Vec<(&'static str, u16, Value)>,
    heard: Vec<(String, Value)>,
    bearer: Option<String>,
}

#[derive(Clone)]
struct Town {
    outside: Arc<Mutex<Outside>>,
    base: String,
    now: Arc<AtomicI64>,
}

impl Town {
    async fn open() -> Self {
        let outside = Arc::new(Mutex::new(Outside {
            token: 1,
            ..Outside::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&outside));
        serve(listener, app);
        Self {
            outside,
            base,
            now: Arc::new(AtomicI64::new(START)),
        }
    }

    fn outside(&self) -> MutexGuard<'_, Outside> {
        self.outside.lock().unwrap()
    }

    fn next(&self, path: &'static str, status: u16, answer: Value) {
        self.outside().script.push((path, status, answer));
    }

    fn node(&self, db: &Db) -> RealWeChat {
        let settings = Settings {
            sms_url: String::new(),
            sms_key: String::new(),
            api_base: self.base.clone(),
            appid: "wx1".into(),
            secret: "s3cret".into(),
        };
        let now = Arc::clone(&self.now);
        let tokens = Arc::new(DbTokens::new(db.clone(), vault()));
        RealWeChat::new(http(), &settings, tokens, move || now.load(Ordering::SeqCst))
    }
}

#[expect(clippy::disallowed_methods, reason = "a server for the length of a test")]
fn serve(listener: tokio::net::TcpListener, app: Router) {
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
}

fn http() -> reqwest::Client {
    kit::http::install_tls();
    kit::http::client(kit::http::Timeouts::default()).unwrap()
}

fn vault() -> Vault {
    Vault::fixed([7; 32], Clock::system(), Random)
}

async fn answer(
    State(outside): State<Arc<Mutex<Outside>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    if path == "/cgi-bin/stable_token" {
        // As long as a real exchange, so that two nodes meet in the middle.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let mut outside = outside.lock().unwrap();
    outside.bearer = headers
        .get("authorization")
        .map(|value| value.to_str().unwrap().to_owned());
    outside.heard.push((path.clone(), said));
    if let Some(at) = outside.script.iter().position(|(p, _, _)| *p == path) {
        let (_, status, value) = outside.script.remove(at);
        return (StatusCode::from_u16(status).unwrap(), value.to_string()).into_response();
    }
    let token = format!("TOKEN-{}", outside.token);
    let value = if path == "/cgi-bin/stable_token" {
        outside.asked += 1;
        json!({"access_token": token, "expires_in": 7200})
    } else if path.starts_with("/cgi-bin") && !uri.query().unwrap_or_default().contains(&token) {
        json!({"errcode": 40001, "errmsg": "not latest"})
    } else {
        json!({"errcode": 0, "errmsg": "ok", "msgid": 77, "subscribe": 1, "openid": "oU", "subscribe_time": 1_700_000_000,
               "code": "ok"})
    };
    value.to_string().into_response()
}

async fn open(url: &str) -> Db {
    let db = Db::open(&Options::new(url)).await.unwrap();
    let sql = match db.engine() {
        Engine::Sqlite => include_str!("../../../migrations/sqlite/0010_couriers.sql"),
        Engine::MySql => include_str!("../../../migrations/mysql/0010_couriers.sql"),
    };
    migrate::run(
        &db,
        &[Migration {
            version: 10,
            name: "0010_couriers",
            sql,
        }],
    )
    .await
    .unwrap();
    db
}

/// Two nodes on each engine. `SQLite` has one process, so there the nodes share its handle.
async fn on_both(test: impl AsyncFn(Db, Db)) {
    let lite = open(&kit::testing::sqlite()).await;
    test(lite.clone(), lite).await;
    let url = kit::testing::mariadb().await.fresh_database().await;
    test(open(&url).await, open(&url).await).await;
}

#[tokio::test]
async fn two_nodes_under_load_refresh_a_voided_token_once() {
    on_both(async |first, second| {
        let town = Town::open().await;
        let nodes = [town.node(&first), town.node(&second)];
        let storm = || join_all((0..200).map(|i| nodes[i % 2].send_text("oU", "您好")));
        assert!(
            storm()
                .await
                .iter()
                .all(|answer| *answer == WeChatAnswer::Sent(None))
        );
        assert_eq!(town.outside().asked, 1);
        town.outside().token = 2;
        assert!(
            storm()
                .await
                .iter()
                .all(|answer| *answer == WeChatAnswer::Sent(None))
        );
        assert_eq!(town.outside().asked, 2, "one refresh for both nodes");
        let late = town.node(&second);
        assert_eq!(late.send_text("oU", "x").await, WeChatAnswer::Sent(None));
        assert_eq!(
            town.outside().asked,
            2,
            "a new node finds the token in the database"
        );
        town.now.fetch_add(7_200_000, Ordering::SeqCst);
        assert!(
            storm()
                .await
                .iter()
                .all(|answer| *answer == WeChatAnswer::Sent(None))
        );
        assert_eq!(town.outside().asked, 3, "and one at its end");
    })
    .await;
}

#[tokio::test]
async fn the_token_is_not_readable_in_the_database() {
    on_both(async |db, _| {
        let town = Town::open().await;
        town.node(&db).send_text("oU", "x").await;
        let row: db::Result<Option<(String, i64)>> = db
            .read(async |c| c.row("select token, lease_until from courier_token", ()).await)
            .await;
        let (sealed, lease_until) = row.unwrap().unwrap();
        assert!(!sealed.is_empty() && !sealed.contains("TOKEN"), "{sealed}");
        assert_eq!(lease_until, 0, "the lease was given back");
    })
    .await;
}

#[tokio::test]
async fn answers_say_what_is_known() {
    let town = Town::open().await;
    let wechat = town.node(&open(&kit::testing::sqlite()).await);
    let send = "/cgi-bin/message/custom/send";
    town.next(send, 200, json!({"errcode": 45015, "errmsg": "out of time"}));
    assert_eq!(wechat.send_text("oU", "x").await, WeChatAnswer::Refused(45015));
    town.next(send, 504, json!(null));
    assert_eq!(wechat.send_text("oU", "x").await, WeChatAnswer::Unknown);
    assert_eq!(
        wechat.send_text("oU", "").await,
        WeChatAnswer::Refused(couriers::BAD_TEXT)
    );
    let notice = TemplateOrder {
        openid: "oU".into(),
        template_id: "T".into(),
        url: String::new(),
        client_msg_id: "N-1".into(),
        data: vec![("amount1".into(), "100.00元".into())],
    };
    assert_eq!(
        wechat.send_template(&notice).await,
        WeChatAnswer::Sent(Some("77".into()))
    );
    assert_eq!(town.outside().heard.last().unwrap().1["client_msg_id"], "N-1");
    let bad = TemplateOrder {
        data: vec![("amount1".into(), "一百".into())],
        ..notice
    };
    assert_eq!(
        wechat.send_template(&bad).await,
        WeChatAnswer::Refused(couriers::BAD_VALUE)
    );
    assert_eq!(
        wechat.fan("oU").await,
        FanAnswer::Follows {
            since: 1_700_000_000_000,
            scene: None
        }
    );
    town.next("/cgi-bin/user/info", 200, json!({"subscribe": 0, "openid": "oU"}));
    assert_eq!(wechat.fan("oU").await, FanAnswer::Away);
    let oauth = "/sns/oauth2/access_token";
    assert!(matches!(wechat.oauth_user("c").await, OAuthAnswer::Known(who) if who.openid == "oU"));
    town.next(oauth, 200, json!({"openid": "oV", "is_snapshotuser": 1}));
    assert_eq!(wechat.oauth_user("c").await, OAuthAnswer::Snapshot);
    town.next(oauth, 200, json!({"errcode": 40163, "errmsg": "used"}));
    assert_eq!(wechat.oauth_user("c").await, OAuthAnswer::Refused(40163));
    town.next(
        oauth,
        200,
        json!({"errcode": 40125, "errmsg": "our secret is wrong"}),
    );
    assert_eq!(
        wechat.oauth_user("c").await,
        OAuthAnswer::Unknown,
        "our fault is not the visitor's"
    );
}

#[tokio::test]
async fn without_wechat_nothing_was_sent() {
    let mut town = Town::open().await;
    town.base = "http://127.0.0.1:1".into();
    let wechat = town.node(&open(&kit::testing::sqlite()).await);
    assert_eq!(wechat.send_text("oU", "x").await, WeChatAnswer::Refused(BUSY));
}

#[tokio::test]
async fn an_sms_is_sent_refused_or_unknown() {
    let town = Town::open().await;
    let sms = HttpSms::new(http(), &format!("{}/sms", town.base), "key-1");
    assert_eq!(
        sms.send("S-1", "13800000001", "验证码123456").await,
        SmsAnswer::Sent
    );
    let (_, heard) = town.outside().heard.last().unwrap().clone();
    assert_eq!(
        heard,
        json!({"id": "S-1", "phone": "13800000001", "text": "验证码123456"})
    );
    assert_eq!(town.outside().bearer.as_deref(), Some("Bearer key-1"));
    for (status, answer, expected) in [
        (
            422,
            json!({"code": "bad_phone"}),
            SmsAnswer::Refused("bad_phone".into()),
        ),
        (503, json!({"code": "down"}), SmsAnswer::Refused("down".into())),
        (404, json!(null), SmsAnswer::Refused("http_404".into())),
        (502, json!(null), SmsAnswer::Unknown),
        (200, json!("?"), SmsAnswer::Unknown),
        (504, json!({"code": "ok"}), SmsAnswer::Unknown),
    ] {
        town.next("/sms", status, answer);
        assert_eq!(sms.send("S-2", "13800000001", "x").await, expected);
    }
    let nowhere = HttpSms::new(http(), "http://127.0.0.1:1/", "");
    assert_eq!(
        nowhere.send("S-3", "13800000001", "x").await,
        SmsAnswer::Refused("unreachable".into())
    );
}
