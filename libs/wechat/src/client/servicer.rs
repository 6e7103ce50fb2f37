//! WeChat's own customer-service desk (客服) of an Official Account: servicers' accounts, conversations, and the
//! record of what was said. 微信客服 is another product with another API.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{CallError, Client, Upload, list_or_none};

/// A servicer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Servicer {
    /// `name@account`.
    pub kf_account: String,
    /// What followers see.
    #[serde(default)]
    pub kf_nick: String,
    /// WeChat's number of the servicer.
    #[serde(default, deserialize_with = "super::id_text")]
    pub kf_id: String,
    /// Address of the picture.
    #[serde(default)]
    pub kf_headimgurl: String,
    /// The WeChat name that logs in, when bound.
    pub kf_wx: Option<String>,
    /// The WeChat name that was invited, when not bound yet.
    pub invite_wx: Option<String>,
}

/// A servicer who is on line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OnlineServicer {
    /// `name@account`.
    pub kf_account: String,
    /// 1 on line by web.
    #[serde(default)]
    pub status: i64,
    /// Conversations under way.
    #[serde(default)]
    pub accepted_case: i64,
}

/// A conversation with a servicer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// The follower; empty in [`Client::conversation_of`], which asks for one.
    #[serde(default)]
    pub openid: String,
    /// The servicer; empty when there is none.
    #[serde(default)]
    pub kf_account: String,
    /// Second of its beginning; 0 when there is none.
    #[serde(default)]
    pub createtime: i64,
}

/// A follower who waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Waiting {
    /// The follower.
    pub openid: String,
    /// Second of the last message.
    #[serde(default)]
    pub latest_time: i64,
}

/// Those who wait.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Queue {
    /// How many wait.
    #[serde(default)]
    pub count: i64,
    /// At most 100 of them, longest first.
    #[serde(default, deserialize_with = "list_or_none")]
    pub waitcaselist: Vec<Waiting>,
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Said {
    /// The follower.
    pub openid: String,
    /// What kind: 2002 servicer, 2003 follower.
    #[serde(default)]
    pub opercode: i64,
    /// The words.
    #[serde(default)]
    pub text: String,
    /// Second.
    #[serde(default)]
    pub time: i64,
    /// The servicer.
    #[serde(default)]
    pub worker: String,
}

/// A page of the record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// The lines.
    #[serde(default, deserialize_with = "list_or_none")]
    pub recordlist: Vec<Said>,
    /// How many lines there are.
    #[serde(default)]
    pub number: i64,
    /// Where the next page begins.
    #[serde(default)]
    pub msgid: i64,
}

/// Which part of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RecordPage {
    /// First second.
    pub starttime: i64,
    /// Last second; at most 24 h later.
    pub endtime: i64,
    /// 1, then [`Record::msgid`] of the page before.
    pub msgid: i64,
    /// Lines, at most 10,000.
    pub number: i64,
}

#[derive(Deserialize)]
struct Servicers {
    #[serde(default, deserialize_with = "list_or_none")]
    kf_list: Vec<Servicer>,
}

#[derive(Deserialize)]
struct Online {
    #[serde(default, deserialize_with = "list_or_none")]
    kf_online_list: Vec<OnlineServicer>,
}

#[derive(Deserialize)]
struct Conversations {
    #[serde(default, deserialize_with = "list_or_none")]
    sessionlist: Vec<Conversation>,
}

impl Client {
    /// Adds a servicer: `name@account` with at most 10 letters or digits before the `@`, a nickname of at most
    /// 16 characters. At most 100 servicers; errors 65400 to 65420 and 61450 to 61457.
    pub async fn add_servicer(&self, kf_account: &str, nickname: &str) -> Result<(), CallError> {
        let body = json!({"kf_account": kf_account, "nickname": nickname});
        self.api().command("/customservice/kfaccount/add", &body).await
    }

    /// Invites a WeChat name to become this servicer.
    pub async fn invite_servicer(&self, kf_account: &str, wechat_name: &str) -> Result<(), CallError> {
        let body = json!({"kf_account": kf_account, "invite_wx": wechat_name});
        self.api()
            .command("/customservice/kfaccount/inviteworker", &body)
            .await
    }

    /// Changes a servicer's nickname.
    pub async fn rename_servicer(&self, kf_account: &str, nickname: &str) -> Result<(), CallError> {
        let body = json!({"kf_account": kf_account, "nickname": nickname});
        self.api().command("/customservice/kfaccount/update", &body).await
    }

    /// Changes a servicer's picture.
    pub async fn set_servicer_picture(&self, kf_account: &str, picture: &Upload) -> Result<(), CallError> {
        let path = "/customservice/kfaccount/uploadheadimg";
        self.api()
            .upload(path, &[("kf_account", kf_account)], picture, None)
            .await
            .map(|super::api::Nothing {}| ())
    }

    /// Removes a servicer.
    pub async fn delete_servicer(&self, kf_account: &str) -> Result<(), CallError> {
        self.get("/customservice/kfaccount/del", &[("kf_account", kf_account)])
            .await
            .map(|super::api::Nothing {}| ())
    }

    /// All servicers.
    pub async fn servicers(&self) -> Result<Vec<Servicer>, CallError> {
        let got: Servicers = self.get("/cgi-bin/customservice/getkflist", &[]).await?;
        Ok(got.kf_list)
    }

    /// Those who are on line.
    pub async fn online_servicers(&self) -> Result<Vec<OnlineServicer>, CallError> {
        let got: Online = self.get("/cgi-bin/customservice/getonlinekflist", &[]).await?;
        Ok(got.kf_online_list)
    }

    /// Gives a follower to a servicer who is on line.
    pub async fn open_conversation(&self, kf_account: &str, openid: &str) -> Result<(), CallError> {
        let body = json!({"kf_account": kf_account, "openid": openid});
        self.api().command("/customservice/kfsession/create", &body).await
    }

    /// Ends a conversation.
    pub async fn close_conversation(&self, kf_account: &str, openid: &str) -> Result<(), CallError> {
        let body = json!({"kf_account": kf_account, "openid": openid});
        self.api().command("/customservice/kfsession/close", &body).await
    }

    /// A follower's conversation; `createtime` 0 when there is none.
    pub async fn conversation_of(&self, openid: &str) -> Result<Conversation, CallError> {
        self.get("/customservice/kfsession/getsession", &[("openid", openid)])
            .await
    }

    /// A servicer's conversations.
    pub async fn conversations(&self, kf_account: &str) -> Result<Vec<Conversation>, CallError> {
        let path = "/customservice/kfsession/getsessionlist";
        let got: Conversations = self.get(path, &[("kf_account", kf_account)]).await?;
        Ok(got.sessionlist)
    }

    /// Who waits for a servicer.
    pub async fn waiting(&self) -> Result<Queue, CallError> {
        self.get("/customservice/kfsession/getwaitcase", &[]).await
    }

    /// What was said.
    pub async fn service_record(&self, page: &RecordPage) -> Result<Record, CallError> {
        self.post("/customservice/msgrecord/getmsglist", page).await
    }
}
