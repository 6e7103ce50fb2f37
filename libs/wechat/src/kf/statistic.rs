//! Figures of 微信客服 by day: of an account, of a person.

use serde::{Deserialize, Serialize};
use serde_json::{Number, json};

use super::Kf;
use crate::client::CallError;

/// The longest span of one question: 31 days, within the last 180.
const MAX_SPAN_S: i64 = 31 * 86_400;

/// A day of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CorpDay {
    /// Second at which the day begins.
    pub stat_time: i64,
    /// Figures.
    pub statistic: CorpFigures,
}

/// Figures of an account. What had no data is none; rates are per cent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CorpFigures {
    /// Conversations.
    pub session_cnt: i64,
    /// Customers who wrote.
    pub customer_cnt: i64,
    /// Messages of customers.
    pub customer_msg_cnt: i64,
    /// Customers who added a member.
    pub upgrade_service_customer_cnt: i64,
    /// Conversations that the robot answered.
    pub ai_session_reply_cnt: i64,
    /// Share that went from the robot to a person.
    pub ai_transfer_rate: Option<Number>,
    /// Share of questions that the robot knew.
    pub ai_knowledge_hit_rate: Option<Number>,
    /// Customers who refuse messages.
    pub msg_rejected_customer_cnt: i64,
}

/// A day of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServicerDay {
    /// Second at which the day begins.
    pub stat_time: i64,
    /// Figures.
    pub statistic: ServicerFigures,
}

/// Figures of a person. What had no data is none; rates are per cent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServicerFigures {
    /// Conversations.
    pub session_cnt: i64,
    /// Customers.
    pub customer_cnt: i64,
    /// Messages of customers.
    pub customer_msg_cnt: i64,
    /// Share of conversations that were answered.
    pub reply_rate: Option<Number>,
    /// Seconds until the first answer, on average.
    pub first_reply_average_sec: Option<Number>,
    /// Surveys sent.
    pub satisfaction_investgate_cnt: i64,
    /// Share of surveys that were answered.
    pub satisfaction_participation_rate: Option<Number>,
    /// Share of content customers.
    pub satisfied_rate: Option<Number>,
    /// Share of so-so.
    pub middling_rate: Option<Number>,
    /// Share of discontent customers.
    pub dissatisfied_rate: Option<Number>,
    /// Customers who added the member.
    pub upgrade_service_customer_cnt: i64,
}

#[derive(Deserialize)]
struct Days<T> {
    #[serde(default = "Vec::new")]
    statistic_list: Vec<T>,
}

fn spanned(from: i64, to: i64) -> Result<(), CallError> {
    if (0..=MAX_SPAN_S).contains(&(to - from)) {
        Ok(())
    } else {
        Err(CallError::Invalid("a span of at most 31 days".to_owned()))
    }
}

impl Kf {
    /// Figures of an account by day; `from` and `to` in seconds.
    pub async fn corp_statistic(
        &self,
        open_kf_id: &str,
        from: i64,
        to: i64,
    ) -> Result<Vec<CorpDay>, CallError> {
        spanned(from, to)?;
        let body = json!({"open_kfid": open_kf_id, "start_time": from, "end_time": to});
        let path = "/cgi-bin/kf/get_corp_statistic";
        self.0
            .post(path, &body)
            .await
            .map(|days: Days<CorpDay>| days.statistic_list)
    }

    /// Figures of a person by day; `from` and `to` in seconds.
    pub async fn servicer_statistic(
        &self,
        open_kf_id: &str,
        servicer: &str,
        from: i64,
        to: i64,
    ) -> Result<Vec<ServicerDay>, CallError> {
        spanned(from, to)?;
        let body = json!({
            "open_kfid": open_kf_id, "servicer_userid": servicer, "start_time": from, "end_time": to,
        });
        let path = "/cgi-bin/kf/get_servicer_statistic";
        self.0
            .post(path, &body)
            .await
            .map(|days: Days<ServicerDay>| days.statistic_list)
    }
}
