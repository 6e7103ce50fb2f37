//! Accounts of 微信客服 and the people behind them.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Kf;
use crate::client::CallError;
use crate::wecom::{BATCH, counted};

/// An account as customers see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KfAccount {
    /// Id, `wk…`.
    pub open_kfid: String,
    /// Name, at most 16 characters.
    pub name: String,
    /// Picture.
    pub avatar: String,
    /// Whether this app may manage it.
    pub manage_privilege: bool,
}

/// A person who serves an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Servicer {
    /// The member; nothing when the row is a department.
    pub userid: String,
    /// The department, when the row is one.
    pub department_id: Option<i64>,
    /// 0 receives customers, 1 does not.
    pub status: i64,
}

/// What became of one person of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServicerResult {
    /// The member.
    pub userid: String,
    /// 0 when it went well.
    pub errcode: i64,
    /// Words.
    pub errmsg: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Accounts {
    account_list: Vec<KfAccount>,
}

#[derive(Deserialize)]
struct Made {
    open_kfid: String,
}

#[derive(Deserialize)]
struct Way {
    url: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Servicers {
    servicer_list: Vec<Servicer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Results {
    result_list: Vec<ServicerResult>,
}

fn named(name: &str) -> Result<(), CallError> {
    match name.chars().count() {
        1..=16 => Ok(()),
        count => Err(CallError::Invalid(format!(
            "a name of {count} characters, not 1 to 16"
        ))),
    }
}

impl Kf {
    /// Makes an account with a name and an uploaded picture; its id.
    pub async fn add_account(&self, name: &str, media_id: &str) -> Result<String, CallError> {
        named(name)?;
        let body = json!({"name": name, "media_id": media_id});
        let made: Made = self.0.post("/cgi-bin/kf/account/add", &body).await?;
        Ok(made.open_kfid)
    }

    /// Renames an account.
    pub async fn rename_account(&self, open_kf_id: &str, name: &str) -> Result<(), CallError> {
        named(name)?;
        let body = json!({"open_kfid": open_kf_id, "name": name});
        self.0.order("/cgi-bin/kf/account/update", &body).await
    }

    /// Deletes an account.
    pub async fn delete_account(&self, open_kf_id: &str) -> Result<(), CallError> {
        self.0
            .order("/cgi-bin/kf/account/del", &json!({"open_kfid": open_kf_id}))
            .await
    }

    /// Accounts from a place on, 100 a page.
    pub async fn accounts(&self, offset: usize) -> Result<Vec<KfAccount>, CallError> {
        let body = json!({"offset": offset, "limit": BATCH});
        let list: Accounts = self.0.post("/cgi-bin/kf/account/list", &body).await?;
        Ok(list.account_list)
    }

    /// The address that opens the chat, told apart by `scene` (at most 32 letters, digits, `_`, `-`). A parameter of at
    /// most 128 bytes may be hung on as `&scene_param=`, percent-encoded.
    pub async fn contact_way(&self, open_kf_id: &str, scene: &str) -> Result<String, CallError> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if scene.len() > 32 || !scene.bytes().all(legal) {
            return Err(CallError::Invalid(
                "a scene has at most 32 letters, digits, _ or -".to_owned(),
            ));
        }
        let body = json!({"open_kfid": open_kf_id, "scene": scene});
        let way: Way = self.0.post("/cgi-bin/kf/add_contact_way", &body).await?;
        Ok(way.url)
    }

    /// People and departments behind an account.
    pub async fn servicers(&self, open_kf_id: &str) -> Result<Vec<Servicer>, CallError> {
        let query = [("open_kfid", open_kf_id)];
        let list: Servicers = self.0.get("/cgi-bin/kf/servicer/list", &query).await?;
        Ok(list.servicer_list)
    }

    /// Puts at most 100 people behind an account; each has a result of its own.
    pub async fn add_servicers(
        &self,
        open_kf_id: &str,
        user_ids: &[String],
    ) -> Result<Vec<ServicerResult>, CallError> {
        self.staff("add", open_kf_id, user_ids).await
    }

    /// Takes at most 100 people away from an account; each has a result of its own.
    pub async fn remove_servicers(
        &self,
        open_kf_id: &str,
        user_ids: &[String],
    ) -> Result<Vec<ServicerResult>, CallError> {
        self.staff("del", open_kf_id, user_ids).await
    }

    async fn staff(
        &self,
        what: &str,
        open_kf_id: &str,
        user_ids: &[String],
    ) -> Result<Vec<ServicerResult>, CallError> {
        counted("people", user_ids.len(), BATCH)?;
        let body = json!({"open_kfid": open_kf_id, "userid_list": user_ids});
        let results: Results = self
            .0
            .post(&format!("/cgi-bin/kf/servicer/{what}"), &body)
            .await?;
        Ok(results.result_list)
    }
}
