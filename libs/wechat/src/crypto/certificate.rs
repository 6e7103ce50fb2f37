//! What is needed of an X.509 certificate of Pay's platform: serial, validity, key. Its chain is not walked:
//! platform certificates come decrypted under the `APIv3` key, which only Pay and the merchant hold.

use x509_cert::der::DecodePem as _;

use super::{KeyError, PublicKey};

/// A certificate of the platform.
#[derive(Debug, Clone)]
pub struct Certificate {
    serial: String,
    not_before: i64,
    not_after: i64,
    key: PublicKey,
}

impl Certificate {
    /// Reads a PEM.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let whole = x509_cert::Certificate::from_pem(pem.trim()).map_err(|_| KeyError::Pem)?;
        let body = whole.tbs_certificate();
        let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs());
        let validity = body.validity();
        Ok(Self {
            serial: hex::encode_upper(body.serial_number().as_bytes()),
            not_before: seconds(validity.not_before).map_err(|_| KeyError::Pem)?,
            not_after: seconds(validity.not_after).map_err(|_| KeyError::Pem)?,
            key: PublicKey::from_info(body.subject_public_key_info())?,
        })
    }

    /// The serial in hexadecimal, as `Wechatpay-Serial` names it.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Whether it is valid at this second.
    pub const fn is_valid(&self, now: i64) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// The last second of its validity.
    pub const fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Its key.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }
}
