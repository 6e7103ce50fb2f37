//! Money: an integer number of the smallest unit, never a float.
//!
//! `fen` is the hundredth of a yuan. Arithmetic is checked; intermediate products use `i128`.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The currencies the house knows. A new one is a new variant, so every `match` is revisited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Ccy {
    #[serde(rename = "CNY")]
    Cny,
}

impl Ccy {
    /// ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
        }
    }
}

/// An amount in the smallest unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Money {
    minor: i64,
    ccy: Ccy,
}

impl Money {
    pub const fn cny(fen: i64) -> Self {
        Self {
            minor: fen,
            ccy: Ccy::Cny,
        }
    }

    pub const fn fen(self) -> i64 {
        self.minor
    }

    pub const fn ccy(self) -> Ccy {
        self.ccy
    }

    /// None when the sum does not fit; two currencies never add up.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        (self.ccy == other.ccy)
            .then(|| self.minor.checked_add(other.minor))
            .flatten()
            .map(|m| Self { minor: m, ..self })
    }

    pub fn checked_sub(self, other: Self) -> Option<Self> {
        (self.ccy == other.ccy)
            .then(|| self.minor.checked_sub(other.minor))
            .flatten()
            .map(|m| Self { minor: m, ..self })
    }

    pub fn checked_neg(self) -> Option<Self> {
        self.minor.checked_neg().map(|m| Self { minor: m, ..self })
    }

    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// `1234.56`, for files that a machine reads.
    pub fn yuan_text(self) -> String {
        yuan(self.minor, false)
    }
}

/// `1,234.56`, for people.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&yuan(self.minor, true))
    }
}

fn yuan(fen: i64, grouped: bool) -> String {
    let whole = (fen.unsigned_abs() / 100).to_string();
    let cents = fen.unsigned_abs() % 100;
    let mut out = String::with_capacity(whole.len() + whole.len() / 3 + 4);
    if fen < 0 {
        out.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if grouped && at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{cents:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (fen, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (123_456, "1,234.56"),
            (100_000, "1,000.00"),
            (-98_765_432_100, "-987,654,321.00"),
            (i64::MIN, "-92,233,720,368,547,758.08"),
        ] {
            assert_eq!(Money::cny(fen).to_string(), text);
        }
        assert_eq!(Money::cny(123_456).yuan_text(), "1234.56");
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        assert_eq!(Money::cny(i64::MAX).checked_add(Money::cny(1)), None);
        assert_eq!(Money::cny(i64::MIN).checked_neg(), None);
        assert_eq!(Money::cny(1).checked_sub(Money::cny(3)), Some(Money::cny(-2)));
    }
}
