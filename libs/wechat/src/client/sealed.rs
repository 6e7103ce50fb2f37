//! Sealed calls of the mini program's server API 服务端接口加密签名: the JSON travels encrypted (AES-256-GCM or
//! SM4-GCM) and signed (RSA-PSS or SM2) inside TLS, and so does the answer. Optional at WeChat, wanted by banks.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::crypto::{AeadKey, KeyError, Padding, PrivateKey, PublicKey};
use crate::random::Random;

/// Seconds that an answer's timestamp may lie from our clock.
const FRESHNESS_S: i64 = 300;

/// The keys from the mini program's console, API 安全.
pub struct SealedKeys {
    /// Appid.
    pub appid: String,
    /// Serial of the symmetric key.
    pub cipher_sn: String,
    /// The symmetric key: AES-256 or SM4.
    pub cipher: AeadKey,
    /// Serial of our signing key.
    pub sign_sn: String,
    /// Our signing key: RSA or SM2.
    pub sign: PrivateKey,
    /// Serial of WeChat's key.
    pub verify_sn: String,
    /// WeChat's key.
    pub verify: PublicKey,
    /// Whether the signed text has a line with the signing key's serial; WeChat's documents have written it both
    /// ways, its debugging tool says which is right for an account.
    pub serial_line: bool,
}

/// A request ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRequest {
    /// Header names and values.
    pub headers: [(&'static str, String); 3],
    /// Body.
    pub body: String,
}

/// The headers of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedHead<'a> {
    /// `Wechatmp-Appid`
    pub appid: &'a str,
    /// `Wechatmp-TimeStamp`
    pub timestamp: &'a str,
    /// `Wechatmp-Serial`
    pub serial: &'a str,
    /// `Wechatmp-Signature`
    pub signature: &'a str,
}

/// Why a request could not be sealed or an answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// A key could not be used, or there is no randomness.
    #[error("the request could not be sealed")]
    Seal,
    /// For another appid.
    #[error("another appid")]
    Appid,
    /// Too far from our clock.
    #[error("the timestamp is not within five minutes")]
    Stale,
    /// Signed by an unknown key, or the signature does not fit.
    #[error("the signature does not fit")]
    Signature,
    /// Does not open, or its inside contradicts its outside.
    #[error("the content does not open")]
    Content,
}

impl From<KeyError> for SealedError {
    fn from(_: KeyError) -> Self {
        Self::Seal
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    iv: String,
    data: String,
    authtag: String,
}

/// Bytes of the tag at the end of a ciphertext.
const TAG: usize = 16;

impl SealedKeys {
    /// Seals a call. `url` is the whole address without its query, e.g.
    /// `https://api.weixin.qq.com/wxa/getuserriskrank`: it is part of what is signed, also behind a proxy.
    pub fn seal(
        &self,
        url: &str,
        call: &Map<String, Value>,
        now: i64,
        random: &dyn Random,
    ) -> Result<SealedRequest, SealedError> {
        let mut nonce = [0; 16];
        let mut iv = [0; 12];
        random.fill(&mut nonce).map_err(|_| SealedError::Seal)?;
        random.fill(&mut iv).map_err(|_| SealedError::Seal)?;
        let mut inside = call.clone();
        inside.insert("_n".to_owned(), STANDARD.encode(nonce).into());
        inside.insert("_appid".to_owned(), self.appid.as_str().into());
        inside.insert("_timestamp".to_owned(), now.into());
        let plain = serde_json::to_vec(&inside).map_err(|_| SealedError::Seal)?;
        let aad = self.aad(url, now);
        let sealed = self
            .cipher
            .seal(&iv, aad.as_bytes(), &plain)
            .map_err(|_| SealedError::Seal)?;
        let (data, tag) = sealed.split_last_chunk::<TAG>().ok_or(SealedError::Seal)?;
        let body = Sealed {
            iv: STANDARD.encode(iv),
            data: STANDARD.encode(data),
            authtag: STANDARD.encode(tag),
        };
        let body = serde_json::to_string(&body).map_err(|_| SealedError::Seal)?;
        let text = self.signed_text(url, &now.to_string(), &self.sign_sn, &body);
        let signature = self.sign.sign(text.as_bytes(), Padding::Pss)?;
        Ok(SealedRequest {
            headers: [
                ("Wechatmp-Appid", self.appid.clone()),
                ("Wechatmp-TimeStamp", now.to_string()),
                ("Wechatmp-Signature", STANDARD.encode(signature)),
            ],
            body,
        })
    }

    /// Opens an answer: signature, freshness, appid, then the content, whose own `_appid` and `_timestamp` must
    /// say the same.
    pub fn open(
        &self,
        url: &str,
        head: &SealedHead<'_>,
        body: &str,
        now: i64,
    ) -> Result<Map<String, Value>, SealedError> {
        if head.appid != self.appid {
            return Err(SealedError::Appid);
        }
        let at: i64 = head.timestamp.parse().map_err(|_| SealedError::Stale)?;
        if now.abs_diff(at) >= FRESHNESS_S.unsigned_abs() {
            return Err(SealedError::Stale);
        }
        let signature = STANDARD
            .decode(head.signature)
            .map_err(|_| SealedError::Signature)?;
        let text = self.signed_text(url, head.timestamp, head.serial, body);
        let fits =
            head.serial == self.verify_sn && self.verify.verify(text.as_bytes(), &signature, Padding::Pss);
        if !fits {
            return Err(SealedError::Signature);
        }
        self.content(url, at, body).ok_or(SealedError::Content)
    }

    fn content(&self, url: &str, at: i64, body: &str) -> Option<Map<String, Value>> {
        let sealed: Sealed = serde_json::from_str(body).ok()?;
        let mut data = STANDARD.decode(sealed.data).ok()?;
        let tag = STANDARD.decode(sealed.authtag).ok()?;
        if tag.len() != TAG {
            return None;
        }
        data.extend_from_slice(&tag);
        let iv = STANDARD.decode(sealed.iv).ok()?;
        let plain = self.cipher.open(&iv, self.aad(url, at).as_bytes(), &data).ok()?;
        let inside: Map<String, Value> = serde_json::from_slice(&plain).ok()?;
        let same = inside.get("_appid").and_then(Value::as_str) == Some(self.appid.as_str())
            && inside.get("_timestamp").and_then(Value::as_i64) == Some(at);
        same.then_some(inside)
    }

    fn aad(&self, url: &str, at: i64) -> String {
        format!("{url}|{}|{at}|{}", self.appid, self.cipher_sn)
    }

    fn signed_text(&self, url: &str, at: &str, serial: &str, body: &str) -> String {
        if self.serial_line {
            format!("{url}\n{}\n{at}\n{serial}\n{body}", self.appid)
        } else {
            format!("{url}\n{}\n{at}\n{body}", self.appid)
        }
    }
}

impl fmt::Debug for SealedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SealedKeys({}, {:?}, {:?})",
            self.appid, self.cipher, self.sign
        )
    }
}
