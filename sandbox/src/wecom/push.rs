//! Pushes to the bank as WeCom makes them: signed and encrypted, 5 s of patience, three attempts.

use std::time::Duration;

use weigui_wechat::xml;

use super::WeCom;
use crate::chance;
use crate::wechat::start;

const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;

impl WeCom {
    /// Sends what the corporation has to tell, in order.
    pub(super) fn send_events(&self) {
        let (events, thrice) = {
            let mut corp = self.corp();
            (std::mem::take(&mut corp.outbox), corp.faults.deliver_thrice)
        };
        if events.is_empty() {
            return;
        }
        let wecom = self.clone();
        let at = self.now();
        start(async move {
            for inner in events {
                let clear = wecom.clear(&inner, at);
                if thrice {
                    tokio::join!(
                        wecom.deliver(&clear),
                        wecom.deliver(&clear),
                        wecom.deliver(&clear)
                    );
                } else {
                    wecom.deliver(&clear).await;
                }
            }
        });
    }

    /// The clear XML; the same for every attempt.
    fn clear(&self, inner: &str, at: i64) -> String {
        let mut out = String::with_capacity(inner.len() + 256);
        xml::open(&mut out, "xml");
        xml::write_cdata(&mut out, "ToUserName", &self.0.settings.corpid);
        xml::write_cdata(&mut out, "FromUserName", "sys");
        xml::write_number(&mut out, "CreateTime", at);
        out.push_str(inner);
        xml::close(&mut out, "xml");
        out
    }

    async fn deliver(&self, clear: &str) {
        for attempt in 1..=ATTEMPTS {
            if self.attempt(clear).await.is_some() {
                return;
            }
            tracing::info!(attempt, "a push of WeCom to the bank failed");
        }
    }

    async fn attempt(&self, clear: &str) -> Option<()> {
        let (settings, receiver) = (&self.0.settings, &self.0.receiver);
        let timestamp = self.now().to_string();
        let nonce = chance::below(10_000_000_000).to_string();
        let encrypted = receiver.encrypt(clear, &chance::bytes());
        let mut url = reqwest::Url::parse(&settings.callback_url).ok()?;
        url.query_pairs_mut()
            .append_pair("msg_signature", &receiver.sign(&timestamp, &nonce, &encrypted))
            .append_pair("timestamp", &timestamp)
            .append_pair("nonce", &nonce);
        let mut body = String::with_capacity(encrypted.len() + 128);
        xml::open(&mut body, "xml");
        xml::write_cdata(&mut body, "ToUserName", &settings.corpid);
        xml::write_cdata(&mut body, "Encrypt", &encrypted);
        xml::write_cdata(&mut body, "AgentID", "");
        xml::close(&mut body, "xml");
        let request = settings
            .http
            .post(url)
            .header("content-type", "text/xml")
            .body(body);
        let answer = tokio::time::timeout(PATIENCE, request.send()).await.ok()?.ok()?;
        (answer.status() == reqwest::StatusCode::OK).then_some(())
    }
}
