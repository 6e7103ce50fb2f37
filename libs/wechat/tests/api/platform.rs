//! A small stand-in for WeChat's API on a loopback port, with the switches the client tests need.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, Once};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use weigui_wechat::Client;
use weigui_wechat::client::{ClientSetup, Credentials, Endpoints, TokenStore};

pub(crate) const SECRET: &str = "s3cret-of-the-account";

/// What the platform knows and remembers.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) now: i64,
    pub(crate) token: String,
    pub(crate) token_until: i64,
    pub(crate) issued: u32,
    pub(crate) forced: u32,
    pub(crate) asked: u32,
    /// Normal mode keeps giving the current token although calls refuse it.
    pub(crate) stuck: bool,
    /// Answers given before anything else, by path.
    pub(crate) script: VecDeque<(&'static str, Scripted)>,
    /// Path, query and body of every call.
    pub(crate) calls: Vec<(String, String, String)>,
}

pub(crate) enum Scripted {
    Json(Value),
    Status(u16),
    Silence,
    File(&'static str, &'static str, &'static [u8]),
}

#[derive(Clone)]
pub(crate) struct Platform {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) base: String,
}

impl Platform {
    #[expect(clippy::disallowed_methods, reason = "a server for the length of a test")]
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(World {
            now: 1_767_225_600,
            ..World::default()
        }));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { world, base }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// A client that waits as long as a thousand calls on a busy machine may take.
    pub(crate) fn client(&self, store: Arc<dyn TokenStore>) -> Client {
        self.client_waiting(store, Duration::from_mins(1))
    }

    pub(crate) fn client_waiting(&self, store: Arc<dyn TokenStore>, patience: Duration) -> Client {
        Client::with(ClientSetup {
            store,
            busy_pauses: &[],
            ..self.setup(patience)
        })
    }

    /// The parts of a client of this platform, by the platform's clock.
    pub(crate) fn setup(&self, patience: Duration) -> ClientSetup {
        let world = Arc::clone(&self.world);
        let credentials = Credentials {
            appid: "wx1".into(),
            secret: SECRET.into(),
        };
        let clock = Arc::new(move || world.lock().unwrap().now);
        ClientSetup {
            endpoints: Endpoints {
                api: self.base.clone(),
                ..Endpoints::default()
            },
            ..ClientSetup::new(http(patience), credentials, clock)
        }
    }

    /// The next call to this path is answered like this.
    pub(crate) fn answers(&self, path: &'static str, answer: Value) {
        self.world().script.push_back((path, Scripted::Json(answer)));
    }

    /// Path, query without the token, and body of the last call.
    pub(crate) fn last(&self) -> (String, String, String) {
        let (path, query, body) = self.world().calls.last().unwrap().clone();
        let query: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.starts_with("access_token="))
            .collect();
        (path, query.join("&"), body)
    }

    /// The server forgets its token, as after a forced refresh by somebody else.
    pub(crate) fn expire(&self) {
        self.world().token_until = 0;
    }

    pub(crate) fn calls_to(&self, path: &str) -> usize {
        self.world().calls.iter().filter(|(p, _, _)| p == path).count()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host's client: a test is its own host"
)]
pub(crate) fn http(patience: Duration) -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap();
    });
    reqwest::Client::builder()
        .no_proxy()
        .timeout(patience)
        .build()
        .unwrap()
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    uri: Uri,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> axum::response::Response {
    let path = uri.path().to_owned();
    let query = query.unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let scripted = {
        let mut world = world.lock().unwrap();
        world.calls.push((path.clone(), query.clone(), body.clone()));
        let at = world.script.iter().position(|(p, _)| *p == path);
        at.and_then(|at| world.script.remove(at))
    };
    match scripted {
        Some((_, Scripted::Json(value))) => axum::Json(value).into_response(),
        Some((_, Scripted::Status(status))) => StatusCode::from_u16(status).unwrap().into_response(),
        Some((_, Scripted::Silence)) => {
            tokio::time::sleep(Duration::from_secs(5)).await;
            StatusCode::OK.into_response()
        }
        Some((_, Scripted::File(kind, disposition, bytes))) => {
            let headers = [("content-type", kind), ("content-disposition", disposition)];
            (headers, bytes).into_response()
        }
        None if path == "/cgi-bin/stable_token" => {
            // As long as a real exchange takes, so that races have room.
            tokio::time::sleep(Duration::from_millis(20)).await;
            axum::Json(world.lock().unwrap().grant(&body)).into_response()
        }
        None => axum::Json(world.lock().unwrap().ordinary(&path, &query)).into_response(),
    }
}

impl World {
    fn grant(&mut self, body: &str) -> Value {
        let ask: Value = serde_json::from_str(body).unwrap();
        self.asked += 1;
        if ask["secret"] != SECRET {
            return json!({"errcode": 40125, "errmsg": "invalid appsecret"});
        }
        let force = ask["force_refresh"] == true;
        self.forced += u32::from(force);
        if force || (!self.stuck && self.now >= self.token_until - 300) {
            self.issued += 1;
            self.stuck = false;
            self.token = format!("T{:0>100}", self.issued);
            self.token_until = self.now + 7_200;
        }
        json!({"access_token": self.token, "expires_in": (self.token_until - self.now).max(7_000)})
    }

    fn ordinary(&self, path: &str, query: &str) -> Value {
        let token = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("access_token="))
            .unwrap_or_default();
        if path == "/sns/oauth2/access_token" {
            return json!({"access_token": "u", "expires_in": 7200, "openid": "oU", "scope": "snsapi_base"});
        }
        if token != self.token || self.now >= self.token_until || self.stuck {
            return json!({"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest rid: 1"});
        }
        match path {
            "/cgi-bin/message/template/send" => {
                json!({"errcode": 0, "errmsg": "ok", "msgid": 9_007_199_254_740_993_i64})
            }
            "/cgi-bin/ticket/getticket" => {
                json!({"errcode": 0, "errmsg": "ok", "ticket": format!("ticket-{}", self.issued), "expires_in": 7200})
            }
            "/cgi-bin/user/info" => {
                json!({"subscribe": 1, "openid": "oU", "subscribe_time": 1_700_000_000, "qr_scene_str": "BR0102"})
            }
            _ => json!({"errcode": 0, "errmsg": "ok"}),
        }
    }
}
