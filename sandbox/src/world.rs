//! What the world remembers: persons, chats, SMS inboxes, tokens, codes, the menu. One lock, held for moments.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;
use weigui_wechat::Account;

use crate::SandboxConfig;
use crate::faults::{CoreListener, Faults};
use crate::pay::Till;
use crate::shown::Shown;
use crate::wechat::{
    Calls, Code, Codes, Conditional, Desk, Draft, Fan, Grants, Masses, Media, Mini, MiniDesk, Published,
    Quotas, Subscriptions, Templates, Tokens, Window,
};

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
    mini: OnceLock<Mini>,
    state: Mutex<State>,
    pub(crate) pay: Till,
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
    pub(crate) mini_tokens: Tokens,
    pub(crate) codes: Codes,
    /// Login codes of the mini program.
    pub(crate) js_codes: Codes,
    pub(crate) grants: Grants,
    pub(crate) menu: Vec<Value>,
    /// Personalised menus, the oldest first.
    pub(crate) menus: Vec<Conditional>,
    /// What the account knows of people, by openid.
    pub(crate) fans: HashMap<String, Fan>,
    pub(crate) tags: BTreeMap<i64, String>,
    pub(crate) templates: Templates,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) desk: Desk,
    /// Until which second the account seems to be typing.
    pub(crate) typing: HashMap<String, i64>,
    /// By ticket.
    pub(crate) qrs: HashMap<String, Code>,
    /// By media id.
    pub(crate) media: HashMap<String, Media>,
    /// By media id.
    pub(crate) drafts: BTreeMap<String, Draft>,
    /// By article id.
    pub(crate) published: BTreeMap<String, Published>,
    pub(crate) masses: Masses,
    pub(crate) mini_desk: MiniDesk,
    pub(crate) quotas: Quotas,
    pub(crate) calls: Calls,
    pub(crate) faults: Faults,
    pub(crate) core_listener: Option<CoreListener>,
    pub(crate) message_ids: i64,
}

impl World {
    pub(crate) fn new(config: SandboxConfig, account: Account) -> Self {
        let mut state = State {
            persons: config.persons.clone(),
            tags: BTreeMap::from([(2, "星标组".to_owned())]),
            ..State::default()
        };
        let now = (config.clock)() / 1_000;
        for person in config.persons.iter().filter(|person| person.following) {
            state.fan(&person.openid).since = now;
        }
        Self {
            config,
            account,
            mini: OnceLock::new(),
            state: Mutex::new(state),
            pay: Till::default(),
            arrived: Notify::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mini program, when the bank has one.
    pub(crate) fn mini(&self) -> Option<&Mini> {
        self.mini.get()
    }

    /// The first one stays.
    pub(crate) fn set_mini(&self, mini: Mini) {
        if self.mini.set(mini).is_err() {
            tracing::warn!("the world has a mini program already");
        }
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

    /// A number for what has a small one: menus, publications, mass messages.
    pub(crate) fn next_number(&mut self) -> i64 {
        self.message_ids += 1;
        208_000_000 + self.message_ids
    }

    pub(crate) fn next_message_id(&mut self) -> i64 {
        self.message_ids += 1;
        // Beyond what a float holds exactly, as WeChat's own ids are.
        7_200_000_000_000_000_000 + self.message_ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
