//! Customer acquisition links (获客助手): a link from a text message or the bank's own app to a member's chat.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::client::{BATCH, Client, counted};
use crate::client::CallError;

/// Who a link leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkRange {
    /// Members, at most 100.
    pub user_list: Vec<String>,
    /// Departments, at most 100.
    pub department_list: Vec<i64>,
}

/// A link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AcquisitionLink {
    /// Id.
    pub link_id: String,
    /// Name, at most 30 characters.
    pub link_name: String,
    /// Address; `?customer_channel=…` (at most 64 bytes) comes back as `state`.
    pub url: String,
    /// Second of making.
    pub create_time: i64,
}

/// A link with those it leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LinkFile {
    /// The link.
    pub link: AcquisitionLink,
    /// Who it leads to.
    pub range: LinkRange,
    /// Customers need no confirmation.
    pub skip_verify: bool,
}

/// A page of links.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LinkPage {
    /// Ids.
    pub link_id_list: Vec<String>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// Somebody who came by a link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LinkCustomer {
    /// The customer.
    pub external_userid: String,
    /// The member.
    pub userid: String,
    /// 0 has not spoken, 1 has; only those who have cost a use.
    pub chat_status: i64,
    /// Channel.
    pub state: String,
}

/// A page of customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LinkCustomerPage {
    /// Customers.
    #[serde(rename = "customer_list")]
    pub customers: Vec<LinkCustomer>,
    /// Where the next page starts.
    #[serde(deserialize_with = "super::wire::cursor")]
    pub next_cursor: Option<String>,
}

/// How many customers the links may still bring.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct LinkQuota {
    /// All uses bought so far.
    pub total: i64,
    /// Uses left.
    pub balance: i64,
}

#[derive(Deserialize)]
struct Made {
    link: AcquisitionLink,
}

const BASE: &str = "/cgi-bin/externalcontact/customer_acquisition";

fn check(name: &str, range: &LinkRange) -> Result<(), CallError> {
    if name.is_empty() || name.chars().count() > 30 {
        return Err(CallError::Invalid(
            "a link's name has 1 to 30 characters".to_owned(),
        ));
    }
    counted(
        "members and departments",
        range.user_list.len() + range.department_list.len(),
        BATCH,
    )
}

impl Client {
    /// Makes a link.
    pub async fn create_link(
        &self,
        name: &str,
        range: &LinkRange,
        skip_verify: bool,
    ) -> Result<AcquisitionLink, CallError> {
        check(name, range)?;
        let body = json!({"link_name": name, "range": range, "skip_verify": skip_verify});
        let made: Made = self.post(&format!("{BASE}/create_link"), &body).await?;
        Ok(made.link)
    }

    /// Ids of all links, 100 a page.
    pub async fn links(&self, cursor: Option<&str>) -> Result<LinkPage, CallError> {
        let body = json!({"limit": BATCH, "cursor": cursor.unwrap_or_default()});
        self.post(&format!("{BASE}/list_link"), &body).await
    }

    /// A link.
    pub async fn link(&self, link_id: &str) -> Result<LinkFile, CallError> {
        self.post(&format!("{BASE}/get"), &json!({"link_id": link_id}))
            .await
    }

    /// Changes whom a link leads to.
    pub async fn update_link(&self, link_id: &str, name: &str, range: &LinkRange) -> Result<(), CallError> {
        check(name, range)?;
        let body = json!({"link_id": link_id, "link_name": name, "range": range});
        self.order(&format!("{BASE}/update_link"), &body).await
    }

    /// Deletes a link; it works no more.
    pub async fn delete_link(&self, link_id: &str) -> Result<(), CallError> {
        self.order(&format!("{BASE}/delete_link"), &json!({"link_id": link_id}))
            .await
    }

    /// Who came by a link, 1000 a page.
    pub async fn link_customers(
        &self,
        link_id: &str,
        cursor: Option<&str>,
    ) -> Result<LinkCustomerPage, CallError> {
        let body = json!({"link_id": link_id, "limit": 1_000, "cursor": cursor.unwrap_or_default()});
        self.post(&format!("{BASE}/customer"), &body).await
    }

    /// How many customers the links may still bring.
    pub async fn link_quota(&self) -> Result<LinkQuota, CallError> {
        self.get("/cgi-bin/externalcontact/customer_acquisition_quota", &[])
            .await
    }
}
