//! What a call can come to, and what to do about it. Never a URL in here: WeChat's URLs carry tokens.

use std::fmt;

/// What to do after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// WeChat is busy: the same call again in a moment.
    RetrySoon,
    /// The access token is not accepted (the client has already refreshed and retried once).
    RefreshToken,
    /// Appid, secret or address list is wrong: tell operations, do not retry.
    FixConfiguration,
    /// This receiver does not exist for this account, or may not be written to.
    DropReceiver,
    /// The receiver does not follow: another channel.
    NotFollowing,
    /// The receiver refuses messages, or has no subscription left.
    Refuses,
    /// The 48-hour window for customer messages is over: a template instead.
    WindowClosed,
    /// The receiver's customer messages are used up: a template instead.
    QuotaSpent,
    /// The call's daily quota is used up: not before 00:00 China time.
    NextDay,
    /// Too many calls in this minute.
    SlowDown,
    /// The authorization code is void: start OAuth again.
    Reauthorise,
    /// The request itself is wrong (template, data, length, JSON): retrying cannot help.
    FixRequest,
    /// No right to this call, or blocked: tell operations.
    Alarm,
    /// Not in the table.
    Other,
}

/// A refusal by WeChat: its code and words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("errcode {code}: {message}")]
pub struct ApiError {
    /// `errcode`.
    pub code: i64,
    /// `errmsg`, with the `rid` WeChat's support asks for.
    pub message: String,
}

impl ApiError {
    /// What the code asks for.
    pub const fn action(&self) -> Action {
        Action::of(self.code)
    }
}

impl Action {
    /// What an `errcode` asks for.
    pub const fn of(code: i64) -> Self {
        match code {
            -1 => Self::RetrySoon,
            40001 | 40014 | 41001 | 42001 => Self::RefreshToken,
            40002 | 40013 | 40125 | 40164 | 41002 | 41004 => Self::FixConfiguration,
            40003 | 50001 | 50002 => Self::DropReceiver,
            43004 | 50005 => Self::NotFollowing,
            43101 | 48002 => Self::Refuses,
            45015 => Self::WindowClosed,
            45047 => Self::QuotaSpent,
            45009 => Self::NextDay,
            45011 => Self::SlowDown,
            40029 | 40030 | 40163 | 41008 | 42002 | 42003 | 42007 => Self::Reauthorise,
            40004 | 40007 | 40008 | 40033 | 40037 | 40050 | 44002 | 44004 | 45002 | 47001 | 47003 => {
                Self::FixRequest
            }
            48001 | 48004 | 48006 | 48008 => Self::Alarm,
            _ => Self::Other,
        }
    }
}

/// Why a call did not succeed, told apart by what is known about its effect.
#[derive(Debug, thiserror::Error)]
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
    /// The request left and no readable answer came: it may have had its effect.
    #[error("outcome unknown: {0}")]
    Unknown(Transport),
}

/// What went wrong between here and WeChat; holds no URL.
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

    /// WeChat's refusal, when it was one.
    pub const fn refusal(&self) -> Option<&ApiError> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}
