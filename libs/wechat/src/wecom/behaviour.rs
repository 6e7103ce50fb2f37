//! Figures of customer contact by member and day (联系客户统计), for the dashboard.

use serde::{Deserialize, Serialize};
use serde_json::{Number, json};

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// The longest span of one question: 30 days, within the last 180.
const MAX_SPAN_S: i64 = 30 * 86_400;

/// One day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Behaviour {
    /// Second at which the day begins.
    pub stat_time: i64,
    /// Chats that the member had.
    pub chat_cnt: i64,
    /// Messages that the member wrote.
    pub message_cnt: i64,
    /// Share of chats begun by customers that were answered, per cent with two decimals.
    pub reply_percentage: Option<Number>,
    /// Minutes until the first answer, on average.
    pub avg_reply_time: Option<i64>,
    /// Customers who removed or blocked the member.
    pub negative_feedback_cnt: i64,
    /// Requests that the member sent.
    pub new_apply_cnt: i64,
    /// New customers.
    pub new_contact_cnt: i64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Days {
    behavior_data: Vec<Behaviour>,
}

impl Client {
    /// Figures of at most 100 members together, one row a day; `from` and `to` in seconds.
    pub async fn behaviour(
        &self,
        user_ids: &[String],
        from: i64,
        to: i64,
    ) -> Result<Vec<Behaviour>, CallError> {
        counted("members", user_ids.len(), BATCH)?;
        if !(0..=MAX_SPAN_S).contains(&(to - from)) {
            return Err(CallError::Invalid("a span of at most 30 days".to_owned()));
        }
        let body = json!({"userid": user_ids, "start_time": from, "end_time": to});
        let path = "/cgi-bin/externalcontact/get_user_behavior_data";
        self.post(path, &body).await.map(|days: Days| days.behavior_data)
    }
}
