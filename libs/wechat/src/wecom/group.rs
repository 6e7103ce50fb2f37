//! Customer groups (客户群): list, members, and hand-over of groups whose owner left or stays.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// Which groups to list by the state of their owner's hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// All.
    Any,
    /// The owner left, and nobody took over.
    Ownerless,
    /// A hand-over is under way.
    HandingOver,
    /// A hand-over is done.
    HandedOver,
}

impl GroupState {
    const fn number(self) -> i64 {
        match self {
            Self::Any => 0,
            Self::Ownerless => 1,
            Self::HandingOver => 2,
            Self::HandedOver => 3,
        }
    }
}

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupHead {
    /// Id.
    pub chat_id: String,
    /// 0 followed up, 1 owner left, 2 being handed over, 3 handed over.
    #[serde(default)]
    pub status: i64,
}

/// A page of groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GroupPage {
    /// Groups.
    #[serde(rename = "group_chat_list")]
    pub groups: Vec<GroupHead>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// A group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Id.
    pub chat_id: String,
    /// Name; may be empty.
    pub name: String,
    /// Owner's userid.
    pub owner: String,
    /// Second of making.
    pub create_time: i64,
    /// Notice.
    pub notice: String,
    /// Members.
    #[serde(rename = "member_list")]
    pub members: Vec<GroupMember>,
    /// Administrators.
    #[serde(rename = "admin_list")]
    pub admins: Vec<Member>,
    /// Changes with the members; also told by event.
    pub member_version: String,
}

/// A member of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupMember {
    /// A userid, or a customer's id.
    pub userid: String,
    /// 1 staff, 2 outside.
    pub r#type: i64,
    /// Unionid of an outside member.
    pub unionid: Option<String>,
    /// Second of joining.
    pub join_time: i64,
    /// 1 invited by a member, 2 by link, 3 by QR code.
    pub join_scene: i64,
    /// Who invited.
    pub invitor: Option<Member>,
    /// Name in the group.
    pub group_nickname: String,
    /// Name, when asked for.
    pub name: String,
}

/// A member of staff.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Member {
    /// Userid.
    pub userid: String,
}

/// A group that could not be handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FailedGroup {
    /// Group.
    pub chat_id: String,
    /// Code.
    pub errcode: i64,
    /// Words.
    pub errmsg: String,
}

#[derive(Deserialize)]
struct Got {
    group_chat: Group,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failed {
    failed_chat_list: Vec<FailedGroup>,
}

const BASE: &str = "/cgi-bin/externalcontact/groupchat";

impl Client {
    /// Groups by state and, when given, by owner (at most 100); at most 1000 a page.
    pub async fn groups(
        &self,
        state: GroupState,
        owners: &[String],
        cursor: Option<&str>,
    ) -> Result<GroupPage, CallError> {
        if owners.len() > BATCH {
            counted("owners", owners.len(), BATCH)?;
        }
        let mut body = json!({
            "status_filter": state.number(), "cursor": cursor.unwrap_or_default(), "limit": 1_000,
        });
        if let (false, Some(fields)) = (owners.is_empty(), body.as_object_mut()) {
            fields.insert("owner_filter".to_owned(), json!({"userid_list": owners}));
        }
        self.post(&format!("{BASE}/list"), &body).await
    }

    /// A group with its members and their names.
    pub async fn group(&self, chat_id: &str) -> Result<Group, CallError> {
        let body = json!({"chat_id": chat_id, "need_name": 1});
        let got: Got = self.post(&format!("{BASE}/get"), &body).await?;
        Ok(got.group_chat)
    }

    /// Gives at most 100 groups of owners who left to a new owner; those that failed.
    pub async fn hand_over_resigned_groups(
        &self,
        chat_ids: &[String],
        new_owner: &str,
    ) -> Result<Vec<FailedGroup>, CallError> {
        self.transfer_groups("transfer", chat_ids, new_owner).await
    }

    /// Gives at most 100 groups of owners who stay to a new owner; those that failed.
    pub async fn hand_over_groups(
        &self,
        chat_ids: &[String],
        new_owner: &str,
    ) -> Result<Vec<FailedGroup>, CallError> {
        self.transfer_groups("onjob_transfer", chat_ids, new_owner).await
    }

    async fn transfer_groups(
        &self,
        call: &str,
        chat_ids: &[String],
        new_owner: &str,
    ) -> Result<Vec<FailedGroup>, CallError> {
        counted("groups", chat_ids.len(), BATCH)?;
        let body = json!({"chat_id_list": chat_ids, "new_owner": new_owner});
        let failed: Failed = self.post(&format!("{BASE}/{call}"), &body).await?;
        Ok(failed.failed_chat_list)
    }
}
