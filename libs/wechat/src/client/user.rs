//! What WeChat still tells about a follower: whether they follow, since when, and by which way.

use serde::Deserialize;

use super::{CallError, Client};

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
}

impl UserInfo {
    /// Whether this person follows the account.
    pub const fn follows(&self) -> bool {
        self.subscribe == 1
    }
}

impl Client {
    /// A follower by openid.
    pub async fn user_info(&self, openid: &str) -> Result<UserInfo, CallError> {
        self.get("/cgi-bin/user/info", &[("openid", openid), ("lang", "zh_CN")])
            .await
    }
}
