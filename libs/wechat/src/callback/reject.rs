//! The exact reasons for refusing a callback: told to the log, never to the caller, who always sees one and
//! the same answer.

/// Why a callback was refused. Outside every reason looks alike; use [`Reject::code`] for logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The query string is malformed, too long, or names a parameter twice.
    #[error("malformed query string")]
    Query,
    /// A required query parameter is missing.
    #[error("query parameter `{0}` is missing")]
    Missing(&'static str),
    /// The request is not encrypted, although the account is in safe mode.
    #[error("not encrypted, in safe mode")]
    NotEncrypted,
    /// The signature does not match.
    #[error("wrong signature")]
    Signature,
    /// The timestamp is not a number of seconds.
    #[error("the timestamp is not a number")]
    Timestamp,
    /// The timestamp is outside the freshness window.
    #[error("timestamp {0} s away from our clock")]
    Stale(i64),
    /// The body is larger than the limit.
    #[error("body too large")]
    TooLarge,
    /// The body or the decrypted message is not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// The body or the decrypted message is not the XML we accept.
    #[error("bad XML: {0}")]
    Xml(#[from] crate::xml::XmlError),
    /// The body or the decrypted message is not the JSON we accept.
    #[error("bad JSON")]
    Json,
    /// The ciphertext is not base64.
    #[error("the ciphertext is not base64")]
    Base64,
    /// The ciphertext's length is not a positive multiple of the cipher's block.
    #[error("ciphertext of an impossible length")]
    Length,
    /// The padding is wrong.
    #[error("wrong padding")]
    Padding,
    /// The length inside the plaintext points outside it.
    #[error("the inner length is wrong")]
    InnerLength,
    /// The message was encrypted for another appid.
    #[error("encrypted for another appid")]
    Appid,
    /// A required element of the message is missing or malformed.
    #[error("element `{0}` is missing or malformed")]
    Element(&'static str),
}

impl Reject {
    /// A stable word for logs and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Missing(_) => "missing",
            Self::NotEncrypted => "not_encrypted",
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
            Self::Stale(_) => "stale",
            Self::TooLarge => "too_large",
            Self::Utf8 => "utf8",
            Self::Xml(_) => "xml",
            Self::Json => "json",
            Self::Base64 => "base64",
            Self::Length => "length",
            Self::Padding => "padding",
            Self::InnerLength => "inner_length",
            Self::Appid => "appid",
            Self::Element(_) => "element",
        }
    }
}
