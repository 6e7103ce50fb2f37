//! The hub over HTTP: `POST {base}/query`, `/payments`, `/status`, `/file`, in JSON that both sides sign.
//!
//! A question carries `X-Timestamp` (ms UTC) and `X-Signature`, the hex HMAC-SHA-256 under the shared key of
//! `timestamp \n path \n body`; its answer carries the same header over `signature of the question \n body`, so that an
//! answer belongs to one question. What is not signed rightly was not said.
//!
//! `/file` takes `{"biller", "date"}` and answers `{"state": "file", "file": TEXT}`, the text as `DayFile` reads it, or
//! `{"state": "not_ready"}` until the biller has closed the day.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use kit::clock::Clock;
use kit::crypto::{mac, same};
use kit::http::Timeouts;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::file;
use crate::{Bill, BillerHub, DayFile, Filed, Found, Owed, Payment, Refusal, Word};

const SIGNATURE: &str = "x-signature";

/// The hub's adapter.
pub struct HttpBillers {
    http: reqwest::Client,
    base: String,
    key: SecretString,
    clock: Clock,
}

#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Said {
    Owed { name: String, bills: Vec<Open> },
    NoSuchNumber,
    Unknown,
    Pending,
    Confirmed { reference: String },
    Refused { reason: String },
    File { file: String },
    NotReady,
}

#[derive(Deserialize)]
struct Open {
    bill_no: String,
    period: String,
    amount_minor: i64,
}

impl HttpBillers {
    pub fn new(base: &str, key: &str, clock: Clock, timeouts: Timeouts) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: kit::http::client(timeouts)?,
            base: base.trim_end_matches('/').to_owned(),
            key: SecretString::from(key),
            clock,
        })
    }

    /// `None`: no usable answer.
    async fn ask(&self, path: &str, body: &Value) -> Option<Said> {
        let (body, at) = (body.to_string(), self.clock.now().to_string());
        let signature = self.sign(&[at.as_bytes(), b"\n", path.as_bytes(), b"\n", body.as_bytes()]);
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/json")
            .header("x-timestamp", at)
            .header(SIGNATURE, &signature)
            .body(body);
        let answer = async { request.send().await?.error_for_status() };
        let answer = answer
            .await
            .map_err(
                |error| tracing::warn!(path, cause = %error.without_url(), "the billers gave no usable answer"),
            )
            .ok()?;
        let signed = answer.headers().get(SIGNATURE)?.to_str().ok()?.to_owned();
        let bytes = answer.bytes().await.ok()?;
        let expected = self.sign(&[signature.as_bytes(), b"\n", &bytes]);
        if !same(expected.as_bytes(), signed.as_bytes()) {
            tracing::warn!(path, "an answer of the billers is not signed rightly");
            return None;
        }
        serde_json::from_slice(&bytes).ok()
    }

    fn sign(&self, parts: &[&[u8]]) -> String {
        hex::encode(mac(self.key.expose_secret().as_bytes(), parts))
    }

    async fn word(&self, path: &str, body: Value) -> Word {
        match self.ask(path, &body).await {
            Some(Said::Unknown) => Word::NotSeen,
            Some(Said::Pending) => Word::Pending,
            Some(Said::Confirmed { reference }) => Word::Confirmed {
                reference: file::number(&reference).unwrap_or_default(),
            },
            Some(Said::Refused { reason }) => Word::Refused(Refusal::parse(&reason)),
            Some(Said::Owed { .. } | Said::NoSuchNumber | Said::File { .. } | Said::NotReady) | None => {
                Word::Unknown
            }
        }
    }
}

impl BillerHub for HttpBillers {
    fn query<'a>(&'a self, biller: &'a str, number: &'a str) -> BoxFuture<'a, Found> {
        async move {
            match self
                .ask("/query", &json!({"biller": biller, "number": number}))
                .await
            {
                Some(Said::Owed { name, bills }) => Found::Owed(Owed {
                    name,
                    bills: bills.into_iter().map(bill).collect(),
                }),
                Some(Said::NoSuchNumber) => Found::NoSuchNumber,
                _ => Found::Unknown,
            }
        }
        .boxed()
    }

    fn pay<'a>(&'a self, p: Payment<'a>) -> BoxFuture<'a, Word> {
        let body = json!({
            "id": p.id, "biller": p.biller, "number": p.number, "bill_no": p.bill_no, "amount_minor": p.amount_fen,
        });
        self.word("/payments", body).boxed()
    }

    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Word> {
        self.word("/status", json!({ "id": id })).boxed()
    }

    fn file<'a>(&'a self, biller: &'a str, day: &'a str) -> BoxFuture<'a, Filed> {
        async move {
            match self.ask("/file", &json!({"biller": biller, "date": day})).await {
                Some(Said::File { file }) => DayFile::parse(&file, biller, day).map_or_else(
                    || {
                        tracing::error!(biller, day, "a biller's file does not fit its own trailer");
                        Filed::Broken
                    },
                    Filed::Whole,
                ),
                Some(Said::NotReady) => Filed::NotYet,
                _ => Filed::Unknown,
            }
        }
        .boxed()
    }
}

fn bill(open: Open) -> Bill {
    Bill {
        bill_no: open.bill_no,
        period: open.period,
        amount_fen: open.amount_minor,
    }
}
