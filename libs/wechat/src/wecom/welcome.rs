//! The greeting of a new customer: one message, within 20 seconds, with a code that works once.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::attachment::{Attachment, MAX_ATTACHMENTS};
use super::client::{Client, measured};
use crate::client::CallError;

/// Seconds for which a welcome code works, counted from its event.
pub const WELCOME_WITHIN_S: i64 = 20;

/// What a new customer may be greeted with. WeCom takes it once, from one app: another app that is at it at the
/// same moment makes 41096 (may be tried again), a chat that has begun makes 41051 (nothing left to do).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WelcomeCode {
    code: String,
    /// The second after which it is void.
    pub until: i64,
}

impl WelcomeCode {
    pub(super) fn new(code: String, created_at: i64) -> Self {
        Self {
            code,
            until: created_at.saturating_add(WELCOME_WITHIN_S),
        }
    }

    /// Whether it can still be used at this second.
    pub const fn is_open(&self, now: i64) -> bool {
        now <= self.until
    }
}

impl Client {
    /// Greets a new customer with a text (at most 4000 bytes), attachments (at most nine), or both. A code whose
    /// 20 seconds are over is refused here.
    pub async fn send_welcome(
        &self,
        code: &WelcomeCode,
        text: Option<&str>,
        attachments: &[Attachment],
    ) -> Result<(), CallError> {
        if !code.is_open(self.now()) {
            return Err(CallError::Invalid(
                "the 20 seconds for a greeting are over".to_owned(),
            ));
        }
        if let Some(text) = text {
            measured("a greeting", text, 4_000)?;
        }
        if attachments.len() > MAX_ATTACHMENTS || (text.is_none() && attachments.is_empty()) {
            return Err(CallError::Invalid(format!("{} attachments", attachments.len())));
        }
        let mut body = json!({"welcome_code": code.code, "attachments": attachments});
        if let (Some(text), Some(fields)) = (text, body.as_object_mut()) {
            fields.insert("text".to_owned(), json!({"content": text}));
        }
        self.order("/cgi-bin/externalcontact/send_welcome_msg", &body)
            .await
    }
}
