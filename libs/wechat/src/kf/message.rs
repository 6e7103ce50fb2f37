//! What a pull brings: messages of customers and people, and events. A kind we do not know, or one in another shape
//! than documented, stays whole: one odd message must not stop the flow.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A message or event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KfMessage {
    /// Id, unique for the account.
    pub id: String,
    /// The account.
    pub open_kf_id: String,
    /// The customer; events about a servicer have none.
    pub external_user_id: Option<String>,
    /// Second.
    pub sent_at: i64,
    /// Who wrote it.
    pub origin: Origin,
    /// The person who wrote it, when it was one.
    pub servicer: Option<String>,
    /// What it says.
    pub content: KfContent,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// 3: the customer.
    Customer,
    /// 4: WeCom itself (events).
    System,
    /// 5: a person in WeCom.
    Servicer,
    /// Another number.
    Other(i64),
}

/// What a message says. Media are fetched with [`Client::media`](crate::wecom::Client::media) within three days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KfContent {
    /// Text; `menu_id` when it was chosen from a menu.
    Text { text: String, menu_id: Option<String> },
    /// A picture.
    Image { media_id: String },
    /// A voice message.
    Voice { media_id: String },
    /// A video.
    Video { media_id: String },
    /// A file.
    File { media_id: String },
    /// A place; coordinates stay as WeCom wrote them.
    Location {
        name: String,
        address: String,
        raw: Value,
    },
    /// A link.
    Link {
        title: String,
        description: String,
        url: String,
    },
    /// Somebody's card.
    BusinessCard { user_id: String },
    /// A mini program's page.
    MiniProgram {
        title: String,
        appid: String,
        path: String,
    },
    /// Something happened.
    Event(KfEvent),
    /// Any other kind (`msgmenu`, `channels_…`, `merged_msg`, `meeting`, `schedule`, `note` …), whole.
    Other { kind: String, raw: Value },
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KfEvent {
    /// `enter_session`: the customer opened the chat.
    Entered(EnterSession),
    /// `msg_send_fail`: a message of ours was not delivered.
    SendFailed { id: String, why: SendFailure },
    /// `servicer_status_change`: a person begins (true) or stops receiving customers.
    ServicerStatus { user_id: String, receiving: bool },
    /// `session_status_change`: a person took, passed on or ended a conversation.
    Session(SessionChange),
    /// `user_recall_msg`: the customer took a message back.
    CustomerRecalled { id: String },
    /// `servicer_recall_msg`: a person took a message back.
    ServicerRecalled { id: String },
    /// `reject_customer_msg_switch_change`: a person refuses a customer's messages, or takes them again.
    RejectSwitch { user_id: String, rejects: bool },
    /// Any other event, whole.
    Other { kind: String, raw: Value },
}

/// A customer opened the chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnterSession {
    /// Scene that was put into the contact way.
    pub scene: String,
    /// `scene_param` of its address, at most 128 bytes.
    pub scene_param: String,
    /// To greet with, once and within 20 seconds; only when the customer was not greeted in the last 48 hours and has
    /// not written.
    pub welcome_code: Option<String>,
}

/// Why a message was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SendFailure {
    /// 1: the account is deleted.
    AccountDeleted,
    /// 2: the app is closed.
    AppClosed,
    /// 4: the 48 hours are over.
    WindowOver,
    /// 5: the conversation is closed.
    Closed,
    /// 6: more than five messages.
    QuotaSpent,
    /// 7: the customer has no way to this account.
    NoChannel,
    /// 0 or another number.
    Unknown(i64),
}

impl SendFailure {
    const fn of(number: i64) -> Self {
        match number {
            1 => Self::AccountDeleted,
            2 => Self::AppClosed,
            4 => Self::WindowOver,
            5 => Self::Closed,
            6 => Self::QuotaSpent,
            7 => Self::NoChannel,
            other => Self::Unknown(other),
        }
    }
}

/// A conversation changed hands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionChange {
    /// 1 taken from the queue, 2 passed on, 3 ended, 4 opened again.
    pub change: i64,
    /// Who had it.
    pub from: Option<String>,
    /// Who has it.
    pub to: Option<String>,
    /// To say something with, once and within 20 seconds (an ending, a survey).
    pub message_code: Option<String>,
}

impl KfMessage {
    /// Reads one entry of `msg_list`; never fails, whatever it holds.
    pub(super) fn read(mut value: Value, account: &str) -> Self {
        let kind = text(&value, "msgtype");
        let inner = value.get_mut(&kind).map(Value::take).unwrap_or_default();
        // Events carry customer and account inside.
        let either = |name: &str| {
            let outer = text(&value, name);
            if outer.is_empty() {
                text(&inner, name)
            } else {
                outer
            }
        };
        let open_kf_id = Some(either("open_kfid")).filter(|id| !id.is_empty());
        Self {
            id: text(&value, "msgid"),
            open_kf_id: open_kf_id.unwrap_or_else(|| account.to_owned()),
            external_user_id: some(either("external_userid")),
            sent_at: number(&value, "send_time"),
            origin: match number(&value, "origin") {
                3 => Origin::Customer,
                4 => Origin::System,
                5 => Origin::Servicer,
                other => Origin::Other(other),
            },
            servicer: some(text(&value, "servicer_userid")),
            content: content(kind, inner),
        }
    }
}

fn content(kind: String, raw: Value) -> KfContent {
    let t = |name: &str| text(&raw, name);
    let media_id = t("media_id");
    match kind.as_str() {
        "text" => KfContent::Text {
            text: t("content"),
            menu_id: some(t("menu_id")),
        },
        "image" => KfContent::Image { media_id },
        "voice" => KfContent::Voice { media_id },
        "video" => KfContent::Video { media_id },
        "file" => KfContent::File { media_id },
        "location" => KfContent::Location {
            name: t("name"),
            address: t("address"),
            raw,
        },
        "link" => KfContent::Link {
            title: t("title"),
            description: t("desc"),
            url: t("url"),
        },
        "business_card" => KfContent::BusinessCard { user_id: t("userid") },
        "miniprogram" => KfContent::MiniProgram {
            title: t("title"),
            appid: t("appid"),
            path: t("pagepath"),
        },
        "event" => KfContent::Event(event(raw)),
        _ => KfContent::Other { kind, raw },
    }
}

fn event(raw: Value) -> KfEvent {
    let t = |name: &str| text(&raw, name);
    let kind = t("event_type");
    match kind.as_str() {
        "enter_session" => KfEvent::Entered(EnterSession {
            scene: t("scene"),
            scene_param: t("scene_param"),
            welcome_code: some(t("welcome_code")),
        }),
        "msg_send_fail" => KfEvent::SendFailed {
            id: t("fail_msgid"),
            why: SendFailure::of(number(&raw, "fail_type")),
        },
        "servicer_status_change" => KfEvent::ServicerStatus {
            user_id: t("servicer_userid"),
            receiving: number(&raw, "status") == 1,
        },
        "session_status_change" => KfEvent::Session(SessionChange {
            change: number(&raw, "change_type"),
            from: some(t("old_servicer_userid")),
            to: some(t("new_servicer_userid")),
            message_code: some(t("msg_code")),
        }),
        "user_recall_msg" => KfEvent::CustomerRecalled {
            id: t("recall_msgid"),
        },
        "servicer_recall_msg" => KfEvent::ServicerRecalled {
            id: t("recall_msgid"),
        },
        "reject_customer_msg_switch_change" => KfEvent::RejectSwitch {
            user_id: t("servicer_userid"),
            rejects: number(&raw, "reject_switch") == 1,
        },
        _ => KfEvent::Other { kind, raw },
    }
}

fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn number(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_i64).unwrap_or_default()
}
