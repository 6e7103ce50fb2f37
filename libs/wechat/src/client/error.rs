//! What a call can come to, and what to do about it. Never a URL in here: WeChat's URLs carry tokens.

use std::fmt;

use super::action::{Action, Family};

/// A refusal by WeChat: its code and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("errcode {code}: {message}")]
pub struct ApiError {
    /// `errcode`.
    pub code: i64,
    /// `errmsg`, with the `rid` WeChat's support asks for.
    pub message: String,
    /// Whose code it is.
    pub family: Family,
}

impl ApiError {
    /// What the code asks for.
    pub const fn action(&self) -> Action {
        self.family.action(self.code)
    }

    /// The request id that WeChat's support asks for: what stands after `rid:` in its words.
    pub fn rid(&self) -> Option<&str> {
        let (_, rest) = self.message.split_once("rid:")?;
        rest.split_whitespace().next()
    }

    /// The address that WeChat saw, when it is not on the list of addresses (40164, WeCom 60020): to be shown
    /// to whoever keeps that list.
    pub fn seen_address(&self) -> Option<&str> {
        if !matches!(self.code, 40164 | 60020) {
            return None;
        }
        let is_address = |word: &&str| word.parse::<std::net::IpAddr>().is_ok();
        self.message
            .split(|c: char| c.is_whitespace() || c == ',')
            .find(is_address)
    }
}

/// A call that this side did not make, because WeChat would count or refuse it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} is held back for {wait_s} s: {why}")]
pub struct Held {
    /// The API's path.
    pub path: String,
    /// Seconds until it may be made.
    pub wait_s: i64,
    /// Which limit.
    pub why: HeldWhy,
}

/// Which limit holds a call back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeldWhy {
    /// The calls of this minute are used up.
    #[error("this minute's calls are used up")]
    Minute,
    /// The calls of this day (China time) are used up.
    #[error("this day's calls are used up")]
    Day,
    /// WeChat has refused the API for now (45009, 45011).
    #[error("WeChat refuses it for now")]
    Closed,
}

/// Why a call did not succeed, told apart by what is known about its effect.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// WeChat answered and refused: there was no effect.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The request was wrong before it left: there was no effect.
    #[error("not a valid request: {0}")]
    Invalid(String),
    /// The request never left (no connection, no token): there was no effect.
    #[error("not sent: {0}")]
    NotSent(Transport),
    /// A limit kept on this side held it back: there was no effect.
    #[error(transparent)]
    Held(#[from] Held),
    /// The request left and no readable answer came: it may have had its effect.
    #[error("outcome unknown: {0}")]
    Unknown(Transport),
}

/// What went wrong between here and WeChat; holds no URL.
#[derive(Clone)]
pub struct Transport(String);

impl Transport {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    pub(crate) fn of(error: reqwest::Error) -> Self {
        // A URL of WeChat's API holds the access token or the app secret.
        let error = error.without_url();
        let mut words = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            words.push_str(": ");
            words.push_str(&inner.to_string());
            source = inner.source();
        }
        Self(words)
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transport({:?})", self.0)
    }
}

impl CallError {
    /// A failed exchange: sorted by whether the request can have reached WeChat.
    pub(crate) fn of(error: reqwest::Error) -> Self {
        let before = error.is_connect() || error.is_builder() || error.is_request() && error.is_redirect();
        if before {
            Self::NotSent(Transport::of(error))
        } else {
            Self::Unknown(Transport::of(error))
        }
    }

    pub(crate) fn invalid(error: impl fmt::Display) -> Self {
        Self::Invalid(error.to_string())
    }

    pub(crate) fn not_sent(words: &str) -> Self {
        Self::NotSent(Transport::new(words))
    }

    /// For exchanges that only read or obtain something: one without an answer is one that was not made.
    pub(crate) fn without_effect(self) -> Self {
        match self {
            Self::Unknown(transport) => Self::NotSent(transport),
            other => other,
        }
    }

    /// WeChat's refusal, when it was one.
    pub const fn refusal(&self) -> Option<&ApiError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }

    /// What to do: the errcode's [`Action`], or the one that fits what happened before WeChat had a say.
    /// [`CallError::Unknown`] has none: find out what became of it first.
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::Refused(error) => Some(error.action()),
            Self::Invalid(_) => Some(Action::FixRequest),
            Self::NotSent(_) => Some(Action::RetrySoon),
            Self::Held(held) => Some(match held.why {
                HeldWhy::Day => Action::NextDay,
                HeldWhy::Minute | HeldWhy::Closed => Action::SlowDown,
            }),
            Self::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_refusal_hold_what_support_asks_for() {
        let refused = |code, message: &str| ApiError {
            code,
            message: message.to_owned(),
            family: Family::OfficialAccount,
        };
        let busy = refused(-1, "system error rid: 66a1-0b2c hint: x");
        assert_eq!(busy.rid(), Some("66a1-0b2c"));
        assert_eq!(busy.seen_address(), None);
        assert_eq!(refused(-1, "system error").rid(), None);
        let listed = refused(
            40164,
            "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1",
        );
        assert_eq!(listed.seen_address(), Some("203.0.113.7"));
    }
}
