//! Contact ways (联系我): QR codes and buttons through which customers find the right member of staff.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::attachment::Link;
use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// The longest channel word, in characters.
pub const MAX_STATE: usize = 30;

/// A contact way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactWay {
    /// Id; given by WeCom.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub config_id: String,
    /// 1 for one member, 2 for several.
    #[serde(skip_serializing_if = "is_zero")]
    pub r#type: i64,
    /// 1 in a mini program, 2 by QR code.
    #[serde(skip_serializing_if = "is_zero")]
    pub scene: i64,
    /// Look of the mini program's button.
    #[serde(skip_serializing_if = "is_zero")]
    pub style: i64,
    /// For the bank's own eyes, at most 30 characters.
    pub remark: String,
    /// Customers need no confirmation.
    pub skip_verify: bool,
    /// Channel, told back in the event and in the customer's file; at most 30 characters.
    pub state: String,
    /// Members, at most 100.
    #[serde(rename = "user")]
    pub users: Vec<String>,
    /// Departments, at most 100.
    #[serde(rename = "party")]
    pub departments: Vec<i64>,
    /// A chat that ends by itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_temp: bool,
    /// Seconds a temporary code works, at most 14 days.
    #[serde(skip_serializing_if = "is_zero")]
    pub expires_in: i64,
    /// Seconds a temporary chat lasts, at most 14 days.
    #[serde(skip_serializing_if = "is_zero")]
    pub chat_expires_in: i64,
    /// Only this customer may use it; for temporary chats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unionid: Option<String>,
    /// Said at the end of a temporary chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusions: Option<Conclusions>,
    /// The QR code's picture; given by WeCom.
    #[serde(skip_serializing)]
    pub qr_code: String,
}

/// What is said when a temporary chat ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conclusions {
    /// Text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// Link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

/// A text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Words {
    /// Text.
    pub content: String,
}

/// A new contact way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NewWay {
    /// Id.
    pub config_id: String,
    /// The QR code's picture, for QR codes.
    #[serde(default)]
    pub qr_code: Option<String>,
}

/// A page of contact ways.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WayPage {
    /// Ids.
    #[serde(rename = "contact_way")]
    pub ways: Vec<WayId>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// The id of a contact way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WayId {
    /// Id.
    pub config_id: String,
}

#[derive(Deserialize)]
struct Got {
    contact_way: ContactWay,
}

const BASE: &str = "/cgi-bin/externalcontact";

impl ContactWay {
    /// A QR code for these members, without confirmation, under this channel.
    pub fn qr(users: &[&str], state: &str) -> Self {
        Self {
            r#type: if users.len() == 1 { 1 } else { 2 },
            scene: 2,
            skip_verify: true,
            state: state.to_owned(),
            users: users.iter().map(|user| (*user).to_owned()).collect(),
            ..Self::default()
        }
    }

    fn check(&self) -> Result<(), CallError> {
        counted(
            "members and departments",
            self.users.len() + self.departments.len(),
            BATCH,
        )?;
        if self.state.chars().count() > MAX_STATE || self.remark.chars().count() > 30 {
            return Err(CallError::Invalid(
                "a channel or remark of more than 30 characters".to_owned(),
            ));
        }
        if self.r#type == 1 && self.users.len() != 1 {
            return Err(CallError::Invalid(
                "a contact way for one member names one".to_owned(),
            ));
        }
        Ok(())
    }
}

impl Client {
    /// Makes a contact way.
    pub async fn add_contact_way(&self, way: &ContactWay) -> Result<NewWay, CallError> {
        way.check()?;
        self.post(&format!("{BASE}/add_contact_way"), way).await
    }

    /// A contact way as it is.
    pub async fn contact_way(&self, config_id: &str) -> Result<ContactWay, CallError> {
        let path = format!("{BASE}/get_contact_way");
        let got: Got = self.post(&path, &json!({"config_id": config_id})).await?;
        Ok(got.contact_way)
    }

    /// Contact ways made through the API within these seconds, 100 a page.
    pub async fn contact_ways(&self, from: i64, to: i64, cursor: Option<&str>) -> Result<WayPage, CallError> {
        let body = json!({
            "start_time": from, "end_time": to, "cursor": cursor.unwrap_or_default(), "limit": BATCH,
        });
        self.post(&format!("{BASE}/list_contact_way"), &body).await
    }

    /// Changes a contact way; type and scene stay.
    pub async fn update_contact_way(&self, way: &ContactWay) -> Result<(), CallError> {
        way.check()?;
        self.order(&format!("{BASE}/update_contact_way"), way).await
    }

    /// Deletes a contact way; its code works no more.
    pub async fn delete_contact_way(&self, config_id: &str) -> Result<(), CallError> {
        self.order(
            &format!("{BASE}/del_contact_way"),
            &json!({"config_id": config_id}),
        )
        .await
    }

    /// Ends a temporary chat before its time.
    pub async fn close_temporary_chat(&self, user_id: &str, external_user_id: &str) -> Result<(), CallError> {
        let body = json!({"userid": user_id, "external_userid": external_user_id});
        self.order(&format!("{BASE}/close_temp_chat"), &body).await
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}
