//! Challenges 二次验证: a proof bound to one act and its content.

use kit::clock::{MINUTE, Ms, SECOND};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::people::CustomerId;

kit::id_type!(
    /// A challenge.
    pub ChallengeId
);

/// JR/T 0068 asks for at most six minutes.
pub(crate) const LASTS: Ms = 5 * MINUTE;
/// Between two codes to the same person.
pub(crate) const RESEND_AFTER: Ms = 60 * SECOND;
pub(crate) const MAX_SENDS: i64 = 3;
pub(crate) const MAX_ATTEMPTS: i64 = 5;
/// Codes to one phone over all acts: counter, how many, within which time.
pub(crate) const CODE_PACE: [(&str, i64, Ms); 2] =
    [("sms.minute", 5, MINUTE), ("sms.phone", 10, 60 * MINUTE)];
/// Wrong passwords in a row before the password rests, and for how long.
pub(crate) const PASSWORD_TRIES: i64 = 5;
pub(crate) const PASSWORD_RESTS: Ms = 24 * 60 * MINUTE;

/// Something only the customer knows or holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Factor {
    Password,
    Sms,
}

impl Factor {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Sms => "sms",
        }
    }

    /// From the policy's list; an unknown word asks for more, never for less.
    pub(crate) fn parse_list(text: &str) -> Vec<Self> {
        text.split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(|word| if word == "sms" { Self::Sms } else { Self::Password })
            .collect()
    }

    pub(crate) fn list(factors: &[Self]) -> String {
        factors.iter().map(|f| f.name()).collect::<Vec<_>>().join(",")
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewChallenge {
    pub customer: CustomerId,
    pub act: &'static str,
    /// SHA-256 hex over everything that is signed; a change of any of it voids the proof.
    pub bound: String,
    /// What the customer reads in the SMS: `向*明转账500.00元`.
    pub summary: String,
    pub factors: Vec<Factor>,
}

/// A challenge whose proof was found right and that is not spent yet.
#[derive(Clone, Copy, Debug)]
pub struct Proven {
    pub(crate) id: ChallengeId,
    pub(crate) customer: CustomerId,
    /// Its try is counted and its row says so; else both happen where it is spent.
    pub(crate) counted: bool,
    /// What was asked for and proved.
    pub(crate) password: bool,
    pub(crate) sms: bool,
}

impl Proven {
    /// Whether all of these were proved.
    pub fn covers(&self, wanted: &[Factor]) -> bool {
        wanted.iter().all(|factor| match factor {
            Factor::Password => self.password,
            Factor::Sms => self.sms,
        })
    }
}

/// An open challenge.
#[derive(Clone, Debug)]
pub struct Challenge {
    pub id: ChallengeId,
    pub act: String,
    pub bound: String,
    pub summary: String,
    pub factors: Vec<Factor>,
    pub phone_masked: String,
    pub expires_at: Ms,
    pub resend_at: Ms,
}

/// What the customer answers.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct Proof {
    pub password: Option<String>,
    pub sms_code: Option<String>,
}

/// A challenge as the client sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChallengeView {
    pub id: ChallengeId,
    pub act: String,
    pub factors: Vec<Factor>,
    /// Where the code went: `138****0001`.
    pub phone_masked: String,
    /// What will be done, as in the SMS.
    pub summary: String,
    /// Milliseconds UTC.
    pub expires_at: Ms,
    /// A new code can be asked for from this instant on.
    pub resend_at: Ms,
}

impl From<Challenge> for ChallengeView {
    fn from(c: Challenge) -> Self {
        Self {
            id: c.id,
            act: c.act,
            factors: c.factors,
            phone_masked: c.phone_masked,
            summary: c.summary,
            expires_at: c.expires_at,
            resend_at: c.resend_at,
        }
    }
}

/// The life of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Proven,
    Spent,
    Locked,
}

impl State {
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "open" => Self::Open,
            "proven" => Self::Proven,
            "spent" => Self::Spent,
            _ => Self::Locked,
        }
    }
}

/// The text of the SMS. Says what is done, and never to tell.
pub(crate) fn sms_text(code: &str, summary: &str) -> String {
    format!(
        "【微柜银行】验证码{code}，您正在{summary}，5分钟内有效。银行人员不会索要验证码，请勿告诉任何人。"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_we_do_not_understand_asks_for_the_password() {
        assert_eq!(Factor::parse_list(""), []);
        assert_eq!(
            Factor::parse_list("password,sms"),
            [Factor::Password, Factor::Sms]
        );
        assert_eq!(Factor::parse_list("retina"), [Factor::Password]);
        assert_eq!(Factor::list(&[Factor::Password, Factor::Sms]), "password,sms");
    }
}
