//! Refunds: the same number once, never more than was paid, with the customer a minute later, or stuck until somebody mends
//! it.

use serde_json::{Value, json};
use weigui_wechat::pay::china_time;

use super::DEMO_MERCHANT;
use super::book::{Book, OrderState, Refund};
use super::counter::{Answer, Asked, refuse};
use crate::faults::PayFaults;

/// What becomes of refunds whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Usual,
    Abnormal,
    Slow,
}

impl From<PayFaults> for Way {
    fn from(faults: PayFaults) -> Self {
        match (faults.refunds_slow, faults.refunds_abnormal) {
            (true, _) => Self::Slow,
            (false, true) => Self::Abnormal,
            (false, false) => Self::Usual,
        }
    }
}

/// Seconds until a refund is with the customer.
const TAKES_S: i64 = 60;

pub(super) fn ask(book: &mut Book, asked: &Asked<'_>, (now, way): (i64, Way)) -> Answer {
    let body = &asked.body;
    let text = |at: &str| {
        body.pointer(at)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let number = |at: &str| body.pointer(at).and_then(Value::as_i64).unwrap_or(0);
    let (out_refund_no, out_trade_no) = (text("/out_refund_no"), text("/out_trade_no"));
    if let Some(known) = book.refunds.get(&out_refund_no) {
        return if known.ask == *body {
            look(book, &out_refund_no, (now, way))
        } else {
            refuse(400, "INVALID_REQUEST", "商户退款单号重复，且参数不一致")
        };
    }
    let given_back = book.refunded(&out_trade_no);
    let Some(order) = book.orders.get_mut(&out_trade_no) else {
        return refuse(404, "RESOURCE_NOT_EXISTS", "订单不存在");
    };
    if !matches!(order.state, OrderState::Success | OrderState::Refund) {
        return refuse(400, "INVALID_REQUEST", "订单未支付");
    }
    let (amount, total) = (number("/amount/refund"), number("/amount/total"));
    if total != order.total || amount < 1 || amount > order.total - given_back {
        return refuse(400, "INVALID_REQUEST", "退款金额大于可退金额，或订单金额不一致");
    }
    order.state = OrderState::Refund;
    let id = book.next();
    let notify_url = body.get("notify_url").and_then(Value::as_str).map(str::to_owned);
    let refund = Refund {
        ask: body.clone(),
        refund_id: format!("503000{id:022}"),
        out_refund_no: out_refund_no.clone(),
        out_trade_no,
        amount,
        notify_url,
        asked_at: now,
        done_at: now + TAKES_S,
        told: false,
        told_abnormal: false,
    };
    book.refunds.insert(out_refund_no.clone(), refund);
    look(book, &out_refund_no, (now, way))
}

pub(super) fn look(book: &Book, out_refund_no: &str, (now, way): (i64, Way)) -> Answer {
    let found = book.refunds.get(out_refund_no).and_then(|refund| {
        let order = book.orders.get(&refund.out_trade_no)?;
        Some((refund, order))
    });
    let Some((refund, order)) = found else {
        return refuse(404, "RESOURCE_NOT_EXISTS", "退款单不存在");
    };
    let status = match way {
        _ if refund.done_at > now => "PROCESSING",
        Way::Usual => "SUCCESS",
        Way::Abnormal => "ABNORMAL",
        Way::Slow => "PROCESSING",
    };
    let done = status == "SUCCESS";
    let mut all = json!({
        "refund_id": refund.refund_id, "out_refund_no": refund.out_refund_no, "out_trade_no": refund.out_trade_no,
        "transaction_id": order.transaction_id, "channel": "ORIGINAL", "user_received_account": "支付用户零钱",
        "create_time": china_time(refund.asked_at).unwrap_or_default(),
        "status": status,
        "amount": {"total": order.total, "refund": refund.amount, "payer_total": order.total,
            "payer_refund": refund.amount, "currency": "CNY"},
    });
    if done && let Some(fields) = all.as_object_mut() {
        fields.insert(
            "success_time".to_owned(),
            china_time(refund.done_at).unwrap_or_default().into(),
        );
    }
    Answer::Json(200, all)
}

/// Tells of refunds that have come to their end, or got stuck.
pub(super) fn tell(book: &mut Book, (now, way): (i64, Way)) {
    if way == Way::Slow {
        return;
    }
    let abnormal = way == Way::Abnormal;
    let ended: Vec<Refund> = book
        .refunds
        .values_mut()
        .filter(|refund| refund.done_at <= now && !refund.told && !(abnormal && refund.told_abnormal))
        .map(|refund| {
            refund.told = !abnormal;
            refund.told_abnormal = abnormal;
            refund.clone()
        })
        .collect();
    for refund in ended {
        let Some(order) = book.orders.get(&refund.out_trade_no) else {
            continue;
        };
        let status = if abnormal { "ABNORMAL" } else { "SUCCESS" };
        let mut content = json!({
            "mchid": DEMO_MERCHANT.mchid, "out_trade_no": refund.out_trade_no,
            "transaction_id": order.transaction_id, "out_refund_no": refund.out_refund_no,
            "refund_id": refund.refund_id, "refund_status": status, "user_received_account": "支付用户零钱",
            "amount": {"total": order.total, "refund": refund.amount, "payer_total": order.total,
                "payer_refund": refund.amount},
        });
        if !abnormal && let Some(fields) = content.as_object_mut() {
            let at = china_time(refund.done_at).unwrap_or_default();
            fields.insert("success_time".to_owned(), at.into());
        }
        if let Some(url) = &refund.notify_url {
            let what = if abnormal {
                "REFUND.ABNORMAL"
            } else {
                "REFUND.SUCCESS"
            };
            book.notify(url, what, "refund", content, refund.done_at);
        }
    }
}
