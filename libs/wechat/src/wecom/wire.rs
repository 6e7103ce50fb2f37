//! Small habits of WeCom's JSON: an empty cursor means the end, a number may come as text.

use serde::de::{Deserialize, Deserializer, Error as _};

/// A cursor; an empty one is none.
pub(crate) fn cursor<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|cursor| !cursor.is_empty()))
}

/// A number, or a number as text, as `created_at` of a media upload is.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    match Either::deserialize(from)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) if text.is_empty() => Ok(0),
        Either::Text(text) => text.parse().map_err(D::Error::custom),
    }
}
