//! Detached signatures (Ed25519) over requests and answers, so that what a core received and what it said can
//! be proven after the connection is gone. The connection itself is guarded by mutual TLS.
//!
//! What is signed, one part a line: `weigui-core-v1`, `ask` or `answer`, the path, the status (`-` of a
//! request), the request's id, the idempotency key (`-` without), the instant of sending in milliseconds UTC,
//! and the SHA-256 of the body in hex. An answer is bound to its request by the request's id.

use std::{collections::BTreeMap, sync::Arc};

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kit::clock::{MINUTE, Ms};
use ring::{
    digest::{SHA256, digest},
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer, pem::PemObject as _};

/// Carries the id of a request; an answer repeats it.
pub(super) const REQUEST_ID: &str = "x-request-id";
pub(super) const SENT_AT: &str = "x-sent-at";
pub(super) const DIGEST: &str = "content-digest";
pub(super) const SIGNATURE: &str = "x-signature";
/// A message older or newer than this is not believed.
const FRESH: Ms = 5 * MINUTE;
/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410).
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// What is wrong with a key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("not a PEM file with a PKCS#8 Ed25519 private key")]
    Private,
    #[error("not a PEM file with an Ed25519 public key")]
    Public,
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    #[error("it is not signed")]
    Missing,
    #[error("it is signed with a key that is not known")]
    UnknownKey,
    #[error("it was sent too long ago, or in the future")]
    Stale,
    #[error("the signature does not fit")]
    Wrong,
}

impl Distrust {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::UnknownKey => "signature_unknown_key",
            Self::Stale => "signature_stale",
            Self::Wrong => "signature_wrong",
        }
    }
}

/// Our key and its name. Cheap to clone.
#[derive(Clone)]
pub struct Signer {
    key_id: String,
    pair: Arc<Ed25519KeyPair>,
}

/// The keys of the other side, by name; two of them while one takes over from the other.
#[derive(Clone, Default)]
pub struct Trusted(BTreeMap<String, Vec<u8>>);

/// Both directions. Without a signer nothing is signed, without trusted keys nothing is checked: for a
/// private network between a test and its core.
#[derive(Clone, Default)]
pub struct Seals {
    pub signer: Option<Signer>,
    pub trusted: Trusted,
}

/// What a signature covers, beside the body.
#[derive(Clone, Copy)]
pub(super) struct Covered<'a> {
    pub(super) path: &'a str,
    /// Of an answer.
    pub(super) status: Option<u16>,
    pub(super) request_id: &'a str,
    pub(super) key: Option<&'a str>,
}

impl Signer {
    /// `pem`: PKCS#8, as `openssl genpkey -algorithm ed25519` writes it.
    pub fn from_pem(key_id: &str, pem: &[u8]) -> Result<Self, KeyError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_| KeyError::Private)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        Ok(Self {
            key_id: key_id.to_owned(),
            pair: Arc::new(pair.map_err(|_| KeyError::Private)?),
        })
    }

    /// What the other side must trust to believe us.
    pub fn trusted(&self) -> Trusted {
        let key = self.pair.public_key().as_ref().to_vec();
        Trusted(BTreeMap::from([(self.key_id.clone(), key)]))
    }

    /// The headers that make a message believable.
    pub(super) fn headers(&self, covered: Covered<'_>, body: &[u8], now: Ms) -> [(&'static str, String); 3] {
        let text = text(covered, now, body);
        let signature = STANDARD.encode(self.pair.sign(text.as_bytes()));
        let digest = STANDARD.encode(digest(&SHA256, body));
        [
            (SENT_AT, now.to_string()),
            (DIGEST, format!("sha-256=:{digest}:")),
            (
                SIGNATURE,
                format!("keyid=\"{}\";alg=\"ed25519\";sig=\"{signature}\"", self.key_id),
            ),
        ]
    }
}

impl Trusted {
    /// Adds a key; `pem`: `-----BEGIN PUBLIC KEY-----`.
    pub fn with(mut self, key_id: &str, pem: &[u8]) -> Result<Self, KeyError> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| KeyError::Public)?;
        let key = der.as_ref().strip_prefix(&SPKI).filter(|key| key.len() == 32);
        self.0
            .insert(key_id.to_owned(), key.ok_or(KeyError::Public)?.to_vec());
        Ok(self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fine when nobody is trusted by name: then nothing is checked.
    pub(super) fn check(
        &self,
        headers: &HeaderMap,
        covered: Covered<'_>,
        body: &[u8],
        now: Ms,
    ) -> Result<(), Distrust> {
        if self.is_empty() {
            return Ok(());
        }
        let header = |name| headers.get(name).and_then(|v| v.to_str().ok());
        let line = header(SIGNATURE).ok_or(Distrust::Missing)?;
        let sent: Ms = header(SENT_AT)
            .and_then(|at| at.parse().ok())
            .ok_or(Distrust::Missing)?;
        let key = part(line, "keyid")
            .and_then(|id| self.0.get(id))
            .ok_or(Distrust::UnknownKey)?;
        let signature = part(line, "sig").and_then(|sig| STANDARD.decode(sig).ok());
        let signature = signature.ok_or(Distrust::Wrong)?;
        if part(line, "alg") != Some("ed25519") {
            return Err(Distrust::Wrong);
        }
        let text = text(covered, sent, body);
        UnparsedPublicKey::new(&ED25519, key)
            .verify(text.as_bytes(), &signature)
            .map_err(|_| Distrust::Wrong)?;
        let age = now.checked_sub(sent).and_then(i64::checked_abs);
        if age.is_some_and(|age| age <= FRESH) {
            Ok(())
        } else {
            Err(Distrust::Stale)
        }
    }
}

fn text(covered: Covered<'_>, sent: Ms, body: &[u8]) -> String {
    let (kind, status) = match covered.status {
        Some(status) => ("answer", status.to_string()),
        None => ("ask", "-".to_owned()),
    };
    let digest = hex::encode(digest(&SHA256, body));
    let parts = [
        "weigui-core-v1",
        kind,
        covered.path,
        &status,
        covered.request_id,
        covered.key.unwrap_or("-"),
        &sent.to_string(),
        &digest,
    ];
    parts.join("\n")
}

/// `name="value"` within a header's parts.
fn part<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split(';').find_map(|part| {
        let (key, value) = part.trim().split_once('=')?;
        (key == name).then(|| value.trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made for this test alone.
    fn signer() -> Signer {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        let text = STANDARD.encode(pkcs8.as_ref());
        let label = ["PRIVATE", "KEY"].join(" ");
        let pem = format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n");
        Signer::from_pem("k1", pem.as_bytes()).unwrap()
    }

    fn headers(list: &[(&'static str, String)]) -> HeaderMap {
        let pairs = list.iter().map(|(name, value)| {
            let name = axum::http::HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn only_what_was_signed_is_believed() {
        let signer = signer();
        let asked = Covered {
            path: "/core/v1/transfer",
            status: None,
            request_id: "r1",
            key: Some("k"),
        };
        let sent = headers(&signer.headers(asked, b"body", 1_000));
        let trusted = signer.trusted();
        assert_eq!(trusted.check(&sent, asked, b"body", 1_000), Ok(()));
        assert_eq!(trusted.check(&sent, asked, b"bodY", 1_000), Err(Distrust::Wrong));
        let others = [
            Covered {
                path: "/core/v1/hold",
                ..asked
            },
            Covered {
                status: Some(200),
                ..asked
            },
            Covered {
                request_id: "r2",
                ..asked
            },
            Covered { key: None, ..asked },
        ];
        for other in others {
            assert_eq!(trusted.check(&sent, other, b"body", 1_000), Err(Distrust::Wrong));
        }
        assert_eq!(trusted.check(&sent, asked, b"body", 1_000 + FRESH), Ok(()));
        assert_eq!(
            trusted.check(&sent, asked, b"body", 1_001 + FRESH),
            Err(Distrust::Stale)
        );
        assert_eq!(
            trusted.check(&HeaderMap::new(), asked, b"body", 1_000),
            Err(Distrust::Missing)
        );
        let stranger = self::signer().trusted();
        assert_eq!(stranger.check(&sent, asked, b"body", 1_000), Err(Distrust::Wrong));
        let renamed = Trusted(
            stranger
                .0
                .into_values()
                .map(|key| ("k9".to_owned(), key))
                .collect(),
        );
        assert_eq!(
            renamed.check(&sent, asked, b"body", 1_000),
            Err(Distrust::UnknownKey)
        );
        let mut later = sent.clone();
        later.insert(SENT_AT, "2000".parse().unwrap());
        assert_eq!(trusted.check(&later, asked, b"body", 1_000), Err(Distrust::Wrong));
    }

    #[test]
    fn keys_come_as_openssl_writes_them() {
        let public = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
        assert!(!Trusted::default().with("k", public).unwrap().is_empty());
        assert_eq!(
            Trusted::default().with("k", b"no key").err(),
            Some(KeyError::Public)
        );
        assert_eq!(Signer::from_pem("k", public).err(), Some(KeyError::Private));
    }
}
