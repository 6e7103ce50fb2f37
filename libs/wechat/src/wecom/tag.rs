//! Corporate customer tags (企业客户标签) and putting them on customers.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tag {
    /// Id.
    pub id: String,
    /// Name, at most 30 characters.
    pub name: String,
    /// Second of making.
    pub create_time: i64,
    /// Place in the group; larger comes first.
    pub order: i64,
    /// Deleted.
    pub deleted: bool,
}

/// A group of tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagGroup {
    /// Id.
    pub group_id: String,
    /// Name.
    pub group_name: String,
    /// Second of making.
    pub create_time: i64,
    /// Place among the groups; larger comes first.
    pub order: i64,
    /// Deleted.
    pub deleted: bool,
    /// Tags.
    #[serde(rename = "tag")]
    pub tags: Vec<Tag>,
}

/// Where new tags go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagPlace<'a> {
    /// A group that exists.
    Group(&'a str),
    /// A group by name, made when there is none of this name.
    Named(&'a str),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Groups {
    tag_group: Vec<TagGroup>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    tag_group: TagGroup,
}

const BASE: &str = "/cgi-bin/externalcontact";

impl Client {
    /// All tag groups, or those of the ids given.
    pub async fn corp_tags(&self, group_ids: &[String]) -> Result<Vec<TagGroup>, CallError> {
        let body = json!({"group_id": group_ids});
        let path = format!("{BASE}/get_corp_tag_list");
        self.post(&path, &body)
            .await
            .map(|groups: Groups| groups.tag_group)
    }

    /// Adds tags; the group with the new tags only.
    pub async fn add_corp_tags(&self, into: &TagPlace<'_>, names: &[String]) -> Result<TagGroup, CallError> {
        counted("tags", names.len(), BATCH)?;
        let tags: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        let body = match into {
            TagPlace::Group(id) => json!({"group_id": id, "tag": tags}),
            TagPlace::Named(name) => json!({"group_name": name, "tag": tags}),
        };
        let path = format!("{BASE}/add_corp_tag");
        self.post(&path, &body).await.map(|group: Group| group.tag_group)
    }

    /// Renames a tag or a group.
    pub async fn rename_corp_tag(&self, id: &str, name: &str) -> Result<(), CallError> {
        self.order(&format!("{BASE}/edit_corp_tag"), &json!({"id": id, "name": name}))
            .await
    }

    /// Deletes tags and whole groups, from all customers too.
    pub async fn delete_corp_tags(&self, tag_ids: &[String], group_ids: &[String]) -> Result<(), CallError> {
        counted("tags and groups", tag_ids.len() + group_ids.len(), BATCH)?;
        let body = json!({"tag_id": tag_ids, "group_id": group_ids});
        self.order(&format!("{BASE}/del_corp_tag"), &body).await
    }

    /// Puts corporate tags on a member's customer and takes others off.
    pub async fn mark_tags(
        &self,
        user_id: &str,
        external_user_id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), CallError> {
        counted("tags", add.len() + remove.len(), BATCH)?;
        let body = json!({
            "userid": user_id, "external_userid": external_user_id, "add_tag": add, "remove_tag": remove,
        });
        self.order(&format!("{BASE}/mark_tag"), &body).await
    }
}
