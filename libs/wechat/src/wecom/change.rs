//! The five `change_…` families of WeCom's events. What happened stands in `ChangeType`; one that we do not know
//! is kept whole.

use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::welcome::WelcomeCode;
use crate::callback::Reject;
use crate::message::Raw;

/// A change of the address book (通讯录).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StaffChange {
    /// `create_user`.
    Joined {
        user_id: String,
        departments: Vec<String>,
    },
    /// `update_user`; only what changed is told.
    Updated {
        user_id: String,
        /// The userid itself was changed to this.
        new_user_id: Option<String>,
        departments: Vec<String>,
        /// 1 active, 2 disabled, 4 not yet active.
        status: Option<i64>,
    },
    /// `delete_user`: the member has left; customers wait for a hand-over.
    Left { user_id: String },
    /// `create_party`, `update_party`, `delete_party`.
    Department {
        change: String,
        id: String,
        parent_id: Option<String>,
    },
    /// Any other change.
    Other { change: String, raw: Raw },
}

/// A change of the relation between a member of staff and a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomerChange {
    /// `add_external_contact`: they are friends now.
    Added {
        relation: Relation,
        /// The channel that was put into the contact way or link, at most 30 characters.
        state: Option<String>,
        /// To greet with, once and within 20 seconds; none when another app may greet.
        welcome: Option<WelcomeCode>,
    },
    /// `edit_external_contact`: the member changed remark or tags.
    Edited(Relation),
    /// `add_half_external_contact`: the customer added a member who needs no verification.
    HalfAdded {
        relation: Relation,
        state: Option<String>,
        welcome: Option<WelcomeCode>,
    },
    /// `del_external_contact`: the member removed the customer.
    RemovedByStaff {
        relation: Relation,
        /// Removed because the customer was handed over to somebody else, not by hand.
        by_hand_over: bool,
    },
    /// `del_follow_user`: the customer removed the member.
    RemovedByCustomer(Relation),
    /// `transfer_fail`: a hand-over did not come about.
    HandOverFailed { relation: Relation, reason: FailReason },
    /// `msg_audit_approved`: the customer agrees to the archiving of messages.
    ArchiveAgreed {
        relation: Relation,
        welcome: Option<WelcomeCode>,
    },
    /// Any other change.
    Other { change: String, raw: Raw },
}

/// Who and whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Relation {
    /// The member.
    pub user_id: String,
    /// The customer.
    pub external_user_id: String,
}

/// Why a hand-over failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailReason {
    /// The customer refused within the 24 hours: somebody else must be found, by asking the customer.
    CustomerRefused,
    /// The successor has as many customers as a member may have: another successor.
    SuccessorFull,
    /// WeCom's word.
    Other(String),
}

impl FailReason {
    fn parse(word: &str) -> Self {
        match word {
            "customer_refused" => Self::CustomerRefused,
            "customer_limit_exceed" => Self::SuccessorFull,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A change of a customer group (客户群).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatChange {
    /// `create`.
    Created { chat_id: String },
    /// `update`: `add_member`, `del_member`, `change_owner`, `change_name`, `change_notice`.
    Updated {
        chat_id: String,
        detail: String,
        /// How many members came or went.
        members: i64,
        /// Version of the member list after the change.
        version: Option<String>,
    },
    /// `dismiss`.
    Dismissed { chat_id: String },
    /// Any other change.
    Other { change: String, raw: Raw },
}

/// A change of a corporate customer tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    /// `create`, `update`, `delete`, `shuffle`.
    pub change: String,
    /// The tag or group.
    pub id: String,
    /// A group of tags, not a tag.
    pub is_group: bool,
}

/// A change about an acquisition link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AcquisitionChange {
    /// `balance_low`: few uses are left.
    BalanceLow,
    /// `balance_exhausted`: no uses are left; the links still open and add nobody.
    BalanceExhausted,
    /// `link_unavailable`: a link does not work any more.
    LinkUnavailable { link_id: String },
    /// `customer_start_chat`: a customer who came by a link has spoken for the first time (this costs one use).
    ChatStarted {
        relation: Relation,
        link_id: Option<String>,
        state: Option<String>,
    },
    /// Any other change.
    Other { change: String, raw: Raw },
}

pub(super) fn staff(mut f: Fields) -> Result<StaffChange, Reject> {
    let change = f.need("ChangeType")?;
    Ok(match change.as_str() {
        "create_user" => StaffChange::Joined {
            user_id: f.need("UserID")?,
            departments: f.list("Department"),
        },
        "update_user" => StaffChange::Updated {
            user_id: f.need("UserID")?,
            new_user_id: f.take("NewUserID"),
            departments: f.list("Department"),
            status: f.number("Status"),
        },
        "delete_user" => StaffChange::Left {
            user_id: f.need("UserID")?,
        },
        "create_party" | "update_party" | "delete_party" => StaffChange::Department {
            change,
            id: f.need("Id")?,
            parent_id: f.take("ParentId"),
        },
        _ => StaffChange::Other { change, raw: f.raw() },
    })
}

pub(super) fn customer(mut f: Fields, created_at: i64) -> Result<CustomerChange, Reject> {
    let change = f.need("ChangeType")?;
    Ok(match change.as_str() {
        "add_external_contact" => CustomerChange::Added {
            relation: relation(&mut f)?,
            state: f.take("State"),
            welcome: welcome(&mut f, created_at),
        },
        "edit_external_contact" => CustomerChange::Edited(relation(&mut f)?),
        "add_half_external_contact" => CustomerChange::HalfAdded {
            relation: relation(&mut f)?,
            state: f.take("State"),
            welcome: welcome(&mut f, created_at),
        },
        "del_external_contact" => CustomerChange::RemovedByStaff {
            relation: relation(&mut f)?,
            by_hand_over: f.text("Source") == "DELETE_BY_TRANSFER",
        },
        "del_follow_user" => CustomerChange::RemovedByCustomer(relation(&mut f)?),
        "transfer_fail" => CustomerChange::HandOverFailed {
            relation: relation(&mut f)?,
            reason: FailReason::parse(&f.text("FailReason")),
        },
        "msg_audit_approved" => CustomerChange::ArchiveAgreed {
            relation: relation(&mut f)?,
            welcome: welcome(&mut f, created_at),
        },
        _ => CustomerChange::Other { change, raw: f.raw() },
    })
}

fn relation(f: &mut Fields) -> Result<Relation, Reject> {
    Ok(Relation {
        user_id: f.need("UserID")?,
        external_user_id: f.need("ExternalUserID")?,
    })
}

fn welcome(f: &mut Fields, created_at: i64) -> Option<WelcomeCode> {
    f.take("WelcomeCode")
        .map(|code| WelcomeCode::new(code, created_at))
}

pub(super) fn chat(mut f: Fields) -> Result<ChatChange, Reject> {
    let change = f.need("ChangeType")?;
    Ok(match change.as_str() {
        "create" => ChatChange::Created {
            chat_id: f.need("ChatId")?,
        },
        "update" => ChatChange::Updated {
            chat_id: f.need("ChatId")?,
            detail: f.text("UpdateDetail"),
            members: f.number("MemChangeCnt").unwrap_or_default(),
            version: f.take("CurMemVer"),
        },
        "dismiss" => ChatChange::Dismissed {
            chat_id: f.need("ChatId")?,
        },
        _ => ChatChange::Other { change, raw: f.raw() },
    })
}

pub(super) fn tag(mut f: Fields) -> Result<TagChange, Reject> {
    Ok(TagChange {
        change: f.need("ChangeType")?,
        id: f.text("Id"),
        is_group: f.text("TagType") == "tag_group",
    })
}

pub(super) fn acquisition(mut f: Fields) -> Result<AcquisitionChange, Reject> {
    let change = f.need("ChangeType")?;
    Ok(match change.as_str() {
        "balance_low" => AcquisitionChange::BalanceLow,
        "balance_exhausted" => AcquisitionChange::BalanceExhausted,
        "link_unavailable" => AcquisitionChange::LinkUnavailable {
            link_id: f.need("LinkId")?,
        },
        "customer_start_chat" => AcquisitionChange::ChatStarted {
            relation: relation(&mut f)?,
            link_id: f.take("LinkId"),
            state: f.take("State"),
        },
        _ => AcquisitionChange::Other { change, raw: f.raw() },
    })
}
