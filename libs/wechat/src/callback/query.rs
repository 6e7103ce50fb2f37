//! The query string of a callback. Decoded by hand: seven short parameters on the hottest path of the
//! library, and strict where a general decoder forgives (a parameter given twice is refused).

use std::borrow::Cow;

use super::reject::Reject;

/// WeChat's own query strings are about 200 bytes.
const MAX_QUERY: usize = 2048;

/// The parameters WeChat sends; all others are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query<'a> {
    /// `sha1(sort(token, timestamp, nonce))`: covers no body; for URL verification, and all there is in
    /// plaintext mode.
    pub signature: Option<Cow<'a, str>>,
    /// `sha1(sort(token, timestamp, nonce, Encrypt))`.
    pub msg_signature: Option<Cow<'a, str>>,
    /// Seconds since 1970 as decimal text.
    pub timestamp: Option<Cow<'a, str>>,
    /// WeChat's random text.
    pub nonce: Option<Cow<'a, str>>,
    /// The text to return on URL verification.
    pub echostr: Option<Cow<'a, str>>,
    /// `aes` in safe mode.
    pub encrypt_type: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    /// Whether the body is said to be encrypted.
    pub fn is_sealed(&self) -> bool {
        self.encrypt_type.as_deref() == Some("aes")
    }

    /// Reads the raw query string (without `?`).
    pub fn parse(raw: &'a str) -> Result<Self, Reject> {
        if raw.len() > MAX_QUERY {
            return Err(Reject::Query);
        }
        let mut query = Self::default();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match name {
                "signature" => &mut query.signature,
                "msg_signature" => &mut query.msg_signature,
                "timestamp" => &mut query.timestamp,
                "nonce" => &mut query.nonce,
                "echostr" => &mut query.echostr,
                "encrypt_type" => &mut query.encrypt_type,
                _ => continue,
            };
            if slot.replace(decode(value)?).is_some() {
                return Err(Reject::Query);
            }
        }
        Ok(query)
    }
}

/// Undoes percent-encoding and `+`.
fn decode(value: &str) -> Result<Cow<'_, str>, Reject> {
    if !value.bytes().any(|b| b == b'%' || b == b'+') {
        return Ok(Cow::Borrowed(value));
    }
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let pair = [
                    bytes.next().ok_or(Reject::Query)?,
                    bytes.next().ok_or(Reject::Query)?,
                ];
                let mut one = [0_u8; 1];
                hex::decode_to_slice(pair, &mut one).map_err(|_| Reject::Query)?;
                one[0]
            }
            other => other,
        });
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| Reject::Query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_known_parameters_and_ignores_others() {
        let query = Query::parse("signature=ab&timestamp=17&nonce=n%2B1&openid=o&echostr=a+b").unwrap();
        assert_eq!(query.signature.as_deref(), Some("ab"));
        assert_eq!(query.nonce.as_deref(), Some("n+1"));
        assert_eq!(query.echostr.as_deref(), Some("a b"));
        assert_eq!(query.encrypt_type, None);
    }

    #[test]
    fn hostile_queries_are_refused() {
        let long = format!("nonce={}", "1".repeat(MAX_QUERY));
        for raw in [
            "nonce=1&nonce=2",
            "nonce=%",
            "nonce=%4",
            "nonce=%zz",
            "nonce=%ff%fe",
            long.as_str(),
        ] {
            assert_eq!(Query::parse(raw), Err(Reject::Query), "{raw}");
        }
    }
}
