//! Application messages: notices to members of staff, from one app.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::client::{Client, counted, measured};
use crate::client::CallError;

/// The most members of one message.
const MAX_USERS: usize = 1_000;
/// The most departments, and the most tags, of one message.
const MAX_PARTIES: usize = 100;

/// Who gets a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct To {
    /// Members, at most 1,000.
    pub users: Vec<String>,
    /// Departments, at most 100.
    pub departments: Vec<String>,
    /// Tags, at most 100.
    pub tags: Vec<String>,
    /// Everybody who may see the app; the lists are ignored.
    pub everybody: bool,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "msgtype", rename_all = "snake_case")]
pub enum Notice {
    /// Text of at most 2048 bytes, with links and line breaks.
    Text { text: Text },
    /// A card with a title, a text and one link.
    Textcard { textcard: TextCard },
    /// A subset of Markdown, at most 2048 bytes; shown inside WeCom only.
    Markdown { markdown: Text },
    /// One to eight articles.
    News { news: News },
    /// An uploaded picture.
    Image { image: MediaId },
    /// An uploaded file.
    File { file: MediaId },
    /// A card with buttons, votes or choices; its shape is WeCom's own and goes through as it is.
    TemplateCard { template_card: Value },
}

/// Words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    content: String,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextCard {
    /// At most 128 bytes.
    pub title: String,
    /// At most 512 bytes; `<div class="gray|normal|highlight">` inside.
    pub description: String,
    /// At most 2048 bytes, with the scheme.
    pub url: String,
    /// Words on the button, at most four characters; `详情` when empty.
    #[serde(rename = "btntxt", skip_serializing_if = "String::is_empty")]
    pub button: String,
}

/// Articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct News {
    /// One to eight.
    pub articles: Vec<crate::Article>,
}

/// Uploaded media.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MediaId {
    media_id: String,
}

/// How a message is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Not to be forwarded, with the reader's name as watermark.
    pub confidential: bool,
    /// The same content to the same members is sent once within so many seconds (at most four hours).
    pub once_within_s: Option<u32>,
}

/// Who could not be reached, and how to change the message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct NoticeSent {
    /// Id, for [`Client::recall_notice`].
    #[serde(rename = "msgid")]
    pub id: String,
    /// Members who do not exist or may not see the app, joined by `|`.
    #[serde(rename = "invaliduser")]
    pub invalid_users: String,
    /// The same for departments.
    #[serde(rename = "invalidparty")]
    pub invalid_departments: String,
    /// The same for tags.
    #[serde(rename = "invalidtag")]
    pub invalid_tags: String,
    /// Members without a licence.
    #[serde(rename = "unlicenseduser")]
    pub unlicensed_users: String,
    /// Changes a template card once within 72 hours.
    pub response_code: String,
}

impl NoticeSent {
    /// Members who did not get it.
    pub fn missed(&self) -> impl Iterator<Item = &str> {
        let both = self
            .invalid_users
            .split('|')
            .chain(self.unlicensed_users.split('|'));
        both.filter(|user| !user.is_empty())
    }
}

impl To {
    /// These members.
    pub fn users(users: &[&str]) -> Self {
        Self {
            users: users.iter().map(|user| (*user).to_owned()).collect(),
            ..Self::default()
        }
    }

    fn check(&self) -> Result<(), CallError> {
        let lists = [
            ("members", self.users.len(), MAX_USERS),
            ("departments", self.departments.len(), MAX_PARTIES),
            ("tags", self.tags.len(), MAX_PARTIES),
        ];
        for (what, items, most) in lists.into_iter().filter(|(_, items, _)| *items > 0) {
            counted(what, items, most)?;
        }
        if self.everybody || lists.iter().any(|(_, items, _)| *items > 0) {
            Ok(())
        } else {
            Err(CallError::Invalid("a notice to nobody".to_owned()))
        }
    }
}

impl Notice {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text {
            text: Text {
                content: text.to_owned(),
            },
        }
    }

    /// Markdown.
    pub fn markdown(text: &str) -> Self {
        Self::Markdown {
            markdown: Text {
                content: text.to_owned(),
            },
        }
    }

    /// A card with one link.
    pub fn card(title: &str, description: &str, url: &str) -> Self {
        Self::Textcard {
            textcard: TextCard {
                title: title.to_owned(),
                description: description.to_owned(),
                url: url.to_owned(),
                button: String::new(),
            },
        }
    }

    /// An uploaded picture.
    pub fn image(media_id: &str) -> Self {
        Self::Image {
            image: MediaId {
                media_id: media_id.to_owned(),
            },
        }
    }

    /// An uploaded file.
    pub fn file(media_id: &str) -> Self {
        Self::File {
            file: MediaId {
                media_id: media_id.to_owned(),
            },
        }
    }

    /// Checks lengths as WeCom does; it cuts what is too long without a word.
    pub fn check(&self) -> Result<(), CallError> {
        match self {
            Self::Text { text } => measured("a text", &text.content, 2_048),
            Self::Markdown { markdown } => measured("a text", &markdown.content, 2_048),
            Self::Textcard { textcard } => {
                measured("a title", &textcard.title, 128)?;
                measured("a description", &textcard.description, 512)?;
                measured("an address", &textcard.url, 2_048)?;
                if textcard.button.chars().count() > 4 {
                    return Err(CallError::Invalid(
                        "a button of more than four characters".to_owned(),
                    ));
                }
                Ok(())
            }
            Self::News { news } => {
                counted("articles", news.articles.len(), 8)?;
                news.articles.iter().try_for_each(|article| {
                    measured("a title", &article.title, 128)?;
                    measured("an address", &article.url, 2_048)
                })
            }
            Self::TemplateCard { template_card } if !template_card.is_object() => {
                Err(CallError::Invalid("a template card is a JSON object".to_owned()))
            }
            Self::TemplateCard { .. } | Self::Image { .. } | Self::File { .. } => Ok(()),
        }
    }
}

impl Client {
    /// Sends a notice to members of staff. One member receives at most 30 a minute and 1000 an hour, an app sends
    /// at most 200 × accounts a day; what is more is dropped by WeCom without a word.
    pub async fn send_notice(
        &self,
        to: &To,
        notice: &Notice,
        delivery: Delivery,
    ) -> Result<NoticeSent, CallError> {
        to.check()?;
        notice.check()?;
        let Value::Object(mut body) = json!(notice) else {
            return Err(CallError::Invalid("not a notice".to_owned()));
        };
        address(&mut body, to);
        body.insert("agentid".to_owned(), json!(self.agent_id()));
        body.insert("safe".to_owned(), json!(i64::from(delivery.confidential)));
        if let Some(seconds) = delivery.once_within_s {
            body.insert("enable_duplicate_check".to_owned(), json!(1));
            body.insert(
                "duplicate_check_interval".to_owned(),
                json!(seconds.min(4 * 3_600)),
            );
        }
        self.post("/cgi-bin/message/send", &body).await
    }

    /// Takes a notice back within 24 hours.
    pub async fn recall_notice(&self, id: &str) -> Result<(), CallError> {
        self.order("/cgi-bin/message/recall", &json!({"msgid": id})).await
    }

    /// Changes a template card: its button for these members, once for each response code.
    pub async fn disable_card(
        &self,
        response_code: &str,
        users: &[String],
        words: &str,
    ) -> Result<(), CallError> {
        let body = json!({
            "userids": users, "agentid": self.agent_id(), "response_code": response_code,
            "button": {"replace_name": words},
        });
        self.order("/cgi-bin/message/update_template_card", &body).await
    }
}

fn address(body: &mut Map<String, Value>, to: &To) {
    if to.everybody {
        body.insert("touser".to_owned(), json!("@all"));
        return;
    }
    let lists = [
        ("touser", &to.users),
        ("toparty", &to.departments),
        ("totag", &to.tags),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        body.insert(name.to_owned(), json!(list.join("|")));
    }
}
