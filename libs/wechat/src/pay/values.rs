//! What Pay would refuse, refused before it leaves: numbers, amounts, addresses, times.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value is not one that Pay takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// An order number is 6 to 32, a refund number 1 to 64 characters of `0-9 A-Z a-z _ - | *` (refunds: `@` too).
    #[error("`{0}` is not a number of this kind")]
    Number(String),
    /// An amount is 1 fen to one hundred million yuan.
    #[error("{0} fen is not an amount")]
    Amount(i64),
    /// More is to be given back than was paid.
    #[error("a refund of {refund} fen of {total} fen")]
    RefundAboveTotal {
        /// Asked for, in fen.
        refund: i64,
        /// Paid, in fen.
        total: i64,
    },
    /// Empty, or longer than Pay takes.
    #[error("`{0}` is empty or too long")]
    Length(&'static str),
    /// Not `https://` (plain HTTP only on the own machine), or with a query.
    #[error("a notice address must be https without a query")]
    NotifyUrl,
    /// An expiry that is less than a minute or more than seven days ahead, or outside the calendar.
    #[error("an order must stay open for one minute to seven days")]
    Expiry,
    /// An appid that does not belong to this merchant.
    #[error("`{0}` is not an appid of this merchant")]
    Appid(String),
    /// Not a day `YYYY-MM-DD`.
    #[error("`{0}` is not a day")]
    Day(String),
}

/// An amount in fen 分, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Fen(i64);

impl Fen {
    /// The most that is taken here: one hundred million yuan, far above any limit of a customer.
    pub const MOST: i64 = 10_000_000_000;

    /// Checks the bounds.
    pub const fn new(fen: i64) -> Result<Self, Invalid> {
        if 1 <= fen && fen <= Self::MOST {
            Ok(Self(fen))
        } else {
            Err(Invalid::Amount(fen))
        }
    }

    /// In fen.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Fen {
    type Error = Invalid;

    fn try_from(fen: i64) -> Result<Self, Invalid> {
        Self::new(fen)
    }
}

impl From<Fen> for i64 {
    fn from(fen: Fen) -> Self {
        fen.0
    }
}

/// The merchant's own number of an order 商户订单号. Made before the first send and kept for every resend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct OutTradeNo(String);

/// The merchant's own number of a refund 商户退款单号.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct OutRefundNo(String);

fn is_number(text: &str, lengths: std::ops::RangeInclusive<usize>, marks: &str) -> bool {
    lengths.contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
}

impl OutTradeNo {
    /// 6 to 32 characters of `0-9 A-Z a-z _ - | *`.
    pub fn new(number: impl Into<String>) -> Result<Self, Invalid> {
        let number = number.into();
        if is_number(&number, 6..=32, "_-|*") {
            Ok(Self(number))
        } else {
            Err(Invalid::Number(number))
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl OutRefundNo {
    /// 1 to 64 characters of `0-9 A-Z a-z _ - | * @`.
    pub fn new(number: impl Into<String>) -> Result<Self, Invalid> {
        let number = number.into();
        if is_number(&number, 1..=64, "_-|*@") {
            Ok(Self(number))
        } else {
            Err(Invalid::Number(number))
        }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OutTradeNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for OutRefundNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where Pay sends its notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct NotifyUrl(String);

impl NotifyUrl {
    /// `https://`, at most 255 characters, without query or fragment. Plain HTTP is taken for loopback addresses,
    /// where a simulated platform lives.
    pub fn new(url: impl Into<String>) -> Result<Self, Invalid> {
        let url = url.into();
        let parsed = reqwest::Url::parse(&url).map_err(|_| Invalid::NotifyUrl)?;
        let own = matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let scheme = parsed.scheme() == "https" || parsed.scheme() == "http" && own;
        if scheme && url.len() <= 255 && parsed.query().is_none() && parsed.fragment().is_none() {
            Ok(Self(url))
        } else {
            Err(Invalid::NotifyUrl)
        }
    }
}

/// Between 1 and `most` characters.
pub(super) fn length(what: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if (1..=most).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(Invalid::Length(what))
    }
}

/// A day `YYYY-MM-DD` that exists.
pub(super) fn day(text: &str) -> Result<&str, Invalid> {
    let exists = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    if exists {
        Ok(text)
    } else {
        Err(Invalid::Day(text.to_owned()))
    }
}

/// A second as `2026-01-01T10:00:00+08:00`, the form that Pay writes.
pub fn china_time(second: i64) -> Result<String, Invalid> {
    let at = jiff::Timestamp::from_second(second).map_err(|_| Invalid::Expiry)?;
    let local = jiff::tz::Offset::constant(8).to_datetime(at);
    Ok(format!("{}+08:00", local.strftime("%Y-%m-%dT%H:%M:%S")))
}

/// The second of an RFC 3339 time.
pub fn second_of(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_second)
}

/// Bounds of an order's life in seconds.
const SHORTEST_S: i64 = 60;
const LONGEST_S: i64 = 7 * 86_400;

/// `time_expire` as Pay writes it, if it lies where Pay takes it.
pub(super) fn expiry(second: i64, now: i64) -> Result<String, Invalid> {
    let ahead = second.checked_sub(now).ok_or(Invalid::Expiry)?;
    if (SHORTEST_S..=LONGEST_S).contains(&ahead) {
        china_time(second)
    } else {
        Err(Invalid::Expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for good in ["ORDER1", "a-b_c|d*", "12345678901234567890123456789012"] {
            assert_eq!(OutTradeNo::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "ORDER",
            "123456789012345678901234567890123",
            "ORDER 1",
            "订单号一二三",
            "ORDER@1",
            "A/../../B",
        ] {
            assert!(OutTradeNo::new(bad).is_err(), "{bad}");
        }
        assert!(OutRefundNo::new("R@1").is_ok());
        assert!(OutRefundNo::new("").is_err() && OutRefundNo::new("R".repeat(65)).is_err());
    }

    #[test]
    fn amounts() {
        assert_eq!(Fen::new(1).unwrap().get(), 1);
        for bad in [0, -1, i64::MIN, i64::MAX, Fen::MOST + 1] {
            assert_eq!(Fen::new(bad), Err(Invalid::Amount(bad)));
        }
        assert!(serde_json::from_str::<Fen>("1.5").is_err() && serde_json::from_str::<Fen>("0").is_err());
    }

    #[test]
    fn addresses() {
        for good in [
            "https://bank.example/pay/notify",
            "http://127.0.0.1:8080/api/pay/notify",
        ] {
            assert!(NotifyUrl::new(good).is_ok(), "{good}");
        }
        for bad in [
            "http://bank.example/pay",
            "https://bank.example/pay?x=1",
            "https://b.example/#a",
            "notify",
            "",
        ] {
            assert!(NotifyUrl::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times() {
        assert_eq!(china_time(1_767_225_600).unwrap(), "2026-01-01T08:00:00+08:00");
        assert_eq!(second_of("2026-01-01T08:00:00+08:00"), Some(1_767_225_600));
        assert_eq!(second_of("yesterday"), None);
        assert!(china_time(i64::MAX).is_err());
        let now = 1_767_225_600;
        assert_eq!(expiry(now + 60, now).unwrap(), "2026-01-01T08:01:00+08:00");
        for bad in [now + 59, now, now - 1, now + LONGEST_S + 1, i64::MAX, i64::MIN] {
            assert_eq!(expiry(bad, now), Err(Invalid::Expiry), "{bad}");
        }
        assert!(day("2026-02-28").is_ok());
        assert!(day("2026-02-30").is_err() && day("20260228").is_err() && day("2026-2-28").is_err());
    }
}
