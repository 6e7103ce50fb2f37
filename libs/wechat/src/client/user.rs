//! What WeChat still tells about followers: who follows, since when, and by which way.

use serde::Deserialize;
use serde_json::json;

use super::{CallError, Client, list_or_none};

/// The most followers asked for at once.
pub const MAX_USERS_AT_ONCE: usize = 100;

/// A follower. Name and picture are no longer given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UserInfo {
    /// 1 when following; everything else is empty otherwise.
    pub subscribe: i64,
    /// Openid.
    pub openid: String,
    /// Unionid, when the account belongs to an open platform.
    pub unionid: Option<String>,
    /// Second of following.
    #[serde(default)]
    pub subscribe_time: i64,
    /// How they came, e.g. `ADD_SCENE_QR_CODE`.
    #[serde(default)]
    pub subscribe_scene: String,
    /// Scene of a parametric QR code.
    #[serde(default)]
    pub qr_scene_str: String,
    /// The account's own note.
    #[serde(default)]
    pub remark: String,
    /// The account's own tags.
    #[serde(default, deserialize_with = "list_or_none")]
    pub tagid_list: Vec<i64>,
    /// E.g. `zh_CN`.
    #[serde(default)]
    pub language: String,
}

impl UserInfo {
    /// Whether this person follows the account.
    pub const fn follows(&self) -> bool {
        self.subscribe == 1
    }
}

/// Openids, ten thousand at a time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenidPage {
    /// How many there are in all.
    pub total: i64,
    /// This page.
    pub openids: Vec<String>,
    /// What to ask the next page by; nothing when this was the last.
    pub next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawPage {
    #[serde(default)]
    total: i64,
    #[serde(default)]
    count: i64,
    data: Option<Openids>,
    #[serde(default)]
    next_openid: String,
}

#[derive(Deserialize)]
struct Openids {
    #[serde(default, deserialize_with = "list_or_none")]
    openid: Vec<String>,
}

impl From<RawPage> for OpenidPage {
    fn from(raw: RawPage) -> Self {
        let openids = raw.data.map(|data| data.openid).unwrap_or_default();
        // The last page also names its last openid; a page after it would be empty.
        let next = Some(raw.next_openid).filter(|next| !next.is_empty() && raw.count > 0);
        Self {
            total: raw.total,
            openids,
            next,
        }
    }
}

/// An openid of an account that was given up, and its new one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MovedOpenid {
    /// With the old account.
    pub ori_openid: String,
    /// With this account.
    #[serde(default)]
    pub new_openid: String,
    /// `ok`, or why there is none.
    #[serde(default)]
    pub err_msg: String,
}

#[derive(Deserialize)]
struct Infos {
    user_info_list: Vec<UserInfo>,
}

#[derive(Deserialize)]
struct Moved {
    result_list: Vec<MovedOpenid>,
}

impl Client {
    /// A follower by openid.
    pub async fn user_info(&self, openid: &str) -> Result<UserInfo, CallError> {
        self.get("/cgi-bin/user/info", &[("openid", openid), ("lang", "zh_CN")])
            .await
    }

    /// Up to [`MAX_USERS_AT_ONCE`] followers.
    pub async fn users_info(&self, openids: &[&str]) -> Result<Vec<UserInfo>, CallError> {
        if openids.is_empty() || openids.len() > MAX_USERS_AT_ONCE {
            return Err(CallError::Invalid(format!(
                "{} openids, not 1 to 100",
                openids.len()
            )));
        }
        let list: Vec<_> = openids
            .iter()
            .map(|openid| json!({"openid": openid, "lang": "zh_CN"}))
            .collect();
        let got: Infos = self
            .post("/cgi-bin/user/info/batchget", &json!({"user_list": list}))
            .await?;
        Ok(got.user_info_list)
    }

    /// All followers, page by page; begin with nothing.
    pub async fn followers(&self, after: Option<&str>) -> Result<OpenidPage, CallError> {
        let query: Vec<_> = after.iter().map(|openid| ("next_openid", *openid)).collect();
        let raw: RawPage = self.get("/cgi-bin/user/get", &query).await?;
        Ok(raw.into())
    }

    /// Writes the account's own note about a follower: fewer than 30 characters, seen by servicers.
    pub async fn set_remark(&self, openid: &str, remark: &str) -> Result<(), CallError> {
        if remark.chars().count() >= 30 {
            return Err(CallError::Invalid(
                "a remark has fewer than 30 characters".to_owned(),
            ));
        }
        let body = json!({"openid": openid, "remark": remark});
        self.api().command("/cgi-bin/user/info/updateremark", &body).await
    }

    /// After an account moved: its followers' openids with this account, at most 100 at a time.
    pub async fn moved_openids(
        &self,
        from_appid: &str,
        openids: &[&str],
    ) -> Result<Vec<MovedOpenid>, CallError> {
        let body = json!({"from_appid": from_appid, "openid_list": openids});
        let got: Moved = self.post("/cgi-bin/changeopenid", &body).await?;
        Ok(got.result_list)
    }
}
