//! The platform's certificates: fetched, decrypted under the `APIv3` key, and asked for again when a serial is
//! not known, once however many wait for it, and at most once a minute, so that forged serials cannot make a storm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::Pay;
use super::transport::Ask;
use super::trust::{Reject, Signed};
use crate::crypto::{Certificate, Scheme};

/// Between two requests for certificates.
const APART_S: i64 = 60;

#[derive(Deserialize)]
struct List {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    encrypt_certificate: Encrypted,
}

/// Something encrypted under the `APIv3` key.
#[derive(Deserialize)]
pub(super) struct Encrypted {
    pub(super) algorithm: String,
    pub(super) nonce: String,
    #[serde(default)]
    pub(super) associated_data: String,
    pub(super) ciphertext: String,
}

impl Encrypted {
    pub(super) fn open(&self, merchant: &super::Merchant) -> Result<Vec<u8>, Reject> {
        let aead = merchant.aead(&self.algorithm).map_err(|_| Reject::Sealed)?;
        let sealed = STANDARD.decode(&self.ciphertext).map_err(|_| Reject::Sealed)?;
        aead.open(self.nonce.as_bytes(), self.associated_data.as_bytes(), &sealed)
            .map_err(|_| Reject::Sealed)
    }
}

impl Pay {
    /// Verifies, and if the key is not known looks whether Pay has a new certificate.
    pub(super) async fn verify(&self, signed: &Signed, body: &[u8]) -> Result<(), Reject> {
        let first = self.0.trust.verify(signed, body, self.now());
        if !matches!(first, Err(Reject::UnknownKey(_))) || signed.serial.starts_with("PUB_KEY_ID_") {
            return first;
        }
        self.refresh().await;
        self.0.trust.verify(signed, body, self.now())
    }

    /// Fetches the certificates now; how many are known afterwards, an error when there are no new ones to have.
    pub async fn fetch_certificates(&self) -> Result<usize, String> {
        let path = match self.0.merchant.scheme() {
            Scheme::Rsa => "/v3/certificates",
            Scheme::Sm2 => "/v3/certificates?algorithm_type=SM2",
        };
        let heard = self.ask_once(&Ask::get(path.to_owned())).await?;
        if heard.status != 200 {
            return Err(format!("HTTP {}", heard.status));
        }
        let list: List =
            serde_json::from_slice(&heard.body).map_err(|_| "not a list of certificates".to_owned())?;
        let fresh = list
            .data
            .iter()
            .map(|item| {
                let pem = item
                    .encrypt_certificate
                    .open(&self.0.merchant)
                    .map_err(|error| error.to_string())?;
                let pem = String::from_utf8(pem).map_err(|_| "not a PEM".to_owned())?;
                Certificate::from_pem(&pem).map_err(|error| error.to_string())
            })
            .collect::<Result<Vec<_>, _>>()?;
        // Only Pay can have encrypted them; the answer as a whole must be signed by one of them, or by a key
        // known before.
        let trial = super::Trust::new();
        for certificate in &fresh {
            trial.learn(certificate);
        }
        let signed = heard.signed.map_err(|reason| reason.to_string())?;
        let now = self.now();
        trial
            .verify(&signed, &heard.body, now)
            .or_else(|_| self.0.trust.verify(&signed, &heard.body, now))
            .map_err(|reason| reason.to_string())?;
        for certificate in &fresh {
            self.0.trust.learn(certificate);
        }
        Ok(self.0.trust.serials().len())
    }

    async fn refresh(&self) {
        let mut last = self.0.refreshed.lock().await;
        let now = self.now();
        if last.is_some_and(|last| now.abs_diff(last) < APART_S.unsigned_abs()) {
            return;
        }
        *last = Some(now);
        match self.fetch_certificates().await {
            Ok(known) => tracing::info!(known, "pay's certificates were fetched"),
            Err(error) => tracing::warn!(%error, "pay's certificates could not be fetched"),
        }
    }
}
