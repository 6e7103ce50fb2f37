//! Orders: made, shown to the phone, asked for by either number, closed.

use serde::{Deserialize, Serialize};

use super::Pay;
use super::outcome::{NotSent, Outcome};
use super::transaction::Transaction;
use super::transport::{Ask, checked, segment};
use super::values::{self, Fen, Invalid, NotifyUrl, OutTradeNo};
use crate::crypto::KeyError;

/// An order to be paid. What Pay takes is checked when it is made and when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    appid: String,
    description: String,
    out_trade_no: OutTradeNo,
    total: Fen,
    notify_url: NotifyUrl,
    attach: Option<String>,
    expires_at: Option<i64>,
    payer_ip: Option<String>,
}

impl Order {
    /// `description` is what the customer reads, at most 127 characters.
    pub fn new(
        appid: &str,
        description: &str,
        out_trade_no: OutTradeNo,
        total: Fen,
        notify_url: NotifyUrl,
    ) -> Result<Self, Invalid> {
        values::length("description", description, 127)?;
        Ok(Self {
            appid: appid.to_owned(),
            description: description.to_owned(),
            out_trade_no,
            total,
            notify_url,
            attach: None,
            expires_at: None,
            payer_ip: None,
        })
    }

    /// Data that comes back with the notice, at most 128 characters.
    pub fn with_attach(mut self, attach: &str) -> Result<Self, Invalid> {
        values::length("attach", attach, 128)?;
        self.attach = Some(attach.to_owned());
        Ok(self)
    }

    /// The second after which it can no longer be paid: one minute to seven days ahead.
    #[must_use]
    pub fn with_expiry(mut self, second: i64) -> Self {
        self.expires_at = Some(second);
        self
    }

    /// The customer's address, for Pay's risk control.
    #[must_use]
    pub fn with_payer_ip(mut self, ip: std::net::IpAddr) -> Self {
        self.payer_ip = Some(ip.to_string());
        self
    }

    /// Its number.
    pub const fn out_trade_no(&self) -> &OutTradeNo {
        &self.out_trade_no
    }
}

#[derive(Serialize)]
struct Body<'a> {
    appid: &'a str,
    mchid: &'a str,
    description: &'a str,
    out_trade_no: &'a OutTradeNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_expire: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<&'a str>,
    notify_url: &'a NotifyUrl,
    amount: Total,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<Payer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<Scene<'a>>,
}

#[derive(Serialize)]
struct Total {
    total: Fen,
    currency: &'static str,
}

#[derive(Serialize)]
struct Scene<'a> {
    payer_client_ip: &'a str,
}

/// Who pays or paid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// Openid under the order's appid.
    #[serde(default)]
    pub openid: String,
}

/// What the phone needs to open the payment; good for two hours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PrepayId {
    /// `wx…`
    pub prepay_id: String,
}

/// What to show as a QR code 扫码支付.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CodeUrl {
    /// `weixin://wxpay/…`
    pub code_url: String,
}

/// The parameters of `WeixinJSBridge` and `wx.requestPayment`, under the names these want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FrontEnd {
    /// Appid.
    pub app_id: String,
    /// Seconds, as text.
    pub time_stamp: String,
    /// Nonce.
    pub nonce_str: String,
    /// `prepay_id=…`
    pub package: String,
    /// `RSA`, or `SM2` for the national algorithms.
    pub sign_type: String,
    /// Signature over the four lines before.
    pub pay_sign: String,
}

impl Pay {
    /// Orders a payment inside WeChat (H5, mini program).
    pub async fn order_jsapi(&self, order: &Order, openid: &str) -> Outcome<PrepayId> {
        let payer = Payer {
            openid: openid.to_owned(),
        };
        match checked(self.order(order, "/v3/pay/transactions/jsapi", Some(payer))) {
            Ok(ask) => self.call(&ask).await,
            Err(invalid) => invalid,
        }
    }

    /// Orders a payment by a QR code that the customer scans.
    pub async fn order_native(&self, order: &Order) -> Outcome<CodeUrl> {
        match checked(self.order(order, "/v3/pay/transactions/native", None)) {
            Ok(ask) => self.call(&ask).await,
            Err(invalid) => invalid,
        }
    }

    fn order(&self, order: &Order, path: &str, payer: Option<Payer>) -> Result<Ask, NotSent> {
        if !self.merchant().owns(&order.appid) {
            return Err(Invalid::Appid(order.appid.clone()).into());
        }
        if let Some(payer) = &payer {
            values::length("openid", &payer.openid, 128)?;
        }
        let expires = order.expires_at.map(|second| values::expiry(second, self.now()));
        let body = Body {
            appid: &order.appid,
            mchid: self.merchant().mchid(),
            description: &order.description,
            out_trade_no: &order.out_trade_no,
            time_expire: expires.transpose()?,
            attach: order.attach.as_deref(),
            notify_url: &order.notify_url,
            amount: Total {
                total: order.total,
                currency: "CNY",
            },
            payer,
            scene_info: order
                .payer_ip
                .as_deref()
                .map(|payer_client_ip| Scene { payer_client_ip }),
        };
        Ask::post(path, &body)
    }

    /// What the page passes to WeChat to open the payment.
    pub fn front_end(&self, appid: &str, prepay: &PrepayId) -> Result<FrontEnd, KeyError> {
        let time_stamp = self.now().to_string();
        let nonce_str = self.nonce().map_err(|_| KeyError::Sign)?;
        let package = format!("prepay_id={}", prepay.prepay_id);
        let text = format!("{appid}\n{time_stamp}\n{nonce_str}\n{package}\n");
        Ok(FrontEnd {
            pay_sign: self.merchant().sign(text.as_bytes())?,
            app_id: appid.to_owned(),
            time_stamp,
            nonce_str,
            package,
            sign_type: match self.merchant().scheme() {
                crate::crypto::Scheme::Rsa => "RSA",
                crate::crypto::Scheme::Sm2 => "SM2",
            }
            .to_owned(),
        })
    }

    /// An order by our number.
    pub async fn query(&self, number: &OutTradeNo) -> Outcome<Transaction> {
        match segment(number.as_str()) {
            Ok(part) => self
                .query_path(&format!("out-trade-no/{part}"))
                .await
                .and_then(|found| same(found.out_trade_no == number.as_str(), found)),
            Err(invalid) => invalid.into(),
        }
    }

    /// An order by Pay's number.
    pub async fn query_transaction(&self, transaction_id: &str) -> Outcome<Transaction> {
        match segment(transaction_id) {
            Ok(part) => self
                .query_path(&format!("id/{part}"))
                .await
                .and_then(|found| same(found.transaction_id.as_deref() == Some(transaction_id), found)),
            Err(invalid) => invalid.into(),
        }
    }

    async fn query_path(&self, which: &str) -> Outcome<Transaction> {
        let mchid = self.merchant().mchid();
        let path = format!("/v3/pay/transactions/{which}?mchid={mchid}");
        let found: Outcome<Transaction> = self.call(&Ask::get(path)).await;
        found.and_then(|found| same(found.mchid == mchid && self.merchant().owns(&found.appid), found))
    }

    /// Closes an unpaid order, so that it can no longer be paid.
    pub async fn close(&self, number: &OutTradeNo) -> Outcome<()> {
        let body = serde_json::json!({"mchid": self.merchant().mchid()});
        let ask = segment(number.as_str())
            .map_err(NotSent::from)
            .and_then(|part| Ask::post(format!("/v3/pay/transactions/out-trade-no/{part}/close"), &body));
        match checked(ask) {
            Ok(ask) => self.command(&ask).await,
            Err(invalid) => invalid,
        }
    }
}

fn same<T>(is: bool, found: T) -> Result<T, &'static str> {
    if is {
        Ok(found)
    } else {
        Err("another order than the one asked for")
    }
}
