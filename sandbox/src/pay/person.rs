//! What a person in front of a phone does: sees what is to be paid, or scans a code and sees it then, and pays it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::book::OrderState;
use super::{DEMO_MERCHANT, OrderView};
use crate::Sandbox;

/// Why a payment does not go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpayable {
    /// No such order, or one for another person.
    NotYours,
    /// Paid already.
    Paid,
    /// Closed, or its time is over.
    Closed,
    /// The person has not so much.
    NoMoney,
}

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/{openid}/orders", get(orders))
        .route("/{openid}/scan", post(scan))
        .route("/{openid}/pay", post(pay))
}

impl Sandbox {
    /// What a person has ordered, the newest last.
    pub fn orders_of(&self, openid: &str) -> Vec<OrderView> {
        let mut book = self.world.pay.book();
        book.expire(self.world.now() / 1_000);
        let of = book.orders.values().filter(|order| order.openid == openid);
        of.map(|order| book.view(order)).collect()
    }

    /// What anybody sees who scans a QR code, before paying.
    pub fn scan_to_pay(&self, code_url: &str) -> Result<OrderView, Unpayable> {
        let mut book = self.world.pay.book();
        book.expire(self.world.now() / 1_000);
        let mut codes = book.orders.values().filter(|order| order.kind == "NATIVE");
        let order = codes
            .find(|order| order.key == code_url)
            .ok_or(Unpayable::NotYours)?;
        payable(order.state)?;
        Ok(book.view(order))
    }

    /// A person pays an order by the key that the page or QR code gave. The notice is on its way when this returns.
    pub fn pay(&self, openid: &str, key: &str) -> Result<OrderView, Unpayable> {
        let now = self.world.now() / 1_000;
        let faults = self.faults().pay;
        let mut book = self.world.pay.book();
        book.expire(now);
        let id = book.next();
        let mine = |kind: &str, payer: &str| kind == "NATIVE" || payer == openid;
        let order = book
            .orders
            .values_mut()
            .find(|order| order.key == key && mine(order.kind, &order.openid))
            .ok_or(Unpayable::NotYours)?;
        payable(order.state)?;
        if faults.no_money {
            return Err(Unpayable::NoMoney);
        }
        order.state = OrderState::Success;
        order.transaction_id = format!("4200000{id:021}");
        order.paid_at = now;
        openid.clone_into(&mut order.openid);
        let order = order.clone();
        let mut content = order.transaction(&self.world.config.appid, DEMO_MERCHANT.mchid);
        if faults.wrong_amount
            && let Some(total) = content.pointer_mut("/amount/total")
        {
            *total = Value::from(order.total + 1);
        }
        book.notify(
            &order.notify_url,
            "TRANSACTION.SUCCESS",
            "transaction",
            content,
            now,
        );
        let view = book.view(&order);
        drop(book);
        self.send_soon();
        Ok(view)
    }
}

fn payable(state: OrderState) -> Result<(), Unpayable> {
    match state {
        OrderState::Notpay => Ok(()),
        OrderState::Closed => Err(Unpayable::Closed),
        OrderState::Success | OrderState::Refund => Err(Unpayable::Paid),
    }
}

async fn orders(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Json<Vec<OrderView>> {
    Json(sandbox.orders_of(&openid))
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

type Refusal = (StatusCode, Json<Value>);

async fn scan(
    State(sandbox): State<Sandbox>,
    Path(_): Path<String>,
    Json(Key { key }): Json<Key>,
) -> Result<Json<OrderView>, Refusal> {
    sandbox.scan_to_pay(&key).map(Json).map_err(refusal)
}

async fn pay(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(Key { key }): Json<Key>,
) -> Result<Json<OrderView>, Refusal> {
    sandbox.pay(&openid, &key).map(Json).map_err(refusal)
}

fn refusal(why: Unpayable) -> Refusal {
    let (status, code, detail) = match why {
        Unpayable::NotYours => (StatusCode::NOT_FOUND, "pay.unknown", "没有这笔待支付的订单。"),
        Unpayable::Paid => (StatusCode::CONFLICT, "pay.paid", "这笔订单已经支付。"),
        Unpayable::Closed => (
            StatusCode::CONFLICT,
            "pay.closed",
            "订单已关闭或已过期，请重新下单。",
        ),
        Unpayable::NoMoney => (
            StatusCode::CONFLICT,
            "pay.no_money",
            "零钱不足，没有付成，请换一种支付方式。",
        ),
    };
    let body = json!({"status": status.as_u16(), "code": code, "title": detail, "detail": detail});
    (status, Json(body))
}
