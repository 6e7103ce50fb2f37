//! Notices 回调: verified, decrypted, typed. Nothing is booked here: the caller books each business once, under a
//! lock on its own number, after comparing the amount ([`super::Transaction::check`]), and answers
//! [`accepted`] only when that is committed. Pay repeats a notice for a day until it hears so.

use serde::Deserialize;
use serde_json::Value;

use super::certificates::Encrypted;
use super::refund::RefundNotice;
use super::transaction::Transaction;
use super::trust::{Reject, Signed, Trust};
use super::{Merchant, Pay};
use crate::serve::HttpAnswer;

/// The largest notice read; Pay's stay below 10 KiB.
pub const MAX_NOTICE: usize = 64 << 10;

/// A notice that is proven to be Pay's and to concern this merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The notice's own id; a repeated notice has the same.
    pub id: String,
    /// RFC 3339.
    pub created: String,
    /// E.g. `TRANSACTION.SUCCESS`.
    pub event: String,
    /// What it says.
    pub content: Content,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A payment.
    Payment(Box<Transaction>),
    /// A refund: done, closed or abnormal.
    Refund(Box<RefundNotice>),
    /// A kind that this library does not know: answer [`accepted`] and keep it.
    Other(Value),
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(default)]
    create_time: String,
    #[serde(default)]
    resource_type: String,
    event_type: String,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    original_type: String,
    #[serde(flatten)]
    encrypted: Encrypted,
}

/// Opens a notice that is already proven: decryption, merchant, appid.
pub fn open(merchant: &Merchant, body: &[u8]) -> Result<Notice, Reject> {
    let envelope: Envelope =
        serde_json::from_slice(body).map_err(|_| Reject::Malformed("not the documented JSON"))?;
    if envelope.resource_type != "encrypt-resource" {
        return Err(Reject::Malformed("an unknown kind of resource"));
    }
    let plain = envelope.resource.encrypted.open(merchant)?;
    let value: Value =
        serde_json::from_slice(&plain).map_err(|_| Reject::Malformed("the content is not JSON"))?;
    if value.get("mchid").and_then(Value::as_str) != Some(merchant.mchid()) {
        return Err(Reject::OtherMerchant);
    }
    let appid = value.get("appid");
    if appid.is_some_and(|appid| !appid.as_str().is_some_and(|appid| merchant.owns(appid))) {
        return Err(Reject::OtherAppid);
    }
    let kind = (
        envelope.event_type.as_str(),
        envelope.resource.original_type.as_str(),
    );
    let content = match kind {
        ("TRANSACTION.SUCCESS", "transaction" | "") => {
            if appid.is_none() {
                return Err(Reject::OtherAppid);
            }
            let paid = serde_json::from_value(value).map_err(|_| Reject::Malformed("not a transaction"))?;
            Content::Payment(Box::new(paid))
        }
        ("REFUND.SUCCESS" | "REFUND.ABNORMAL" | "REFUND.CLOSED", "refund" | "") => {
            let refund = serde_json::from_value(value).map_err(|_| Reject::Malformed("not a refund"))?;
            Content::Refund(Box::new(refund))
        }
        _ => Content::Other(value),
    };
    Ok(Notice {
        id: envelope.id,
        created: envelope.create_time,
        event: envelope.event_type,
        content,
    })
}

/// Verifies and opens a notice with what is known now, without asking for new certificates.
pub fn receive(
    merchant: &Merchant,
    trust: &Trust,
    signed: &Signed,
    body: &[u8],
    now: i64,
) -> Result<Notice, Reject> {
    within(body)?;
    trust.verify(signed, body, now)?;
    open(merchant, body)
}

fn within(body: &[u8]) -> Result<(), Reject> {
    if body.len() > MAX_NOTICE {
        Err(Reject::Malformed("too large"))
    } else {
        Ok(())
    }
}

impl Pay {
    /// Verifies and opens a notice. `header` gives a header's only value; `body` is what came, byte for byte. A
    /// serial that is not known makes the client look for new certificates, at most once a minute.
    pub async fn receive<'a>(
        &self,
        header: impl Fn(&'static str) -> Option<&'a str>,
        body: &[u8],
    ) -> Result<Notice, Reject> {
        within(body)?;
        let signed = Signed::read(header)?;
        self.verify(&signed, body).await?;
        open(self.merchant(), body)
    }
}

/// The answer when the notice has been booked, or was before: 204.
pub fn accepted() -> HttpAnswer {
    HttpAnswer {
        status: 204,
        content_type: JSON,
        body: String::new(),
    }
}

/// The answer when it was not: `status` 4xx for what is not right about the notice, 5xx for what is not right
/// here. Pay comes again.
pub fn refused(status: u16, message: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        content_type: JSON,
        body: serde_json::json!({"code": "FAIL", "message": message}).to_string(),
    }
}

const JSON: &str = "application/json; charset=utf-8";

impl Reject {
    /// What to answer: 401 when it is not proven to be Pay's, 400 when its content is not right. The reason goes
    /// to the log, not to the outside.
    pub fn answer(&self) -> HttpAnswer {
        match self {
            Self::Missing(_)
            | Self::Probe
            | Self::Stale
            | Self::UnknownKey(_)
            | Self::Algorithm
            | Self::Signature => refused(401, "验签失败"),
            Self::Malformed(_) | Self::Sealed | Self::OtherMerchant | Self::OtherAppid => {
                refused(400, "通知内容有误")
            }
        }
    }
}
