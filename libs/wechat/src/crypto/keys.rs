//! Signing keys of both families, read from the PEM files that WeChat's consoles hand out.

use std::fmt;
use std::sync::Arc;

use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding,
    UnparsedPublicKey,
};
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{DerSignature, Signature, SigningKey, VerifyingKey};
use sm2::pkcs8::{DecodePrivateKey as _, PrivateKeyInfoRef, SecretDocument};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{DecodePem as _, Encode as _};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

/// The signer's identity that GB/T 32918 sets when nobody agreed on another; WeChat uses it.
const SM2_IDENTITY: &str = "1234567812345678";
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Why a key could not be read or used; names no key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a PEM of the expected kind.
    #[error("not a PEM file of this kind")]
    Pem,
    /// Neither RSA nor SM2, or parameters that are not accepted (RSA below 2048 bits).
    #[error("neither an RSA key of 2048 to 4096 bits nor an SM2 key")]
    Kind,
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Sign,
}

/// Which family a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// RSA with SHA-256.
    Rsa,
    /// SM2 with SM3.
    Sm2,
}

impl Scheme {
    /// As Pay names it in `Authorization` and `Wechatpay-Signature-Type`.
    pub const fn pay_name(self) -> &'static str {
        match self {
            Self::Rsa => "WECHATPAY2-SHA256-RSA2048",
            Self::Sm2 => "WECHATPAY2-SM2-WITH-SM3",
        }
    }
}

/// How an RSA signature is padded; SM2 knows no such choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// PKCS#1 v1.5, as Pay does.
    Pkcs1,
    /// PSS with a salt of 32 bytes, as the mini program's sealed calls do.
    Pss,
}

/// A private key. Never shown by `Debug`; cheap to clone.
#[derive(Clone)]
pub struct PrivateKey(Arc<Private>);

enum Private {
    Rsa(Box<KeyPair>),
    Sm2(Box<SigningKey>),
}

impl PrivateKey {
    /// Reads a PKCS#8 PEM, `apiclient_key.pem` of Pay's console, or a PKCS#1 one.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let (label, der) = SecretDocument::from_pem(pem.trim()).map_err(|_| KeyError::Pem)?;
        let key = match label {
            "RSA PRIVATE KEY" => Private::Rsa(Box::new(
                KeyPair::from_der(der.as_bytes()).map_err(|_| KeyError::Kind)?,
            )),
            "PRIVATE KEY" => {
                let info = PrivateKeyInfoRef::try_from(der.as_bytes()).map_err(|_| KeyError::Pem)?;
                if info.algorithm.oid == RSA {
                    Private::Rsa(Box::new(
                        KeyPair::from_pkcs8(der.as_bytes()).map_err(|_| KeyError::Kind)?,
                    ))
                } else {
                    let secret =
                        sm2::SecretKey::from_pkcs8_der(der.as_bytes()).map_err(|_| KeyError::Kind)?;
                    let key = SigningKey::new(SM2_IDENTITY, &secret).map_err(|_| KeyError::Kind)?;
                    Private::Sm2(Box::new(key))
                }
            }
            _ => return Err(KeyError::Pem),
        };
        Ok(Self(Arc::new(key)))
    }

    /// Its family.
    pub fn scheme(&self) -> Scheme {
        match *self.0 {
            Private::Rsa(_) => Scheme::Rsa,
            Private::Sm2(_) => Scheme::Sm2,
        }
    }

    /// Signs. An SM2 signature is the ASN.1 sequence of r and s.
    pub fn sign(&self, message: &[u8], padding: Padding) -> Result<Vec<u8>, KeyError> {
        match &*self.0 {
            Private::Rsa(key) => {
                let encoding: &'static dyn RsaEncoding = match padding {
                    Padding::Pkcs1 => &RSA_PKCS1_SHA256,
                    Padding::Pss => &RSA_PSS_SHA256,
                };
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(encoding, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Sign)?;
                Ok(signature)
            }
            Private::Sm2(key) => {
                let signature: Signature = key.try_sign(message).map_err(|_| KeyError::Sign)?;
                Ok(DerSignature::from(signature).to_vec())
            }
        }
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        match &*self.0 {
            Private::Rsa(key) => Ok(PublicKey(Public::Rsa(key.public().as_ref().into()))),
            Private::Sm2(key) => Ok(PublicKey(Public::Sm2(Box::new(key.verifying_key().clone())))),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({:?})", self.scheme())
    }
}

/// A public key, ready to verify. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PublicKey(Public);

#[derive(Debug, Clone)]
enum Public {
    /// PKCS#1 `RSAPublicKey`.
    Rsa(Arc<[u8]>),
    Sm2(Box<VerifyingKey>),
}

impl PublicKey {
    /// Reads a `PUBLIC KEY` PEM, `pub_key.pem` of Pay's console.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoOwned::from_pem(pem.trim()).map_err(|_| KeyError::Pem)?;
        Self::from_info(&info)
    }

    pub(crate) fn from_info(info: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyError> {
        let key = info.subject_public_key.raw_bytes();
        if info.algorithm.oid == RSA {
            return Ok(Self(Public::Rsa(key.into())));
        }
        let curve = info
            .algorithm
            .parameters
            .as_ref()
            .and_then(|parameters| parameters.to_der().ok());
        if info.algorithm.oid != ELLIPTIC || curve.as_deref() != Some(SM2_CURVE) {
            return Err(KeyError::Kind);
        }
        VerifyingKey::from_sec1_bytes(SM2_IDENTITY, key)
            .map(|key| Self(Public::Sm2(Box::new(key))))
            .map_err(|_| KeyError::Kind)
    }

    /// Its family.
    pub const fn scheme(&self) -> Scheme {
        match self.0 {
            Public::Rsa(_) => Scheme::Rsa,
            Public::Sm2(_) => Scheme::Sm2,
        }
    }

    /// Whether the signature was made over exactly this message by the key's other half.
    pub fn verify(&self, message: &[u8], signature: &[u8], padding: Padding) -> bool {
        match &self.0 {
            Public::Rsa(key) => {
                let parameters = match padding {
                    Padding::Pkcs1 => &RSA_PKCS1_2048_8192_SHA256,
                    Padding::Pss => &RSA_PSS_2048_8192_SHA256,
                };
                UnparsedPublicKey::new(parameters, key)
                    .verify(message, signature)
                    .is_ok()
            }
            Public::Sm2(key) => DerSignature::from_bytes(signature)
                .and_then(Signature::try_from)
                .and_then(|signature| key.verify(message, &signature))
                .is_ok(),
        }
    }
}

/// DER of the curve's object identifier, 1.2.156.10197.1.301.
const SM2_CURVE: &[u8] = &[0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
