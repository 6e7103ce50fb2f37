//! Passive replies: what may be answered to a push, written as WeChat reads it.

use serde_json::{Value, json};

use crate::message::{Format, Push};
use crate::xml;

/// WeChat drops a passive text reply beyond this many bytes without a word.
pub const MAX_TEXT_BYTES: usize = 2048;
/// The most articles that one passive reply may hold.
pub const MAX_ARTICLES: usize = 8;

/// Why a reply cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The text is empty.
    #[error("an empty reply")]
    Empty,
    /// The text is longer than [`MAX_TEXT_BYTES`].
    #[error("a text of {0} bytes, more than 2048")]
    TooLong(usize),
    /// No article, or more than [`MAX_ARTICLES`].
    #[error("{0} articles, not 1 to 8")]
    Articles(usize),
}

/// One article of a picture-and-text reply.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Article {
    /// Title.
    pub title: String,
    /// One or two lines below the title.
    pub description: String,
    /// Picture, may be empty.
    #[serde(rename = "picurl")]
    pub picture_url: String,
    /// Page the article opens.
    pub url: String,
}

/// A piece of music.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Music {
    /// Title.
    pub title: String,
    /// A line below the title.
    #[serde(default)]
    pub description: String,
    /// Address of the sound.
    #[serde(rename = "musicurl")]
    pub url: String,
    /// Address of the better sound, used on Wi-Fi.
    #[serde(rename = "hqmusicurl")]
    pub hq_url: String,
    /// The picture.
    pub thumb_media_id: String,
}

/// What to answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Text; links as `<a href="…">…</a>`.
    Text(String),
    /// A picture uploaded before.
    Image { media_id: String },
    /// A voice message uploaded before.
    Voice { media_id: String },
    /// A video uploaded before.
    Video {
        media_id: String,
        title: String,
        description: String,
    },
    /// Music; the picture uploaded before.
    Music(Music),
    /// Articles; WeChat shows one only when it answers a message.
    News(Vec<Article>),
    /// Hands the conversation to WeChat's customer-service desk.
    TransferToService { account: Option<String> },
}

impl Reply {
    /// A text that fits whole, or an error.
    pub fn text(text: impl Into<String>) -> Result<Self, ReplyError> {
        let reply = Self::Text(text.into());
        reply.check()?;
        Ok(reply)
    }

    /// A text cut at a character's border when it is too long, ending in `…`.
    pub fn text_cut(text: &str) -> Self {
        const MORE: &str = "…";
        if text.len() <= MAX_TEXT_BYTES {
            return Self::Text(text.to_owned());
        }
        let end = text.floor_char_boundary(MAX_TEXT_BYTES - MORE.len());
        Self::Text(format!("{}{MORE}", text.get(..end).unwrap_or_default()))
    }

    /// Whether WeChat would show this reply.
    pub fn check(&self) -> Result<(), ReplyError> {
        match self {
            Self::Text(text) if text.is_empty() => Err(ReplyError::Empty),
            Self::Text(text) if text.len() > MAX_TEXT_BYTES => Err(ReplyError::TooLong(text.len())),
            Self::News(articles) if !(1..=MAX_ARTICLES).contains(&articles.len()) => {
                Err(ReplyError::Articles(articles.len()))
            }
            _ => Ok(()),
        }
    }

    /// The reply to `push` as a clear document; `now` in seconds.
    pub fn write(&self, format: Format, push: &Push, now: i64) -> Result<String, ReplyError> {
        match format {
            Format::Xml => self.to_xml(push, now),
            Format::Json => self.to_json(push, now),
        }
    }

    /// The reply to `push` as clear XML; `now` in seconds.
    pub fn to_xml(&self, push: &Push, now: i64) -> Result<String, ReplyError> {
        self.check()?;
        let mut out = String::with_capacity(512);
        xml::open(&mut out, "xml");
        xml::write_cdata(&mut out, "ToUserName", &push.from);
        xml::write_cdata(&mut out, "FromUserName", &push.to);
        xml::write_number(&mut out, "CreateTime", now);
        xml::write_cdata(&mut out, "MsgType", self.kind());
        match self {
            Self::Text(text) => xml::write_cdata(&mut out, "Content", text),
            Self::News(articles) => {
                let count = i64::try_from(articles.len()).unwrap_or_default();
                xml::write_number(&mut out, "ArticleCount", count);
                xml::open(&mut out, "Articles");
                for article in articles {
                    group(&mut out, "item", &article.rows());
                }
                xml::close(&mut out, "Articles");
            }
            other => {
                if let Some((name, rows)) = other.group() {
                    group(&mut out, name, &rows);
                }
            }
        }
        xml::close(&mut out, "xml");
        Ok(out)
    }

    /// The reply to `push` as clear JSON, for accounts whose pushes are JSON; `now` in seconds. The names are
    /// those of the XML; WeChat documents the JSON of few kinds.
    pub fn to_json(&self, push: &Push, now: i64) -> Result<String, ReplyError> {
        self.check()?;
        let mut body = json!({
            "ToUserName": push.from, "FromUserName": push.to, "CreateTime": now, "MsgType": self.kind(),
        });
        let object = |rows: &[(&str, &str)]| -> Value {
            rows.iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        if let Some(fields) = body.as_object_mut() {
            match self {
                Self::Text(text) => {
                    fields.insert("Content".to_owned(), json!(text));
                }
                Self::News(articles) => {
                    let list: Vec<_> = articles.iter().map(|article| object(&article.rows())).collect();
                    fields.insert("ArticleCount".to_owned(), json!(list.len()));
                    fields.insert("Articles".to_owned(), list.into());
                }
                other => {
                    if let Some((name, rows)) = other.group() {
                        fields.insert(name.to_owned(), object(&rows));
                    }
                }
            }
        }
        Ok(body.to_string())
    }

    /// WeChat's name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image { .. } => "image",
            Self::Voice { .. } => "voice",
            Self::Video { .. } => "video",
            Self::Music(_) => "music",
            Self::News(_) => "news",
            Self::TransferToService { .. } => "transfer_customer_service",
        }
    }

    /// The one element that holds the rest, for the kinds that have one.
    fn group(&self) -> Option<(&'static str, Vec<(&'static str, &str)>)> {
        Some(match self {
            Self::Image { media_id } => ("Image", vec![("MediaId", media_id)]),
            Self::Voice { media_id } => ("Voice", vec![("MediaId", media_id)]),
            Self::Video {
                media_id,
                title,
                description,
            } => {
                let rows = vec![
                    ("MediaId", media_id.as_str()),
                    ("Title", title),
                    ("Description", description),
                ];
                ("Video", rows)
            }
            Self::Music(music) => {
                let rows = vec![
                    ("Title", music.title.as_str()),
                    ("Description", &music.description),
                    ("MusicUrl", &music.url),
                    ("HQMusicUrl", &music.hq_url),
                    ("ThumbMediaId", &music.thumb_media_id),
                ];
                ("Music", rows)
            }
            Self::TransferToService {
                account: Some(account),
            } => ("TransInfo", vec![("KfAccount", account)]),
            Self::TransferToService { account: None } | Self::Text(_) | Self::News(_) => return None,
        })
    }
}

impl Article {
    fn rows(&self) -> [(&'static str, &str); 4] {
        [
            ("Title", self.title.as_str()),
            ("Description", &self.description),
            ("PicUrl", &self.picture_url),
            ("Url", &self.url),
        ]
    }
}

fn group(out: &mut String, name: &str, rows: &[(&str, &str)]) {
    xml::open(out, name);
    for (row, value) in rows {
        xml::write_cdata(out, row, value);
    }
    xml::close(out, name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Body, Event};

    fn push() -> Push {
        let body = Body::Event(Event::Unsubscribe);
        Push {
            to: "gh_1".into(),
            from: "oU".into(),
            created_at: 1,
            body,
        }
    }

    fn leaf(xml: &str, path: &str) -> Option<String> {
        xml::leaves(xml)
            .unwrap()
            .into_iter()
            .find(|(p, _)| p == path)
            .map(|(_, v)| v)
    }

    #[test]
    fn a_text_goes_back_to_its_sender_in_seconds() {
        let xml = Reply::text("余额]]>是<1&2>")
            .unwrap()
            .to_xml(&push(), 1_767_225_601)
            .unwrap();
        assert_eq!(leaf(&xml, "ToUserName").as_deref(), Some("oU"));
        assert_eq!(leaf(&xml, "FromUserName").as_deref(), Some("gh_1"));
        assert_eq!(leaf(&xml, "CreateTime").as_deref(), Some("1767225601"));
        assert_eq!(leaf(&xml, "Content").as_deref(), Some("余额]]>是<1&2>"));
    }

    #[test]
    fn the_text_limit_is_in_bytes() {
        assert!(Reply::text("汉".repeat(682)).is_ok());
        assert_eq!(Reply::text("汉".repeat(683)), Err(ReplyError::TooLong(2049)));
        assert_eq!(Reply::text(""), Err(ReplyError::Empty));
        let Reply::Text(cut) = Reply::text_cut(&"汉".repeat(700)) else {
            panic!("not a text")
        };
        assert!(
            cut.len() <= MAX_TEXT_BYTES && cut.ends_with("汉…"),
            "{}",
            cut.len()
        );
        assert_eq!(Reply::text_cut("短"), Reply::Text("短".into()));
    }

    #[test]
    fn every_kind_has_its_group() {
        let article = Article {
            title: "t".into(),
            description: "d".into(),
            picture_url: String::new(),
            url: "https://a/?x=1&y=2".into(),
        };
        let m = || "m".to_owned();
        for (reply, path, value) in [
            (Reply::Image { media_id: m() }, "Image/MediaId", "m"),
            (Reply::Voice { media_id: m() }, "Voice/MediaId", "m"),
            (
                Reply::Video {
                    media_id: m(),
                    title: m(),
                    description: m(),
                },
                "Video/Title",
                "m",
            ),
            (
                Reply::Music(Music {
                    hq_url: m(),
                    ..Music::default()
                }),
                "Music/HQMusicUrl",
                "m",
            ),
            (
                Reply::News(vec![article]),
                "Articles/item/Url",
                "https://a/?x=1&y=2",
            ),
            (
                Reply::TransferToService { account: Some(m()) },
                "TransInfo/KfAccount",
                "m",
            ),
            (
                Reply::TransferToService { account: None },
                "MsgType",
                "transfer_customer_service",
            ),
        ] {
            let xml = reply.to_xml(&push(), 1).unwrap();
            assert_eq!(leaf(&xml, path).as_deref(), Some(value), "{xml}");
        }
        assert_eq!(
            Reply::News(vec![]).to_xml(&push(), 1),
            Err(ReplyError::Articles(0))
        );
    }

    #[test]
    fn in_json_the_names_are_the_same_and_the_text_is_raw() {
        let text = Reply::text("余额\"1\"").unwrap().to_json(&push(), 7).unwrap();
        assert!(text.contains("余额") && !text.contains("\\u"), "{text}");
        let text: Value = serde_json::from_str(&text).unwrap();
        let expected = json!({"ToUserName": "oU", "FromUserName": "gh_1", "CreateTime": 7, "MsgType": "text",
                              "Content": "余额\"1\""});
        assert_eq!(text, expected);
        let desk = Reply::TransferToService {
            account: Some("a@bank".into()),
        };
        let desk: Value = serde_json::from_str(&desk.write(Format::Json, &push(), 7).unwrap()).unwrap();
        assert_eq!(desk["TransInfo"], json!({"KfAccount": "a@bank"}));
        assert_eq!(
            Reply::Text(String::new()).to_json(&push(), 7),
            Err(ReplyError::Empty)
        );
    }
}
