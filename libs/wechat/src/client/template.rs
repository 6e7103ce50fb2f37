//! Template messages (模板消息, service notices) and the account's templates. Values are checked here by the
//! rules of their key's prefix, because WeChat refuses the whole message for one bad value. No advertising: an
//! account loses the right to templates by it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{CallError, Client, list_or_none, values};

/// A mini program that the notice opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MiniProgram {
    /// Appid of the mini program.
    pub appid: String,
    /// Page in it.
    pub pagepath: String,
}

/// One notice to one follower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateMessage {
    /// Openid.
    pub to: String,
    /// The template's id in this account.
    pub template_id: String,
    /// Page that the notice opens.
    pub url: Option<String>,
    /// Mini program that the notice opens.
    pub mini_program: Option<MiniProgram>,
    /// The sender's own id: WeChat sends a message with the same id only once (within ten minutes).
    pub client_msg_id: Option<String>,
    /// Keys (`thing1`, `amount2` …) and values in the template's order.
    pub data: Vec<(String, String)>,
}

/// A template of the account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Template {
    /// What to send by.
    pub template_id: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// First trade.
    #[serde(default)]
    pub primary_industry: String,
    /// Second trade.
    #[serde(default)]
    pub deputy_industry: String,
    /// The text with its `{{thing1.DATA}}`.
    #[serde(default)]
    pub content: String,
    /// An example.
    #[serde(default)]
    pub example: String,
}

/// A trade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Industry {
    /// E.g. 金融业.
    pub first_class: String,
    /// E.g. 银行.
    pub second_class: String,
}

/// The account's trades.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Industries {
    /// The first.
    pub primary_industry: Option<Industry>,
    /// The second.
    pub secondary_industry: Option<Industry>,
}

#[derive(Deserialize)]
struct Sent {
    #[serde(deserialize_with = "super::id_text")]
    msgid: String,
}

#[derive(Deserialize)]
struct Added {
    template_id: String,
}

#[derive(Deserialize)]
struct Templates {
    #[serde(default, deserialize_with = "list_or_none")]
    template_list: Vec<Template>,
}

/// `{"thing1": {"value": "…"}}`
pub(super) fn data_json(data: &[(String, String)]) -> Map<String, Value> {
    data.iter()
        .map(|(key, value)| (key.clone(), json!({"value": value})))
        .collect()
}

/// Checks every value.
pub(super) fn check_data(data: &[(String, String)]) -> Result<(), values::ValueError> {
    data.iter().try_for_each(|(key, value)| values::check(key, value))
}

impl TemplateMessage {
    /// Checks every value.
    pub fn check(&self) -> Result<(), values::ValueError> {
        check_data(&self.data)
    }

    fn to_json(&self) -> Value {
        let data = data_json(&self.data);
        let mut body = json!({"touser": self.to, "template_id": self.template_id, "data": data});
        if let Some(fields) = body.as_object_mut() {
            if let Some(url) = &self.url {
                fields.insert("url".to_owned(), json!(url));
            }
            if let Some(mini_program) = &self.mini_program {
                fields.insert("miniprogram".to_owned(), json!(mini_program));
            }
            if let Some(id) = &self.client_msg_id {
                fields.insert("client_msg_id".to_owned(), json!(id));
            }
        }
        body
    }
}

impl Client {
    /// Sends a notice; WeChat's message id, by which the receipt event speaks of it. 100,000 a day, more with
    /// more followers.
    pub async fn send_template(&self, message: &TemplateMessage) -> Result<String, CallError> {
        message.check().map_err(CallError::invalid)?;
        let sent: Sent = self
            .post("/cgi-bin/message/template/send", &message.to_json())
            .await?;
        Ok(sent.msgid)
    }

    /// Chooses the account's trades by WeChat's numbers; once a month.
    pub async fn set_industries(&self, first: &str, second: &str) -> Result<(), CallError> {
        let body = json!({"industry_id1": first, "industry_id2": second});
        self.api()
            .command("/cgi-bin/template/api_set_industry", &body)
            .await
    }

    /// The account's trades.
    pub async fn industries(&self) -> Result<Industries, CallError> {
        self.get("/cgi-bin/template/get_industry", &[]).await
    }

    /// Takes a template from WeChat's library; its id in this account. At most 25 templates.
    pub async fn add_template(&self, library_number: &str, keywords: &[&str]) -> Result<String, CallError> {
        let body = json!({"template_id_short": library_number, "keyword_name_list": keywords});
        let added: Added = self.post("/cgi-bin/template/api_add_template", &body).await?;
        Ok(added.template_id)
    }

    /// The account's templates.
    pub async fn templates(&self) -> Result<Vec<Template>, CallError> {
        let got: Templates = self
            .get("/cgi-bin/template/get_all_private_template", &[])
            .await?;
        Ok(got.template_list)
    }

    /// Deletes a template.
    pub async fn delete_template(&self, template_id: &str) -> Result<(), CallError> {
        let body = json!({"template_id": template_id});
        self.api()
            .command("/cgi-bin/template/del_private_template", &body)
            .await
    }

    /// Messages that WeChat stopped: those of this template after `largest_id` (0 to begin), up to `limit`, as
    /// WeChat gives them.
    pub async fn blocked_templates(
        &self,
        template_id: &str,
        largest_id: i64,
        limit: i64,
    ) -> Result<Value, CallError> {
        let body = json!({"tmpl_msg_id": template_id, "largest_id": largest_id, "limit": limit});
        self.call("/wxa/sec/queryblocktmplmsg", &body).await
    }
}
