//! Passive replies: what may be answered to a push, written as WeChat reads it.

use crate::message::Push;
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

    /// The reply to `push` as clear XML; `now` in seconds.
    pub fn to_xml(&self, push: &Push, now: i64) -> Result<String, ReplyError> {
        self.check()?;
        let mut out = String::with_capacity(512);
        xml::open(&mut out, "xml");
        xml::write_cdata(&mut out, "ToUserName", &push.from);
        xml::write_cdata(&mut out, "FromUserName", &push.to);
        xml::write_number(&mut out, "CreateTime", now);
        self.write_body(&mut out);
        xml::close(&mut out, "xml");
        Ok(out)
    }

    fn write_body(&self, out: &mut String) {
        let mut kind = |kind: &str| xml::write_cdata(out, "MsgType", kind);
        match self {
            Self::Text(text) => {
                kind("text");
                xml::write_cdata(out, "Content", text);
            }
            Self::Image { media_id } => {
                kind("image");
                group(out, "Image", &[("MediaId", media_id)]);
            }
            Self::Voice { media_id } => {
                kind("voice");
                group(out, "Voice", &[("MediaId", media_id)]);
            }
            Self::Video {
                media_id,
                title,
                description,
            } => {
                kind("video");
                group(
                    out,
                    "Video",
                    &[
                        ("MediaId", media_id),
                        ("Title", title),
                        ("Description", description),
                    ],
                );
            }
            Self::News(articles) => {
                kind("news");
                xml::write_number(
                    out,
                    "ArticleCount",
                    i64::try_from(articles.len()).unwrap_or_default(),
                );
                xml::open(out, "Articles");
                for a in articles {
                    let rows = [
                        ("Title", a.title.as_str()),
                        ("Description", &a.description),
                        ("PicUrl", &a.picture_url),
                        ("Url", &a.url),
                    ];
                    group(out, "item", &rows);
                }
                xml::close(out, "Articles");
            }
            Self::TransferToService { account } => {
                kind("transfer_customer_service");
                if let Some(account) = account {
                    group(out, "TransInfo", &[("KfAccount", account)]);
                }
            }
        }
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
}
