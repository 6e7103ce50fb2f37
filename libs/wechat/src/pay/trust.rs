//! Whom to believe: the keys that Pay signs with, by serial. Certificates (several during a rotation) and the
//! newer public key (`PUB_KEY_ID_…`) stand side by side, because while a merchant switches, answers and notices
//! come signed by either.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::{Certificate, KeyError, Padding, PublicKey, Scheme};

/// Seconds that a timestamp may lie before or after our clock.
pub const FRESHNESS_S: i64 = 300;
const PROBE: &str = "WECHATPAY/SIGNTEST/";

/// Why a message is not believed to be Pay's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// A header of the signature is missing or doubled.
    #[error("no {0}")]
    Missing(&'static str),
    /// Pay's probe: a signature that is wrong on purpose, to see whether the merchant looks.
    #[error("a signature probe")]
    Probe,
    /// The timestamp is no number or too far from our clock.
    #[error("the timestamp is not within five minutes")]
    Stale,
    /// Signed under a key that is not known; not even after asking for new certificates.
    #[error("an unknown key `{0}`")]
    UnknownKey(String),
    /// Signed by another algorithm than the key's.
    #[error("another algorithm than the key's")]
    Algorithm,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    Signature,
    /// The body is not a notice as documented.
    #[error("not a notice: {0}")]
    Malformed(&'static str),
    /// The content does not open with the `APIv3` key.
    #[error("the content does not open with the APIv3 key")]
    Sealed,
    /// The content names another merchant.
    #[error("another merchant")]
    OtherMerchant,
    /// The content names an appid that is not the merchant's.
    #[error("another appid")]
    OtherAppid,
}

/// The headers of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `Wechatpay-Timestamp`
    pub timestamp: String,
    /// `Wechatpay-Nonce`
    pub nonce: String,
    /// `Wechatpay-Serial`
    pub serial: String,
    /// `Wechatpay-Signature`
    pub signature: String,
    /// `Wechatpay-Signature-Type`; nothing means RSA.
    pub kind: Option<String>,
}

impl Signed {
    /// Reads the headers by a function that gives a header's only value.
    pub fn read<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, Reject> {
        let need = |name: &'static str| {
            header(name)
                .filter(|value| !value.is_empty() && value.len() <= 2_048)
                .map(str::to_owned)
                .ok_or(Reject::Missing(name))
        };
        Ok(Self {
            timestamp: need("wechatpay-timestamp")?,
            nonce: need("wechatpay-nonce")?,
            serial: need("wechatpay-serial")?,
            signature: need("wechatpay-signature")?,
            kind: header("wechatpay-signature-type").map(str::to_owned),
        })
    }
}

#[derive(Clone)]
struct Known {
    key: PublicKey,
    certificate: Option<Certificate>,
}

/// The keys of the platform.
#[derive(Default)]
pub struct Trust {
    keys: RwLock<HashMap<String, Known>>,
    public_key_id: Option<String>,
}

impl Trust {
    /// Nobody yet: certificates are fetched with the first call.
    pub fn new() -> Self {
        Self::default()
    }

    /// Public-key mode: the id (`PUB_KEY_ID_…`) and the PEM from Pay's console.
    pub fn with_public_key(mut self, id: &str, pem: &str) -> Result<Self, KeyError> {
        let key = PublicKey::from_pem(pem)?;
        self.insert(
            id,
            Known {
                key,
                certificate: None,
            },
        );
        self.public_key_id = Some(id.to_owned());
        Ok(self)
    }

    /// A certificate that is at hand already.
    pub fn with_certificate(self, pem: &str) -> Result<Self, KeyError> {
        self.learn(&Certificate::from_pem(pem)?);
        Ok(self)
    }

    /// The id to ask Pay to sign with, in public-key mode.
    pub fn public_key_id(&self) -> Option<&str> {
        self.public_key_id.as_deref()
    }

    /// Adds a certificate.
    pub fn learn(&self, certificate: &Certificate) {
        let known = Known {
            key: certificate.key().clone(),
            certificate: Some(certificate.clone()),
        };
        self.insert(certificate.serial(), known);
    }

    /// Serials of everything known, for a self-test page.
    pub fn serials(&self) -> Vec<String> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut serials: Vec<_> = keys.keys().cloned().collect();
        serials.sort();
        serials
    }

    /// Whether the signature over the body, byte for byte as received, is Pay's and made within five minutes.
    pub fn verify(&self, signed: &Signed, body: &[u8], now: i64) -> Result<(), Reject> {
        if signed.signature.starts_with(PROBE) {
            return Err(Reject::Probe);
        }
        let at: i64 = signed.timestamp.parse().map_err(|_| Reject::Stale)?;
        if now.abs_diff(at) >= FRESHNESS_S.unsigned_abs() {
            return Err(Reject::Stale);
        }
        let unknown = || Reject::UnknownKey(signed.serial.chars().take(80).collect());
        let known = self.find(&signed.serial).ok_or_else(unknown)?;
        if known
            .certificate
            .is_some_and(|certificate| !certificate.is_valid(now))
        {
            return Err(unknown());
        }
        let kind = signed.kind.as_deref().unwrap_or(Scheme::Rsa.pay_name());
        if kind != known.key.scheme().pay_name() {
            return Err(Reject::Algorithm);
        }
        let signature = STANDARD
            .decode(&signed.signature)
            .map_err(|_| Reject::Signature)?;
        let mut text = format!("{}\n{}\n", signed.timestamp, signed.nonce).into_bytes();
        text.extend_from_slice(body);
        text.push(b'\n');
        if known.key.verify(&text, &signature, Padding::Pkcs1) {
            Ok(())
        } else {
            Err(Reject::Signature)
        }
    }

    fn find(&self, serial: &str) -> Option<Known> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&plain(serial)).cloned()
    }

    fn insert(&self, serial: &str, known: Known) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(plain(serial), known);
    }
}

/// Serials are numbers: case and leading zeros say nothing.
fn plain(serial: &str) -> String {
    serial.trim_start_matches('0').to_ascii_uppercase()
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Trust").field(&self.serials()).finish()
    }
}
