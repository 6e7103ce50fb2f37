//! What followers do, typed: messages and events as WeChat pushes them. Kinds we do not know stay whole in
//! [`Raw`], because a new kind must be acknowledged and kept, not refused.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use crate::callback::Reject;
use crate::xml;

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
    /// Any other kind.
    Other { kind: String, raw: Raw },
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// A new or returning follower; `scene` when it came by a parametric QR code (without `qrscene_`).
    Subscribe { scene: Option<String> },
    /// The follower left.
    Unsubscribe,
    /// A follower scanned a parametric QR code.
    Scan { scene: String },
    /// A click on a menu button.
    Click { key: String },
    /// A menu button opened a page.
    View { url: String },
    /// The position reported on entering the chat.
    Location {
        latitude: String,
        longitude: String,
        precision: String,
    },
    /// The outcome of a template message.
    TemplateFinished {
        message_id: String,
        outcome: TemplateOutcome,
    },
    /// The user withdrew an authorisation: data obtained with it must be deleted.
    AuthorizationRevoked { raw: Raw },
    /// Any other event.
    Other { name: String, key: String, raw: Raw },
}

/// What became of a template message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplateOutcome {
    /// Delivered.
    Delivered,
    /// The follower refuses messages of this account.
    UserBlocked,
    /// WeChat failed, with its own words.
    Failed(String),
}

impl TemplateOutcome {
    /// Reads WeChat's status text; the blank after the colon varies.
    fn parse(status: &str) -> Self {
        match status
            .split_once(':')
            .map(|(head, tail)| (head.trim(), tail.trim()))
        {
            None if status.trim() == "success" => Self::Delivered,
            Some(("failed", "user block")) => Self::UserBlocked,
            _ => Self::Failed(status.to_owned()),
        }
    }
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
                part(about);
            }
        }
        Self(hash.finalize().into())
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

impl Event {
    /// WeChat's name of the event.
    pub fn name(&self) -> &str {
        self.identity().0
    }

    /// Name, event key, and the id of the message the event speaks of.
    fn identity(&self) -> (&str, &str, &str) {
        match self {
            Self::Subscribe { scene } => ("subscribe", scene.as_deref().unwrap_or(""), ""),
            Self::Unsubscribe => ("unsubscribe", "", ""),
            Self::Scan { scene } => ("SCAN", scene, ""),
            Self::Click { key } => ("CLICK", key, ""),
            Self::View { url } => ("VIEW", url, ""),
            Self::Location { .. } => ("LOCATION", "", ""),
            Self::TemplateFinished { message_id, .. } => ("TEMPLATESENDJOBFINISH", "", message_id),
            Self::AuthorizationRevoked { .. } => ("user_authorization_revoke", "", ""),
            Self::Other { name, key, raw } => {
                let about = raw.iter().find(|(path, _)| path.eq_ignore_ascii_case("MsgID"));
                (name, key, about.map_or("", |(_, id)| id))
            }
        }
    }
}

/// The leaf elements of one document while it is being typed.
struct Fields<'a>(Vec<(String, Cow<'a, str>)>);

impl Fields<'_> {
    fn take(&mut self, path: &str) -> Option<String> {
        let found = self.0.iter_mut().find(|(name, _)| name == path)?;
        Some(std::mem::take(&mut found.1).into_owned())
    }

    fn text(&mut self, path: &str) -> String {
        self.take(path).unwrap_or_default()
    }

    fn need(&mut self, path: &'static str) -> Result<String, Reject> {
        self.take(path)
            .filter(|value| !value.is_empty())
            .ok_or(Reject::Element(path))
    }

    fn raw(self) -> Raw {
        let head = [
            "ToUserName",
            "FromUserName",
            "CreateTime",
            "MsgType",
            "Event",
            "EventKey",
        ];
        let rest = self
            .0
            .into_iter()
            .filter(|(path, _)| !head.contains(&path.as_str()));
        rest.map(|(path, value)| (path, value.into_owned())).collect()
    }
}

impl Push {
    /// Reads a decrypted message.
    pub fn parse(document: &str) -> Result<Self, Reject> {
        let mut list = Vec::with_capacity(10);
        xml::walk(document, |path, value| list.push((path.to_owned(), value)))?;
        let mut fields = Fields(list);
        let to = fields.need("ToUserName")?;
        let from = fields.need("FromUserName")?;
        let created_at = fields
            .need("CreateTime")?
            .parse()
            .map_err(|_| Reject::Element("CreateTime"))?;
        let kind = fields.need("MsgType")?;
        let body = if kind == "event" {
            Body::Event(event(fields)?)
        } else {
            Body::Message {
                id: fields.need("MsgId")?,
                content: content(kind, fields),
            }
        };
        Ok(Self {
            to,
            from,
            created_at,
            body,
        })
    }
}

fn content(kind: String, mut f: Fields<'_>) -> Content {
    match kind.as_str() {
        "text" => Content::Text {
            text: f.text("Content"),
            menu_id: f.take("bizmsgmenuid"),
        },
        "image" => Content::Image {
            url: f.text("PicUrl"),
            media_id: f.text("MediaId"),
        },
        "voice" => Content::Voice {
            media_id: f.text("MediaId"),
            format: f.text("Format"),
            recognition: f.take("Recognition").filter(|text| !text.is_empty()),
        },
        "video" | "shortvideo" => Content::Video {
            media_id: f.text("MediaId"),
            thumb_media_id: f.text("ThumbMediaId"),
            short: kind == "shortvideo",
        },
        "location" => Content::Location {
            latitude: f.text("Location_X"),
            longitude: f.text("Location_Y"),
            scale: f.text("Scale"),
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

fn event(mut f: Fields<'_>) -> Result<Event, Reject> {
    let name = f.need("Event")?;
    let key = f.text("EventKey");
    Ok(match name.as_str() {
        "subscribe" => {
            let scene = key.strip_prefix("qrscene_").map(str::to_owned);
            Event::Subscribe {
                scene: scene.filter(|scene| !scene.is_empty()),
            }
        }
        "unsubscribe" => Event::Unsubscribe,
        "SCAN" => Event::Scan { scene: key },
        "CLICK" => Event::Click { key },
        "VIEW" => Event::View { url: key },
        "LOCATION" => Event::Location {
            latitude: f.text("Latitude"),
            longitude: f.text("Longitude"),
            precision: f.text("Precision"),
        },
        // Documented with a capital D, unlike the MsgId of messages.
        "TEMPLATESENDJOBFINISH" => Event::TemplateFinished {
            message_id: f.need("MsgID")?,
            outcome: TemplateOutcome::parse(&f.text("Status")),
        },
        "user_authorization_revoke" => Event::AuthorizationRevoked { raw: f.raw() },
        _ => Event::Other {
            name,
            key,
            raw: f.raw(),
        },
    })
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
