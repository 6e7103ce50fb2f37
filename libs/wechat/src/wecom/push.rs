//! What WeCom pushes, typed: messages that staff write to an app, and events about staff, customers, groups and
//! jobs. Kinds we do not know stay whole, because a new kind must be acknowledged and kept, not refused.

use serde::{Deserialize, Serialize};

use super::event::{self, Event};
use super::fields::Fields;
use crate::callback::Reject;
use crate::message::{Key, Raw};

/// One push of WeCom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// `ToUserName`: the corpid.
    pub to: String,
    /// `FromUserName`: a member's userid, or `sys`.
    pub from: String,
    /// `CreateTime`, seconds.
    pub created_at: i64,
    /// `AgentID` of the app that it is for; events of customer contact have none.
    pub agent_id: Option<String>,
    /// What happened.
    pub body: Body,
    /// The same for every delivery of this push, different for any other; see [`Push::key`].
    fingerprint: [u8; 20],
}

/// A message, or an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A message from a member of staff to an app.
    Message { id: String, content: Content },
    /// An event; events have no id.
    Event(Event),
}

/// The content of a message to an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Text.
    Text(String),
    /// A picture; `url` is readable without a token for a short time.
    Image { url: String, media_id: String },
    /// A voice message.
    Voice { media_id: String, format: String },
    /// A video.
    Video {
        media_id: String,
        thumb_media_id: String,
    },
    /// A place; coordinates stay text.
    Location {
        latitude: String,
        longitude: String,
        label: String,
    },
    /// A link.
    Link {
        title: String,
        description: String,
        url: String,
    },
    /// Any other kind.
    Other { kind: String, raw: Raw },
}

impl Push {
    /// Reads a decrypted push.
    pub fn parse(document: &str) -> Result<Self, Reject> {
        let mut fields = Fields::parse(document)?;
        let corp = fields.need("ToUserName")?;
        let fingerprint = fields.fingerprint(&corp);
        let from = fields.need("FromUserName")?;
        let created_at = fields
            .need("CreateTime")?
            .parse()
            .map_err(|_| Reject::Element("CreateTime"))?;
        let agent_id = fields.take("AgentID");
        let kind = fields.need("MsgType")?;
        let body = if kind == "event" {
            Body::Event(event::read(fields, created_at)?)
        } else {
            Body::Message {
                id: fields.need("MsgId")?,
                content: content(kind, fields),
            }
        };
        Ok(Self {
            to: corp,
            from,
            created_at,
            agent_id,
            body,
            fingerprint,
        })
    }

    /// What makes two deliveries the same push: corporation, app, sender, second, kind, and every id the push
    /// speaks of. WeCom's own rule, sender and second alone, would lose one of two customers who leave in the
    /// same second.
    pub fn key(&self) -> Key {
        Key::from_digest(self.fingerprint)
    }

    /// The event, when it is one.
    pub const fn event(&self) -> Option<&Event> {
        match &self.body {
            Body::Event(event) => Some(event),
            Body::Message { .. } => None,
        }
    }
}

fn content(kind: String, mut f: Fields) -> Content {
    match kind.as_str() {
        "text" => Content::Text(f.text("Content")),
        "image" => Content::Image {
            url: f.text("PicUrl"),
            media_id: f.text("MediaId"),
        },
        "voice" => Content::Voice {
            media_id: f.text("MediaId"),
            format: f.text("Format"),
        },
        "video" => Content::Video {
            media_id: f.text("MediaId"),
            thumb_media_id: f.text("ThumbMediaId"),
        },
        "location" => Content::Location {
            latitude: f.text("Location_X"),
            longitude: f.text("Location_Y"),
            label: f.text("Label"),
        },
        "link" => Content::Link {
            title: f.text("Title"),
            description: f.text("Description"),
            url: f.text("Url"),
        },
        _ => Content::Other { kind, raw: f.raw() },
    }
}
