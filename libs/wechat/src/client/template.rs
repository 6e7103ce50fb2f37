//! Template messages (service notices). Values are checked here by the rules of their key's prefix, because
//! WeChat refuses the whole message for one bad value.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{CallError, Client, values};

/// A mini program that the notice opens.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
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
    /// The sender's own id: WeChat sends a message with the same id only once.
    pub client_msg_id: Option<String>,
    /// Keys (`thing1`, `amount2` …) and values in the template's order.
    pub data: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Sent {
    msgid: Value,
}

impl TemplateMessage {
    /// Checks every value.
    pub fn check(&self) -> Result<(), values::ValueError> {
        self.data
            .iter()
            .try_for_each(|(key, value)| values::check(key, value))
    }

    fn to_json(&self) -> Value {
        let data: Map<_, _> = self
            .data
            .iter()
            .map(|(key, value)| (key.clone(), json!({"value": value})))
            .collect();
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
    /// Sends a notice; WeChat's message id, by which the receipt event speaks of it.
    pub async fn send_template(&self, message: &TemplateMessage) -> Result<String, CallError> {
        message
            .check()
            .map_err(|error| CallError::Invalid(error.to_string()))?;
        let sent: Sent = self
            .post("/cgi-bin/message/template/send", &message.to_json())
            .await?;
        Ok(sent
            .msgid
            .as_str()
            .map_or_else(|| sent.msgid.to_string(), str::to_owned))
    }
}
