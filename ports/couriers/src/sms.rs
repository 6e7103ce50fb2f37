//! The SMS gateway over HTTP: `POST {id, phone, text}`, answered with `{code}`.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::{SmsAnswer, SmsGateway};

/// The gateway's adapter.
pub struct HttpSms {
    http: reqwest::Client,
    url: String,
    key: Option<SecretString>,
}

#[derive(Deserialize)]
struct Said {
    code: String,
}

impl HttpSms {
    /// `key` is sent as a bearer token unless it is empty.
    pub fn new(http: reqwest::Client, url: &str, key: &str) -> Self {
        let key = (!key.is_empty()).then(|| SecretString::from(key));
        Self {
            http,
            url: url.to_owned(),
            key,
        }
    }

    async fn post(&self, id: &str, phone: &str, text: &str) -> SmsAnswer {
        let body = json!({"id": id, "phone": phone, "text": text}).to_string();
        let mut request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .body(body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            // No connection, so nothing was sent.
            Err(error) if error.is_connect() || error.is_builder() => {
                return SmsAnswer::Refused("unreachable".to_owned());
            }
            Err(error) => {
                tracing::warn!(sms = id, cause = %error.without_url(), "the SMS gateway did not answer");
                return SmsAnswer::Unknown;
            }
        };
        let status = answer.status();
        let said = answer
            .bytes()
            .await
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Said>(&bytes).ok());
        match said {
            Some(said) if status.is_success() && said.code == "ok" => SmsAnswer::Sent,
            // The gateway itself says why; a bare 5xx may come from a proxy after the fact.
            Some(said) if said.code != "ok" => SmsAnswer::Refused(said.code),
            _ if status.is_client_error() => SmsAnswer::Refused(format!("http_{}", status.as_u16())),
            _ => SmsAnswer::Unknown,
        }
    }
}

impl SmsGateway for HttpSms {
    fn send<'a>(&'a self, id: &'a str, phone: &'a str, text: &'a str) -> BoxFuture<'a, SmsAnswer> {
        self.post(id, phone, text).boxed()
    }
}
