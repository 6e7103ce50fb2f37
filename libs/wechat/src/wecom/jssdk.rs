//! Signatures for pages inside WeCom: `wx.config` with the corporation's ticket, `wx.agentConfig` with the app's
//! (the sidebar beside a chat needs both).

use std::sync::Arc;

use serde::Serialize;

use super::client::Client;
use crate::client::{JsSdk, JsSdkError, TicketSource, TokenKeeper};
use crate::random::Random;

/// Signs pages for `wx.agentConfig`. Cheap to clone; make one and keep it.
#[derive(Clone)]
pub struct AgentSdk {
    signer: JsSdk,
    agent_id: i64,
}

/// What `wx.agentConfig` needs besides the list of its functions; the names are the page's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentConfig {
    /// Corpid.
    pub corpid: String,
    /// The app.
    pub agentid: i64,
    /// Second of signing.
    pub timestamp: i64,
    /// Fresh random text.
    #[serde(rename = "nonceStr")]
    pub nonce_str: String,
    /// 40 hex digits.
    pub signature: String,
}

impl AgentSdk {
    /// Signs a page of the app's own hosts: its whole address; what follows `#` does not count.
    pub async fn sign(&self, page: &str) -> Result<AgentConfig, JsSdkError> {
        let signed = self.signer.sign(page).await?;
        Ok(AgentConfig {
            corpid: signed.app_id,
            agentid: self.agent_id,
            timestamp: signed.timestamp,
            nonce_str: signed.nonce_str,
            signature: signed.signature,
        })
    }
}

impl Client {
    /// Signs pages of these hosts for `wx.config`; make one and keep it. The ticket is the corporation's, shared
    /// by nodes through the store.
    pub fn js_sdk(&self, hosts: &[&str], random: Arc<dyn Random>) -> JsSdk {
        let source = TicketSource::new(self.api().clone(), "/cgi-bin/get_jsapi_ticket", None);
        self.signer(source, hosts, random)
    }

    /// Signs pages of these hosts for `wx.agentConfig`; make one and keep it. WeCom gives such tickets 400 times an
    /// hour for each corporation and 100 times for each app.
    pub fn agent_sdk(&self, hosts: &[&str], random: Arc<dyn Random>) -> AgentSdk {
        let source = TicketSource::new(self.api().clone(), "/cgi-bin/ticket/get", Some("agent_config"));
        AgentSdk {
            signer: self.signer(source, hosts, random),
            agent_id: self.agent_id(),
        }
    }

    fn signer(&self, source: TicketSource, hosts: &[&str], random: Arc<dyn Random>) -> JsSdk {
        let clock = self.clock();
        let tickets = TokenKeeper::new(Arc::new(source), self.store(), Arc::clone(&clock));
        JsSdk::new(self.corpid(), tickets, hosts, clock, random)
    }
}
