//! A small WeChat Pay on a loopback port: verifies the merchant, signs its answers, and misbehaves on request.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, Once};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use weigui_wechat::crypto::{AeadKey, Padding, PrivateKey, PublicKey, Scheme};
use weigui_wechat::pay::{Endpoints, Merchant, Patience, Pay, Settings, Trust};

use crate::keys::{MERCHANT, MERCHANT_PUBLIC, SM2_MERCHANT, SM2_MERCHANT_PUBLIC};

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const MCHID: &str = "1900000001";
pub(crate) const APPID: &str = "wx1234567890abcdef";
pub(crate) const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000000012025010100111111111111";
pub(crate) const API_KEY: &str = "testkey0123456789testkey01234567";
pub(crate) const CERTIFICATE_A: &str = "5AE00133445566778899AABBCCDDEEFF00112233";
pub(crate) const CERTIFICATE_B: &str = "5AE00233445566778899AABBCCDDEEFF00112233";
pub(crate) const CERTIFICATE_SM2: &str = "0A110133445566778899AABBCCDDEEFF00112233";

/// What goes wrong with the next answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Answered without a signature.
    Unsigned,
    /// With a signature over something else.
    BadSignature,
    /// Signed an hour ago.
    Stale,
    /// Under a serial nobody knows.
    UnknownSerial,
    /// A probe.
    Probe,
    /// Done, and the connection breaks after that.
    Lost,
    /// An error of the platform, unsigned.
    Status(u16),
    /// A refusal, signed.
    Refused(u16, &'static str),
    /// A refusal, unsigned.
    RefusedUnsigned(u16, &'static str),
    /// A refusal with a wrong signature.
    RefusedBadly(u16, &'static str),
    /// Signed, and no JSON.
    NotJson,
}

pub(crate) struct World {
    pub(crate) scheme: Scheme,
    /// Serial and key that answers are signed with.
    pub(crate) signs_as: &'static str,
    pub(crate) certificates: Vec<&'static str>,
    pub(crate) faults: VecDeque<Fault>,
    /// In the order of their numbers, so that the one asked for as 42 is always the same.
    pub(crate) orders: BTreeMap<String, Value>,
    pub(crate) refunds: HashMap<String, Value>,
    /// Method, path and body of everything that was authorised.
    pub(crate) calls: Vec<(String, String, String)>,
    /// `Wechatpay-Serial` of the last request.
    pub(crate) asked_to_sign_with: Option<String>,
    pub(crate) bill: String,
    pub(crate) bill_hash: Option<String>,
}

#[derive(Clone)]
pub(crate) struct Platform {
    world: Arc<Mutex<World>>,
    pub(crate) base: String,
}

impl Platform {
    pub(crate) async fn start() -> Self {
        Self::of(Scheme::Rsa, PUBLIC_KEY_ID).await
    }

    #[expect(clippy::disallowed_methods, reason = "a server for the length of a test")]
    pub(crate) async fn of(scheme: Scheme, signs_as: &'static str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(World {
            scheme,
            signs_as,
            certificates: Vec::new(),
            faults: VecDeque::new(),
            orders: BTreeMap::new(),
            refunds: HashMap::new(),
            calls: Vec::new(),
            asked_to_sign_with: None,
            bill: String::new(),
            bill_hash: None,
        }));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&world));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { world, base }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.world().faults.push_back(fault);
    }

    pub(crate) fn pay(&self, trust: Trust) -> Pay {
        self.pay_over(trust, self.base.clone(), None)
    }

    pub(crate) fn pay_over(&self, trust: Trust, primary: String, backup: Option<String>) -> Pay {
        let scheme = self.world().scheme;
        let patience = Patience {
            attempts: 3,
            pause: Duration::from_millis(1),
        };
        Pay::with(
            http(Duration::from_secs(20)),
            Endpoints { primary, backup },
            merchant(scheme),
            trust,
            (Arc::new(|| NOW), patience),
        )
    }

    pub(crate) fn calls_to(&self, path: &str) -> usize {
        self.world()
            .calls
            .iter()
            .filter(|(_, p, _)| p.starts_with(path))
            .count()
    }
}

pub(crate) fn public_key_mode() -> Trust {
    Trust::new()
        .with_public_key(PUBLIC_KEY_ID, include_str!("../data/pay/platform_a.pub.pem"))
        .unwrap()
}

pub(crate) fn merchant(scheme: Scheme) -> Merchant {
    Merchant::new(Settings {
        mchid: MCHID.into(),
        appids: vec![APPID.into()],
        serial_no: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1".into(),
        private_key_pem: if scheme == Scheme::Rsa {
            MERCHANT
        } else {
            SM2_MERCHANT
        }
        .into(),
        api_v3_key: API_KEY.into(),
    })
    .unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host's client: a test is its own host"
)]
pub(crate) fn http(patience: Duration) -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::ring::default_provider()
            .install_default()
            .unwrap();
    });
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(patience)
        .build()
        .unwrap()
}

fn private(serial: &str) -> PrivateKey {
    let pem = match serial {
        CERTIFICATE_B => include_str!("../data/pay/platform_b.pem"),
        CERTIFICATE_SM2 => include_str!("../data/pay/sm2_platform.pem"),
        _ => include_str!("../data/pay/platform_a.pem"),
    };
    PrivateKey::from_pem(pem).unwrap()
}

fn certificate(serial: &str) -> &'static str {
    match serial {
        CERTIFICATE_A => include_str!("../data/pay/platform_a.crt.pem"),
        CERTIFICATE_B => include_str!("../data/pay/platform_b.crt.pem"),
        CERTIFICATE_SM2 => include_str!("../data/pay/sm2_platform.crt.pem"),
        _ => panic!("no such certificate"),
    }
}

/// Encrypts as Pay does.
pub(crate) fn encrypt(scheme: Scheme, plain: &str, aad: &str) -> Value {
    let (algorithm, key) = match scheme {
        Scheme::Rsa => ("AEAD_AES_256_GCM", AeadKey::aes(API_KEY.as_bytes())),
        Scheme::Sm2 => ("AEAD_SM4_GCM", AeadKey::sm4_digest_of(API_KEY.as_bytes())),
    };
    let nonce = "9fa1b2c3d4e5";
    let sealed = key
        .unwrap()
        .seal(nonce.as_bytes(), aad.as_bytes(), plain.as_bytes())
        .unwrap();
    json!({"algorithm": algorithm, "nonce": nonce, "associated_data": aad, "ciphertext": STANDARD.encode(sealed)})
}

/// The headers of a signed answer or notice.
pub(crate) fn signed(serial: &str, at: i64, body: &[u8]) -> Vec<(&'static str, String)> {
    let key = private(serial);
    let nonce = "593BEC0C930BF1AFEB40B4A08C8FB242";
    let text = [format!("{at}\n{nonce}\n").as_bytes(), body, b"\n"].concat();
    vec![
        ("wechatpay-timestamp", at.to_string()),
        ("wechatpay-nonce", nonce.to_owned()),
        ("wechatpay-serial", serial.to_owned()),
        (
            "wechatpay-signature",
            STANDARD.encode(key.sign(&text, Padding::Pkcs1).unwrap()),
        ),
        ("wechatpay-signature-type", key.scheme().pay_name().to_owned()),
    ]
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let path = uri.path_and_query().unwrap().as_str().to_owned();
    let mut world = world.lock().unwrap();
    let (status, answer) = if authorised(world.scheme, &method, &path, &headers, &body) {
        world.asked_to_sign_with = headers
            .get("wechatpay-serial")
            .map(|value| value.to_str().unwrap().to_owned());
        world.calls.push((method.to_string(), path.clone(), body.clone()));
        if path.starts_with("/download") {
            return world.bill.clone().into_response();
        }
        world.act(method.as_str(), &path, &body)
    } else {
        (
            401,
            json!({"code": "SIGN_ERROR", "message": "错误的签名，验签失败"}).to_string(),
        )
    };
    let fault = world.faults.pop_front();
    let serial = world.signs_as;
    drop(world);
    let words = |code: &str| json!({"code": code, "message": "原因"}).to_string();
    match fault {
        None => respond(status, answer.clone(), signed(serial, NOW, answer.as_bytes())),
        Some(Fault::Unsigned) => respond(status, answer, vec![]),
        Some(Fault::BadSignature) => respond(status, answer, signed(serial, NOW, b"another")),
        Some(Fault::Stale) => respond(
            status,
            answer.clone(),
            signed(serial, NOW - 3_600, answer.as_bytes()),
        ),
        Some(Fault::UnknownSerial) => {
            let mut heads = signed(serial, NOW, answer.as_bytes());
            heads[2].1 = "7777777777777777777777777777777777777777".to_owned();
            respond(status, answer, heads)
        }
        Some(Fault::Probe) => {
            let mut heads = signed(serial, NOW, answer.as_bytes());
            heads[3].1 = format!("WECHATPAY/SIGNTEST/{}", heads[3].1);
            respond(status, answer, heads)
        }
        Some(Fault::Lost) => broken(),
        Some(Fault::Status(status)) => respond(status, words("SYSTEM_ERROR"), vec![]),
        Some(Fault::Refused(status, code)) => {
            let body = words(code);
            respond(status, body.clone(), signed(serial, NOW, body.as_bytes()))
        }
        Some(Fault::RefusedUnsigned(status, code)) => respond(status, words(code), vec![]),
        Some(Fault::RefusedBadly(status, code)) => {
            respond(status, words(code), signed(serial, NOW, b"another"))
        }
        Some(Fault::NotJson) => respond(200, "<html>".into(), signed(serial, NOW, b"<html>")),
    }
}

fn respond(status: u16, body: String, headers: Vec<(&'static str, String)>) -> Response {
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// A head that promises more than comes.
fn broken() -> Response {
    let stream = futures_util::stream::iter([
        Ok(Bytes::from_static(b"{")),
        Err(std::io::Error::other("the connection broke")),
    ]);
    axum::body::Body::from_stream(stream).into_response()
}

fn authorised(scheme: Scheme, method: &Method, path: &str, headers: &HeaderMap, body: &str) -> bool {
    let authorization = headers["authorization"].to_str().unwrap();
    let (kind, fields) = authorization.split_once(' ').unwrap();
    let fields: HashMap<&str, &str> = fields
        .split(',')
        .filter_map(|field| field.split_once("=\""))
        .map(|(name, value)| (name, value.trim_end_matches('"')))
        .collect();
    let text = format!(
        "{method}\n{path}\n{}\n{}\n{body}\n",
        fields["timestamp"], fields["nonce_str"]
    );
    let pem = if scheme == Scheme::Rsa {
        MERCHANT_PUBLIC
    } else {
        SM2_MERCHANT_PUBLIC
    };
    let signature = STANDARD.decode(fields["signature"]).unwrap();
    kind == scheme.pay_name()
        && fields["mchid"] == MCHID
        && fields["timestamp"] == NOW.to_string()
        && PublicKey::from_pem(pem)
            .unwrap()
            .verify(text.as_bytes(), &signature, Padding::Pkcs1)
}

impl World {
    fn act(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let refuse = |status, code: &str| (status, json!({"code": code, "message": "原因"}).to_string());
        let ask: Value = serde_json::from_str(body).unwrap_or_default();
        let path = path.split('?').next().unwrap();
        match (method, path) {
            ("POST", "/v3/pay/transactions/jsapi" | "/v3/pay/transactions/native") => {
                let number = ask["out_trade_no"].as_str().unwrap().to_owned();
                if self.orders.get(&number).is_some_and(|known| *known != ask) {
                    return refuse(400, "OUT_TRADE_NO_USED");
                }
                self.orders.insert(number, ask);
                (200, json!({"prepay_id": "wx201410272009395522657a690389285100", "code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}).to_string())
            }
            ("POST", path) if path.ends_with("/close") => (204, String::new()),
            ("GET", path) if path.starts_with("/v3/pay/transactions/") => {
                let number = path.rsplit('/').next().unwrap().replace("%7C", "|");
                match self.orders.values().find(|o| o["out_trade_no"] == *number || number == "42") {
                    None => refuse(404, "ORDER_NOT_EXIST"),
                    Some(order) => (200, json!({"appid": APPID, "mchid": MCHID, "out_trade_no": order["out_trade_no"],
                        "transaction_id": "42", "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "amount": order["amount"]}).to_string()),
                }
            }
            ("POST", "/v3/refund/domestic/refunds") => {
                let number = ask["out_refund_no"].as_str().unwrap().to_owned();
                let made = json!({"refund_id": format!("50{number}"), "out_refund_no": number, "status": "PROCESSING", "amount": ask["amount"]});
                let refund = self.refunds.entry(number).or_insert(made);
                (200, refund.to_string())
            }
            ("GET", path) if path.starts_with("/v3/refund/domestic/refunds/") => {
                match self.refunds.get(path.rsplit('/').next().unwrap()) {
                    None => refuse(404, "RESOURCE_NOT_EXISTS"),
                    Some(refund) => (200, refund.to_string()),
                }
            }
            ("GET", "/v3/certificates") => {
                let data: Vec<_> = self.certificates.iter().map(|serial| {
                    json!({"serial_no": serial, "encrypt_certificate": encrypt(self.scheme, certificate(serial), "certificate")})
                }).collect();
                (200, json!({"data": data}).to_string())
            }
            ("GET", "/v3/bill/tradebill" | "/v3/bill/fundflowbill") => {
                let hash = self
                    .bill_hash
                    .clone()
                    .unwrap_or_else(|| hex::encode(Sha1::digest(&self.bill)));
                (200, json!({"hash_type": "SHA1", "hash_value": hash, "download_url": "https://api.mch.weixin.qq.com/download?token=abc"}).to_string())
            }
            _ => refuse(404, "NOT_FOUND"),
        }
    }
}
