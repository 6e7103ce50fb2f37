//! Mass sending (群发). A service account reaches each follower four times a month; what has been sent can't
//! be unsent, so each sending carries an id of the sender's own, and the same id a second time is success.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Action, CallError, Client};

/// Whom to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Every follower.
    Everybody,
    /// Followers with this tag.
    Tag(i64),
    /// 2 to 10,000 openids.
    These(Vec<String>),
}

/// What to send. `media_id`s are materials, articles are drafts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MassContent {
    /// Text.
    Text(String),
    /// Pictures.
    Images { media_ids: Vec<String>, comment: String },
    /// A voice message.
    Voice { media_id: String },
    /// A video, by the id that mass sending wants: see WeChat's `media/uploadvideo`.
    Video { media_id: String },
    /// Articles of a draft.
    Articles { media_id: String },
    /// A coupon.
    Card { card_id: String },
}

/// One sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MassMessage {
    /// Whom to reach.
    pub audience: Audience,
    /// What to send.
    pub content: MassContent,
    /// The sender's own id, at most 64 bytes, the same for every try: WeChat sends it once in 24 h.
    pub client_msg_id: String,
    /// Send articles even if WeChat finds them to be copies.
    pub even_if_copied: bool,
}

/// A sending that WeChat took.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MassReceipt {
    /// The sending's id, by which `MassFinished` speaks of it. Empty when the answer to an earlier try under
    /// the same id was lost and WeChat did not name it.
    #[serde(default, rename = "msg_id", deserialize_with = "super::id_text")]
    pub message_id: String,
    /// The articles' id in statistics.
    #[serde(default, rename = "msg_data_id", deserialize_with = "super::id_text")]
    pub data_id: String,
    /// It had been sent before, under the same id.
    #[serde(skip)]
    pub repeated: bool,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    msg_status: String,
}

#[derive(Deserialize)]
struct Speed {
    #[serde(default)]
    speed: i64,
}

impl MassContent {
    fn to_json(&self) -> (&'static str, Value) {
        match self {
            Self::Text(text) => ("text", json!({"content": text})),
            Self::Images { media_ids, comment } => {
                ("image", json!({"media_ids": media_ids, "recommend": comment}))
            }
            Self::Voice { media_id } => ("voice", json!({"media_id": media_id})),
            Self::Video { media_id } => ("mpvideo", json!({"media_id": media_id})),
            Self::Articles { media_id } => ("mpnews", json!({"media_id": media_id})),
            Self::Card { card_id } => ("wxcard", json!({"card_id": card_id})),
        }
    }
}

impl MassMessage {
    /// Path and body.
    fn to_json(&self) -> Result<(&'static str, Value), CallError> {
        let id = &self.client_msg_id;
        if !(1..=64).contains(&id.len()) {
            return Err(CallError::Invalid("client_msg_id has 1 to 64 bytes".to_owned()));
        }
        let (kind, content) = self.content.to_json();
        // WeChat names several pictures differently from their type.
        let name = if kind == "image" { "images" } else { kind };
        let copied = u8::from(self.even_if_copied);
        let mut body = json!({"msgtype": kind, "send_ignore_reprint": copied, "clientmsgid": id});
        let (path, audience, value) = match &self.audience {
            Audience::Everybody => (
                "/cgi-bin/message/mass/sendall",
                "filter",
                json!({"is_to_all": true}),
            ),
            Audience::Tag(tag) => (
                "/cgi-bin/message/mass/sendall",
                "filter",
                json!({"is_to_all": false, "tag_id": tag}),
            ),
            Audience::These(openids) => {
                if !(2..=10_000).contains(&openids.len()) {
                    return Err(CallError::Invalid(format!(
                        "{} openids, not 2 to 10,000",
                        openids.len()
                    )));
                }
                ("/cgi-bin/message/mass/send", "touser", json!(openids))
            }
        };
        if let Some(fields) = body.as_object_mut() {
            fields.insert(name.to_owned(), content);
            fields.insert(audience.to_owned(), value);
        }
        Ok((path, body))
    }
}

impl Client {
    /// Sends to many. Under an id that WeChat has seen within 24 h this is success, marked `repeated` (45065).
    pub async fn send_mass(&self, message: &MassMessage) -> Result<MassReceipt, CallError> {
        let (path, body) = message.to_json()?;
        match self.post(path, &body).await {
            Err(CallError::Refused(error)) if error.action() == Action::AlreadyDone => Ok(MassReceipt {
                message_id: String::new(),
                data_id: String::new(),
                repeated: true,
            }),
            outcome => outcome,
        }
    }

    /// Shows a sending to one follower first; 100 a day.
    pub async fn preview_mass(&self, openid: &str, content: &MassContent) -> Result<(), CallError> {
        let (kind, inner) = match content {
            // A preview takes one picture, under its old name.
            MassContent::Images { media_ids, .. } => ("image", json!({"media_id": media_ids.first()})),
            other => other.to_json(),
        };
        let body = json!({"touser": openid, "msgtype": kind, kind: inner});
        self.api().command("/cgi-bin/message/mass/preview", &body).await
    }

    /// Takes articles back: the one at `index` (from 1), or all with 0. Who has read it has read it; at most
    /// half an hour after sending for followers who have not.
    pub async fn delete_mass(&self, message_id: &str, index: usize) -> Result<(), CallError> {
        let body = json!({"msg_id": number_or_text(message_id), "article_idx": index});
        self.api().command("/cgi-bin/message/mass/delete", &body).await
    }

    /// How far a sending is: `SEND_SUCCESS`, `SENDING`, `SEND_FAIL`, `DELETE`.
    pub async fn mass_status(&self, message_id: &str) -> Result<String, CallError> {
        let body = json!({"msg_id": number_or_text(message_id)});
        let status: Status = self.post("/cgi-bin/message/mass/get", &body).await?;
        Ok(status.msg_status)
    }

    /// How fast WeChat sends: 0 (800,000 a minute) to 4 (100,000 a minute).
    pub async fn mass_speed(&self) -> Result<i64, CallError> {
        let speed: Speed = self.post("/cgi-bin/message/mass/speed/get", &json!({})).await?;
        Ok(speed.speed)
    }

    /// Chooses how fast WeChat sends.
    pub async fn set_mass_speed(&self, speed: u8) -> Result<(), CallError> {
        if speed > 4 {
            return Err(CallError::Invalid("a speed is 0 to 4".to_owned()));
        }
        let body = json!({"speed": speed});
        self.api().command("/cgi-bin/message/mass/speed/set", &body).await
    }
}

/// WeChat wants its own number back as a number.
fn number_or_text(id: &str) -> Value {
    id.parse::<i64>()
        .map_or_else(|_| json!(id), |number| json!(number))
}
