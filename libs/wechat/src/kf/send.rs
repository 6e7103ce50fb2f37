//! Answers to customers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use super::Kf;
use crate::client::CallError;
use crate::wecom::{counted, measured};

/// The longest text, in bytes.
const MAX_TEXT: usize = 2_048;

/// What is sent. Media ids come from `media/upload` and live three days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "msgtype", rename_all = "snake_case")]
pub enum Outgoing {
    /// Text of at most 2048 bytes.
    Text { text: Words },
    /// A picture.
    Image { image: Media },
    /// A voice message.
    Voice { voice: Media },
    /// A video.
    Video { video: Media },
    /// A file.
    File { file: Media },
    /// A link with a picture.
    Link { link: Link },
    /// A mini program's page.
    Miniprogram { miniprogram: MiniProgram },
    /// Words and things to choose; a choice comes back as text with its id.
    Msgmenu { msgmenu: Menu },
    /// A place.
    Location { location: Location },
    /// The card of a member.
    BusinessCard { business_card: Card },
    /// An acquisition link.
    CaLink { ca_link: Acquisition },
}

/// Words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    content: String,
}

/// Uploaded media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    media_id: String,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Title, at most 128 bytes.
    pub title: String,
    /// Description, at most 512 bytes.
    pub desc: String,
    /// Address, at most 2048 bytes.
    pub url: String,
    /// Picture.
    pub thumb_media_id: String,
}

/// A mini program's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MiniProgram {
    /// Appid.
    pub appid: String,
    /// Title, at most 64 bytes.
    pub title: String,
    /// Picture.
    pub thumb_media_id: String,
    /// Page.
    pub pagepath: String,
}

/// A menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    head_content: String,
    list: Vec<MenuItem>,
    tail_content: String,
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MenuItem {
    /// Comes back as text with the id.
    Click { click: Choice },
    /// Opens a page.
    View { view: Page },
    /// Plain words between the choices.
    Text { text: Line },
}

/// A choice: id of at most 128 bytes, words of at most 128 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    id: String,
    content: String,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    url: String,
    content: String,
}

/// Words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    content: String,
    no_newline: i64,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Degrees north.
    pub latitude: Number,
    /// Degrees east.
    pub longitude: Number,
}

/// A member's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    userid: String,
}

/// An acquisition link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acquisition {
    link_url: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    msgid: String,
}

impl MenuItem {
    /// A choice that comes back as text with this id.
    pub fn click(id: &str, words: &str) -> Self {
        Self::Click {
            click: Choice {
                id: id.to_owned(),
                content: words.to_owned(),
            },
        }
    }

    /// A choice that opens a page.
    pub fn view(url: &str, words: &str) -> Self {
        Self::View {
            view: Page {
                url: url.to_owned(),
                content: words.to_owned(),
            },
        }
    }
}

impl Outgoing {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text {
            text: Words {
                content: text.to_owned(),
            },
        }
    }

    /// An uploaded picture.
    pub fn image(media_id: &str) -> Self {
        Self::Image {
            image: Media {
                media_id: media_id.to_owned(),
            },
        }
    }

    /// An uploaded file.
    pub fn file(media_id: &str) -> Self {
        Self::File {
            file: Media {
                media_id: media_id.to_owned(),
            },
        }
    }

    /// Words with choices, at most 50.
    pub fn menu(head: &str, items: Vec<MenuItem>, tail: &str) -> Self {
        Self::Msgmenu {
            msgmenu: Menu {
                head_content: head.to_owned(),
                list: items,
                tail_content: tail.to_owned(),
            },
        }
    }

    /// The card of a member.
    pub fn card(user_id: &str) -> Self {
        Self::BusinessCard {
            business_card: Card {
                userid: user_id.to_owned(),
            },
        }
    }

    fn check(&self) -> Result<(), CallError> {
        match self {
            Self::Text { text } => measured("a text", &text.content, MAX_TEXT),
            Self::Link { link } => {
                measured("a title", &link.title, 128)?;
                measured("an address", &link.url, 2_048)
            }
            Self::Msgmenu { msgmenu } => {
                counted("choices", msgmenu.list.len(), 50)?;
                if msgmenu.head_content.len() > 1_024 || msgmenu.tail_content.len() > 1_024 {
                    return Err(CallError::Invalid(
                        "a menu's words of more than 1024 bytes".to_owned(),
                    ));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn fields(&self) -> Map<String, Value> {
        match json!(self) {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }
}

impl Kf {
    /// Sends a message; its id. Only in states 0 and 1, at most five within 48 hours after the customer wrote
    /// (see [`ReplyWindow`](super::ReplyWindow)). `id`: our own, unique for the account, at most 32 letters, digits,
    /// `_`, `-`; with it a repeated call sends once.
    pub async fn send(
        &self,
        open_kf_id: &str,
        external_user_id: &str,
        id: Option<&str>,
        message: &Outgoing,
    ) -> Result<String, CallError> {
        message.check()?;
        let mut body = message.fields();
        body.insert("touser".to_owned(), json!(external_user_id));
        body.insert("open_kfid".to_owned(), json!(open_kf_id));
        put_id(&mut body, id)?;
        self.0
            .post("/cgi-bin/kf/send_msg", &body)
            .await
            .map(|sent: Sent| sent.msgid)
    }

    /// Says something with the code of an event, text or menu only: a greeting (`welcome_code`, 20 seconds), a farewell
    /// (`msg_code`). Does not draw on the five messages.
    pub async fn send_on_event(
        &self,
        code: &str,
        id: Option<&str>,
        message: &Outgoing,
    ) -> Result<String, CallError> {
        if !matches!(message, Outgoing::Text { .. } | Outgoing::Msgmenu { .. }) {
            return Err(CallError::Invalid(
                "an event is answered with text or menu".to_owned(),
            ));
        }
        message.check()?;
        let mut body = message.fields();
        body.insert("code".to_owned(), json!(code));
        put_id(&mut body, id)?;
        let path = "/cgi-bin/kf/send_msg_on_event";
        self.0.post(path, &body).await.map(|sent: Sent| sent.msgid)
    }
}

fn put_id(body: &mut Map<String, Value>, id: Option<&str>) -> Result<(), CallError> {
    let Some(id) = id else { return Ok(()) };
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !(1..=32).contains(&id.len()) || !id.bytes().all(legal) {
        return Err(CallError::Invalid(
            "a message id has 1 to 32 letters, digits, _ or -".to_owned(),
        ));
    }
    body.insert("msgid".to_owned(), json!(id));
    Ok(())
}
