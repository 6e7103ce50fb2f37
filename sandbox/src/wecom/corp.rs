//! What the simulated WeCom remembers of one corporation. One lock, held for moments.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::broadcast::Broadcast;
use super::group::Group;
use super::handover::HandOver;
use super::kf::Kf;
use super::moment::Moment;
use super::tag::TagGroup;
use super::{WeComSettings, call::Tokens};
use crate::chance;

/// A member of staff.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeComStaff {
    /// Userid.
    pub user_id: String,
    /// Name.
    pub name: String,
    /// Department.
    pub department: i64,
}

/// Somebody with WeChat.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeComCustomer {
    /// Id for this corporation, `wm…`.
    pub external_user_id: String,
    /// Name in WeChat.
    pub name: String,
    /// Unionid.
    pub unionid: String,
    /// Openid for the corporation's Official Account.
    pub openid: String,
}

#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) person: WeComStaff,
    pub(super) left_at: Option<i64>,
    /// Has as many customers as a member may have.
    pub(super) full: bool,
}

/// What a member has with a customer.
#[derive(Debug, Clone, Default)]
pub(super) struct Relation {
    pub(super) remark: String,
    pub(super) description: String,
    pub(super) mobiles: Vec<Value>,
    pub(super) created_at: i64,
    pub(super) state: String,
    pub(super) add_way: i64,
    pub(super) tags: BTreeSet<String>,
    /// They have begun to chat.
    pub(super) chatting: bool,
}

/// A welcome code.
#[derive(Debug, Clone)]
pub(super) struct Welcome {
    pub(super) user: String,
    pub(super) customer: String,
    pub(super) until: i64,
    pub(super) used: bool,
}

/// Member and customer.
pub(super) type Pair = (String, String);

pub(super) struct Corp {
    pub(super) corpid: String,
    pub(super) apps: Vec<(i64, String)>,
    pub(super) staff: BTreeMap<String, Member>,
    pub(super) customers: BTreeMap<String, WeComCustomer>,
    pub(super) relations: BTreeMap<Pair, Relation>,
    pub(super) welcomes: HashMap<String, Welcome>,
    pub(super) hand_overs: Vec<HandOver>,
    pub(super) tags: Vec<TagGroup>,
    pub(super) ways: BTreeMap<String, Value>,
    pub(super) links: BTreeMap<String, Value>,
    pub(super) broadcasts: BTreeMap<String, Broadcast>,
    pub(super) moments: BTreeMap<String, Moment>,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) media: HashMap<String, (String, Vec<u8>)>,
    /// What members were told: userid and message.
    pub(super) notices: Vec<(String, Value)>,
    /// What customers see: id and words.
    pub(super) inboxes: Vec<(String, Value)>,
    pub(super) kf: Kf,
    pub(super) tokens: Tokens,
    /// Calls of this minute by path, and of all time.
    pub(super) minute: (i64, HashMap<String, u64>),
    pub(super) calls: BTreeMap<String, u64>,
    /// Inner XML of events to be pushed.
    pub(super) outbox: Vec<String>,
    pub(super) faults: Faults,
    next: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Faults {
    /// Every call is answered "system busy".
    pub(super) down: bool,
    /// Calls take effect and their answers are lost.
    pub(super) lose_answers: bool,
    /// A push is delivered three times at once.
    pub(super) deliver_thrice: bool,
}

impl Corp {
    pub(super) fn new(settings: &WeComSettings) -> Self {
        let member = |person: &WeComStaff| {
            let member = Member {
                person: person.clone(),
                left_at: None,
                full: false,
            };
            (person.user_id.clone(), member)
        };
        let customer = |person: &WeComCustomer| (person.external_user_id.clone(), person.clone());
        Self {
            corpid: settings.corpid.clone(),
            apps: settings.apps.clone(),
            staff: settings.staff.iter().map(member).collect(),
            customers: settings.customers.iter().map(customer).collect(),
            relations: BTreeMap::new(),
            welcomes: HashMap::new(),
            hand_overs: Vec::new(),
            tags: Vec::new(),
            ways: BTreeMap::new(),
            links: BTreeMap::new(),
            broadcasts: BTreeMap::new(),
            moments: BTreeMap::new(),
            groups: BTreeMap::new(),
            media: HashMap::new(),
            notices: Vec::new(),
            inboxes: Vec::new(),
            kf: Kf::default(),
            tokens: Tokens::default(),
            minute: (0, HashMap::new()),
            calls: BTreeMap::new(),
            outbox: Vec::new(),
            faults: Faults::default(),
            next: 0,
        }
    }

    /// A number that was not given before.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// An id that was not given before and cannot be guessed.
    pub(super) fn id(&mut self, prefix: &str) -> String {
        let number = self.number();
        format!("{prefix}{}{number}", chance::hex::<8>())
    }

    /// A member who works there.
    pub(super) fn active(&self, user: &str) -> bool {
        self.staff
            .get(user)
            .is_some_and(|member| member.left_at.is_none())
    }

    pub(super) fn relation(&mut self, user: &str, customer: &str) -> Option<&mut Relation> {
        self.relations.get_mut(&(user.to_owned(), customer.to_owned()))
    }

    /// They become friends; the event, with a welcome code unless they come by a hand-over.
    pub(super) fn befriend(&mut self, pair: &Pair, state: &str, add_way: i64, now: i64) -> Option<String> {
        let (user, customer) = pair;
        let relation = Relation {
            created_at: now,
            state: state.to_owned(),
            add_way,
            ..Relation::default()
        };
        self.relations.insert(pair.clone(), relation);
        let code = (add_way != super::handover::ADD_WAY).then(|| self.id("CODE"));
        let mut parts = vec![("UserID", user.as_str()), ("ExternalUserID", customer)];
        if !state.is_empty() {
            parts.push(("State", state));
        }
        if let Some(code) = &code {
            parts.push(("WelcomeCode", code));
            let welcome = Welcome {
                user: user.clone(),
                customer: customer.clone(),
                until: now + 20,
                used: false,
            };
            self.welcomes.insert(code.clone(), welcome);
        }
        self.tell("change_external_contact", "add_external_contact", &parts);
        code
    }

    /// Puts an event into the outbox.
    pub(super) fn tell(&mut self, event: &str, change: &str, parts: &[(&str, &str)]) {
        let mut inner = String::new();
        weigui_wechat::xml::write_cdata(&mut inner, "MsgType", "event");
        weigui_wechat::xml::write_cdata(&mut inner, "Event", event);
        if !change.is_empty() {
            weigui_wechat::xml::write_cdata(&mut inner, "ChangeType", change);
        }
        for (name, value) in parts {
            weigui_wechat::xml::write_cdata(&mut inner, name, value);
        }
        self.outbox.push(inner);
    }

    /// Does what is due.
    pub(super) fn pass_time(&mut self, now: i64) {
        self.complete_hand_overs(now);
    }
}
