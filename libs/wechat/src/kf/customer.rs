//! Customers of 微信客服: who they are, and handing them to a member of staff for good.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Kf;
use crate::client::CallError;
use crate::wecom::{BATCH, counted};

/// A customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KfCustomer {
    /// Id for the corporation.
    pub external_userid: String,
    /// Name in WeChat.
    pub nickname: String,
    /// Picture.
    pub avatar: String,
    /// 0 unknown, 1 man, 2 woman.
    pub gender: i64,
    /// Links to the Official Account's followers.
    pub unionid: Option<String>,
}

/// Customers, and ids that are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct KfCustomers {
    /// Customers who wrote within 48 hours.
    #[serde(rename = "customer_list")]
    pub customers: Vec<KfCustomer>,
    /// Ids of nobody.
    #[serde(rename = "invalid_external_userid")]
    pub invalid: Vec<String>,
}

impl Kf {
    /// At most 100 customers by id.
    pub async fn customers(&self, external_user_ids: &[String]) -> Result<KfCustomers, CallError> {
        counted("customers", external_user_ids.len(), BATCH)?;
        let body = json!({"external_userid_list": external_user_ids, "need_enter_session_context": 0});
        self.0.post("/cgi-bin/kf/customer/batchget", &body).await
    }

    /// Recommends a member of staff to a customer, with words of at most 60 characters; the customer adds the member or
    /// does not.
    pub async fn recommend_member(
        &self,
        open_kf_id: &str,
        external_user_id: &str,
        user_id: &str,
        words: &str,
    ) -> Result<(), CallError> {
        if words.chars().count() > 60 {
            return Err(CallError::Invalid("words of more than 60 characters".to_owned()));
        }
        let body = json!({
            "open_kfid": open_kf_id, "external_userid": external_user_id, "type": 1,
            "member": {"userid": user_id, "wording": words},
        });
        self.0.order("/cgi-bin/kf/customer/upgrade_service", &body).await
    }

    /// Takes a recommendation back.
    pub async fn cancel_recommendation(
        &self,
        open_kf_id: &str,
        external_user_id: &str,
    ) -> Result<(), CallError> {
        let body = json!({"open_kfid": open_kf_id, "external_userid": external_user_id});
        self.0
            .order("/cgi-bin/kf/customer/cancel_upgrade_service", &body)
            .await
    }
}
