//! What is left of the account's quotas, and what WeChat knows about one of its answers.

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Nothing;
use super::{CallError, Client, Family, api, list_or_none, transport};

/// The quota of one API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct DailyQuota {
    /// Calls a day.
    pub daily_limit: i64,
    /// Used today.
    pub used: i64,
    /// Left today.
    pub remain: i64,
}

#[derive(Deserialize)]
struct Got {
    quota: DailyQuota,
}

#[derive(Deserialize)]
struct Asked {
    request: Value,
}

#[derive(Deserialize)]
struct Addresses {
    #[serde(default, deserialize_with = "list_or_none")]
    ip_list: Vec<String>,
}

impl Client {
    /// The quota of an API by its path (`/cgi-bin/message/custom/send`).
    pub async fn quota(&self, path: &str) -> Result<DailyQuota, CallError> {
        let got: Got = self
            .post("/cgi-bin/openapi/quota/get", &json!({"cgi_path": path}))
            .await?;
        Ok(got.quota)
    }

    /// Fills all quotas of the account again: ten times a month (48006 after that).
    pub async fn clear_quota(&self) -> Result<(), CallError> {
        let body = json!({"appid": self.appid()});
        self.api().command("/cgi-bin/clear_quota", &body).await?;
        self.reopen();
        Ok(())
    }

    /// The same without an access token, for when the token's own quota is used up.
    pub async fn clear_quota_by_secret(&self) -> Result<(), CallError> {
        let body = json!({
            "appid": self.appid(), "appsecret": self.0.credentials.secret.expose_secret(),
        });
        let body = serde_json::to_vec(&body).map_err(CallError::invalid)?;
        let url = api::url(&self.0.endpoints.api, "/cgi-bin/clear_quota/v2")?;
        let request = self
            .0
            .http
            .post(url)
            .header("content-type", "application/json")
            .body(body);
        let Nothing {} = transport::exchange(request, Family::OfficialAccount).await?;
        self.reopen();
        Ok(())
    }

    fn reopen(&self) {
        if let Some(limiter) = self.api().limiter() {
            limiter.reopen(self.appid());
        }
    }

    /// What WeChat knows about an answer by its `rid` (within seven days), as it gives it.
    pub async fn explain_rid(&self, rid: &str) -> Result<Value, CallError> {
        let asked: Asked = self
            .post("/cgi-bin/openapi/rid/get", &json!({"rid": rid}))
            .await?;
        Ok(asked.request)
    }

    /// Addresses that WeChat's pushes come from, some as networks (`101.226.62.77/32`). They change: ask daily.
    pub async fn callback_addresses(&self) -> Result<Vec<String>, CallError> {
        let got: Addresses = self.get("/cgi-bin/getcallbackip", &[]).await?;
        Ok(got.ip_list)
    }

    /// Addresses of WeChat's API, for the host's firewall.
    pub async fn api_addresses(&self) -> Result<Vec<String>, CallError> {
        let got: Addresses = self.get("/cgi-bin/get_api_domain_ip", &[]).await?;
        Ok(got.ip_list)
    }
}
