//! Customers (外部联系人): who they are, who looks after them, what the member wrote down about them.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// A customer of the corporation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    /// The customer's id for this corporation, `wm…` or `wo…`.
    pub external_userid: String,
    /// The name the customer gave to WeChat.
    pub name: String,
    /// Picture.
    pub avatar: String,
    /// 1 uses WeChat, 2 uses WeCom.
    pub r#type: i64,
    /// 0 unknown, 1 man, 2 woman.
    pub gender: i64,
    /// Links to the Official Account's followers, when both belong to one open platform.
    pub unionid: Option<String>,
    /// Company, for customers who use WeCom.
    pub corp_name: Option<String>,
}

/// A tag on a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FollowTag {
    /// Group of the tag.
    pub group_name: String,
    /// Tag.
    pub tag_name: String,
    /// Id of a corporate tag; a member's own tags have none.
    pub tag_id: Option<String>,
    /// 1 corporate, 2 the member's own, 3 of a rule group.
    pub r#type: i64,
}

/// What one member of staff has with one customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Follow {
    /// The member.
    pub userid: String,
    /// The member's name for the customer.
    pub remark: String,
    /// The member's description.
    pub description: String,
    /// Second of adding.
    pub createtime: i64,
    /// Tags, when details of one customer were asked for.
    pub tags: Vec<FollowTag>,
    /// Ids of corporate tags, when details of many customers were asked for.
    pub tag_id: Vec<String>,
    /// Telephone numbers that the member noted.
    pub remark_mobiles: Vec<String>,
    /// How the customer was added: 1 QR, 2 search by phone, 3 card, 8 group, 16 link; 202 by hand-over of a member
    /// or administrator.
    pub add_way: i64,
    /// Who started it: a member's userid, or the customer's id.
    pub oper_userid: String,
    /// Channel of the contact way or link.
    pub state: String,
}

/// A customer with all members who look after the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerFile {
    /// The customer.
    pub external_contact: Customer,
    /// At most 500 members a page.
    #[serde(rename = "follow_user")]
    pub follows: Vec<Follow>,
    /// More members follow.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// A customer as one member has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerOf {
    /// The customer.
    pub external_contact: Customer,
    /// What the member noted; tags only by id.
    #[serde(rename = "follow_info")]
    pub follow: Follow,
}

/// A page of customers with details.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerPage {
    /// Customers.
    #[serde(rename = "external_contact_list")]
    pub customers: Vec<CustomerOf>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// What to write down about a customer; fields that are none stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The member.
    pub userid: String,
    /// The customer.
    pub external_userid: String,
    /// The member's name for the customer, at most 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Description, at most 150 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Company, at most 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark_company: Option<String>,
    /// Telephone numbers; replaces all that were there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark_mobiles: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Members {
    follow_user: Vec<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Ids {
    external_userid: Vec<String>,
}

#[derive(Deserialize)]
struct ExternalId {
    external_userid: String,
}

#[derive(Deserialize)]
struct Openid {
    openid: String,
}

const BASE: &str = "/cgi-bin/externalcontact";

impl Client {
    /// Members who may have customers (configured with customer contact).
    pub async fn customer_staff(&self) -> Result<Vec<String>, CallError> {
        let path = format!("{BASE}/get_follow_user_list");
        self.get(&path, &[]).await.map(|list: Members| list.follow_user)
    }

    /// Ids of a member's customers. A member without any is an empty list (WeCom answers 84061).
    pub async fn customers_of(&self, user_id: &str) -> Result<Vec<String>, CallError> {
        match self.get(&format!("{BASE}/list"), &[("userid", user_id)]).await {
            Ok(Ids { external_userid }) => Ok(external_userid),
            Err(CallError::Refused(refusal)) if refusal.code == 84061 => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// One customer with the members who look after them; pass the last page's cursor to go on.
    pub async fn customer(
        &self,
        external_user_id: &str,
        cursor: Option<&str>,
    ) -> Result<CustomerFile, CallError> {
        let mut query = vec![("external_userid", external_user_id)];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.get(&format!("{BASE}/get"), &query).await
    }

    /// Customers of at most 100 members with details, 100 a page; pass the last page's cursor to go on.
    pub async fn customers_batch(
        &self,
        user_ids: &[String],
        cursor: Option<&str>,
    ) -> Result<CustomerPage, CallError> {
        counted("members", user_ids.len(), BATCH)?;
        let body = json!({"userid_list": user_ids, "cursor": cursor.unwrap_or_default(), "limit": BATCH});
        self.post(&format!("{BASE}/batch/get_by_user"), &body).await
    }

    /// Writes a member's remark, description, company and telephone numbers of a customer.
    pub async fn remark_customer(&self, remark: &Remark) -> Result<(), CallError> {
        let long = |text: &Option<String>, most: usize| {
            text.as_ref().is_some_and(|text| text.chars().count() > most)
        };
        if long(&remark.remark, 20) || long(&remark.description, 150) || long(&remark.remark_company, 20) {
            return Err(CallError::Invalid("a remark is too long".to_owned()));
        }
        self.order(&format!("{BASE}/remark"), remark).await
    }

    /// The customer who is this follower of the Official Account; needs the unionid and the openid.
    pub async fn customer_of_follower(&self, unionid: &str, openid: &str) -> Result<String, CallError> {
        let body = json!({"unionid": unionid, "openid": openid});
        let found: ExternalId = self
            .post("/cgi-bin/idconvert/unionid_to_external_userid", &body)
            .await?;
        Ok(found.external_userid)
    }

    /// The openid of a customer who uses WeChat, for the mini program or account bound to this corporation.
    pub async fn openid_of_customer(&self, external_user_id: &str) -> Result<String, CallError> {
        let body = json!({"external_userid": external_user_id});
        let found: Openid = self.post(&format!("{BASE}/convert_to_openid"), &body).await?;
        Ok(found.openid)
    }
}
