//! Authenticated encryption: AES-GCM with 16- and 32-byte keys, and SM4-GCM; 12-byte nonces, the 16-byte tag at
//! the end of the ciphertext.

use std::fmt;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit as _, Nonce, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, AesGcm};
use sm3::{Digest as _, Sm3};
use sm4::Sm4;

/// A key of the wrong length, a nonce of the wrong length, or a text that was not made with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a text of this key")]
pub struct AeadRefused;

/// An expanded key. Never shown by `Debug`.
#[derive(Clone)]
pub struct AeadKey(Kind);

#[derive(Clone)]
enum Kind {
    Aes128(Box<Aes128Gcm>),
    Aes256(Box<Aes256Gcm>),
    Sm4(Box<AesGcm<Sm4, U12>>),
}

impl AeadKey {
    /// AES-GCM; the length of the key, 16 or 32 bytes, chooses the cipher.
    pub fn aes(key: &[u8]) -> Result<Self, AeadRefused> {
        match key.len() {
            16 => Aes128Gcm::new_from_slice(key).map(|key| Self(Kind::Aes128(Box::new(key)))),
            _ => Aes256Gcm::new_from_slice(key).map(|key| Self(Kind::Aes256(Box::new(key)))),
        }
        .map_err(|_| AeadRefused)
    }

    /// SM4-GCM with a key of 16 bytes.
    pub fn sm4(key: &[u8]) -> Result<Self, AeadRefused> {
        AesGcm::new_from_slice(key)
            .map(|key| Self(Kind::Sm4(Box::new(key))))
            .map_err(|_| AeadRefused)
    }

    /// SM4-GCM as Pay uses it: the key is the first half of the SM3 digest of the `APIv3` key.
    pub fn sm4_digest_of(secret: &[u8]) -> Result<Self, AeadRefused> {
        let digest = Sm3::digest(secret);
        digest.get(..16).ok_or(AeadRefused).and_then(Self::sm4)
    }

    /// Encrypts; the tag is at the end. A nonce must never be used twice under one key.
    pub fn seal(&self, nonce: &[u8], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, AeadRefused> {
        let payload = Payload { msg: plain, aad };
        match &self.0 {
            Kind::Aes128(key) => key.encrypt(&twelve(nonce)?, payload),
            Kind::Aes256(key) => key.encrypt(&twelve(nonce)?, payload),
            Kind::Sm4(key) => key.encrypt(&twelve(nonce)?, payload),
        }
        .map_err(|_| AeadRefused)
    }

    /// Decrypts and proves that nothing was changed, the additional data included.
    pub fn open(&self, nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, AeadRefused> {
        let payload = Payload { msg: sealed, aad };
        match &self.0 {
            Kind::Aes128(key) => key.decrypt(&twelve(nonce)?, payload),
            Kind::Aes256(key) => key.decrypt(&twelve(nonce)?, payload),
            Kind::Sm4(key) => key.decrypt(&twelve(nonce)?, payload),
        }
        .map_err(|_| AeadRefused)
    }
}

impl fmt::Debug for AeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Aes128(_) => "AeadKey(AES-128)",
            Kind::Aes256(_) => "AeadKey(AES-256)",
            Kind::Sm4(_) => "AeadKey(SM4)",
        })
    }
}

fn twelve(nonce: &[u8]) -> Result<Nonce<Aes256Gcm>, AeadRefused> {
    Nonce::<Aes256Gcm>::try_from(nonce).map_err(|_| AeadRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sm4_gcm_speaks_as_rfc_8998_writes() {
        // RFC 8998, appendix A.1.
        let key = hex::decode("0123456789abcdeffedcba9876543210").unwrap();
        let nonce = hex::decode("00001234567800000000abcd").unwrap();
        let aad = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let plain = hex::decode(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
             eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        )
        .unwrap();
        let sealed = AeadKey::sm4(&key).unwrap().seal(&nonce, &aad, &plain).unwrap();
        assert_eq!(
            hex::encode(sealed),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
             83de3541e4c2b58177e065a9bf7b62ec"
        );
    }

    #[test]
    fn aes_gcm_speaks_as_its_specification_writes() {
        // McGrew and Viega, test cases 2 and 14: one zero block under a zero key.
        for (length, sealed) in [
            (
                16,
                "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
            ),
            (
                32,
                "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
            ),
        ] {
            let key = AeadKey::aes(&vec![0; length]).unwrap();
            let made = key.seal(&[0; 12], b"", &[0; 16]).unwrap();
            assert_eq!(hex::encode(&made), sealed);
            assert_eq!(key.open(&[0; 12], b"", &made).unwrap(), [0; 16]);
        }
    }

    #[test]
    fn wrong_keys_nonces_and_changes_are_refused() {
        assert!(AeadKey::aes(&[0; 24]).is_err() && AeadKey::aes(b"").is_err());
        assert!(AeadKey::sm4(&[0; 32]).is_err());
        for key in [
            AeadKey::aes(&[7; 16]).unwrap(),
            AeadKey::aes(&[7; 32]).unwrap(),
            AeadKey::sm4(&[7; 16]).unwrap(),
        ] {
            let sealed = key.seal(&[1; 12], b"transaction", b"{}").unwrap();
            assert_eq!(key.open(&[1; 12], b"transaction", &sealed).unwrap(), b"{}");
            assert_eq!(key.open(&[1; 12], b"refund", &sealed), Err(AeadRefused));
            assert_eq!(key.open(&[2; 12], b"transaction", &sealed), Err(AeadRefused));
            assert_eq!(key.open(&[1; 11], b"transaction", &sealed), Err(AeadRefused));
            assert_eq!(key.open(&[1; 12], b"transaction", b"short"), Err(AeadRefused));
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(
                    key.open(&[1; 12], b"transaction", &changed),
                    Err(AeadRefused),
                    "{at}"
                );
            }
        }
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(
            format!("{:?}", AeadKey::aes(&[7; 32]).unwrap()),
            "AeadKey(AES-256)"
        );
    }
}
