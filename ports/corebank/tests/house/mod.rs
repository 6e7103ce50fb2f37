//! A clearing house that does as a test says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use corebank::ClearingHouse;
use kit::http::Timeouts;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Settled,
    Returned(&'static str),
}

#[derive(Default)]
struct Books {
    /// How often each payment was taken.
    taken: BTreeMap<String, u32>,
    words: BTreeMap<String, Word>,
    loses_answers: bool,
    is_away: bool,
    refuses: bool,
}

#[derive(Clone)]
pub(crate) struct Clearing {
    base: String,
    books: Arc<Mutex<Books>>,
}

impl Clearing {
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let house = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            books: Arc::default(),
        };
        let app = Router::new()
            .route("/payments", post(take))
            .route("/status", post(status))
            .with_state(house.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        house
    }

    pub(crate) fn door(&self) -> ClearingHouse {
        ClearingHouse::new(&self.base, Timeouts::default()).unwrap()
    }

    pub(crate) fn says(&self, id: Uuid, word: Word) {
        self.books.lock().unwrap().words.insert(id.to_string(), word);
    }

    pub(crate) fn sent(&self, id: Uuid) -> u32 {
        let books = self.books.lock().unwrap();
        books.taken.get(&id.to_string()).copied().unwrap_or_default()
    }

    pub(crate) fn loses_answers(&self, on: bool) {
        self.books.lock().unwrap().loses_answers = on;
    }

    pub(crate) fn is_away(&self, on: bool) {
        self.books.lock().unwrap().is_away = on;
    }

    pub(crate) fn refuses(&self, on: bool) {
        self.books.lock().unwrap().refuses = on;
    }
}

async fn take(State(house): State<Clearing>, Json(order): Json<Value>) -> Response {
    let mut books = house.books.lock().unwrap();
    if books.is_away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if books.refuses {
        return Json(json!({"state": "refused", "reason": "bank_unavailable"})).into_response();
    }
    let id = order.get("id").and_then(Value::as_str).unwrap().to_owned();
    *books.taken.entry(id).or_default() += 1;
    if books.loses_answers {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    Json(json!({"state": "pending"})).into_response()
}

async fn status(State(house): State<Clearing>, Json(ask): Json<Value>) -> Response {
    let books = house.books.lock().unwrap();
    if books.is_away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let id = ask.get("id").and_then(Value::as_str).unwrap();
    let told = match books.words.get(id) {
        _ if !books.taken.contains_key(id) => json!({"state": "unknown"}),
        None => json!({"state": "pending"}),
        Some(Word::Settled) => json!({"state": "settled"}),
        Some(Word::Returned(reason)) => json!({"state": "returned", "reason": reason}),
    };
    Json(told).into_response()
}
