//! The day's bills, from 10 o'clock the next morning: trades, and movements of the merchant's account with a fee of
//! 0.6 %. Hash over the plain file.

use std::fmt::Write as _;

use serde_json::json;
use sha1::{Digest as _, Sha1};
use weigui_wechat::pay::{china_time, second_of};

use super::DEMO_MERCHANT;
use super::book::Book;
use super::counter::{Answer, Asked, refuse};

const DAY_S: i64 = 86_400;
const READY_AFTER_S: i64 = 10 * 3_600;

pub(super) fn announce(book: &Book, kind: &str, asked: &Asked<'_>, now: i64) -> Answer {
    let day = asked.query.get("bill_date").copied().unwrap_or_default();
    let Some(begins) = second_of(&format!("{day}T00:00:00+08:00")) else {
        return refuse(400, "PARAM_ERROR", "账单日期格式错误");
    };
    if now < begins + DAY_S + READY_AFTER_S {
        return refuse(400, "STATEMENT_CREATING", "账单生成中，请稍后再试");
    }
    let Some(text) = text(book, kind, begins) else {
        return refuse(404, "NO_STATEMENT_EXIST", "账单文件不存在");
    };
    let url = format!("https://api.mch.weixin.qq.com/v3/billdownload/file?token={kind}.{day}");
    Answer::Json(
        200,
        json!({"hash_type": "SHA1", "hash_value": hex::encode(Sha1::digest(text)), "download_url": url}),
    )
}

pub(super) fn file(book: &Book, asked: &Asked<'_>) -> Answer {
    let token = asked.query.get("token").copied().unwrap_or_default();
    let found = token.split_once('.').and_then(|(kind, day)| {
        let begins = second_of(&format!("{day}T00:00:00+08:00"))?;
        text(book, kind, begins)
    });
    found.map_or_else(
        || refuse(404, "NO_STATEMENT_EXIST", "账单文件不存在"),
        Answer::File,
    )
}

fn text(book: &Book, kind: &str, begins: i64) -> Option<String> {
    let events = events(book, begins);
    if events.is_empty() {
        return None;
    }
    match kind {
        "tradebill" => Some(trades(&events)),
        "fundflowbill" => Some(fund_flow(&events)),
        _ => None,
    }
}

/// A payment or a refund of the day.
struct Happened<'a> {
    at: i64,
    order: &'a super::book::Order,
    refund: Option<&'a super::book::Refund>,
}

fn events(book: &Book, begins: i64) -> Vec<Happened<'_>> {
    let day = begins..begins + DAY_S;
    let paid = book.orders.values().filter(|order| day.contains(&order.paid_at));
    let mut all: Vec<_> = paid
        .map(|order| Happened {
            at: order.paid_at,
            order,
            refund: None,
        })
        .collect();
    for refund in book
        .refunds
        .values()
        .filter(|refund| day.contains(&refund.asked_at))
    {
        if let Some(order) = book.orders.get(&refund.out_trade_no) {
            all.push(Happened {
                at: refund.asked_at,
                order,
                refund: Some(refund),
            });
        }
    }
    all.sort_by_key(|happened| happened.at);
    all
}

const TRADE_HEADINGS: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,\
    交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,\
    退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n";

fn trades(events: &[Happened<'_>]) -> String {
    let mut out = TRADE_HEADINGS.to_owned();
    let (mut settled, mut back, mut fees) = (0, 0, 0);
    for happened in events {
        let given = happened.refund.map_or(0, |refund| refund.amount);
        let paid = if happened.refund.is_some() {
            0
        } else {
            happened.order.total
        };
        let fee = (paid - given) * 6;
        (settled, back, fees) = (settled + paid, back + given, fees + fee);
        trade_row(&mut out, happened, (paid, given, fee));
    }
    out.push_str(
        "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n",
    );
    let (count, settled, back, fees) = (events.len().to_string(), yuan(settled), yuan(back), e5(fees));
    row(
        &mut out,
        &[&count, &settled, &back, "0.00", &fees, &settled, &back],
    );
    out
}

fn trade_row(out: &mut String, happened: &Happened<'_>, (paid, given, fee): (i64, i64, i64)) {
    let Happened { at, order, refund } = happened;
    let appid = order
        .ask
        .get("appid")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let (refund_id, out_refund_no) = refund.map_or(("0", "0"), |refund| {
        (refund.refund_id.as_str(), refund.out_refund_no.as_str())
    });
    let (state, how, done) = match refund {
        Some(_) => ("REFUND", "ORIGINAL", "SUCCESS"),
        None => ("SUCCESS", "", ""),
    };
    let first = [
        clock(*at),
        appid.to_owned(),
        DEMO_MERCHANT.mchid.to_owned(),
        "0".to_owned(),
        String::new(),
        order.transaction_id.clone(),
        order.out_trade_no.clone(),
        order.openid.clone(),
        order.kind.to_owned(),
    ];
    let (paid, given, fee) = (yuan(paid), yuan(given), e5(fee));
    let mut cells: Vec<&str> = first.iter().map(String::as_str).collect();
    cells.extend([state, "OTHERS", "CNY", &paid, "0.00", refund_id, out_refund_no]);
    cells.extend([&given, "0.00", how, done, &order.description, &order.attach]);
    cells.extend([&fee, "0.60%", &paid, &given, ""]);
    row(out, &cells);
}

fn fund_flow(events: &[Happened<'_>]) -> String {
    let mut out = String::from(
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,\
         备注,业务凭证号\r\n",
    );
    let (mut balance, mut flows) = (0, 0_u32);
    let (mut came, mut went) = ((0_u32, 0), (0_u32, 0));
    for Happened { at, order, refund } in events {
        let (name, change) = refund.map_or(("交易", order.total), |refund| ("退款", -refund.amount));
        // Rounded to the fen, half up, on each movement.
        let fee = (change.abs() * 6 + 500) / 1_000;
        for (name, change) in [(name, change), ("交易手续费", -fee * change.signum())] {
            if change == 0 {
                continue;
            }
            balance += change;
            flows += 1;
            let (way, sums) = if change > 0 {
                ("收入", &mut came)
            } else {
                ("支出", &mut went)
            };
            *sums = (sums.0 + 1, sums.1 + change.abs());
            let cells = [
                &clock(*at),
                &order.transaction_id,
                &format!("{flows:010}"),
                name,
                name,
                way,
                &yuan(change.abs()),
                &yuan(balance),
                "system",
                "",
                &order.out_trade_no,
            ];
            row(&mut out, &cells);
        }
    }
    out.push_str("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n");
    let sums = [
        flows.to_string(),
        came.0.to_string(),
        yuan(came.1),
        went.0.to_string(),
        yuan(went.1),
    ];
    row(&mut out, &sums.each_ref().map(String::as_str));
    out
}

fn row(out: &mut String, cells: &[&str]) {
    let clean: Vec<String> = cells
        .iter()
        .map(|cell| cell.replace([',', '`', '\r', '\n'], " "))
        .collect();
    // Writing to a string cannot fail.
    if write!(out, "`{}\r\n", clean.join(",`")).is_err() {
        out.clear();
    }
}

/// `2026-01-01 10:00:00`, China time.
fn clock(second: i64) -> String {
    let text = china_time(second).unwrap_or_default();
    text.get(..19).unwrap_or_default().replace('T', " ")
}

fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

fn e5(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let number = number.abs();
    format!("{sign}{}.{:05}", number / 100_000, number % 100_000)
}
