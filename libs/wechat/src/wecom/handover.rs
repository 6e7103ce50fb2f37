//! Hand-over of customers: from a member who left (离职继承) and between members who stay (在职继承).
//!
//! Both take effect 24 hours later unless the customer refuses; WeCom tells only failures by event
//! (`transfer_fail`), so the outcome is asked for with the two result calls.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// The most customers of one call.
pub const MAX_CUSTOMERS: usize = BATCH;
/// Seconds until a hand-over takes effect, within which the customer may refuse.
pub const TAKES_EFFECT_AFTER_S: i64 = 24 * 3_600;
/// Seconds after leaving for which a member's customers can be handed over: one year.
pub const LEFT_AT_MOST_S: i64 = 365 * 86_400;
/// On-job hand-overs of one customer within [`ON_JOB_WITHIN_S`].
pub const ON_JOB_AT_MOST: usize = 2;
/// Seconds for which on-job hand-overs of one customer are counted: 90 days.
pub const ON_JOB_WITHIN_S: i64 = 90 * 86_400;
/// The longest words to the customer, in characters.
const MAX_WORDS: usize = 200;
/// The most rows of a page of unassigned customers.
const MAX_UNASSIGNED: usize = 1_000;

/// Whether WeCom would take another on-job hand-over of a customer who was handed over at these seconds.
pub fn may_hand_over(before: &[i64], now: i64) -> bool {
    let recent = before.iter().filter(|at| now - **at < ON_JOB_WITHIN_S);
    recent.count() < ON_JOB_AT_MOST
}

/// Whose customers go to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The member who had them.
    pub from: &'a str,
    /// The successor.
    pub to: &'a str,
}

/// What WeCom said about one customer of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The customer.
    pub external_userid: String,
    /// 0: accepted, effective in 24 hours; else why not.
    pub errcode: i64,
}

impl Taken {
    /// Whether the hand-over is under way.
    pub const fn is_accepted(&self) -> bool {
        self.errcode == 0
    }
}

/// What became of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
pub enum Outcome {
    /// 1: the successor has the customer.
    Done,
    /// 2: within the 24 hours.
    Waiting,
    /// 3: the customer refused.
    Refused,
    /// 4: the successor has as many customers as a member may have.
    SuccessorFull,
    /// 5: there is no record of this hand-over.
    Unknown,
    /// Another number.
    Other(i64),
}

impl From<i64> for Outcome {
    fn from(status: i64) -> Self {
        match status {
            1 => Self::Done,
            2 => Self::Waiting,
            3 => Self::Refused,
            4 => Self::SuccessorFull,
            5 => Self::Unknown,
            other => Self::Other(other),
        }
    }
}

impl From<Outcome> for i64 {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => 1,
            Outcome::Waiting => 2,
            Outcome::Refused => 3,
            Outcome::SuccessorFull => 4,
            Outcome::Unknown => 5,
            Outcome::Other(other) => other,
        }
    }
}

/// The result for one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// The customer.
    pub external_userid: String,
    /// What became of it.
    pub status: Outcome,
    /// Second of taking over: past when done, to come when waiting.
    #[serde(default)]
    pub takeover_time: i64,
}

/// A page of results.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct HandOverPage {
    /// Results.
    #[serde(rename = "customer")]
    pub customers: Vec<HandOver>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// A customer of a member who left, not yet handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unassigned {
    /// The member who left.
    pub handover_userid: String,
    /// The customer.
    pub external_userid: String,
    /// Second of leaving.
    #[serde(default)]
    pub dimission_time: i64,
}

/// A page of unassigned customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UnassignedPage {
    /// Customers.
    pub info: Vec<Unassigned>,
    /// Whether this is the last page.
    pub is_last: bool,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Customers {
    customer: Vec<Taken>,
}

const BASE: &str = "/cgi-bin/externalcontact";

impl Client {
    /// Customers of members who left, not yet handed over; at most 1000 a page.
    pub async fn unassigned(&self, cursor: Option<&str>, page: usize) -> Result<UnassignedPage, CallError> {
        counted("rows a page", page, MAX_UNASSIGNED)?;
        let body = json!({"cursor": cursor.unwrap_or_default(), "page_size": page});
        self.post(&format!("{BASE}/get_unassigned_list"), &body).await
    }

    /// Hands at most 100 customers of a member who left to a successor. Each customer has an answer of its own;
    /// those accepted take effect in 24 hours unless the customer refuses.
    pub async fn hand_over_resigned(
        &self,
        pair: Pair<'_>,
        customers: &[String],
    ) -> Result<Vec<Taken>, CallError> {
        self.transfer("resigned/transfer_customer", pair, customers, None)
            .await
    }

    /// Hands at most 100 customers of a member who stays to another, with words to the customer (at most 200
    /// characters). At most twice in 90 days for each customer: ask [`may_hand_over`] first.
    pub async fn hand_over(
        &self,
        pair: Pair<'_>,
        customers: &[String],
        words: Option<&str>,
    ) -> Result<Vec<Taken>, CallError> {
        if words.is_some_and(|words| words.chars().count() > MAX_WORDS) {
            return Err(CallError::Invalid(format!(
                "words of more than {MAX_WORDS} characters"
            )));
        }
        self.transfer("transfer_customer", pair, customers, words).await
    }

    async fn transfer(
        &self,
        call: &str,
        pair: Pair<'_>,
        customers: &[String],
        words: Option<&str>,
    ) -> Result<Vec<Taken>, CallError> {
        counted("customers", customers.len(), MAX_CUSTOMERS)?;
        if pair.from == pair.to {
            return Err(CallError::Invalid("from a member to the same member".to_owned()));
        }
        let mut body = json!({
            "handover_userid": pair.from, "takeover_userid": pair.to, "external_userid": customers,
        });
        if let (Some(words), Some(fields)) = (words, body.as_object_mut()) {
            fields.insert("transfer_success_msg".to_owned(), json!(words));
        }
        let taken: Customers = self.post(&format!("{BASE}/{call}"), &body).await?;
        Ok(taken.customer)
    }

    /// What became of hand-overs from a member who left.
    pub async fn resigned_results(
        &self,
        pair: Pair<'_>,
        cursor: Option<&str>,
    ) -> Result<HandOverPage, CallError> {
        self.results("resigned/transfer_result", pair, cursor).await
    }

    /// What became of hand-overs between members who stay.
    pub async fn hand_over_results(
        &self,
        pair: Pair<'_>,
        cursor: Option<&str>,
    ) -> Result<HandOverPage, CallError> {
        self.results("transfer_result", pair, cursor).await
    }

    async fn results(
        &self,
        call: &str,
        pair: Pair<'_>,
        cursor: Option<&str>,
    ) -> Result<HandOverPage, CallError> {
        let body = json!({
            "handover_userid": pair.from, "takeover_userid": pair.to, "cursor": cursor.unwrap_or_default(),
        });
        self.post(&format!("{BASE}/{call}"), &body).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_in_ninety_days_and_not_a_third_time() {
        let now = 1_767_225_600;
        let day = 86_400;
        assert!(may_hand_over(&[], now));
        assert!(may_hand_over(&[now - day], now));
        assert!(!may_hand_over(&[now - day, now - 89 * day], now));
        assert!(may_hand_over(&[now - day, now - 90 * day], now));
    }
}
