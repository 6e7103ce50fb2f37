//! How things look in a chat: what arrives becomes an item with its text and its links.

use crate::world::{ChatItem, Link, Notice};

/// What is to be shown in a chat.
pub(crate) enum Shown {
    Mine {
        text: String,
        failed: bool,
    },
    Text(String),
    News {
        title: String,
        description: String,
        url: String,
    },
    Notice(Notice),
    /// A grey line of the platform.
    Line {
        text: String,
        failed: bool,
    },
}

impl Shown {
    pub(crate) fn into_item(self, seq: u64, at: i64) -> ChatItem {
        let status = |failed: bool| if failed { "failed" } else { "received" }.to_owned();
        let item = |from: &str, kind: &str, text: String| ChatItem {
            seq,
            at,
            from: from.to_owned(),
            r#type: kind.to_owned(),
            text,
            links: Vec::new(),
            template: None,
            status: status(false),
        };
        match self {
            Self::Mine { text, failed } => {
                let sent = if failed { "failed" } else { "sent" };
                ChatItem {
                    status: sent.to_owned(),
                    ..item("me", "text", text)
                }
            }
            Self::Text(markup) => {
                let (text, links) = links_of(&markup);
                ChatItem {
                    links,
                    ..item("account", "text", text)
                }
            }
            Self::News {
                title,
                description,
                url,
            } => {
                let links = vec![Link {
                    text: title.clone(),
                    url,
                }];
                ChatItem {
                    links,
                    ..item("account", "news", format!("{title}\n{description}"))
                }
            }
            Self::Notice(notice) => {
                let text = notice.title.clone();
                ChatItem {
                    template: Some(notice),
                    ..item("account", "template", text)
                }
            }
            Self::Line { text, failed } => ChatItem {
                status: status(failed),
                ..item("account", "event", text)
            },
        }
    }
}

/// Separates `<a href="…">…</a>` from text, as WeChat's client does.
fn links_of(markup: &str) -> (String, Vec<Link>) {
    let mut text = String::with_capacity(markup.len());
    let mut links = Vec::new();
    let mut rest = markup;
    while let Some((before, tail)) = rest.split_once("<a href=\"") {
        let Some((url, tail)) = tail.split_once('"') else {
            break;
        };
        let Some((_, tail)) = tail.split_once('>') else {
            break;
        };
        let Some((words, tail)) = tail.split_once("</a>") else {
            break;
        };
        text.push_str(before);
        text.push_str(words);
        links.push(Link {
            text: words.to_owned(),
            url: url.replace("&amp;", "&"),
        });
        rest = tail;
    }
    text.push_str(rest);
    (text, links)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_leave_the_text() {
        let (text, links) =
            links_of("请<a href=\"https://a/?x=1&amp;y=2\">绑定</a>，或<a href=\"https://b/\">转账</a>。");
        assert_eq!(text, "请绑定，或转账。");
        assert_eq!(links.len(), 2);
        assert_eq!(links.first().unwrap().url, "https://a/?x=1&y=2");
        assert_eq!(links_of("<a href=\"broken").0, "<a href=\"broken");
    }
}
