//! One merchant as an explicit value: every call and every notice names its merchant, nothing is ambient.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use crate::crypto::{AeadKey, AeadRefused, KeyError, Padding, PrivateKey, Scheme};

/// A merchant's settings from Pay's console.
pub struct Settings {
    /// Merchant number 商户号, digits.
    pub mchid: String,
    /// The appids bound to the merchant, at least one.
    pub appids: Vec<String>,
    /// Serial of the merchant's certificate, hexadecimal.
    pub serial_no: String,
    /// `apiclient_key.pem`: RSA, or SM2 for the national algorithms.
    pub private_key_pem: SecretString,
    /// The `APIv3` key: 32 characters, 16 for the national algorithms.
    pub api_v3_key: SecretString,
}

/// Why a merchant's settings are unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MerchantError {
    /// The merchant number is not 8 to 32 digits.
    #[error("the merchant number must be 8 to 32 digits")]
    Mchid,
    /// No appid, or one with other characters than letters and digits.
    #[error("appids must be letters and digits, at least one")]
    Appid,
    /// The serial is not hexadecimal.
    #[error("the certificate's serial must be hexadecimal")]
    Serial,
    /// The `APIv3` key has neither 32 nor (national algorithms) 16 bytes.
    #[error("the APIv3 key must have 32 bytes (16 or 32 with SM2)")]
    ApiKey,
    /// The private key.
    #[error("the merchant's private key: {0}")]
    Key(#[from] KeyError),
}

/// A merchant, checked and with its keys expanded.
#[derive(Clone)]
pub struct Merchant {
    mchid: String,
    appids: Vec<String>,
    serial_no: String,
    key: PrivateKey,
    aead: AeadKey,
}

impl Merchant {
    /// Checks the settings and reads the keys.
    pub fn new(settings: Settings) -> Result<Self, MerchantError> {
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !(8..=32).contains(&settings.mchid.len()) || !digits(&settings.mchid) {
            return Err(MerchantError::Mchid);
        }
        let word = |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if settings.appids.is_empty() || !settings.appids.iter().all(word) {
            return Err(MerchantError::Appid);
        }
        if settings.serial_no.is_empty() || !settings.serial_no.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(MerchantError::Serial);
        }
        let key = PrivateKey::from_pem(settings.private_key_pem.expose_secret())?;
        let secret = settings.api_v3_key.expose_secret().as_bytes();
        let aead = match (key.scheme(), secret.len()) {
            (Scheme::Rsa, 32) => AeadKey::aes(secret),
            (Scheme::Sm2, 16 | 32) => AeadKey::sm4_digest_of(secret),
            _ => Err(AeadRefused),
        };
        Ok(Self {
            mchid: settings.mchid,
            appids: settings.appids,
            serial_no: settings.serial_no,
            key,
            aead: aead.map_err(|_| MerchantError::ApiKey)?,
        })
    }

    /// Merchant number.
    pub fn mchid(&self) -> &str {
        &self.mchid
    }

    /// Whether the appid is bound to the merchant.
    pub fn owns(&self, appid: &str) -> bool {
        self.appids.iter().any(|own| own == appid)
    }

    /// The family of the merchant's key: which signatures it makes and which it expects.
    pub fn scheme(&self) -> Scheme {
        self.key.scheme()
    }

    /// The encryption of notices and certificates, under the name that Pay gives it.
    pub(super) fn aead(&self, algorithm: &str) -> Result<&AeadKey, AeadRefused> {
        let expected = match self.scheme() {
            Scheme::Rsa => "AEAD_AES_256_GCM",
            Scheme::Sm2 => "AEAD_SM4_GCM",
        };
        if algorithm == expected {
            Ok(&self.aead)
        } else {
            Err(AeadRefused)
        }
    }

    /// Base64 of the signature over a text.
    pub(super) fn sign(&self, text: &[u8]) -> Result<String, KeyError> {
        use base64::Engine as _;
        let signature = self.key.sign(text, Padding::Pkcs1)?;
        Ok(base64::engine::general_purpose::STANDARD.encode(signature))
    }

    /// The `Authorization` of a request; `path` with its query, exactly as sent.
    pub(super) fn authorization(&self, request: &ToSign<'_>) -> Result<String, KeyError> {
        let ToSign {
            method,
            path,
            timestamp,
            nonce,
            body,
        } = request;
        let text = format!("{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n");
        let signature = self.sign(text.as_bytes())?;
        Ok(format!(
            "{} mchid=\"{}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{}\",signature=\"{signature}\"",
            self.scheme().pay_name(),
            self.mchid,
            self.serial_no,
        ))
    }
}

/// What a request's signature covers.
pub(super) struct ToSign<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) timestamp: i64,
    pub(super) nonce: &'a str,
    pub(super) body: &'a str,
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Merchant({}, {:?})", self.mchid, self.scheme())
    }
}
