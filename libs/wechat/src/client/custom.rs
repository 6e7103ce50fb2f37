//! Customer messages (客服消息): free of form, but only in the windows that the follower opens: 5 within 48 h
//! after a message, 3 within a minute after a click, follow or scan. Beyond them WeChat answers 45015 or 45047.

use serde::Serialize;
use serde_json::{Value, json};

use super::{CallError, Client};
use crate::reply::{Article, MAX_TEXT_BYTES, Music, Reply};

const PATH: &str = "/cgi-bin/message/custom/send";

/// A choice of a message menu; comes back as a text with the id as `menu_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuChoice {
    /// The choice's own id.
    pub id: String,
    /// What the follower reads and sends.
    pub content: String,
}

/// A page of a mini program as a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageCard {
    /// Title.
    pub title: String,
    /// The mini program's appid; it must belong to the account.
    pub appid: String,
    /// Page with its query.
    #[serde(rename = "pagepath")]
    pub page: String,
    /// The picture, uploaded before.
    pub thumb_media_id: String,
}

/// What to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomContent {
    /// At most 2,048 bytes (45002 otherwise); links as `<a href="…">…</a>`.
    Text(String),
    /// A picture uploaded before.
    Image { media_id: String },
    /// A voice message uploaded before.
    Voice { media_id: String },
    /// A video uploaded before.
    Video {
        media_id: String,
        thumb_media_id: String,
        title: String,
        description: String,
    },
    /// Music.
    Music(Music),
    /// One article that opens a page.
    News(Article),
    /// Articles of a permanent material.
    MaterialNews { media_id: String },
    /// A published article.
    PublishedArticle { article_id: String },
    /// A menu of choices (40200 for accounts without the right to it).
    Menu {
        head: String,
        choices: Vec<MenuChoice>,
        tail: String,
    },
    /// A link as a card; for mini programs' customer service.
    Link {
        title: String,
        description: String,
        url: String,
        thumb_url: String,
    },
    /// A card of a mini program.
    Page(PageCard),
    /// A coupon.
    Card { card_id: String },
}

/// One customer message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomMessage {
    /// Openid.
    pub to: String,
    /// What to say.
    pub content: CustomContent,
    /// Speak as this servicer (`name@account`).
    pub servicer: Option<String>,
    /// Tell the follower that a machine wrote it.
    pub by_machine: bool,
}

impl CustomMessage {
    /// A message by nobody in particular.
    pub fn new(openid: &str, content: CustomContent) -> Self {
        Self {
            to: openid.to_owned(),
            content,
            servicer: None,
            by_machine: false,
        }
    }

    fn to_json(&self) -> Result<Value, CallError> {
        let (kind, inner) = self.content.to_json()?;
        let mut body = json!({"touser": self.to, "msgtype": kind, kind: inner});
        if let Some(fields) = body.as_object_mut() {
            if let Some(servicer) = &self.servicer {
                fields.insert("customservice".to_owned(), json!({"kf_account": servicer}));
            }
            if self.by_machine {
                fields.insert("aimsgcontext".to_owned(), json!({"is_ai_msg": 1}));
            }
        }
        Ok(body)
    }
}

impl CustomContent {
    /// WeChat's name of the kind and what stands under it.
    fn to_json(&self) -> Result<(&'static str, Value), CallError> {
        Ok(match self {
            Self::Text(text) => {
                if text.is_empty() || text.len() > MAX_TEXT_BYTES {
                    return Err(CallError::Invalid(format!("a text of {} bytes", text.len())));
                }
                ("text", json!({"content": text}))
            }
            Self::Image { media_id } => ("image", json!({"media_id": media_id})),
            Self::Voice { media_id } => ("voice", json!({"media_id": media_id})),
            Self::Video {
                media_id,
                thumb_media_id,
                title,
                description,
            } => (
                "video",
                json!({"media_id": media_id, "thumb_media_id": thumb_media_id, "title": title,
                       "description": description}),
            ),
            Self::Music(music) => ("music", json!(music)),
            Self::News(article) => ("news", json!({"articles": [article]})),
            Self::MaterialNews { media_id } => ("mpnews", json!({"media_id": media_id})),
            Self::PublishedArticle { article_id } => ("mpnewsarticle", json!({"article_id": article_id})),
            Self::Menu { head, choices, tail } => (
                "msgmenu",
                json!({"head_content": head, "list": choices, "tail_content": tail}),
            ),
            Self::Link {
                title,
                description,
                url,
                thumb_url,
            } => (
                "link",
                json!({"title": title, "description": description, "url": url, "thumb_url": thumb_url}),
            ),
            Self::Page(card) => ("miniprogrampage", json!(card)),
            Self::Card { card_id } => ("wxcard", json!({"card_id": card_id})),
        })
    }

    /// What would have been a passive reply; nothing for kinds that customer messages do not have (several
    /// articles, a hand-over to the desk, a video without its picture).
    pub fn of(reply: &Reply) -> Option<Self> {
        Some(match reply {
            Reply::Text(text) => Self::Text(text.clone()),
            Reply::Image { media_id } => Self::Image {
                media_id: media_id.clone(),
            },
            Reply::Voice { media_id } => Self::Voice {
                media_id: media_id.clone(),
            },
            Reply::Music(music) => Self::Music(music.clone()),
            Reply::News(articles) => match articles.as_slice() {
                [article] => Self::News(article.clone()),
                _ => return None,
            },
            Reply::Video { .. } | Reply::TransferToService { .. } => return None,
        })
    }
}

impl Client {
    /// Sends a customer message. It takes one off the follower's window.
    pub async fn send_custom(&self, message: &CustomMessage) -> Result<(), CallError> {
        self.api().command(PATH, &message.to_json()?).await
    }

    /// Sends a text.
    pub async fn send_text(&self, openid: &str, text: &str) -> Result<(), CallError> {
        let content = CustomContent::Text(text.to_owned());
        self.send_custom(&CustomMessage::new(openid, content)).await
    }

    /// Sends one article.
    pub async fn send_news(&self, openid: &str, article: &Article) -> Result<(), CallError> {
        let content = CustomContent::News(article.clone());
        self.send_custom(&CustomMessage::new(openid, content)).await
    }

    /// Sends what would have been a passive reply; kinds that customer messages do not have are refused.
    pub async fn send_reply(&self, openid: &str, reply: &Reply) -> Result<(), CallError> {
        let content = CustomContent::of(reply)
            .ok_or_else(|| CallError::Invalid("not a kind of customer message".to_owned()))?;
        self.send_custom(&CustomMessage::new(openid, content)).await
    }

    /// Shows or ends 对方正在输入. Costs no message, but needs an open window.
    pub async fn set_typing(&self, openid: &str, typing: bool) -> Result<(), CallError> {
        let command = if typing { "Typing" } else { "CancelTyping" };
        let body = json!({"touser": openid, "command": command});
        self.api().command("/cgi-bin/message/custom/typing", &body).await
    }
}
