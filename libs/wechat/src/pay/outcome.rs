//! What a call can come to. An answer that is not proven to be Pay's says nothing: after a money call it is
//! *unknown*, to be asked for again by our own number, and never a failure.

use serde::Deserialize;

use super::trust::Reject;
use super::values::Invalid;

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Pay did it and signed its answer.
    Done(T),
    /// Pay refused: it had no effect.
    Refused(Refusal),
    /// The request never left: it had no effect.
    NotSent(NotSent),
    /// It may have had its effect. Ask by the same number, or send again with the same number.
    Unknown(Doubt),
}

/// Why a request did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// Pay would refuse it.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Neither address could be reached.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// The request could not be signed or written.
    #[error("not signed: {0}")]
    NotSigned(String),
}

/// Why the effect is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It left and no whole answer came.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// Answered, but not proven to be Pay's.
    #[error("the answer is not proven to be Pay's: {0}")]
    NotProven(Reject),
    /// Pay had an error of its own.
    #[error("HTTP {status} {code}")]
    PlatformError {
        /// HTTP status.
        status: u16,
        /// Pay's code, if it gave one.
        code: String,
    },
    /// Proven, but not what was asked for.
    #[error("the answer is not readable or speaks of something else: {0}")]
    OtherAnswer(&'static str),
}

/// Pay's refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("HTTP {status} {code}: {message}")]
pub struct Refusal {
    /// HTTP status, 4xx.
    pub status: u16,
    /// Code, e.g. `ORDER_NOT_EXIST`.
    pub code: String,
    /// Words, Chinese.
    pub message: String,
    /// Whether the refusal was signed by Pay. Errors before Pay knows the merchant (401) come unsigned; a refusal
    /// that is not proven must not end a money business by itself.
    pub proven: bool,
}

#[derive(Deserialize)]
struct Words {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// What to do after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The order is paid already: query it.
    Query,
    /// The order is closed: a new one with a new number.
    NewOrder,
    /// There is no such order or refund.
    NotThere,
    /// The merchant's balance does not suffice for the refund: tell operations, then the same refund again.
    TopUpMerchant,
    /// The customer's account cannot do this: tell the customer.
    TellCustomer,
    /// Too many calls, or a file that is still being made: the same again in a while.
    SlowDown,
    /// The same number was used with other content, or the request is wrong: retrying cannot help.
    FixRequest,
    /// Keys, serials, rights or bindings are wrong: tell operations.
    FixConfiguration,
    /// Not in the table.
    Other,
}

impl Refusal {
    pub(super) fn read(status: u16, body: &[u8], proven: bool) -> Self {
        let words = serde_json::from_slice(body).unwrap_or(Words {
            code: String::new(),
            message: String::new(),
        });
        let cut = |text: String, most| text.chars().take(most).collect::<String>();
        Self {
            status,
            code: cut(words.code, 64),
            message: cut(words.message, 256),
            proven,
        }
    }

    /// What the code asks for.
    pub fn action(&self) -> Action {
        match self.code.as_str() {
            "ORDERPAID" | "ORDER_PAID" => Action::Query,
            "ORDERCLOSED" | "ORDER_CLOSED" => Action::NewOrder,
            "ORDER_NOT_EXIST"
            | "ORDERNOTEXIST"
            | "RESOURCE_NOT_EXISTS"
            | "NOT_FOUND"
            | "REFUND_NOT_EXISTS"
            | "NO_STATEMENT_EXIST" => Action::NotThere,
            "NOT_ENOUGH" | "NOTENOUGH" => Action::TopUpMerchant,
            "USER_ACCOUNT_ABNORMAL"
            | "ACCOUNT_ERROR"
            | "ACCOUNTERROR"
            | "USERPAYING"
            | "RULE_LIMIT"
            | "RULELIMIT"
            | "OPENID_MISMATCH" => Action::TellCustomer,
            "FREQUENCY_LIMITED" | "FREQUENCY_LIMIT_EXCEED" | "RATELIMIT_EXCEEDED" | "STATEMENT_CREATING" => {
                Action::SlowDown
            }
            "PARAM_ERROR"
            | "INVALID_REQUEST"
            | "OUT_TRADE_NO_USED"
            | "INVALID_TRANSACTIONID"
            | "TRADE_ERROR" => Action::FixRequest,
            "SIGN_ERROR" | "NO_AUTH" | "NOAUTH" | "MCH_NOT_EXISTS" | "APPID_MCHID_NOT_MATCH" => {
                Action::FixConfiguration
            }
            _ if self.status == 401 || self.status == 403 => Action::FixConfiguration,
            _ if self.status == 404 => Action::NotThere,
            _ if self.status == 429 => Action::SlowDown,
            _ => Action::Other,
        }
    }
}

impl<T> Outcome<T> {
    /// What was done, if it was.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Refused(_) | Self::NotSent(_) | Self::Unknown(_) => None,
        }
    }

    /// Looks into a done answer: it may turn out to be another's.
    pub(super) fn and_then<U>(self, f: impl FnOnce(T) -> Result<U, &'static str>) -> Outcome<U> {
        match self {
            Self::Done(done) => match f(done) {
                Ok(done) => Outcome::Done(done),
                Err(why) => Outcome::Unknown(Doubt::OtherAnswer(why)),
            },
            Self::Refused(refusal) => Outcome::Refused(refusal),
            Self::NotSent(reason) => Outcome::NotSent(reason),
            Self::Unknown(doubt) => Outcome::Unknown(doubt),
        }
    }
}

impl<T> From<Invalid> for Outcome<T> {
    fn from(invalid: Invalid) -> Self {
        Self::NotSent(NotSent::Invalid(invalid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ask_for_something() {
        let of = |status, body: &str| Refusal::read(status, body.as_bytes(), true).action();
        for (status, body, action) in [
            (
                400,
                r#"{"code":"ORDERPAID","message":"该订单已支付"}"#,
                Action::Query,
            ),
            (404, r#"{"code":"ORDER_NOT_EXIST"}"#, Action::NotThere),
            (403, r#"{"code":"NOT_ENOUGH"}"#, Action::TopUpMerchant),
            (429, r#"{"code":"FREQUENCY_LIMITED"}"#, Action::SlowDown),
            (401, r#"{"code":"SIGN_ERROR"}"#, Action::FixConfiguration),
            (400, r#"{"code":"PARAM_ERROR"}"#, Action::FixRequest),
            (400, r#"{"code":"SOMETHING_NEW"}"#, Action::Other),
            (403, "<html>", Action::FixConfiguration),
            (429, "", Action::SlowDown),
        ] {
            assert_eq!(of(status, body), action, "{body}");
        }
    }

    #[test]
    fn a_long_refusal_is_cut() {
        let body = format!(r#"{{"code":"A","message":"{}"}}"#, "长".repeat(9_000));
        assert_eq!(
            Refusal::read(400, body.as_bytes(), true).message.chars().count(),
            256
        );
    }
}
