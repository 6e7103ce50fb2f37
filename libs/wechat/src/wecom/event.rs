//! The events of WeCom by what a bank does about them: staff who come and go, customers added, lost and handed
//! over, group chats, tags, acquisition links, the two doorbells (微信客服, 会话存档), cards, jobs, approvals.

use serde::{Deserialize, Serialize};

use super::change::{self, AcquisitionChange, ChatChange, CustomerChange, StaffChange, TagChange};
use super::fields::Fields;
use crate::callback::Reject;
use crate::message::Raw;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// `change_contact`: a member, department or tag of the address book.
    Staff(StaffChange),
    /// `change_external_contact`: a relation between a member and a customer.
    Customer(CustomerChange),
    /// `change_external_chat`: a customer group.
    Chat(ChatChange),
    /// `change_external_tag`: a corporate customer tag.
    Tag(TagChange),
    /// `customer_acquisition`: a customer acquisition link (获客助手).
    Acquisition(AcquisitionChange),
    /// `kf_msg_or_event`: there is something to pull from 微信客服. The token lives ten minutes.
    KfDoorbell { token: String, open_kf_id: String },
    /// `kf_account_auth_change`: 微信客服 accounts that this app may or may no longer serve.
    KfAccounts { gained: Vec<String>, lost: Vec<String> },
    /// `msgaudit_notify`: there is something to pull from the message archive. At most one every 15 minutes.
    ArchiveDoorbell,
    /// `subscribe`: a member may use the app now.
    AppGained,
    /// `unsubscribe`: a member may no longer use the app.
    AppLost,
    /// `enter_agent`: a member opened the app. At most one a minute for each member.
    Entered { key: String },
    /// `click`: a menu button.
    Click { key: String },
    /// `view`: a menu button that opens a page.
    View { url: String },
    /// `template_card_event` and `template_card_menu_event`: a member used a card.
    Card(CardUse),
    /// `batch_job_result`: an asynchronous job of the address book has ended.
    BatchJob(BatchJob),
    /// `sys_approval_change`: the state of an approval has changed.
    Approval(Approval),
    /// Any other event, whole.
    Other {
        name: String,
        change: String,
        key: String,
        raw: Raw,
    },
}

/// What a member did on a template card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardUse {
    /// Key of the button or menu entry.
    pub key: String,
    /// The sender's own number of the card.
    pub task_id: String,
    /// `text_notice`, `button_interaction` …
    pub card_type: String,
    /// Changes the card once within 72 hours.
    pub response_code: String,
    /// Question and the options chosen for it.
    pub selected: Vec<(String, Vec<String>)>,
    /// The menu in the card's corner, not the card itself.
    pub menu: bool,
}

/// An asynchronous job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchJob {
    /// Job number.
    pub id: String,
    /// `sync_user`, `replace_user`, `invite_user`, `replace_party`.
    pub kind: String,
    /// 0 when it went well.
    pub error_code: i64,
    /// WeCom's words.
    pub error: String,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// `SpNo`.
    pub number: String,
    /// `SpName`.
    pub name: String,
    /// 1 pending, 2 approved, 3 refused, 4 withdrawn, 6 withdrawn after approval, 7 deleted, 10 paid.
    pub status: i64,
    /// Template.
    pub template_id: String,
    /// Who asked.
    pub applicant: String,
    /// Everything else about it.
    pub raw: Raw,
}

/// Types an event. `created_at` in seconds: a welcome code counts from it.
pub(super) fn read(mut f: Fields, created_at: i64) -> Result<Event, Reject> {
    let name = f.need("Event")?;
    Ok(match name.as_str() {
        "change_contact" => Event::Staff(change::staff(f)?),
        "change_external_contact" => Event::Customer(change::customer(f, created_at)?),
        "change_external_chat" => Event::Chat(change::chat(f)?),
        "change_external_tag" => Event::Tag(change::tag(f)?),
        "customer_acquisition" => Event::Acquisition(change::acquisition(f)?),
        "kf_msg_or_event" => Event::KfDoorbell {
            token: f.need("Token")?,
            open_kf_id: f.need("OpenKfId")?,
        },
        "kf_account_auth_change" => Event::KfAccounts {
            gained: f.list("AuthAddOpenKfId"),
            lost: f.list("AuthDelOpenKfId"),
        },
        "msgaudit_notify" => Event::ArchiveDoorbell,
        "subscribe" => Event::AppGained,
        "unsubscribe" => Event::AppLost,
        "enter_agent" => Event::Entered {
            key: f.text("EventKey"),
        },
        "click" => Event::Click {
            key: f.text("EventKey"),
        },
        "view" => Event::View {
            url: f.text("EventKey"),
        },
        "template_card_event" => Event::Card(card(f, false)),
        "template_card_menu_event" => Event::Card(card(f, true)),
        "batch_job_result" => Event::BatchJob(BatchJob {
            id: f.need("BatchJob/JobId")?,
            kind: f.text("BatchJob/JobType"),
            error_code: f.number("BatchJob/ErrCode").unwrap_or_default(),
            error: f.text("BatchJob/ErrMsg"),
        }),
        "sys_approval_change" => Event::Approval(approval(f)?),
        _ => Event::Other {
            name,
            change: f.text("ChangeType"),
            key: f.text("EventKey"),
            raw: f.raw(),
        },
    })
}

fn card(mut f: Fields, menu: bool) -> CardUse {
    let mut selected: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in f.group("SelectedItems/SelectedItem") {
        match (name, selected.last_mut()) {
            ("QuestionKey", _) => selected.push((value.to_owned(), Vec::new())),
            ("OptionIds/OptionId", Some((_, options))) => options.push(value.to_owned()),
            _ => {}
        }
    }
    CardUse {
        key: f.text("EventKey"),
        task_id: f.text("TaskId"),
        card_type: f.text("CardType"),
        response_code: f.text("ResponseCode"),
        selected,
        menu,
    }
}

fn approval(mut f: Fields) -> Result<Approval, Reject> {
    Ok(Approval {
        number: f.need("ApprovalInfo/SpNo")?,
        name: f.text("ApprovalInfo/SpName"),
        status: f.number("ApprovalInfo/SpStatus").unwrap_or_default(),
        template_id: f.text("ApprovalInfo/TemplateId"),
        applicant: f.text("ApprovalInfo/Applyer/UserId"),
        raw: f.raw(),
    })
}
