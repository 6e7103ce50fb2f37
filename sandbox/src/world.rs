//! What the world remembers: persons, chats, SMS inboxes, tokens, codes, the menu. One lock, held for moments.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;
use weigui_wechat::Account;

use crate::faults::{CoreListener, Faults};
use crate::wechat::{Codes, Tokens, Window};
use crate::{Clock, SandboxConfig};

/// Older items of a chat or an inbox are forgotten.
const KEEP: usize = 500;

/// Somebody with a phone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// Openid for the account.
    pub openid: String,
    /// Name in WeChat.
    pub nickname: String,
    /// Colour of the picture, `#rrggbb`.
    pub avatar_color: String,
    /// Phone number, for SMS.
    pub phone: String,
    /// Whether this person follows the account now.
    pub following: bool,
    /// What the person would type into the bank's forms.
    pub demo: DemoFacts,
}

/// Facts shown beside the phone, so that a visitor can play the person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DemoFacts {
    /// Name at the bank.
    pub name: String,
    /// Identity number (synthetic).
    pub id_no: String,
    /// Card number (synthetic).
    pub card_no: String,
    /// Payment password.
    pub pay_password: String,
    /// Whether the demo begins with this person bound.
    pub bound: bool,
}

/// One item of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatItem {
    /// Rises by one per chat.
    pub seq: u64,
    /// Milliseconds.
    pub at: i64,
    /// `me` or `account`.
    pub from: String,
    /// `text`, `news`, `template` or `event`.
    pub r#type: String,
    /// Text without markup.
    pub text: String,
    /// Links in the text.
    pub links: Vec<Link>,
    /// A service notice.
    pub template: Option<Notice>,
    /// `sent`, `received` or `failed`.
    pub status: String,
}

/// A link in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Words.
    pub text: String,
    /// Address.
    pub url: String,
}

/// A service notice as the phone shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Title of the template.
    pub title: String,
    /// Labels and values.
    pub rows: Vec<Row>,
    /// Page it opens.
    pub url: Option<String>,
}

/// A row of a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Label.
    pub label: String,
    /// Value.
    pub value: String,
}

/// One SMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsItem {
    /// Rises by one per phone.
    pub seq: u64,
    /// Milliseconds.
    pub at: i64,
    /// Text.
    pub text: String,
}

/// A numbered list that forgets its oldest items.
#[derive(Debug, Clone)]
pub(crate) struct Log<T> {
    items: VecDeque<(u64, T)>,
    last: u64,
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            last: 0,
        }
    }
}

impl<T: Clone> Log<T> {
    pub(crate) fn push(&mut self, make: impl FnOnce(u64) -> T) {
        self.last += 1;
        self.items.push_back((self.last, make(self.last)));
        if self.items.len() > KEEP {
            self.items.pop_front();
        }
    }

    pub(crate) fn after(&self, seq: u64) -> Vec<T> {
        self.items
            .iter()
            .filter(|(at, _)| *at > seq)
            .map(|(_, item)| item.clone())
            .collect()
    }

    pub(crate) fn last(&self) -> u64 {
        self.last
    }
}

/// The whole world.
pub(crate) struct World {
    pub(crate) config: SandboxConfig,
    pub(crate) account: Account,
    state: Mutex<State>,
    /// Rung whenever something arrived on a phone.
    pub(crate) arrived: Notify,
}

#[derive(Default)]
pub(crate) struct State {
    /// In the order of the cast.
    pub(crate) persons: Vec<Person>,
    pub(crate) chats: HashMap<String, Log<ChatItem>>,
    pub(crate) windows: HashMap<String, Window>,
    pub(crate) inboxes: HashMap<String, Log<SmsItem>>,
    /// Ids of SMS already sent.
    pub(crate) sms_ids: BTreeSet<String>,
    /// WeChat's message id and the time of sending, by receiver and the sender's own id.
    pub(crate) template_ids: BTreeMap<String, (i64, i64)>,
    pub(crate) tokens: Tokens,
    pub(crate) codes: Codes,
    pub(crate) menu: Vec<Value>,
    pub(crate) faults: Faults,
    pub(crate) core_listener: Option<CoreListener>,
    pub(crate) message_ids: i64,
}

impl World {
    pub(crate) fn new(config: SandboxConfig, account: Account) -> Self {
        let state = State {
            persons: config.persons.clone(),
            ..State::default()
        };
        Self {
            config,
            account,
            state: Mutex::new(state),
            arrived: Notify::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.config.clock
    }

    /// Milliseconds.
    pub(crate) fn now(&self) -> i64 {
        (self.config.clock)()
    }

    /// Puts an item into somebody's chat.
    pub(crate) fn show(&self, openid: &str, item: Shown) {
        let at = self.now();
        self.state()
            .chats
            .entry(openid.to_owned())
            .or_default()
            .push(|seq| item.into_item(seq, at));
        self.arrived.notify_waiters();
    }
}

impl State {
    pub(crate) fn person(&self, openid: &str) -> Option<&Person> {
        self.persons.iter().find(|person| person.openid == openid)
    }

    pub(crate) fn follows(&self, openid: &str) -> bool {
        self.person(openid).is_some_and(|person| person.following)
    }

    pub(crate) fn next_message_id(&mut self) -> i64 {
        self.message_ids += 1;
        // Beyond what a float holds exactly, as WeChat's own ids are.
        7_200_000_000_000_000_000 + self.message_ids
    }
}

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
    fn into_item(self, seq: u64, at: i64) -> ChatItem {
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

    #[test]
    fn a_log_counts_on_when_it_forgets() {
        let mut log = Log::default();
        for _ in 0..KEEP + 5 {
            log.push(|seq| seq);
        }
        assert_eq!(log.last(), 505);
        assert_eq!(log.after(0).len(), KEEP);
        assert_eq!(log.after(504), [505]);
    }
}
