//! Notices that a user has asked for: 订阅通知 of an Official Account, subscribe messages of a mini program, and
//! the templates of both. One-off templates need an `accept` for each sending; the account that sends without
//! one gets 43101.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::template::{MiniProgram, check_data, data_json};
use super::{CallError, Client, list_or_none, values};

/// A notice of an Official Account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeNotice {
    /// Openid.
    pub to: String,
    /// The template's id in this account.
    pub template_id: String,
    /// Page that the notice opens.
    pub page: Option<String>,
    /// Mini program that the notice opens.
    pub mini_program: Option<MiniProgram>,
    /// Keys (`thing1`, `amount2` …) and values.
    pub data: Vec<(String, String)>,
}

/// Which version of a mini program a message opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MiniProgramState {
    /// The published one.
    #[default]
    Formal,
    /// The one on trial.
    Trial,
    /// The developers' own.
    Developer,
}

/// A subscribe message of a mini program; 10 million a day, 30 million with over a million users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeMessage {
    /// Openid with the mini program.
    pub to: String,
    /// The template's id in this mini program.
    pub template_id: String,
    /// Page with its query; none: the message opens nothing.
    pub page: Option<String>,
    /// Which version opens.
    pub state: MiniProgramState,
    /// Keys (`thing1`, `amount2` …) and values.
    pub data: Vec<(String, String)>,
}

/// A category that templates belong to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Category {
    /// Number.
    pub id: i64,
    /// Name.
    #[serde(default)]
    pub name: String,
}

/// A template of WeChat's library.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LibraryTemplate {
    /// What it is added by.
    #[serde(deserialize_with = "super::id_text")]
    pub tid: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// 2 one-off, 3 long-term.
    #[serde(default, rename = "type")]
    pub kind: i64,
    /// Its category.
    #[serde(default, rename = "categoryId", deserialize_with = "super::id_text")]
    pub category_id: String,
}

/// A page of the library.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LibraryPage {
    /// How many there are.
    #[serde(default)]
    pub count: i64,
    /// This page.
    #[serde(default, deserialize_with = "list_or_none")]
    pub data: Vec<LibraryTemplate>,
}

/// A keyword that a template of the library offers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Keyword {
    /// What it is chosen by.
    pub kid: i64,
    /// Name.
    #[serde(default)]
    pub name: String,
    /// An example.
    #[serde(default)]
    pub example: String,
    /// The kind of value, e.g. `thing`.
    #[serde(default)]
    pub rule: String,
}

/// A template of the account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnTemplate {
    /// What to send by.
    pub pri_tmpl_id: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// The text with its `{{thing1.DATA}}`.
    #[serde(default)]
    pub content: String,
    /// An example.
    #[serde(default)]
    pub example: String,
    /// 2 one-off, 3 long-term.
    #[serde(default, rename = "type")]
    pub kind: i64,
}

#[derive(Deserialize)]
struct List<T> {
    #[serde(
        default = "Vec::new",
        deserialize_with = "list_or_none",
        bound = "T: Deserialize<'de>"
    )]
    data: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Added {
    pri_tmpl_id: String,
}

impl SubscribeNotice {
    /// Checks every value.
    pub fn check(&self) -> Result<(), values::ValueError> {
        check_data(&self.data)
    }

    fn to_json(&self) -> Value {
        let data = data_json(&self.data);
        let mut body = json!({"touser": self.to, "template_id": self.template_id, "data": data});
        if let Some(fields) = body.as_object_mut() {
            if let Some(page) = &self.page {
                fields.insert("page".to_owned(), json!(page));
            }
            if let Some(mini_program) = &self.mini_program {
                fields.insert("miniprogram".to_owned(), json!(mini_program));
            }
        }
        body
    }
}

impl SubscribeMessage {
    /// Checks every value.
    pub fn check(&self) -> Result<(), values::ValueError> {
        check_data(&self.data)
    }

    fn to_json(&self) -> Value {
        let mut body = json!({
            "touser": self.to, "template_id": self.template_id, "miniprogram_state": self.state,
            "lang": "zh_CN", "data": data_json(&self.data),
        });
        if let (Some(page), Some(fields)) = (&self.page, body.as_object_mut()) {
            fields.insert("page".to_owned(), json!(page));
        }
        body
    }
}

impl Client {
    /// Sends a 订阅通知. The outcome comes as event `SubscribeSent`.
    pub async fn send_subscribe_notice(&self, notice: &SubscribeNotice) -> Result<(), CallError> {
        notice.check().map_err(CallError::invalid)?;
        self.api()
            .command("/cgi-bin/message/subscribe/bizsend", &notice.to_json())
            .await
    }

    /// Sends a mini program's subscribe message.
    pub async fn send_subscribe_message(&self, message: &SubscribeMessage) -> Result<(), CallError> {
        message.check().map_err(CallError::invalid)?;
        self.api()
            .command("/cgi-bin/message/subscribe/send", &message.to_json())
            .await
    }

    /// The account's categories.
    pub async fn subscribe_categories(&self) -> Result<Vec<Category>, CallError> {
        let got: List<Category> = self.get("/wxaapi/newtmpl/getcategory", &[]).await?;
        Ok(got.data)
    }

    /// Templates of the library in these categories: `limit` (at most 30) from number `start`.
    pub async fn library_templates(
        &self,
        categories: &[i64],
        start: i64,
        limit: i64,
    ) -> Result<LibraryPage, CallError> {
        let ids: Vec<_> = categories.iter().map(i64::to_string).collect();
        let query = [
            ("ids", ids.join(",")),
            ("start", start.to_string()),
            ("limit", limit.to_string()),
        ];
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.get("/wxaapi/newtmpl/getpubtemplatetitles", &query).await
    }

    /// The keywords that a template of the library offers.
    pub async fn library_keywords(&self, tid: &str) -> Result<Vec<Keyword>, CallError> {
        let got: List<Keyword> = self
            .get("/wxaapi/newtmpl/getpubtemplatekeywords", &[("tid", tid)])
            .await?;
        Ok(got.data)
    }

    /// Takes a template from the library with 2 to 5 keywords; its id in this account. `purpose`: at most 15
    /// characters on what it is for.
    pub async fn add_subscribe_template(
        &self,
        tid: &str,
        keywords: &[i64],
        purpose: &str,
    ) -> Result<String, CallError> {
        if !(2..=5).contains(&keywords.len()) || purpose.chars().count() > 15 {
            return Err(CallError::Invalid(
                "2 to 5 keywords, and a purpose of at most 15 characters".to_owned(),
            ));
        }
        let body = json!({"tid": tid, "kidList": keywords, "sceneDesc": purpose});
        let added: Added = self.post("/wxaapi/newtmpl/addtemplate", &body).await?;
        Ok(added.pri_tmpl_id)
    }

    /// The account's templates.
    pub async fn subscribe_templates(&self) -> Result<Vec<OwnTemplate>, CallError> {
        let got: List<OwnTemplate> = self.get("/wxaapi/newtmpl/gettemplate", &[]).await?;
        Ok(got.data)
    }

    /// Deletes a template.
    pub async fn delete_subscribe_template(&self, id: &str) -> Result<(), CallError> {
        self.api()
            .command("/wxaapi/newtmpl/deltemplate", &json!({"priTmplId": id}))
            .await
    }
}
