//! What followers do, typed: messages and events as WeChat pushes them. Kinds we do not know stay whole in
//! [`Raw`], because a new kind must be acknowledged and kept, not refused.

mod event;
mod fields;
mod read;

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use crate::callback::Reject;

pub use event::{
    CardEvent, Event, MassOutcome, PictureSource, PublishOutcome, ReviewOutcome, ScannedCode, SentNotice,
    Subscription, TemplateOutcome,
};
use fields::Fields;
pub use fields::Format;

/// Elements of a message kind that has no type of its own: path and value in order.
pub type Raw = Vec<(String, String)>;

/// One push of the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// `ToUserName`: the account's original id.
    pub to: String,
    /// `FromUserName`: the follower's openid.
    pub from: String,
    /// `CreateTime`, seconds.
    pub created_at: i64,
    /// What happened.
    pub body: Body,
}

/// A message somebody sent, or an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A message with its id; the id is opaque text.
    Message { id: String, content: Content },
    /// An event; events have no id.
    Event(Event),
}

/// The content of a message. Coordinates stay text: nothing here calculates with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// Text; `menu_id` when it was chosen from a message menu.
    Text { text: String, menu_id: Option<String> },
    /// A picture.
    Image { url: String, media_id: String },
    /// A voice message with WeChat's recognition when the account has it.
    Voice {
        media_id: String,
        format: String,
        recognition: Option<String>,
    },
    /// A video; `short` for the short kind.
    Video {
        media_id: String,
        thumb_media_id: String,
        short: bool,
    },
    /// A place.
    Location {
        latitude: String,
        longitude: String,
        scale: String,
        label: String,
    },
    /// A link.
    Link {
        title: String,
        description: String,
        url: String,
    },
    /// A card of a mini program, sent to its customer service.
    MiniProgramPage {
        title: String,
        appid: String,
        page: String,
        thumb_url: String,
        thumb_media_id: String,
    },
    /// Any other kind.
    Other { kind: String, raw: Raw },
}

/// What makes two deliveries the same push: fixed length, without any person in it.
///
/// Messages: appid, sender and message id. Events have no id and several can happen in one second, so the key
/// holds appid, sender, time, event, event key and (template receipts) the id of the message they speak of.
/// Each part goes in with its length, so that no two different lists of parts run together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 20]);

impl Key {
    /// The key of a push to the account with this appid.
    pub fn of(appid: &str, push: &Push) -> Self {
        let mut hash = Sha1::new();
        let mut part = |text: &str| {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part(appid);
        part(&push.from);
        match &push.body {
            Body::Message { id, .. } => {
                part("message");
                part(id);
            }
            Body::Event(event) => {
                part("event");
                part(&push.created_at.to_string());
                let (name, key, about) = event.identity();
                part(name);
                part(key);
                part(about.first().copied().unwrap_or_default());
                about.into_iter().skip(1).for_each(part);
            }
        }
        Self(hash.finalize().into())
    }

    /// A key from a fingerprint made elsewhere.
    pub(crate) const fn from_digest(digest: [u8; 20]) -> Self {
        Self(digest)
    }

    /// 40 hex digits, for a table's key column.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl Push {
    /// Reads a decrypted message, XML or JSON by its first character.
    pub fn parse(document: &str) -> Result<Self, Reject> {
        let mut fields = Fields::read(document)?;
        let to = fields.need("ToUserName")?;
        let from = fields.need("FromUserName")?;
        let created_at = fields
            .need("CreateTime")?
            .parse()
            .map_err(|_| Reject::Element("CreateTime"))?;
        let kind = fields.need("MsgType")?;
        let body = if kind == "event" {
            Body::Event(read::event(fields)?)
        } else {
            Body::Message {
                id: fields.need("MsgId")?,
                content: read::content(kind, fields),
            }
        };
        Ok(Self {
            to,
            from,
            created_at,
            body,
        })
    }

    /// What the follower said, typed or spoken (when the account has WeChat's recognition).
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Message {
                content:
                    Content::Text { text, .. }
                    | Content::Voice {
                        recognition: Some(text),
                        ..
                    },
                ..
            } => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod event_tests;
