//! Secrets at rest: field encryption, blind indexes, password hashes, constant-time comparison.
//!
//! A sealed field reads `v1.<kid>.<base64 of nonce ‖ ciphertext ‖ tag>` (AES-256-GCM). The
//! additional data is `table.column|row id`, so a value copied to another row does not open. A
//! blind index is an HMAC-SHA-256 under a key of its own, cut to 128 bits: equal values meet, and
//! without the key nothing can be tried out.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::clock::{Clock, Ms};
use crate::random::Random;

const NONCE: usize = 12;

/// Why a sealed value does not open. Says nothing about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("sealed value is malformed")]
    Malformed,
    #[error("key {0} is not in the ring")]
    UnknownKey(i64),
    #[error("sealed value does not open here: altered, or moved from another row")]
    Refused,
    #[error("password could not be hashed")]
    Hash,
}

/// One key of the ring.
#[derive(Clone)]
pub(crate) struct RingKey {
    pub(crate) secret: zeroize::Zeroizing<[u8; 32]>,
    /// Sealing with it begins at this instant, when every node has had time to load it.
    pub(crate) active_from: Ms,
}

/// The keys that a node knows.
#[derive(Clone, Default)]
pub(crate) struct Ring {
    pub(crate) fields: BTreeMap<i64, RingKey>,
    pub(crate) index: zeroize::Zeroizing<[u8; 32]>,
}

/// Seals and opens fields, makes blind indexes. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<RwLock<Arc<Ring>>>,
    clock: Clock,
    random: Random,
}

impl Vault {
    pub(crate) fn new(ring: Ring, clock: Clock, random: Random) -> Self {
        Self {
            ring: Arc::new(RwLock::new(Arc::new(ring))),
            clock,
            random,
        }
    }

    /// A vault with one fixed key, for tests and for contexts without a database.
    pub fn fixed(secret: [u8; 32], clock: Clock, random: Random) -> Self {
        let key = RingKey {
            secret: zeroize::Zeroizing::new(secret),
            active_from: 0,
        };
        let index = zeroize::Zeroizing::new(Sha256::digest(secret).into());
        Self::new(
            Ring {
                fields: BTreeMap::from([(1, key)]),
                index,
            },
            clock,
            random,
        )
    }

    pub(crate) fn replace(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The key that new values are sealed with.
    pub fn active_kid(&self) -> i64 {
        let now = self.clock.now();
        let ring = self.ring();
        let active = ring.fields.iter().rev().find(|(_, key)| key.active_from <= now);
        active
            .or_else(|| ring.fields.first_key_value())
            .map_or(0, |(kid, _)| *kid)
    }

    /// Seals a field. `aad` is `table.column|row id`.
    pub fn seal(&self, aad: &str, clear: &str) -> String {
        let kid = self.active_kid();
        let nonce: [u8; NONCE] = self.random.bytes();
        let body = self
            .cipher(kid)
            .and_then(|cipher| encrypt(&cipher, &nonce, aad, clear.as_bytes()))
            .unwrap_or_else(|_| unsealable());
        let mut raw = Vec::with_capacity(NONCE + body.len());
        raw.extend_from_slice(&nonce);
        raw.extend_from_slice(&body);
        format!("v1.{kid}.{}", STANDARD_NO_PAD.encode(raw))
    }

    /// Opens a field that was sealed under the same `aad`.
    pub fn open(&self, aad: &str, sealed: &str) -> Result<String, Error> {
        let (kid, body) = parts(sealed)?;
        let raw = STANDARD_NO_PAD.decode(body).map_err(|_| Error::Malformed)?;
        let (nonce, text) = raw.split_at_checked(NONCE).ok_or(Error::Malformed)?;
        let nonce = Nonce::try_from(nonce).map_err(|_| Error::Malformed)?;
        let clear = self
            .cipher(kid)?
            .decrypt(
                &nonce,
                Payload {
                    msg: text,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| Error::Refused)?;
        String::from_utf8(clear).map_err(|_| Error::Refused)
    }

    /// Blind index of a value within a domain of values (`"phone"`, `"id_no"`): 32 hex digits.
    pub fn index(&self, domain: &str, value: &str) -> String {
        let ring = self.ring();
        let mut tag = mac(
            ring.index.as_slice(),
            &[domain.as_bytes(), b"\0", value.as_bytes()],
        );
        tag.truncate(16);
        hex::encode(tag)
    }

    /// A tag over the parts, which only holders of the ring can make: rows carry it against edits
    /// from below. 64 hex digits.
    pub fn tag(&self, purpose: &str, parts: &[&str]) -> String {
        let ring = self.ring();
        let mut all: Vec<&[u8]> = vec![b"tag|", purpose.as_bytes()];
        for part in parts {
            all.push(b"\0");
            all.push(part.as_bytes());
        }
        hex::encode(mac(ring.index.as_slice(), &all))
    }

    fn cipher(&self, kid: i64) -> Result<Aes256Gcm, Error> {
        let ring = self.ring();
        let key = ring.fields.get(&kid).ok_or(Error::UnknownKey(kid))?;
        Aes256Gcm::new_from_slice(key.secret.as_slice()).map_err(|_| Error::UnknownKey(kid))
    }
}

/// The id of the key that a value is sealed with.
pub fn kid_of(sealed: &str) -> Result<i64, Error> {
    parts(sealed).map(|(kid, _)| kid)
}

fn parts(sealed: &str) -> Result<(i64, &str), Error> {
    let (kid, body) = sealed
        .strip_prefix("v1.")
        .and_then(|rest| rest.split_once('.'))
        .ok_or(Error::Malformed)?;
    Ok((kid.parse().map_err(|_| Error::Malformed)?, body))
}

fn encrypt(cipher: &Aes256Gcm, nonce: &[u8; NONCE], aad: &str, clear: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = Nonce::from(*nonce);
    cipher
        .encrypt(
            &nonce,
            Payload {
                msg: clear,
                aad: aad.as_bytes(),
            },
        )
        .map_err(|_| Error::Refused)
}

/// A ring always holds its active key and AES-GCM refuses only messages beyond 64 GiB.
fn unsealable() -> Vec<u8> {
    tracing::error!("a field could not be sealed; ending rather than writing it in clear");
    std::process::abort()
}

/// Wraps a data key under the master key; `aad` names the key row.
pub(crate) fn wrap(master: &[u8; 32], random: Random, aad: &str, secret: &[u8]) -> Result<String, Error> {
    let cipher = Aes256Gcm::new_from_slice(master).map_err(|_| Error::Malformed)?;
    let nonce: [u8; NONCE] = random.bytes();
    let body = encrypt(&cipher, &nonce, aad, secret)?;
    Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), body.as_slice()].concat()))
}

pub(crate) fn unwrap(
    master: &[u8; 32],
    aad: &str,
    wrapped: &str,
) -> Result<zeroize::Zeroizing<[u8; 32]>, Error> {
    let cipher = Aes256Gcm::new_from_slice(master).map_err(|_| Error::Malformed)?;
    let raw = STANDARD_NO_PAD.decode(wrapped).map_err(|_| Error::Malformed)?;
    let (nonce, text) = raw.split_at_checked(NONCE).ok_or(Error::Malformed)?;
    let nonce = Nonce::try_from(nonce).map_err(|_| Error::Malformed)?;
    let clear = zeroize::Zeroizing::new(
        cipher
            .decrypt(
                &nonce,
                Payload {
                    msg: text,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| Error::Refused)?,
    );
    clear
        .as_slice()
        .try_into()
        .map(zeroize::Zeroizing::new)
        .map_err(|_| Error::Malformed)
}

/// HMAC-SHA-256 over the parts in order.
pub fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else {
        return Vec::new();
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// SHA-256 as 64 hex digits: what is stored of tokens and signed content.
pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Compares in time that does not depend on where the two differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Hashes under way at once: each takes 19 MiB and a core, and anybody can ask for one.
static TURNS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

/// Argon2id with the crate's defaults (19 MiB, 2 passes), on a thread of its own.
pub async fn hash_password(password: &str) -> Result<String, Error> {
    let _turn = TURNS.acquire().await.map_err(|_| Error::Hash)?;
    let password = zeroize::Zeroizing::new(password.to_owned());
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|_| Error::Hash)
    })
    .await
    .map_err(|_| Error::Hash)?
}

/// True when the password fits the hash; takes as long when it does not.
pub async fn verify_password(password: &str, hash: &str) -> bool {
    let Ok(_turn) = TURNS.acquire().await else {
        return false;
    };
    let (password, hash) = (zeroize::Zeroizing::new(password.to_owned()), hash.to_owned());
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|known| {
            Argon2::default()
                .verify_password(password.as_bytes(), &known)
                .is_ok()
        })
    })
    .await
    .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::fixed([7; 32], Clock::system(), Random)
    }

    #[test]
    fn a_field_opens_only_where_it_was_sealed() {
        let vault = vault();
        let sealed = vault.seal("identity_customer.name|1", "李秀兰");
        assert!(!sealed.contains("李"));
        assert_eq!(
            vault.open("identity_customer.name|1", &sealed).as_deref(),
            Ok("李秀兰")
        );
        assert_eq!(
            vault.open("identity_customer.name|2", &sealed),
            Err(Error::Refused)
        );
        assert_eq!(
            vault.open("identity_customer.name|1", &sealed.replace("v1.1.", "v1.9.")),
            Err(Error::UnknownKey(9))
        );
        for broken in ["", "v1", "v1.1.", "v1.1.AAAA", "v2.1.AAAA", "v1.x.AAAA"] {
            assert!(vault.open("a|1", broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn sealing_twice_never_gives_the_same_text_but_the_index_does() {
        let vault = vault();
        assert_ne!(vault.seal("a|1", "x"), vault.seal("a|1", "x"));
        assert_eq!(
            vault.index("phone", "13800000001"),
            vault.index("phone", "13800000001")
        );
        assert_ne!(
            vault.index("phone", "13800000001"),
            vault.index("id_no", "13800000001")
        );
    }

    #[tokio::test]
    async fn passwords_verify_against_their_hash_only() {
        let hash = hash_password("258036").await.unwrap();
        assert!(verify_password("258036", &hash).await);
        assert!(!verify_password("258037", &hash).await);
        assert!(!verify_password("258036", "not a hash").await);
    }
}
