//! Messages to many customers (企业群发): the bank writes, each member of staff confirms, WeCom sends.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attachment::{Attachment, MAX_ATTACHMENTS};
use super::client::{BATCH, Client, counted, measured};
use super::way::Words;
use crate::client::CallError;

/// The most customers that may be named.
const MAX_CUSTOMERS: usize = 10_000;
/// The most groups that may be named.
const MAX_GROUPS: usize = 2_000;

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// These customers, at most 10,000; each gets it from the member who added them, or from `sender`.
    Customers(Vec<String>),
    /// A member's customers who have one tag of each list (at most ten lists); all of them without lists.
    /// `sender` is required.
    Tagged(Vec<Vec<String>>),
    /// These groups, at most 2,000; `sender` is required and owns them.
    Groups(Vec<String>),
    /// All groups of `sender`.
    AllGroups,
}

/// A message to many. A customer receives at most as many a month as it has days, or fewer by the bank's own
/// setting; those who may not receive another are told apart in the results (status 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    /// Whom it is for.
    pub audience: Audience,
    /// The member who sends; required except for named customers.
    pub sender: Option<String>,
    /// Whether the member may leave customers out.
    pub allow_select: bool,
    /// Text, at most 4000 bytes.
    pub text: Option<String>,
    /// At most nine.
    pub attachments: Vec<Attachment>,
}

/// A message that waits for the members' confirmation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BroadcastId {
    /// Id.
    #[serde(rename = "msgid")]
    pub id: String,
    /// Customers who cannot be reached, known at once.
    pub fail_list: Vec<String>,
}

/// A message as listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BroadcastHead {
    /// Id.
    #[serde(rename = "msgid")]
    pub id: String,
    /// Who made it.
    pub creator: String,
    /// Second of making.
    #[serde(deserialize_with = "super::wire::number")]
    pub create_time: i64,
    /// 0 by the corporation, 1 by a member.
    pub create_type: i64,
    /// Text.
    pub text: Words,
    /// Attachments.
    pub attachments: Vec<Value>,
}

/// A page of messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BroadcastPage {
    /// Messages.
    #[serde(rename = "group_msg_list")]
    pub messages: Vec<BroadcastHead>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// What one member has done about a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SenderTask {
    /// The member.
    pub userid: String,
    /// 0 not confirmed, 2 sent.
    pub status: i64,
    /// Second of sending.
    pub send_time: i64,
}

/// A page of members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TaskPage {
    /// Members.
    #[serde(rename = "task_list")]
    pub tasks: Vec<SenderTask>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// What became of a message for one customer or group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Sent {
    /// The customer, when it was for customers.
    pub external_userid: Option<String>,
    /// The group, when it was for groups.
    pub chat_id: Option<String>,
    /// The member.
    pub userid: String,
    /// 0 not sent, 1 sent, 2 no longer friends, 3 the customer has had as many as allowed.
    pub status: i64,
    /// Second of sending.
    pub send_time: i64,
}

/// A page of results.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SentPage {
    /// Results.
    #[serde(rename = "send_list")]
    pub sent: Vec<Sent>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

const BASE: &str = "/cgi-bin/externalcontact";

impl Broadcast {
    /// To these customers.
    pub fn to_customers(customers: Vec<String>, text: &str) -> Self {
        Self {
            audience: Audience::Customers(customers),
            sender: None,
            allow_select: false,
            text: Some(text.to_owned()),
            attachments: Vec::new(),
        }
    }

    fn check(&self) -> Result<(), CallError> {
        match &self.audience {
            Audience::Customers(list) => counted("customers", list.len(), MAX_CUSTOMERS)?,
            Audience::Groups(list) => counted("groups", list.len(), MAX_GROUPS)?,
            Audience::Tagged(lists) if lists.len() > 10 => counted("lists of tags", lists.len(), 10)?,
            Audience::Tagged(_) | Audience::AllGroups => {}
        }
        if self.sender.is_none() && !matches!(self.audience, Audience::Customers(_)) {
            return Err(CallError::Invalid("this audience needs a sender".to_owned()));
        }
        if let Some(text) = &self.text {
            measured("a message", text, 4_000)?;
        } else {
            counted("attachments", self.attachments.len(), MAX_ATTACHMENTS)?;
        }
        if self.attachments.len() > MAX_ATTACHMENTS {
            counted("attachments", self.attachments.len(), MAX_ATTACHMENTS)?;
        }
        Ok(())
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        let groups = matches!(self.audience, Audience::Groups(_) | Audience::AllGroups);
        put("chat_type", json!(if groups { "group" } else { "single" }));
        match &self.audience {
            Audience::Customers(list) => put("external_userid", json!(list)),
            Audience::Groups(list) => put("chat_id_list", json!(list)),
            Audience::Tagged(lists) if !lists.is_empty() => {
                let lists: Vec<_> = lists.iter().map(|tags| json!({"tag_list": tags})).collect();
                put("tag_filter", json!({"group_list": lists}))
            }
            Audience::Tagged(_) | Audience::AllGroups => None,
        };
        if let Some(sender) = &self.sender {
            put("sender", json!(sender));
        }
        put("allow_select", json!(self.allow_select));
        if let Some(text) = &self.text {
            put("text", json!({"content": text}));
        }
        put("attachments", json!(self.attachments));
        Value::Object(body)
    }
}

impl Client {
    /// Gives a message to the members for confirmation.
    pub async fn broadcast(&self, message: &Broadcast) -> Result<BroadcastId, CallError> {
        message.check()?;
        self.post(&format!("{BASE}/add_msg_template"), &message.body())
            .await
    }

    /// Reminds members who have not confirmed; at most three times in 24 hours for each message.
    pub async fn remind_broadcast(&self, id: &str) -> Result<(), CallError> {
        self.order(&format!("{BASE}/remind_groupmsg_send"), &json!({"msgid": id}))
            .await
    }

    /// Takes a message back from the members who have not confirmed.
    pub async fn cancel_broadcast(&self, id: &str) -> Result<(), CallError> {
        self.order(&format!("{BASE}/cancel_groupmsg_send"), &json!({"msgid": id}))
            .await
    }

    /// Messages made within these seconds, at most one month apart, 100 a page; `groups` for those to groups.
    pub async fn broadcasts(
        &self,
        groups: bool,
        span: (i64, i64),
        cursor: Option<&str>,
    ) -> Result<BroadcastPage, CallError> {
        let body = json!({
            "chat_type": if groups { "group" } else { "single" }, "start_time": span.0, "end_time": span.1,
            "filter_type": 2, "limit": BATCH, "cursor": cursor.unwrap_or_default(),
        });
        self.post(&format!("{BASE}/get_groupmsg_list_v2"), &body).await
    }

    /// What each member has done about a message.
    pub async fn broadcast_tasks(&self, id: &str, cursor: Option<&str>) -> Result<TaskPage, CallError> {
        let body = json!({"msgid": id, "limit": 1_000, "cursor": cursor.unwrap_or_default()});
        self.post(&format!("{BASE}/get_groupmsg_task"), &body).await
    }

    /// What became of a member's part of a message, customer by customer.
    pub async fn broadcast_results(
        &self,
        id: &str,
        user_id: &str,
        cursor: Option<&str>,
    ) -> Result<SentPage, CallError> {
        let body =
            json!({"msgid": id, "userid": user_id, "limit": 500, "cursor": cursor.unwrap_or_default()});
        self.post(&format!("{BASE}/get_groupmsg_send_result"), &body)
            .await
    }
}
