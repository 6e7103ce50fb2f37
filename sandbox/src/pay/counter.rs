//! The merchant's side: who asks is looked at first, then what is asked for; every answer is signed.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use weigui_wechat::crypto::{AeadKey, KeyError, Padding, PrivateKey, PublicKey};

use super::book::{Order, OrderState};
use super::{DEMO_MERCHANT, bill, refund};
use crate::{Sandbox, chance};

const PLATFORM_KEY: &str = include_str!("../../keys/platform.pem");
const CERTIFICATE: &str = include_str!("../../keys/platform.crt.pem");
const MERCHANT_PUBLIC: &str = include_str!("../../keys/merchant.pub.pem");
/// Seconds that a request's timestamp may be from our clock.
const FRESHNESS_S: u64 = 300;

/// Status and body.
pub(super) enum Answer {
    Json(u16, Value),
    Nothing,
    /// A file, which Pay does not sign.
    File(String),
}

pub(super) fn refuse(status: u16, code: &str, message: &str) -> Answer {
    Answer::Json(status, json!({"code": code, "message": message}))
}

/// What came, once it is known to be the merchant's.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: HashMap<&'a str, &'a str>,
    pub(super) body: Value,
}

/// Every door of the merchant.
pub(super) async fn door(
    State(sandbox): State<Sandbox>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let faults = sandbox.faults().pay;
    if faults.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(faults.delay_ms.into())).await;
    }
    if faults.down {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            r#"{"code":"SYSTEM_ERROR","message":"系统繁忙"}"#,
        )
            .into_response();
    }
    let now = sandbox.world.now() / 1_000;
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let answer = match authorised(&method, target, &headers, &body, now) {
        Some(()) => sandbox.serve(&asked(&method, &uri, &body), now),
        None => refuse(401, "SIGN_ERROR", "错误的签名，验签失败"),
    };
    if faults.lose_answers {
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    write(answer, now, faults.unsigned)
}

fn asked<'a>(method: &'a Method, uri: &'a Uri, body: &'a [u8]) -> Asked<'a> {
    let query = uri.query().unwrap_or_default().split('&');
    Asked {
        method: method.as_str(),
        path: uri.path(),
        query: query.filter_map(|pair| pair.split_once('=')).collect(),
        body: serde_json::from_slice(body).unwrap_or_default(),
    }
}

/// Whether the request is signed by the merchant, now.
fn authorised(method: &Method, target: &str, headers: &HeaderMap, body: &[u8], now: i64) -> Option<()> {
    let (kind, fields) = headers.get("authorization")?.to_str().ok()?.split_once(' ')?;
    let fields: HashMap<&str, &str> = fields
        .split(',')
        .filter_map(|field| field.trim().split_once("=\""))
        .map(|(name, value)| (name, value.trim_end_matches('"')))
        .collect();
    let field = |name: &str| fields.get(name).copied();
    let (at, nonce) = (field("timestamp")?, field("nonce_str")?);
    let mut text = format!("{method}\n{target}\n{at}\n{nonce}\n").into_bytes();
    text.extend_from_slice(body);
    text.push(b'\n');
    let signature = STANDARD.decode(field("signature")?).ok()?;
    let key = PublicKey::from_pem(MERCHANT_PUBLIC).ok()?;
    let good = kind == "WECHATPAY2-SHA256-RSA2048"
        && field("mchid")? == DEMO_MERCHANT.mchid
        && field("serial_no")? == DEMO_MERCHANT.serial_no
        && at.parse::<i64>().is_ok_and(|at| now.abs_diff(at) < FRESHNESS_S)
        && key.verify(&text, &signature, Padding::Pkcs1);
    good.then_some(())
}

/// The headers that prove a body.
pub(super) fn signature(body: &[u8], now: i64) -> Result<[(&'static str, String); 5], KeyError> {
    let key = PrivateKey::from_pem(PLATFORM_KEY)?;
    let nonce = chance::hex::<16>();
    let mut text = format!("{now}\n{nonce}\n").into_bytes();
    text.extend_from_slice(body);
    text.push(b'\n');
    Ok([
        ("wechatpay-timestamp", now.to_string()),
        ("wechatpay-nonce", nonce),
        ("wechatpay-serial", DEMO_MERCHANT.public_key_id.to_owned()),
        (
            "wechatpay-signature",
            STANDARD.encode(key.sign(&text, Padding::Pkcs1)?),
        ),
        ("wechatpay-signature-type", key.scheme().pay_name().to_owned()),
    ])
}

/// Something encrypted under the `APIv3` key.
pub(super) fn encrypt(plain: &str, kind: &str) -> Value {
    let nonce = chance::hex::<6>();
    let sealed = AeadKey::aes(DEMO_MERCHANT.api_v3_key.as_bytes())
        .and_then(|key| key.seal(nonce.as_bytes(), kind.as_bytes(), plain.as_bytes()))
        .unwrap_or_default();
    json!({"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": kind,
        "ciphertext": STANDARD.encode(sealed)})
}

fn write(answer: Answer, now: i64, unsigned: bool) -> Response {
    let (status, body) = match answer {
        Answer::File(text) => return text.into_response(),
        Answer::Nothing => (StatusCode::NO_CONTENT, String::new()),
        Answer::Json(status, body) => (
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body.to_string(),
        ),
    };
    let heads = if unsigned {
        None
    } else {
        signature(body.as_bytes(), now).ok()
    };
    let mut response = (
        status,
        [("content-type", "application/json; charset=utf-8")],
        body,
    )
        .into_response();
    for (name, value) in heads.into_iter().flatten() {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl Sandbox {
    fn serve(&self, asked: &Asked<'_>, now: i64) -> Answer {
        self.world.pay.book().expire(now);
        let parts: Vec<&str> = asked.path.trim_matches('/').split('/').skip(1).collect();
        match (asked.method, parts.as_slice()) {
            ("POST", ["pay", "transactions", "jsapi"]) => self.order(asked, "JSAPI", now),
            ("POST", ["pay", "transactions", "native"]) => self.order(asked, "NATIVE", now),
            ("GET", ["pay", "transactions", "out-trade-no", number]) => {
                let number = number.replace("%7C", "|");
                self.found(asked, |order| order.out_trade_no == number)
            }
            ("GET", ["pay", "transactions", "id", id]) => {
                self.found(asked, |order| order.transaction_id == **id)
            }
            ("POST", ["pay", "transactions", "out-trade-no", number, "close"]) => {
                self.close(&number.replace("%7C", "|"))
            }
            ("POST", ["refund", "domestic", "refunds"]) if self.world.state().faults.pay.refuse_refunds => {
                refuse(403, "NO_AUTH", "商户号没有退款权限")
            }
            ("POST", ["refund", "domestic", "refunds"]) => {
                refund::ask(&mut self.world.pay.book(), asked, (now, self.faults().pay.into()))
            }
            ("GET", ["refund", "domestic", "refunds", number]) => refund::look(
                &self.world.pay.book(),
                &number.replace("%7C", "|").replace("%40", "@"),
                (now, self.faults().pay.into()),
            ),
            ("GET", ["certificates"]) => certificates(),
            ("GET", ["bill", kind]) => bill::announce(&self.world.pay.book(), kind, asked, now),
            ("GET", ["billdownload", "file"]) => bill::file(&self.world.pay.book(), asked),
            _ => refuse(404, "NOT_FOUND", "没有这个接口"),
        }
    }

    fn order(&self, asked: &Asked<'_>, kind: &'static str, now: i64) -> Answer {
        let config = &self.world.config;
        let of = |name: &str| asked.body.get(name).and_then(Value::as_str).unwrap_or_default();
        if of("mchid") != DEMO_MERCHANT.mchid || of("appid") != config.appid {
            return refuse(400, "APPID_MCHID_NOT_MATCH", "AppID和mch_id不匹配");
        }
        let order = match Order::read(asked.body.clone(), kind, now) {
            Ok(order) => order,
            Err(code) => return refuse(400, code, "参数错误"),
        };
        let mut book = self.world.pay.book();
        let order = match book.orders.get(&order.out_trade_no) {
            Some(known) if known.state == OrderState::Closed => {
                return refuse(400, "ORDER_CLOSED", "订单已关闭");
            }
            Some(known) if known.state != OrderState::Notpay => {
                return refuse(400, "ORDERPAID", "该订单已支付");
            }
            Some(known) if known.ask != order.ask => {
                return refuse(403, "OUT_TRADE_NO_USED", "商户订单号重复");
            }
            Some(known) => known.clone(),
            None => order,
        };
        let body = match kind {
            "JSAPI" => json!({"prepay_id": order.key}),
            _ => json!({"code_url": order.key}),
        };
        book.orders.insert(order.out_trade_no.clone(), order);
        Answer::Json(200, body)
    }

    fn found(&self, asked: &Asked<'_>, is: impl Fn(&Order) -> bool) -> Answer {
        if asked.query.get("mchid") != Some(&DEMO_MERCHANT.mchid) {
            return refuse(400, "PARAM_ERROR", "参数错误");
        }
        let book = self.world.pay.book();
        match book.orders.values().find(|order| is(order)) {
            Some(order) => Answer::Json(
                200,
                order.transaction(&self.world.config.appid, DEMO_MERCHANT.mchid),
            ),
            None => refuse(404, "ORDER_NOT_EXIST", "订单不存在"),
        }
    }

    fn close(&self, number: &str) -> Answer {
        let mut book = self.world.pay.book();
        match book.orders.get_mut(number) {
            None => refuse(404, "ORDER_NOT_EXIST", "订单不存在"),
            Some(order) if matches!(order.state, OrderState::Notpay | OrderState::Closed) => {
                order.state = OrderState::Closed;
                Answer::Nothing
            }
            Some(_) => refuse(400, "ORDERPAID", "该订单已支付"),
        }
    }
}

fn certificates() -> Answer {
    let encrypted = encrypt(CERTIFICATE, "certificate");
    Answer::Json(
        200,
        json!({"data": [{"serial_no": "3C5B0133445566778899AABBCCDDEEFF00112233",
            "effective_time": "2020-01-01T08:00:00+08:00", "expire_time": "2070-01-01T08:00:00+08:00",
            "encrypt_certificate": encrypted}]}),
    )
}
