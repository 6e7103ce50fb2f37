//! The two questions of a callback: is this request WeChat's (URL verification, push), and how is
//! the answer sealed. Signature, freshness, appid, then content: in this order, and nothing else is believed.

pub mod crypt;
mod query;
mod reject;

pub use query::Query;
pub use reject::Reject;

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::account::Account;
use crate::message::{Format, Push};
use crate::random::{Random, RandomError};
use crate::xml;

/// The largest body taken, in bytes; WeChat's own pushes stay below 16 KiB.
pub const MAX_BODY: usize = 64 * 1024;
/// The longest `echostr` given back.
const MAX_ECHO: usize = 256;

impl Account {
    /// Answers URL verification: the `echostr` to send back as it is. `now` in seconds.
    pub fn verify_url<'q>(&self, query: &'q Query<'_>, now: i64) -> Result<&'q str, Reject> {
        self.knows_the_token(query, now)?;
        let echo = need(query.echostr.as_deref(), "echostr")?;
        // The signature does not cover the echo: give back only what cannot be anything but text.
        if echo.len() > MAX_ECHO
            || !echo
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+/=_-.".contains(&b))
        {
            return Err(Reject::Element("echostr"));
        }
        Ok(echo)
    }

    /// Checks and decrypts a push, XML or JSON; the clear document. What stands beside the ciphertext (compat
    /// mode) is not looked at. A push in clear is refused unless the account is in plaintext mode. `now` in
    /// seconds.
    pub fn open(&self, query: &Query<'_>, body: &[u8], now: i64) -> Result<String, Reject> {
        if body.len() > MAX_BODY {
            return Err(Reject::TooLarge);
        }
        if !query.is_sealed() {
            if !self.plaintext {
                return Err(Reject::NotEncrypted);
            }
            self.knows_the_token(query, now)?;
            return String::from_utf8(body.to_vec()).map_err(|_| Reject::Utf8);
        }
        let signature = need(query.msg_signature.as_deref(), "msg_signature")?;
        let timestamp = need(query.timestamp.as_deref(), "timestamp")?;
        let nonce = need(query.nonce.as_deref(), "nonce")?;
        let encrypted = ciphertext(body)?;
        if !crypt::signature_matches(&self.sign(timestamp, nonce, &encrypted), signature) {
            return Err(Reject::Signature);
        }
        self.fresh(timestamp, now)?;
        self.decrypt(&encrypted)
    }

    /// [`Account::open`], then the message typed.
    pub fn open_push(&self, query: &Query<'_>, body: &[u8], now: i64) -> Result<Push, Reject> {
        Push::parse(&self.open(query, body, now)?)
    }

    /// Encrypts and signs a clear XML reply under fresh random bytes. `now` in seconds.
    pub fn seal(&self, clear: &str, now: i64, random: &dyn Random) -> Result<String, RandomError> {
        self.seal_as(Format::Xml, clear, now, random)
    }

    /// Encrypts and signs a clear reply under fresh random bytes, in an envelope of this format. `now` in
    /// seconds.
    pub fn seal_as(
        &self,
        format: Format,
        clear: &str,
        now: i64,
        random: &dyn Random,
    ) -> Result<String, RandomError> {
        let mut bytes = [0_u8; 24];
        random.fill(&mut bytes)?;
        let [head @ .., n0, n1, n2, n3, n4, n5, n6, n7] = bytes;
        let nonce = u64::from_be_bytes([n0, n1, n2, n3, n4, n5, n6, n7]).to_string();
        let encrypted = self.encrypt(clear.as_bytes(), &head);
        let signature = self.sign(&now.to_string(), &nonce, &encrypted);
        let signature = std::str::from_utf8(&signature).unwrap_or_default();
        let mut out = String::with_capacity(encrypted.len() + 256);
        match format {
            Format::Xml => {
                xml::open(&mut out, "xml");
                xml::write_cdata(&mut out, "Encrypt", &encrypted);
                xml::write_cdata(&mut out, "MsgSignature", signature);
                xml::write_number(&mut out, "TimeStamp", now);
                xml::write_cdata(&mut out, "Nonce", &nonce);
                xml::close(&mut out, "xml");
            }
            // Base64, hex and digits need no escapes.
            Format::Json => write!(
                out,
                "{{\"Encrypt\":\"{encrypted}\",\"MsgSignature\":\"{signature}\",\"TimeStamp\":{now},\
                 \"Nonce\":\"{nonce}\"}}"
            )
            .unwrap_or_default(),
        }
        Ok(out)
    }

    /// Whoever made the query knows the callback token, or has seen this query before.
    fn knows_the_token(&self, query: &Query<'_>, now: i64) -> Result<(), Reject> {
        let signature = need(query.signature.as_deref(), "signature")?;
        let timestamp = need(query.timestamp.as_deref(), "timestamp")?;
        let nonce = need(query.nonce.as_deref(), "nonce")?;
        if !crypt::signature_matches(&self.sign_plain(timestamp, nonce), signature) {
            return Err(Reject::Signature);
        }
        self.fresh(timestamp, now)
    }

    pub(crate) fn fresh(&self, timestamp: &str, now: i64) -> Result<(), Reject> {
        let at: i64 = timestamp.parse().map_err(|_| Reject::Timestamp)?;
        let apart = now.checked_sub(at).ok_or(Reject::Timestamp)?;
        if apart.unsigned_abs() > self.freshness_s.unsigned_abs() {
            return Err(Reject::Stale(apart));
        }
        Ok(())
    }
}

/// The one ciphertext of an envelope.
fn ciphertext(body: &[u8]) -> Result<Cow<'_, str>, Reject> {
    if Format::of(body) == Format::Json {
        return envelope(body).map(Cow::Owned);
    }
    let envelope = std::str::from_utf8(body).map_err(|_| Reject::Utf8)?;
    let mut encrypted = None;
    let mut twice = false;
    xml::walk(envelope, |path, value| {
        if path == "Encrypt" {
            twice |= encrypted.replace(value).is_some();
        }
    })?;
    encrypted.filter(|_| !twice).ok_or(Reject::Element("Encrypt"))
}

fn envelope(body: &[u8]) -> Result<String, Reject> {
    /// A name given twice is refused.
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(rename = "Encrypt", default)]
        encrypt: String,
    }
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| Reject::Json)?;
    if envelope.encrypt.is_empty() {
        return Err(Reject::Element("Encrypt"));
    }
    Ok(envelope.encrypt)
}

fn need<'q>(value: Option<&'q str>, name: &'static str) -> Result<&'q str, Reject> {
    value
        .filter(|value| !value.is_empty())
        .ok_or(Reject::Missing(name))
}
