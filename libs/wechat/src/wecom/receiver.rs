//! One WeCom callback address in its only mode, the encrypted one: URL verification, pushes, sealed answers.

use crate::account::{Account, AccountError};
use crate::callback::{MAX_BODY, Query, Reject, crypt};
use crate::random::{Random, RandomError};
use crate::wecom::push::Push;
use crate::xml;

/// What an app's or the customer-contact callback is configured with in WeCom's console: corpid, token,
/// `EncodingAESKey`. Every app has a token and a key of its own.
///
/// WeCom differs from the Official Account in three points: the `echostr` is encrypted and signed, there is no
/// `encrypt_type` (nothing is ever plain), and the plaintext ends with the corpid.
#[derive(Debug, Clone)]
pub struct Receiver(Account);

impl Receiver {
    /// A callback of an app of this corporation.
    pub fn new(corpid: &str, token: &str, encoding_aes_key: &str) -> Result<Self, AccountError> {
        Account::new(corpid, token, encoding_aes_key, corpid).map(Self)
    }

    /// A callback of a self-built bot (智能机器人), whose messages end with no id at all.
    pub fn bot(token: &str, encoding_aes_key: &str) -> Result<Self, AccountError> {
        let mut account = Account::new("bot", token, encoding_aes_key, "")?;
        account.appid.clear();
        Ok(Self(account))
    }

    /// Changes how far, in seconds, a push's timestamp may be from our clock (300 unless changed).
    #[must_use]
    pub fn with_freshness(self, seconds: i64) -> Self {
        Self(self.0.with_freshness(seconds))
    }

    /// The corpid; empty for a bot.
    pub fn corpid(&self) -> &str {
        self.0.appid()
    }

    /// Answers URL verification: the clear text to send back as it is, within one second, without quotes or
    /// line break. `now` in seconds.
    pub fn verify_url(&self, query: &Query<'_>, now: i64) -> Result<String, Reject> {
        let echo = need(query.echostr.as_deref(), "echostr")?;
        // Base64 has no blank: one can only be a `+` that was not percent-encoded.
        let encrypted = echo.replace(' ', "+");
        self.check(query, &encrypted, now)?;
        self.0.decrypt(&encrypted)
    }

    /// Checks and decrypts a push: signature, freshness, corpid, in this order. `now` in seconds.
    pub fn open(&self, query: &Query<'_>, body: &[u8], now: i64) -> Result<String, Reject> {
        if body.len() > MAX_BODY {
            return Err(Reject::TooLarge);
        }
        let envelope = std::str::from_utf8(body).map_err(|_| Reject::Utf8)?;
        let mut encrypted = None;
        let mut twice = false;
        xml::walk(envelope, |path, value| {
            if path == "Encrypt" {
                twice |= encrypted.replace(value).is_some();
            }
        })?;
        let encrypted = encrypted.filter(|_| !twice).ok_or(Reject::Element("Encrypt"))?;
        self.check(query, &encrypted, now)?;
        self.0.decrypt(&encrypted)
    }

    /// [`Receiver::open`], then typed. The `AgentID` outside the ciphertext is not believed: nothing signs it.
    pub fn open_push(&self, query: &Query<'_>, body: &[u8], now: i64) -> Result<Push, Reject> {
        let push = Push::parse(&self.open(query, body, now)?)?;
        if !self.corpid().is_empty() && push.to != self.corpid() {
            return Err(Reject::Appid);
        }
        Ok(push)
    }

    /// Encrypts and signs a clear reply. `now` in seconds.
    pub fn seal(&self, clear: &str, now: i64, random: &dyn Random) -> Result<String, RandomError> {
        self.0.seal(clear, now, random)
    }

    /// Encrypts as WeCom does, for whoever plays WeCom: the base64 ciphertext.
    pub fn encrypt(&self, clear: &str, random: &[u8; 16]) -> String {
        self.0.encrypt(clear.as_bytes(), random)
    }

    /// The `msg_signature` of a ciphertext, 40 hex digits.
    pub fn sign(&self, timestamp: &str, nonce: &str, encrypted: &str) -> String {
        String::from_utf8_lossy(&self.0.sign(timestamp, nonce, encrypted)).into_owned()
    }

    fn check(&self, query: &Query<'_>, encrypted: &str, now: i64) -> Result<(), Reject> {
        let signature = need(query.msg_signature.as_deref(), "msg_signature")?;
        let timestamp = need(query.timestamp.as_deref(), "timestamp")?;
        let nonce = need(query.nonce.as_deref(), "nonce")?;
        if !crypt::signature_matches(&self.0.sign(timestamp, nonce, encrypted), signature) {
            return Err(Reject::Signature);
        }
        self.0.fresh(timestamp, now)
    }
}

fn need<'q>(value: Option<&'q str>, name: &'static str) -> Result<&'q str, Reject> {
    value
        .filter(|value| !value.is_empty())
        .ok_or(Reject::Missing(name))
}
