//! The billers 缴费单位 behind one hub: tells what is owed under a number, takes a payment once per id, and confirms or
//! refuses it. Questions and answers are signed with the shared key. What happens follows from the end of the number, so
//! that a demo or a test can choose:
//!
//! | number ends with | what happens |
//! |---|---|
//! | `0000` | no such number |
//! | `9990` | nothing is owed |
//! | `9991` | refused: paid elsewhere meanwhile |
//! | `9992` | refused: the amount has changed |
//! | `9995` | taken without an answer, confirmed; only a question tells |
//! | `9996` | pending for ten minutes, then confirmed |
//! | `9997` | taken, and nothing is said of it ever |
//! | anything else | confirmed |
//!
//! The daily file of a biller is in `biller_file`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::biller_file::{self, Taken};
use crate::{BillerFaults, Clock};

/// The key that the demo shares with the hub.
pub const BILLERS_KEY: &str = "demo-billers-key-0123456789abcdef";
/// How far the clocks of both sides may be apart, milliseconds.
const SKEW: i64 = 300_000;
/// Until a slow biller confirms, milliseconds.
const TAKES_LONG: i64 = 600_000;

/// A payment as the bank tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Payment {
    id: String,
    biller: String,
    number: String,
    bill_no: String,
    amount_minor: i64,
}

/// What is told of a payment.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Told {
    Unknown,
    Pending,
    Confirmed { reference: String },
    Refused { reason: &'static str },
}

#[derive(Deserialize)]
struct Number {
    number: String,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Day {
    biller: String,
    date: String,
}

/// The hub. Cheap to clone; clones share payments and switches.
#[derive(Clone)]
pub struct Billers {
    clock: Clock,
    state: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    /// By the bank's id, with the time of the taking.
    payments: BTreeMap<String, (Payment, i64)>,
    faults: BillerFaults,
}

fn mac(parts: &[&[u8]]) -> String {
    let Ok(mut mac) = <Hmac<Sha256>>::new_from_slice(BILLERS_KEY.as_bytes()) else {
        return String::new();
    };
    for part in parts {
        mac.update(part);
    }
    hex::encode(mac.finalize().into_bytes())
}

/// Reads a signed question and signs its answer; who does not know the key is told nothing.
async fn answer(hub: &Billers, path: &str, (headers, body): (&HeaderMap, &Bytes)) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    };
    let (at, signature) = (header("x-timestamp"), header("x-signature"));
    let fresh = at
        .parse::<i64>()
        .is_ok_and(|at| ((hub.clock)() - at).abs() <= SKEW);
    if !fresh || mac(&[at.as_bytes(), b"\n", path.as_bytes(), b"\n", body]) != signature {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let faults = hub.faults();
    tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
    if faults.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let said = match path {
        "/query" => serde_json::from_slice(body)
            .ok()
            .map(|ask: Number| hub.owed(&ask.number)),
        "/payments" => match serde_json::from_slice::<Payment>(body) {
            Ok(payment) => hub.take(payment, faults),
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        },
        "/file" => serde_json::from_slice(body)
            .ok()
            .and_then(|ask: Day| hub.file(&ask, faults)),
        _ => serde_json::from_slice(body)
            .ok()
            .and_then(|ask: Id| hub.told(&ask.id)),
    };
    let Some(said) = said else {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    };
    let text = said.to_string();
    let signed = mac(&[signature.as_bytes(), b"\n", text.as_bytes()]);
    (
        [
            ("x-signature", signed),
            ("content-type", "application/json".to_owned()),
        ],
        text,
    )
        .into_response()
}

async fn query(State(hub): State<Billers>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&hub, "/query", (&headers, &body)).await
}

async fn pay(State(hub): State<Billers>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&hub, "/payments", (&headers, &body)).await
}

async fn status(State(hub): State<Billers>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&hub, "/status", (&headers, &body)).await
}

async fn file(State(hub): State<Billers>, headers: HeaderMap, body: Bytes) -> Response {
    answer(&hub, "/file", (&headers, &body)).await
}

impl Billers {
    /// A hub to whom nothing has been paid.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Arc::default(),
        }
    }

    /// `POST /query`, `/payments`, `/status` and `/file`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/query", post(query))
            .route("/payments", post(pay))
            .route("/status", post(status))
            .route("/file", post(file))
            .with_state(self.clone())
    }

    /// The switches as they are.
    pub fn faults(&self) -> BillerFaults {
        self.books().faults
    }

    /// Sets the switches.
    pub fn set_faults(&self, faults: BillerFaults) {
        self.books().faults = faults;
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn owed(&self, number: &str) -> Value {
        if number.ends_with("0000") {
            return json!({"state": "no_such_number"});
        }
        let books = self.books();
        let open: Vec<Value> = bills_of(number)
            .into_iter()
            .filter(|(bill_no, ..)| !books.payments.values().any(|(p, _)| p.bill_no == *bill_no))
            .map(|(bill_no, period, amount)| {
                json!({"bill_no": bill_no, "period": period, "amount_minor": amount})
            })
            .collect();
        json!({"state": "owed", "name": name_of(number), "bills": open})
    }

    /// None: taken, and not a word is said.
    fn take(&self, payment: Payment, faults: BillerFaults) -> Option<Value> {
        let (id, silent) = (
            payment.id.clone(),
            payment.number.ends_with("9995") || faults.lose_answers,
        );
        let owed = bills_of(&payment.number)
            .into_iter()
            .any(|(bill_no, _, amount)| bill_no == payment.bill_no && amount == payment.amount_minor);
        let now = (self.clock)();
        {
            let mut books = self.books();
            if !owed {
                return Some(json!({"state": "refused", "reason": "no_such_bill"}));
            }
            let other = books
                .payments
                .values()
                .any(|(known, _)| known.bill_no == payment.bill_no && known.id != payment.id);
            if other {
                return Some(json!({"state": "refused", "reason": "already_paid"}));
            }
            books.payments.entry(id.clone()).or_insert((payment, now));
        }
        if silent { None } else { self.told(&id) }
    }

    /// None: nothing is ever said.
    fn told(&self, id: &str) -> Option<Value> {
        let books = self.books();
        let Some((payment, at)) = books.payments.get(id) else {
            return serde_json::to_value(Told::Unknown).ok();
        };
        let ends = |tail: &str| payment.number.ends_with(tail);
        let told = if ends("9997") {
            return None;
        } else if ends("9991") {
            Told::Refused {
                reason: "already_paid",
            }
        } else if ends("9992") {
            Told::Refused {
                reason: "amount_changed",
            }
        } else if ends("9996") && (self.clock)() < at + TAKES_LONG {
            Told::Pending
        } else {
            Told::Confirmed {
                reference: reference_of(id),
            }
        };
        serde_json::to_value(told).ok()
    }

    /// None: the day is no day.
    fn file(&self, ask: &Day, faults: BillerFaults) -> Option<Value> {
        let now = (self.clock)();
        let books = self.books();
        let taken = books.payments.values().filter(|(p, _)| p.biller == ask.biller);
        let counted: Vec<Taken> = taken
            .filter_map(|(payment, at)| counted(payment, *at, now))
            .collect();
        drop(books);
        biller_file::answer((&ask.biller, &ask.date), &counted, faults.file, now)
    }
}

/// A payment as the biller's books have it; none while it is pending, or mute.
fn counted(payment: &Payment, at: i64, now: i64) -> Option<Taken> {
    let ends = |tail: &str| payment.number.ends_with(tail);
    let at = if ends("9996") { at + TAKES_LONG } else { at };
    let spoken = at <= now && !ends("9997");
    spoken.then(|| Taken {
        at,
        id: payment.id.clone(),
        bill_no: payment.bill_no.clone(),
        amount: payment.amount_minor,
        reference: reference_of(&payment.id),
        paid: !ends("9991") && !ends("9992"),
    })
}

/// The biller's own number of a payment.
fn reference_of(id: &str) -> String {
    format!(
        "JF{}",
        id.replace('-', "").to_uppercase().get(20..).unwrap_or("0")
    )
}

/// Two months are open, always the same for a number.
fn bills_of(number: &str) -> Vec<(String, &'static str, i64)> {
    if number.ends_with("9990") || number.ends_with("0000") {
        return Vec::new();
    }
    let seed = number
        .bytes()
        .fold(7_i64, |sum, digit| (sum * 31 + i64::from(digit)) % 9_973);
    // The number of a bill says nothing of whose it is.
    let wide = number.bytes().fold(1_469_598_103_u64, |sum, digit| {
        (sum ^ u64::from(digit)).wrapping_mul(1_099_511_628_211)
    }) % 1_000_000_000_000;
    [("2026-09", 3_000 + seed), ("2026-10", 4_550 + seed)]
        .into_iter()
        .map(|(period, amount)| (format!("{}{wide:012}", period.replace('-', "")), period, amount))
        .collect()
}

fn name_of(number: &str) -> &'static str {
    const NAMES: [&str; 4] = ["王建国", "李秀兰", "陈晓明", "周海燕"];
    let at = usize::from(number.bytes().last().unwrap_or(0)) % NAMES.len();
    NAMES.get(at).copied().unwrap_or("周海燕")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(number: &str, id: &str) -> Payment {
        let (bill_no, _, amount_minor) = bills_of(number).remove(0);
        Payment {
            id: id.to_owned(),
            biller: "power".to_owned(),
            number: number.to_owned(),
            bill_no,
            amount_minor,
        }
    }

    #[test]
    fn a_bill_is_taken_once_per_id_and_from_nobody_else() {
        let hub = Billers::new(Arc::new(|| 0));
        let take = |id: &str| hub.take(payment("1234567890", id), BillerFaults::default());
        let first = take("01890000-0000-7000-8000-000000000001");
        assert_eq!(first, take("01890000-0000-7000-8000-000000000001"));
        assert_eq!(
            first.and_then(|v| v.get("state").cloned()),
            Some(json!("confirmed"))
        );
        let second = take("01890000-0000-7000-8000-000000000002");
        assert_eq!(
            second,
            Some(json!({"state": "refused", "reason": "already_paid"}))
        );
        assert_eq!(hub.owed("1234567890")["bills"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn who_says_nothing_has_taken_it_all_the_same() {
        let hub = Billers::new(Arc::new(|| 0));
        assert_eq!(
            hub.take(payment("1234569995", "a"), BillerFaults::default()),
            None
        );
        assert!(hub.told("a").is_some());
        assert_eq!(
            hub.take(payment("1234569997", "b"), BillerFaults::default()),
            None
        );
        assert_eq!(hub.told("b"), None);
        assert_eq!(hub.told("c"), Some(json!({"state": "unknown"})));
    }
}
