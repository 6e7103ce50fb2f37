//! The two families of cryptography that WeChat speaks, behind one face: RSA with SHA-256 and AES-GCM, and the
//! national algorithms (国密) SM2 with SM3 and SM4-GCM. Used by Pay and by the mini program's sealed calls.
//!
//! RSA is ring's (constant time, already below TLS), the national algorithms are from `RustCrypto`.

mod aead;
mod certificate;
mod keys;

pub use aead::{AeadKey, AeadRefused};
pub use certificate::Certificate;
pub use keys::{KeyError, Padding, PrivateKey, PublicKey, Scheme};
