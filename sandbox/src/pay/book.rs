//! What Pay remembers: orders, refunds, notices that still have to be sent.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use weigui_wechat::pay::{china_time, second_of};

use crate::chance;

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum OrderState {
    /// Not paid yet.
    Notpay,
    /// Paid.
    Success,
    /// Paid, something given back.
    Refund,
    /// Closed unpaid.
    Closed,
}

/// An order as a phone shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderView {
    /// The merchant's number.
    pub out_trade_no: String,
    /// What the customer reads.
    pub description: String,
    /// Fen.
    pub total: i64,
    /// Fen given back.
    pub refunded: i64,
    /// Where it stands.
    pub state: OrderState,
    /// `prepay_id`, or `code_url` of a QR code.
    pub key: String,
}

/// An order.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// The whole request, to tell the same again from another.
    pub(super) ask: Value,
    pub(super) kind: &'static str,
    pub(super) out_trade_no: String,
    pub(super) description: String,
    pub(super) total: i64,
    pub(super) openid: String,
    pub(super) notify_url: String,
    pub(super) attach: String,
    pub(super) key: String,
    /// Seconds.
    pub(super) expires_at: i64,
    pub(super) state: OrderState,
    pub(super) transaction_id: String,
    /// Seconds, once paid.
    pub(super) paid_at: i64,
}

/// A refund.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) ask: Value,
    pub(super) refund_id: String,
    pub(super) out_refund_no: String,
    pub(super) out_trade_no: String,
    pub(super) amount: i64,
    pub(super) notify_url: Option<String>,
    /// Seconds.
    pub(super) asked_at: i64,
    /// With the customer from this second on.
    pub(super) done_at: i64,
    pub(super) told: bool,
    pub(super) told_abnormal: bool,
}

/// A notice that still has to be accepted.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) id: String,
    pub(super) url: String,
    pub(super) event: &'static str,
    pub(super) kind: &'static str,
    pub(super) content: Value,
    pub(super) attempt: usize,
    /// Seconds.
    pub(super) at: i64,
    /// Somebody is sending it now.
    pub(super) busy: bool,
}

/// What Pay remembers.
#[derive(Default)]
pub(crate) struct Book {
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) refunds: BTreeMap<String, Refund>,
    pub(super) due: Vec<Due>,
    pub(super) numbers: u64,
    /// Whether somebody looks after the notices.
    pub(super) tended: bool,
}

impl Book {
    pub(super) fn next(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// Sum of what was given back, or is on its way.
    pub(super) fn refunded(&self, out_trade_no: &str) -> i64 {
        let of = self
            .refunds
            .values()
            .filter(|refund| refund.out_trade_no == out_trade_no);
        of.map(|refund| refund.amount).sum()
    }

    pub(super) fn view(&self, order: &Order) -> OrderView {
        OrderView {
            out_trade_no: order.out_trade_no.clone(),
            description: order.description.clone(),
            total: order.total,
            refunded: self.refunded(&order.out_trade_no),
            state: order.state,
            key: order.key.clone(),
        }
    }

    /// Closes what nobody paid in time.
    pub(super) fn expire(&mut self, now: i64) {
        for order in self.orders.values_mut() {
            if order.state == OrderState::Notpay && order.expires_at <= now {
                order.state = OrderState::Closed;
            }
        }
    }

    pub(super) fn notify(
        &mut self,
        url: &str,
        event: &'static str,
        kind: &'static str,
        content: Value,
        now: i64,
    ) {
        let id = format!("EV-{}", chance::hex::<12>());
        self.due.push(Due {
            id,
            url: url.to_owned(),
            event,
            kind,
            content,
            attempt: 0,
            at: now,
            busy: false,
        });
    }
}

impl Order {
    /// As `/v3/pay/transactions` and the notice say it.
    pub(super) fn transaction(&self, appid: &str, mchid: &str) -> Value {
        let words = match self.state {
            OrderState::Notpay => ("NOTPAY", "订单未支付"),
            OrderState::Success => ("SUCCESS", "支付成功"),
            OrderState::Refund => ("REFUND", "转入退款"),
            OrderState::Closed => ("CLOSED", "订单已关闭"),
        };
        let mut all = json!({
            "appid": appid, "mchid": mchid, "out_trade_no": self.out_trade_no, "attach": self.attach,
            "trade_state": words.0, "trade_state_desc": words.1, "trade_type": self.kind,
            "amount": {"total": self.total, "currency": "CNY"},
        });
        if !self.transaction_id.is_empty()
            && let Some(fields) = all.as_object_mut()
        {
            fields.insert("transaction_id".to_owned(), self.transaction_id.as_str().into());
            fields.insert("bank_type".to_owned(), "OTHERS".into());
            fields.insert("payer".to_owned(), json!({"openid": self.openid}));
            fields.insert(
                "success_time".to_owned(),
                china_time(self.paid_at).unwrap_or_default().into(),
            );
            let amount = json!({"total": self.total, "payer_total": self.total, "currency": "CNY", "payer_currency": "CNY"});
            fields.insert("amount".to_owned(), amount);
        }
        all
    }

    /// An order from a request; a refusal code when Pay would refuse it.
    pub(super) fn read(ask: Value, kind: &'static str, now: i64) -> Result<Self, &'static str> {
        let text = |at: &str| {
            ask.pointer(at)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let number = text("/out_trade_no");
        let good = |c: char| c.is_ascii_alphanumeric() || "_-|*".contains(c);
        if !(6..=32).contains(&number.len()) || !number.chars().all(good) {
            return Err("PARAM_ERROR");
        }
        let total = ask.pointer("/amount/total").and_then(Value::as_i64).unwrap_or(0);
        let (description, notify_url) = (text("/description"), text("/notify_url"));
        if total < 1 || description.is_empty() || notify_url.is_empty() || notify_url.contains('?') {
            return Err("PARAM_ERROR");
        }
        let expires_at = match text("/time_expire") {
            none if none.is_empty() => now + 7_200,
            written => second_of(&written).filter(|at| *at > now).ok_or("PARAM_ERROR")?,
        };
        let openid = text("/payer/openid");
        if kind == "JSAPI" && openid.is_empty() {
            return Err("PARAM_ERROR");
        }
        let attach = text("/attach");
        Ok(Self {
            key: match kind {
                "JSAPI" => format!("wx{}", chance::hex::<17>()),
                _ => format!("weixin://wxpay/bizpayurl?pr={}", chance::hex::<6>()),
            },
            ask,
            kind,
            out_trade_no: number,
            description,
            total,
            openid,
            notify_url,
            attach,
            expires_at,
            state: OrderState::Notpay,
            transaction_id: String::new(),
            paid_at: 0,
        })
    }
}
