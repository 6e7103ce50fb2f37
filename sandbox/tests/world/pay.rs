//! The simulated Pay, met by our own client: a person pays, notices come until they are taken, money goes back,
//! the bill agrees, and what goes wrong looks as it does outside.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use sandbox::pay::{DEMO_MERCHANT, OrderState, Unpayable};
use sandbox::{Faults, PayFaults};
use serde_json::json;
use weigui_wechat::HttpAnswer;
use weigui_wechat::pay::{
    Action, BillKind, Content, Doubt, Endpoints, Fen, Merchant, NotifyUrl, Order, OutRefundNo, OutTradeNo,
    Outcome, Patience, Pay, RefundOrder, RefundStatus, Settings, TradeState, Trust, accepted, fund_flow,
    refused, trades,
};

use crate::town::{ANN, APPID, BEN, Town, http, serve, town};

const DAY_MS: i64 = 86_400_000;

/// A till that takes notices, unless told to be shut.
struct Till {
    pay: Pay,
    heard: Mutex<Vec<(String, String)>>,
    shut: Mutex<bool>,
}

fn client(town: &Town, trust: Trust) -> Pay {
    let now = Arc::clone(&town.now);
    let merchant = Merchant::new(Settings {
        mchid: DEMO_MERCHANT.mchid.into(),
        appids: vec![APPID.into()],
        serial_no: DEMO_MERCHANT.serial_no.into(),
        private_key_pem: DEMO_MERCHANT.private_key_pem.into(),
        api_v3_key: DEMO_MERCHANT.api_v3_key.into(),
    });
    let endpoints = Endpoints {
        primary: format!("{}/sandbox/pay", town.base),
        backup: None,
    };
    let patience = Patience {
        attempts: 2,
        pause: std::time::Duration::from_millis(1),
    };
    Pay::with(
        http(),
        endpoints,
        merchant.unwrap(),
        trust,
        (Arc::new(move || now.load(Ordering::SeqCst) / 1_000), patience),
    )
}

fn trust() -> Trust {
    Trust::new()
        .with_public_key(DEMO_MERCHANT.public_key_id, DEMO_MERCHANT.public_key_pem)
        .unwrap()
}

async fn till(town: &Town) -> (Arc<Till>, NotifyUrl) {
    let till = Arc::new(Till {
        pay: client(town, trust()),
        heard: Mutex::default(),
        shut: Mutex::new(false),
    });
    let app = Router::new()
        .route("/notify", post(take))
        .with_state(Arc::clone(&till));
    let base = serve(app).await;
    (till, NotifyUrl::new(format!("{base}/notify")).unwrap())
}

async fn take(State(till): State<Arc<Till>>, headers: HeaderMap, body: Bytes) -> HttpAnswer {
    if *till.shut.lock().unwrap() {
        return refused(503, "系统繁忙");
    }
    let header = |name: &'static str| headers.get(name).and_then(|value| value.to_str().ok());
    match till.pay.receive(header, &body).await {
        Ok(notice) => {
            let number = match notice.content {
                Content::Payment(paid) => format!("{} {}", paid.out_trade_no, paid.amount.unwrap().total),
                Content::Refund(refund) => format!("{} {}", refund.out_refund_no, refund.amount.refund),
                Content::Other(other) => panic!("{other}"),
            };
            till.heard.lock().unwrap().push((notice.event, number));
            accepted()
        }
        Err(reject) => reject.answer(),
    }
}

fn order(number: &str, fen: i64, url: &NotifyUrl) -> Order {
    let number = OutTradeNo::new(number).unwrap();
    Order::new(APPID, "账户充值", number, Fen::new(fen).unwrap(), url.clone()).unwrap()
}

fn refund(number: &str, fen: i64, total: i64, url: &NotifyUrl) -> RefundOrder {
    RefundOrder::new(
        OutTradeNo::new("ORDER0001").unwrap(),
        OutRefundNo::new(number).unwrap(),
        Fen::new(fen).unwrap(),
        Fen::new(total).unwrap(),
    )
    .unwrap()
    .with_notify_url(url.clone())
}

impl Till {
    async fn hears(&self, many: usize) -> Vec<(String, String)> {
        for _ in 0..200 {
            if self.heard.lock().unwrap().len() >= many {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        self.heard.lock().unwrap().clone()
    }
}

/// Somebody has ordered and paid 100 yuan.
async fn paid(town: &Town) -> (Arc<Till>, NotifyUrl, String) {
    let (till, url) = till(town).await;
    let ask = order("ORDER0001", 10_000, &url);
    let prepay = till.pay.order_jsapi(&ask, ANN).await.done().unwrap();
    assert_eq!(town.sandbox.orders_of(ANN)[0].state, OrderState::Notpay);
    assert_eq!(town.sandbox.pay(BEN, &prepay.prepay_id), Err(Unpayable::NotYours));
    let key = json!({"key": prepay.prepay_id});
    let (status, paid) = town.post(&format!("/pay/phone/{ANN}/pay"), key).await;
    assert_eq!((status, &paid["state"]), (200, &json!("SUCCESS")));
    (till, url, prepay.prepay_id)
}

#[tokio::test]
async fn a_person_pays_once() {
    let town = town().await;
    let (till, _url, key) = paid(&town).await;
    let again = town
        .post(&format!("/pay/phone/{ANN}/pay"), json!({"key": key}))
        .await;
    assert_eq!(again.0, 409);
    assert_eq!(
        till.hears(1).await,
        [("TRANSACTION.SUCCESS".into(), "ORDER0001 10000".into())]
    );
    let number = OutTradeNo::new("ORDER0001").unwrap();
    let found = till.pay.query(&number).await.done().unwrap();
    assert_eq!(found.trade_state, TradeState::Success);
    let closed = till.pay.close(&number).await;
    assert!(matches!(closed, Outcome::Refused(refusal) if refusal.action() == Action::Query));
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid_and_the_bill_agrees() {
    let town = town().await;
    let (till, url, _key) = paid(&town).await;
    let ask = async |number, fen| till.pay.refund(&refund(number, fen, 10_000, &url)).await;
    let back = ask("R1", 3_000).await.done().unwrap();
    assert_eq!(back.status, RefundStatus::Processing);
    // The same number again gives back nothing more; more than is left is refused.
    assert_eq!(ask("R1", 3_000).await.done().unwrap().refund_id, back.refund_id);
    assert!(matches!(ask("R1", 2_000).await, Outcome::Refused(_)));
    assert!(matches!(ask("R2", 7_001).await, Outcome::Refused(_)));
    assert!(ask("R3", 7_000).await.done().is_some());
    town.forward(61_000);
    let events = till.hears(3).await;
    assert!(
        events.contains(&("REFUND.SUCCESS".into(), "R1 3000".into())),
        "{events:?}"
    );
    assert_eq!(events.len(), 3);
    let number = OutRefundNo::new("R1").unwrap();
    let found = till.pay.refund_query(&number).await.done().unwrap();
    assert_eq!(found.status, RefundStatus::Success);

    // The next morning after ten.
    let bill = async |kind, day| till.pay.bill(kind, day).await;
    let early = bill(BillKind::Trades, "2026-01-01").await;
    assert!(matches!(early, Outcome::Refused(refusal) if refusal.action() == Action::SlowDown));
    town.forward(DAY_MS + 3 * 3_600_000);
    let text = bill(BillKind::Trades, "2026-01-01").await.done().unwrap().text;
    let (rows, sums) = trades(&text).unwrap();
    assert_eq!((rows.len(), sums.incoming, sums.outgoing), (3, 10_000, 10_000));
    let flow = bill(BillKind::FundFlow, "2026-01-01").await.done().unwrap().text;
    let (rows, _) = fund_flow(&flow).unwrap();
    assert_eq!(rows.last().unwrap().balance, 0, "fees come back with the refunds");
    let none = bill(BillKind::Trades, "2025-01-01").await;
    assert!(matches!(none, Outcome::Refused(refusal) if refusal.action() == Action::NotThere));
}

#[tokio::test]
async fn a_notice_comes_again_until_it_is_taken() {
    let town = town().await;
    let (till, url) = till(&town).await;
    *till.shut.lock().unwrap() = true;
    let prepay = till
        .pay
        .order_jsapi(&order("ORDER0001", 100, &url), ANN)
        .await
        .done()
        .unwrap();
    town.sandbox.pay(ANN, &prepay.prepay_id).unwrap();
    for pause in [0, 15, 15, 30, 180] {
        town.forward(pause * 1_000);
        town.sandbox.send_notices().await;
    }
    assert_eq!(town.sandbox.notices_waiting(), 1);
    assert!(till.heard.lock().unwrap().is_empty());
    *till.shut.lock().unwrap() = false;
    town.forward(600_000);
    town.sandbox.send_notices().await;
    assert_eq!(till.hears(1).await.len(), 1);
    for _ in 0..100 {
        if town.sandbox.notices_waiting() == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(town.sandbox.notices_waiting(), 0);
}

#[tokio::test]
async fn what_goes_wrong_at_pay_is_unknown_and_not_failed() {
    let town = town().await;
    let (till, url) = till(&town).await;
    let fault = |pay: PayFaults| {
        town.sandbox.set_faults(Faults {
            pay,
            ..Faults::default()
        });
    };
    fault(PayFaults {
        unsigned: true,
        ..PayFaults::default()
    });
    let unknown = till.pay.order_jsapi(&order("ORDER0001", 100, &url), ANN).await;
    assert!(
        matches!(unknown, Outcome::Unknown(Doubt::NotProven(_))),
        "{unknown:?}"
    );
    fault(PayFaults {
        lose_answers: true,
        ..PayFaults::default()
    });
    let unknown = till.pay.order_jsapi(&order("ORDER0002", 100, &url), ANN).await;
    assert!(
        matches!(unknown, Outcome::Unknown(Doubt::PlatformError { .. })),
        "{unknown:?}"
    );
    fault(PayFaults::default());
    // Both were made; the same again says so, other content does not pass under the number.
    assert_eq!(town.sandbox.orders_of(ANN).len(), 2);
    assert!(
        till.pay
            .order_jsapi(&order("ORDER0001", 100, &url), ANN)
            .await
            .done()
            .is_some()
    );
    let other = till.pay.order_jsapi(&order("ORDER0001", 101, &url), ANN).await;
    assert!(matches!(other, Outcome::Refused(refusal) if refusal.action() == Action::FixRequest));
    // Five copies of one notice all come.
    fault(PayFaults {
        notices_fivefold: true,
        ..PayFaults::default()
    });
    let key = town.sandbox.orders_of(ANN)[0].key.clone();
    town.sandbox.pay(ANN, &key).unwrap();
    assert_eq!(till.hears(5).await.len(), 5);
}

#[tokio::test]
async fn an_order_is_over_when_its_time_is_and_certificates_can_be_had() {
    let town = town().await;
    let (till, url) = till(&town).await;
    let order = order("ORDER0001", 100, &url).with_expiry(town.now.load(Ordering::SeqCst) / 1_000 + 120);
    let code = till.pay.order_native(&order).await.done().unwrap();
    town.forward(121_000);
    assert_eq!(town.sandbox.pay(ANN, &code.code_url), Err(Unpayable::Closed));
    let number = OutTradeNo::new("ORDER0001").unwrap();
    assert_eq!(
        till.pay.query(&number).await.done().unwrap().trade_state,
        TradeState::Closed
    );
    assert_eq!(till.pay.close(&number).await, Outcome::Done(()));
    assert_eq!(client(&town, trust()).fetch_certificates().await, Ok(2));
    // Somebody without the merchant's key gets nothing.
    let (status, _) = town.post("/pay/v3/pay/transactions/jsapi", json!({})).await;
    assert_eq!(status, 401);
}
