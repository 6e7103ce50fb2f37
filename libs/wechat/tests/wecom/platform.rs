//! A stand-in for WeCom's API on a loopback port: tokens by app, scripted answers, everything it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, Once};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use weigui_wechat::client::{Limiter, MemoryTokens};
use weigui_wechat::kf::Kf;
use weigui_wechat::wecom::{App, Client, ClientSetup};

pub(crate) const CORP: &str = "wwcorp0123456789";
pub(crate) const AGENT: i64 = 1_000_002;
pub(crate) const SECRET: &str = "s3cret-of-the-app";
pub(crate) const NOW: i64 = 1_767_225_600;

/// What the platform knows and remembers.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) now: i64,
    /// Living tokens by secret.
    pub(crate) tokens: HashMap<String, (String, i64)>,
    pub(crate) issued: u32,
    /// Answers in order, by path, and whether the last one, which stays, has been given.
    script: HashMap<&'static str, (VecDeque<Value>, bool)>,
    /// Path, query and body of every call.
    pub(crate) calls: Vec<(String, String, String)>,
}

#[derive(Clone)]
pub(crate) struct Platform {
    world: Arc<Mutex<World>>,
    pub(crate) base: String,
}

impl Platform {
    #[expect(clippy::disallowed_methods, reason = "a server for the length of a test")]
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(World {
            now: NOW,
            ..World::default()
        }));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { world, base }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// The answer to the next call of this path; the last one told is given again and again.
    pub(crate) fn says(&self, path: &'static str, answer: Value) {
        let mut world = self.world();
        let (answers, given) = world.script.entry(path).or_default();
        if std::mem::take(given) {
            answers.clear();
        }
        answers.push_back(answer);
    }

    pub(crate) fn client(&self) -> Client {
        self.client_of(AGENT, SECRET, None)
    }

    pub(crate) fn client_of(&self, agent_id: i64, secret: &str, limiter: Option<Arc<Limiter>>) -> Client {
        let world = Arc::clone(&self.world);
        Client::new(ClientSetup {
            http: http(),
            api: self.base.clone(),
            app: App {
                corpid: CORP.into(),
                agent_id,
                secret: secret.into(),
            },
            store: Arc::new(MemoryTokens::default()),
            clock: Arc::new(move || world.lock().unwrap().now),
            limiter,
        })
    }

    pub(crate) fn kf(&self) -> Kf {
        Kf::new(self.client())
    }

    pub(crate) fn calls_to(&self, path: &str) -> usize {
        self.world().calls.iter().filter(|(p, _, _)| p == path).count()
    }

    /// Path and body of the last call.
    pub(crate) fn last(&self) -> (String, Value) {
        let world = self.world();
        let (path, _, body) = world.calls.last().unwrap();
        assert!(!body.contains("\\u"), "raw UTF-8 only: {body}");
        (path.clone(), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    /// Query of the last call without the token.
    pub(crate) fn last_query(&self) -> String {
        let world = self.world();
        let (_, query, _) = world.calls.last().unwrap();
        let parts = query.split('&').filter(|pair| !pair.starts_with("access_token="));
        parts.collect::<Vec<_>>().join("&")
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
    reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    uri: Uri,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> axum::response::Response {
    let query = query.unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let value = world.lock().unwrap().answer(uri.path(), &query, &body);
    match value.get("http").and_then(Value::as_u64) {
        Some(status) => StatusCode::from_u16(u16::try_from(status).unwrap())
            .unwrap()
            .into_response(),
        None => axum::Json(value).into_response(),
    }
}

impl World {
    fn answer(&mut self, path: &str, query: &str, body: &str) -> Value {
        self.calls
            .push((path.to_owned(), query.to_owned(), body.to_owned()));
        let part = |name: &str| {
            let found = query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.unwrap_or_default().to_owned()
        };
        if path == "/cgi-bin/gettoken" {
            return self.grant(&part("corpid"), &part("corpsecret"));
        }
        let token = part("access_token");
        let living = self
            .tokens
            .values()
            .any(|(known, until)| *known == token && self.now < *until);
        if !living {
            return json!({"errcode": 42001, "errmsg": "access_token expired, hint: [1], from ip: 10.0.0.9"});
        }
        match self.script.get_mut(path) {
            Some((answers, _)) if answers.len() > 1 => answers.pop_front().unwrap(),
            Some((answers, given)) => {
                *given = true;
                answers.front().cloned().unwrap()
            }
            None => json!({"errcode": 0, "errmsg": "ok"}),
        }
    }

    fn grant(&mut self, corp: &str, secret: &str) -> Value {
        if corp != CORP {
            return json!({"errcode": 40013, "errmsg": "invalid corpid"});
        }
        if !secret.starts_with("s3cret") {
            return json!({"errcode": 40001, "errmsg": "invalid credential"});
        }
        let now = self.now;
        let (token, until) = match self.tokens.get(secret) {
            Some((token, until)) if now < *until => (token.clone(), *until),
            _ => {
                self.issued += 1;
                let token = format!("T{}-{:0>100}", self.issued, secret.len());
                self.tokens
                    .insert(secret.to_owned(), (token.clone(), now + 7_200));
                (token, now + 7_200)
            }
        };
        json!({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": until - now})
    }
}
