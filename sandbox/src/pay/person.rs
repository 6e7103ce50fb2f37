//! What a person in front of a phone does: sees what is to be paid, and pays it.

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
}

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/{openid}/orders", get(orders))
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

    /// A person pays an order by the key that the page or QR code gave. The notice is on its way when this returns.
    pub fn pay(&self, openid: &str, key: &str) -> Result<OrderView, Unpayable> {
        let now = self.world.now() / 1_000;
        let wrong = self.faults().pay.wrong_amount;
        let mut book = self.world.pay.book();
        book.expire(now);
        let id = book.next();
        let mine = |kind: &str, payer: &str| kind == "NATIVE" || payer == openid;
        let order = book
            .orders
            .values_mut()
            .find(|order| order.key == key && mine(order.kind, &order.openid))
            .ok_or(Unpayable::NotYours)?;
        match order.state {
            OrderState::Notpay => {}
            OrderState::Closed => return Err(Unpayable::Closed),
            OrderState::Success | OrderState::Refund => return Err(Unpayable::Paid),
        }
        order.state = OrderState::Success;
        order.transaction_id = format!("4200000{id:021}");
        order.paid_at = now;
        openid.clone_into(&mut order.openid);
        let order = order.clone();
        let mut content = order.transaction(&self.world.config.appid, DEMO_MERCHANT.mchid);
        if wrong && let Some(total) = content.pointer_mut("/amount/total") {
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

async fn orders(State(sandbox): State<Sandbox>, Path(openid): Path<String>) -> Json<Vec<OrderView>> {
    Json(sandbox.orders_of(&openid))
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

async fn pay(
    State(sandbox): State<Sandbox>,
    Path(openid): Path<String>,
    Json(Key { key }): Json<Key>,
) -> Result<Json<OrderView>, (StatusCode, Json<Value>)> {
    sandbox.pay(&openid, &key).map(Json).map_err(|why| {
        let (status, code, detail) = match why {
            Unpayable::NotYours => (StatusCode::NOT_FOUND, "pay.unknown", "没有这笔待支付的订单。"),
            Unpayable::Paid => (StatusCode::CONFLICT, "pay.paid", "这笔订单已经支付。"),
            Unpayable::Closed => (
                StatusCode::CONFLICT,
                "pay.closed",
                "订单已关闭或已过期，请重新下单。",
            ),
        };
        (
            status,
            Json(json!({"status": status.as_u16(), "code": code, "title": detail, "detail": detail})),
        )
    })
}
