//! One Official Account as an explicit value: every call names its account, nothing is ambient, so two
//! accounts in one process can never be mixed up.

use std::fmt;

use aes::Aes256;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cbc::cipher::KeyInit as _;
use secrecy::{ExposeSecret as _, SecretString};

/// Seconds that a callback's timestamp may lie before or after our clock.
pub const DEFAULT_FRESHNESS_S: i64 = 300;

/// The 43rd character of an `EncodingAESKey` carries two unused bits, which a strict decoder refuses for
/// three keys out of four.
const KEY_ALPHABET: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why an account's settings are unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The `EncodingAESKey` is not 43 characters of the base64 alphabet.
    #[error("the EncodingAESKey must be 43 characters a-z A-Z 0-9 + /")]
    AesKey,
    /// The callback token must have 3 to 32 letters or digits.
    #[error("the callback token must have 3 to 32 letters or digits")]
    Token,
    /// The appid is empty or has characters other than letters, digits and `_`.
    #[error("the appid must be letters and digits")]
    Appid,
}

/// The callback's AES key, expanded once. Never shown by `Debug`.
#[derive(Clone)]
pub struct AesKey {
    pub(crate) cipher: Aes256,
    pub(crate) iv: [u8; 16],
}

impl AesKey {
    /// Reads the 43 characters shown in WeChat's console as `EncodingAESKey`.
    pub fn parse(encoding_aes_key: &str) -> Result<Self, AccountError> {
        if encoding_aes_key.len() != 43 {
            return Err(AccountError::AesKey);
        }
        let bytes = KEY_ALPHABET
            .decode(encoding_aes_key)
            .map_err(|_| AccountError::AesKey)?;
        let key: [u8; 32] = bytes.try_into().map_err(|_| AccountError::AesKey)?;
        let iv: [u8; 16] = key.first_chunk().copied().ok_or(AccountError::AesKey)?;
        Ok(Self {
            cipher: Aes256::new(&key.into()),
            iv,
        })
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AesKey(..)")
    }
}

/// One Official Account, in safe mode unless [`Account::in_plaintext`] says otherwise.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) appid: String,
    pub(crate) token: SecretString,
    pub(crate) aes_key: AesKey,
    pub(crate) original_id: String,
    pub(crate) freshness_s: i64,
    pub(crate) plaintext: bool,
}

impl Account {
    /// Checks the four settings from WeChat's console: appid, callback token, `EncodingAESKey`, and the
    /// account's original id (`gh_…`).
    pub fn new(
        appid: &str,
        token: &str,
        encoding_aes_key: &str,
        original_id: &str,
    ) -> Result<Self, AccountError> {
        let word = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !word(appid) {
            return Err(AccountError::Appid);
        }
        if !(3..=32).contains(&token.len()) || !token.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(AccountError::Token);
        }
        Ok(Self {
            appid: appid.to_owned(),
            token: SecretString::from(token),
            aes_key: AesKey::parse(encoding_aes_key)?,
            original_id: original_id.to_owned(),
            freshness_s: DEFAULT_FRESHNESS_S,
            plaintext: false,
        })
    }

    /// Changes how far, in seconds, a callback's timestamp may be from our clock.
    #[must_use]
    pub fn with_freshness(mut self, seconds: i64) -> Self {
        self.freshness_s = seconds;
        self
    }

    /// Plaintext mode 明文模式, for an account that WeChat's console has in it: pushes are taken in clear and
    /// answered in clear. What comes sealed all the same is opened and answered as in safe mode.
    ///
    /// For test accounts. The signature of a push in clear doesn't cover its body: whoever has seen one address
    /// with its query, in a proxy's log for example, can make up any message of any user while it is fresh.
    #[must_use]
    pub fn in_plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// The account's appid.
    pub fn appid(&self) -> &str {
        &self.appid
    }

    /// The account's original id (`gh_…`), the `ToUserName` of everything it receives.
    pub fn original_id(&self) -> &str {
        &self.original_id
    }

    pub(crate) fn token(&self) -> &str {
        self.token.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_token_nor_key() {
        let shown = format!(
            "{:?}",
            Account::new(
                "wx1",
                "sesame123",
                "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4",
                "gh_1"
            )
            .unwrap()
        );
        assert!(!shown.contains("sesame") && !shown.contains("L7F2"), "{shown}");
    }

    #[test]
    fn published_keys_with_trailing_bits_load() {
        for key in [
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
            "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4",
        ] {
            assert!(AesKey::parse(key).is_ok(), "{key}");
        }
        let too_long = "A".repeat(44);
        for key in [
            "",
            "short",
            too_long.as_str(),
            "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(AesKey::parse(key).unwrap_err(), AccountError::AesKey);
        }
    }

    #[test]
    fn malformed_settings_are_named() {
        let key = "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4";
        assert_eq!(
            Account::new("", "token1", key, "gh").unwrap_err(),
            AccountError::Appid
        );
        assert_eq!(
            Account::new("wx1", "t", key, "gh").unwrap_err(),
            AccountError::Token
        );
        assert_eq!(
            Account::new("wx1", "to ken", key, "gh").unwrap_err(),
            AccountError::Token
        );
    }
}
