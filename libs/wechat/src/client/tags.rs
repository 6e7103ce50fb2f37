//! Tags that the account gives its followers, and its blacklist.

use serde::Deserialize;
use serde_json::json;

use super::user::{OpenidPage, RawPage};
use super::{CallError, Client, list_or_none};

/// The most openids tagged at once.
pub const MAX_TAGGED_AT_ONCE: usize = 50;
/// The most openids blacklisted at once.
pub const MAX_BLACKLISTED_AT_ONCE: usize = 20;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// WeChat's number; 0, 1 and 2 are its own.
    pub id: i64,
    /// At most 30 characters.
    #[serde(default)]
    pub name: String,
    /// How many followers have it; absent just after its making.
    #[serde(default)]
    pub count: i64,
}

#[derive(Deserialize)]
struct Made {
    tag: Tag,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default, deserialize_with = "list_or_none")]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct TagIds {
    #[serde(default, deserialize_with = "list_or_none")]
    tagid_list: Vec<i64>,
}

impl Client {
    /// Makes a tag; at most 100 of them.
    pub async fn create_tag(&self, name: &str) -> Result<Tag, CallError> {
        if !(1..=30).contains(&name.chars().count()) {
            return Err(CallError::Invalid("a tag has 1 to 30 characters".to_owned()));
        }
        let got: Made = self
            .post("/cgi-bin/tags/create", &json!({"tag": {"name": name}}))
            .await?;
        Ok(got.tag)
    }

    /// All tags.
    pub async fn tags(&self) -> Result<Vec<Tag>, CallError> {
        let got: Tags = self.get("/cgi-bin/tags/get", &[]).await?;
        Ok(got.tags)
    }

    /// Gives a tag another name.
    pub async fn rename_tag(&self, id: i64, name: &str) -> Result<(), CallError> {
        let body = json!({"tag": {"id": id, "name": name}});
        self.api().command("/cgi-bin/tags/update", &body).await
    }

    /// Deletes a tag; 45057 while more than 100,000 followers have it.
    pub async fn delete_tag(&self, id: i64) -> Result<(), CallError> {
        self.api()
            .command("/cgi-bin/tags/delete", &json!({"tag": {"id": id}}))
            .await
    }

    /// Gives a tag to up to [`MAX_TAGGED_AT_ONCE`] followers; each can have 20.
    pub async fn tag_users(&self, id: i64, openids: &[&str]) -> Result<(), CallError> {
        count(openids, MAX_TAGGED_AT_ONCE)?;
        let body = json!({"openid_list": openids, "tagid": id});
        self.api()
            .command("/cgi-bin/tags/members/batchtagging", &body)
            .await
    }

    /// Takes a tag from up to [`MAX_TAGGED_AT_ONCE`] followers.
    pub async fn untag_users(&self, id: i64, openids: &[&str]) -> Result<(), CallError> {
        count(openids, MAX_TAGGED_AT_ONCE)?;
        let body = json!({"openid_list": openids, "tagid": id});
        self.api()
            .command("/cgi-bin/tags/members/batchuntagging", &body)
            .await
    }

    /// A follower's tags.
    pub async fn tags_of(&self, openid: &str) -> Result<Vec<i64>, CallError> {
        let got: TagIds = self
            .post("/cgi-bin/tags/getidlist", &json!({"openid": openid}))
            .await?;
        Ok(got.tagid_list)
    }

    /// Who has a tag, page by page; begin with nothing.
    pub async fn tagged(&self, id: i64, after: Option<&str>) -> Result<OpenidPage, CallError> {
        let body = json!({"tagid": id, "next_openid": after.unwrap_or_default()});
        let raw: RawPage = self.post("/cgi-bin/user/tag/get", &body).await?;
        Ok(raw.into())
    }

    /// The blacklist, page by page; begin with nothing.
    pub async fn blacklist(&self, after: Option<&str>) -> Result<OpenidPage, CallError> {
        let body = json!({"begin_openid": after.unwrap_or_default()});
        let raw: RawPage = self.post("/cgi-bin/tags/members/getblacklist", &body).await?;
        Ok(raw.into())
    }

    /// Blacklists up to [`MAX_BLACKLISTED_AT_ONCE`] followers: the account hears and reaches them no more.
    pub async fn block_users(&self, openids: &[&str]) -> Result<(), CallError> {
        count(openids, MAX_BLACKLISTED_AT_ONCE)?;
        let body = json!({"openid_list": openids});
        self.api()
            .command("/cgi-bin/tags/members/batchblacklist", &body)
            .await
    }

    /// Takes up to [`MAX_BLACKLISTED_AT_ONCE`] followers off the blacklist.
    pub async fn unblock_users(&self, openids: &[&str]) -> Result<(), CallError> {
        count(openids, MAX_BLACKLISTED_AT_ONCE)?;
        let body = json!({"openid_list": openids});
        self.api()
            .command("/cgi-bin/tags/members/batchunblacklist", &body)
            .await
    }
}

fn count(openids: &[&str], most: usize) -> Result<(), CallError> {
    if (1..=most).contains(&openids.len()) {
        Ok(())
    } else {
        Err(CallError::Invalid(format!(
            "{} openids, not 1 to {most}",
            openids.len()
        )))
    }
}
