//! The port to the payment rails outside the core bank, today WeChat Pay: a trait, an adapter to the real one, and a
//! stub whose faults are switched by hand.
//!
//! **Invariant:** an answer that is not certain is `Unknown`; the same call with the same number is then right.
//! **Invariant:** a refusal means that nothing was done under this number.
//! **Invariant:** neither a key nor what names a person is ever logged.

pub mod wechat;

/// What a rail says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Answer<T> {
    Done(T),
    /// The rail's code, for the log and the office; nothing was done.
    Refused(String),
    /// It may have been done: ask by our number, or send the same again.
    Unknown,
}

impl<T> Answer<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Done(value) => Answer::Done(f(value)),
            Self::Refused(code) => Answer::Refused(code),
            Self::Unknown => Answer::Unknown,
        }
    }
}
