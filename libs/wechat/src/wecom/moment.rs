//! Moments (客户朋友圈): the bank writes, members confirm, customers see it in their own moments.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attachment::{Attachment, MAX_ATTACHMENTS};
use super::client::{Client, counted, measured};
use super::way::Words;
use crate::client::CallError;

/// A moment for members to publish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// Text, at most 6000 bytes.
    pub text: Option<String>,
    /// Up to nine pictures, or one video, or one link.
    pub attachments: Vec<Attachment>,
    /// Members who publish; all when both lists are empty.
    pub users: Vec<String>,
    /// Departments who publish.
    pub departments: Vec<i64>,
    /// Only customers with one of these tags see it.
    pub tags: Vec<String>,
}

/// How far making a moment has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MomentJob {
    /// 1 begun, 2 being made, 3 done.
    pub status: i64,
    /// What came of it when done.
    pub result: MomentMade,
}

/// What came of making a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MomentMade {
    /// 0 when it went well.
    pub errcode: i64,
    /// Words.
    pub errmsg: String,
    /// Id of the moment.
    pub moment_id: String,
}

/// A moment as listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MomentHead {
    /// Id.
    pub moment_id: String,
    /// Who made it.
    pub creator: String,
    /// Second of making.
    #[serde(deserialize_with = "super::wire::number")]
    pub create_time: i64,
    /// 0 by the corporation, 1 by a member.
    pub create_type: i64,
    /// 0 for some customers, 1 for all.
    pub visible_type: i64,
    /// Text.
    pub text: Words,
}

/// A page of moments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct MomentPage {
    /// Moments.
    #[serde(rename = "moment_list")]
    pub moments: Vec<MomentHead>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// Whether a member has published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Publisher {
    /// The member.
    pub userid: String,
    /// 0 not yet, 1 published.
    pub publish_status: i64,
}

/// A page of members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PublisherPage {
    /// Members.
    #[serde(rename = "task_list")]
    pub publishers: Vec<Publisher>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// Who said or liked something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Voice {
    /// A customer.
    pub external_userid: Option<String>,
    /// A member.
    pub userid: Option<String>,
    /// Second.
    pub create_time: i64,
}

/// What customers and members said under a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Echo {
    /// Comments.
    #[serde(rename = "comment_list")]
    pub comments: Vec<Voice>,
    /// Likes.
    #[serde(rename = "like_list")]
    pub likes: Vec<Voice>,
}

#[derive(Deserialize)]
struct Job {
    jobid: String,
}

const BASE: &str = "/cgi-bin/externalcontact";

impl Moment {
    fn check(&self) -> Result<(), CallError> {
        match &self.text {
            Some(text) => measured("a moment", text, 6_000)?,
            None => counted("attachments", self.attachments.len(), MAX_ATTACHMENTS)?,
        }
        let pictures = self
            .attachments
            .iter()
            .all(|a| matches!(a, Attachment::Image { .. }));
        let fits = |a: &Attachment| {
            matches!(
                a,
                Attachment::Image { .. } | Attachment::Video { .. } | Attachment::Link { .. }
            )
        };
        let most = if pictures { MAX_ATTACHMENTS } else { 1 };
        if self.attachments.len() > most || !self.attachments.iter().all(fits) {
            return Err(CallError::Invalid(
                "a moment holds nine pictures, or one video, or one link".to_owned(),
            ));
        }
        Ok(())
    }

    fn body(&self) -> Value {
        let mut range = Map::new();
        if !(self.users.is_empty() && self.departments.is_empty()) {
            let senders = json!({"user_list": self.users, "department_list": self.departments});
            range.insert("sender_list".to_owned(), senders);
        }
        if !self.tags.is_empty() {
            let customers = json!({"tag_list": self.tags});
            range.insert("external_contact_list".to_owned(), customers);
        }
        let mut body = json!({"attachments": self.attachments, "visible_range": range});
        if let (Some(text), Some(fields)) = (&self.text, body.as_object_mut()) {
            fields.insert("text".to_owned(), json!({"content": text}));
        }
        body
    }
}

impl Client {
    /// Has a moment made; the job's number, good for 24 hours.
    pub async fn add_moment(&self, moment: &Moment) -> Result<String, CallError> {
        moment.check()?;
        let path = format!("{BASE}/add_moment_task");
        self.post(&path, &moment.body()).await.map(|job: Job| job.jobid)
    }

    /// How far the making has come.
    pub async fn moment_job(&self, job: &str) -> Result<MomentJob, CallError> {
        self.get(&format!("{BASE}/get_moment_task_result"), &[("jobid", job)])
            .await
    }

    /// Stops a moment that not all members have published.
    pub async fn cancel_moment(&self, moment_id: &str) -> Result<(), CallError> {
        self.order(
            &format!("{BASE}/cancel_moment_task"),
            &json!({"moment_id": moment_id}),
        )
        .await
    }

    /// Moments made within these seconds (at most 30 days apart), 20 a page.
    pub async fn moments(&self, span: (i64, i64), cursor: Option<&str>) -> Result<MomentPage, CallError> {
        let body = json!({
            "start_time": span.0, "end_time": span.1, "filter_type": 2, "limit": 20,
            "cursor": cursor.unwrap_or_default(),
        });
        self.post(&format!("{BASE}/get_moment_list"), &body).await
    }

    /// Which members have published a moment of the corporation.
    pub async fn moment_publishers(
        &self,
        moment_id: &str,
        cursor: Option<&str>,
    ) -> Result<PublisherPage, CallError> {
        let body = json!({"moment_id": moment_id, "limit": 1_000, "cursor": cursor.unwrap_or_default()});
        self.post(&format!("{BASE}/get_moment_task"), &body).await
    }

    /// Comments and likes under one member's copy of a moment.
    pub async fn moment_echo(&self, moment_id: &str, user_id: &str) -> Result<Echo, CallError> {
        let body = json!({"moment_id": moment_id, "userid": user_id});
        self.post(&format!("{BASE}/get_moment_comments"), &body).await
    }
}
