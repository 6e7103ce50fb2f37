//! The clearing between banks: takes a payment once per id, and settles or returns it after a while. What
//! becomes of a payment follows from the end of the payee's account number, so that a demo or a test can
//! choose:
//!
//! | account ends with | what happens |
//! |---|---|
//! | `9991` | returned 退汇: no such account |
//! | `9992` | returned: the name is another |
//! | `9993` | returned: the account is closed |
//! | `9994` | returned: the account takes no money |
//! | `9995` | taken without an answer, settled; only a question tells |
//! | `9996` | pending for ten minutes, then settled |
//! | `9997` | refused at once: not taken |
//! | anything else | settled |

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{ClearingFaults, Clock};

/// From taking to settling or returning, milliseconds.
const TAKES: i64 = 3_000;
/// The same for the slow bank.
const TAKES_LONG: i64 = 600_000;

/// A payment as the paying bank tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Order {
    id: String,
    bank_code: String,
    credit_account: String,
    name: String,
    amount_minor: i64,
    ccy: String,
}

/// A payment that was taken.
#[derive(Debug, Clone)]
struct Payment {
    order: Order,
    end: End,
    due: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Settled,
    Returned(&'static str),
}

/// What is told of a payment.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Told {
    /// Never seen.
    Unknown,
    Pending,
    Settled,
    Returned {
        reason: &'static str,
    },
    /// Not taken, for good.
    Refused {
        reason: &'static str,
    },
}

#[derive(Deserialize)]
struct Ask {
    id: String,
}

/// The clearing house. Cheap to clone; clones share payments and switches.
#[derive(Clone)]
pub struct Clearing {
    clock: Clock,
    state: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    /// By the paying bank's id.
    payments: BTreeMap<String, Payment>,
    faults: ClearingFaults,
}

fn end_of(account: &str) -> (End, i64) {
    let ends = |tail: &str| account.ends_with(tail);
    if ends("9991") {
        (End::Returned("account_not_found"), TAKES)
    } else if ends("9992") {
        (End::Returned("name_mismatch"), TAKES)
    } else if ends("9993") {
        (End::Returned("account_closed"), TAKES)
    } else if ends("9994") {
        (End::Returned("account_blocked"), TAKES)
    } else if ends("9996") {
        (End::Settled, TAKES_LONG)
    } else {
        (End::Settled, TAKES)
    }
}

async fn take(State(house): State<Clearing>, Json(order): Json<Order>) -> Response {
    let faults = house.faults();
    tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
    if faults.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let silent = faults.lose_answers || order.credit_account.ends_with("9995");
    let told = house.take(order);
    if silent {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    match told {
        Ok(told) => Json(told).into_response(),
        Err(code) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"code": code}))).into_response(),
    }
}

async fn status(State(house): State<Clearing>, Json(ask): Json<Ask>) -> Response {
    let faults = house.faults();
    tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
    if faults.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Json(house.told(&ask.id)).into_response()
}

impl Clearing {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            state: Arc::default(),
        }
    }

    /// `POST /payments` and `POST /status`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/payments", post(take))
            .route("/status", post(status))
            .with_state(self.clone())
    }

    pub fn faults(&self) -> ClearingFaults {
        self.books().faults
    }

    pub fn set_faults(&self, faults: ClearingFaults) {
        self.books().faults = faults;
    }

    /// How many payments were taken.
    pub fn taken(&self) -> usize {
        self.books().payments.len()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A repeat changes nothing and is told how the payment stands; the same id for another payment is an error.
    fn take(&self, order: Order) -> Result<Told, &'static str> {
        if order.amount_minor <= 0
            || order.ccy != "CNY"
            || order.name.is_empty()
            || order.bank_code.len() != 12
        {
            return Err("bad_order");
        }
        if order.credit_account.ends_with("9997") {
            return Ok(Told::Refused {
                reason: "bank_unavailable",
            });
        }
        let now = (self.clock)();
        let mut books = self.books();
        if let Some(known) = books.payments.get(&order.id) {
            return if known.order == order {
                Ok(known.told(now))
            } else {
                Err("id_reused")
            };
        }
        let (end, takes) = end_of(&order.credit_account);
        let payment = Payment {
            end,
            due: now + takes,
            order,
        };
        let told = payment.told(now);
        books.payments.insert(payment.order.id.clone(), payment);
        Ok(told)
    }

    fn told(&self, id: &str) -> Told {
        let now = (self.clock)();
        let books = self.books();
        books
            .payments
            .get(id)
            .map_or(Told::Unknown, |payment| payment.told(now))
    }
}

impl Payment {
    fn told(&self, now: i64) -> Told {
        match self.end {
            _ if now < self.due => Told::Pending,
            End::Settled => Told::Settled,
            End::Returned(reason) => Told::Returned { reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn order(id: &str, account: &str) -> Order {
        Order {
            id: id.to_owned(),
            bank_code: "102100099996".to_owned(),
            credit_account: account.to_owned(),
            name: "钱多多".to_owned(),
            amount_minor: 1,
            ccy: "CNY".to_owned(),
        }
    }

    #[test]
    fn an_account_says_what_becomes_of_it_and_a_repeat_changes_nothing() {
        let time = Arc::new(AtomicI64::new(0));
        let hand = time.clone();
        let house = Clearing::new(Arc::new(move || hand.load(Ordering::SeqCst)));
        assert_eq!(house.told("a"), Told::Unknown);
        assert_eq!(house.take(order("a", "62220001")), Ok(Told::Pending));
        assert_eq!(house.take(order("b", "62229992")), Ok(Told::Pending));
        assert_eq!(house.take(order("c", "62229996")), Ok(Told::Pending));
        let refused = Told::Refused {
            reason: "bank_unavailable",
        };
        assert_eq!(house.take(order("d", "62229997")), Ok(refused));
        assert_eq!(house.take(order("a", "62229999")), Err("id_reused"));
        time.store(TAKES, Ordering::SeqCst);
        assert_eq!(house.take(order("a", "62220001")), Ok(Told::Settled));
        let returned = Told::Returned {
            reason: "name_mismatch",
        };
        assert_eq!(house.told("b"), returned);
        assert_eq!(house.told("c"), Told::Pending);
        assert_eq!((house.told("d"), house.taken()), (Told::Unknown, 3));
    }
}
