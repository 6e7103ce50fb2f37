//! Pushes to the bank as WeChat makes them: signed, encrypted, with fresh timestamp and nonce per attempt, 5 s of
//! patience, three attempts; the answer is verified and decrypted before a phone shows it.

use std::time::Duration;

use weigui_wechat::callback::crypt::signature_matches;
use weigui_wechat::xml;

use crate::world::Shown;
use crate::{Sandbox, chance};

const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
/// Grey line that a follower sees when the bank could not be reached.
const BROKEN: &str = "该公众号提供的服务出现故障，请稍后再试";

/// Something a person did, or a receipt of the platform.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Subscribe(Option<String>),
    Unsubscribe,
    Scan(String),
    Text(String),
    Click(String),
    TemplateFinished { message_id: i64, status: &'static str },
}

/// Why an attempt did not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    Unreachable,
    Refused,
    BadAnswer,
}

impl Sandbox {
    /// Delivers one happening and shows the answer.
    pub(crate) async fn push(&self, openid: &str, happening: Happening) {
        self.before(openid, &happening);
        let clear = self.write(openid, &happening);
        let thrice = self.faults().wechat.deliver_thrice;
        for attempt in 1..=ATTEMPTS {
            let outcome = if thrice {
                let (first, _, _) =
                    tokio::join!(self.attempt(&clear), self.attempt(&clear), self.attempt(&clear));
                first
            } else {
                self.attempt(&clear).await
            };
            match outcome {
                Ok(reply) => {
                    // An unfollower's phone shows nothing more.
                    if let Some(reply) = reply.filter(|_| !matches!(happening, Happening::Unsubscribe)) {
                        self.world.show(openid, reply);
                    }
                    return;
                }
                Err(reason) => tracing::info!(attempt, ?reason, "a push to the bank failed"),
            }
        }
        if !matches!(
            happening,
            Happening::Unsubscribe | Happening::TemplateFinished { .. }
        ) {
            self.world.show(
                openid,
                Shown::Line {
                    text: BROKEN.to_owned(),
                    failed: true,
                },
            );
        }
    }

    /// What the platform notes before it tells the bank: the person's own bubble, and the windows that open.
    fn before(&self, openid: &str, happening: &Happening) {
        let now = self.world.now();
        match happening {
            Happening::Text(text) => {
                self.world.show(
                    openid,
                    Shown::Mine {
                        text: text.clone(),
                        failed: false,
                    },
                );
                self.world
                    .state()
                    .windows
                    .entry(openid.to_owned())
                    .or_default()
                    .after_message(now);
            }
            Happening::Subscribe(_) | Happening::Scan(_) | Happening::Click(_) => {
                self.world
                    .state()
                    .windows
                    .entry(openid.to_owned())
                    .or_default()
                    .after_interaction(now);
            }
            Happening::Unsubscribe | Happening::TemplateFinished { .. } => {}
        }
    }

    /// The clear XML; the same for every attempt.
    fn write(&self, openid: &str, happening: &Happening) -> String {
        let mut out = String::with_capacity(400);
        xml::open(&mut out, "xml");
        xml::write_cdata(&mut out, "ToUserName", &self.world.config.gh);
        xml::write_cdata(&mut out, "FromUserName", openid);
        xml::write_number(&mut out, "CreateTime", self.world.now() / 1_000);
        if let Happening::Text(text) = happening {
            xml::write_cdata(&mut out, "MsgType", "text");
            xml::write_cdata(&mut out, "Content", text);
            let id = self.world.state().next_message_id();
            xml::write_number(&mut out, "MsgId", id);
        } else {
            xml::write_cdata(&mut out, "MsgType", "event");
            write_event(&mut out, happening);
        }
        xml::close(&mut out, "xml");
        out
    }

    /// One delivery; what the phone is to show, or nothing.
    async fn attempt(&self, clear: &str) -> Result<Option<Shown>, Failed> {
        let account = &self.world.account;
        let timestamp = (self.world.now() / 1_000).to_string();
        let nonce = chance::below(10_000_000_000).to_string();
        let encrypted = account.encrypt(clear.as_bytes(), &chance::bytes());
        let text = |signature: [u8; 40]| String::from_utf8_lossy(&signature).into_owned();
        let mut url =
            reqwest::Url::parse(&self.world.config.callback_url).map_err(|_| Failed::Unreachable)?;
        url.query_pairs_mut()
            .append_pair("signature", &text(account.sign_plain(&timestamp, &nonce)))
            .append_pair("timestamp", &timestamp)
            .append_pair("nonce", &nonce)
            .append_pair("encrypt_type", "aes")
            .append_pair(
                "msg_signature",
                &text(account.sign(&timestamp, &nonce, &encrypted)),
            );
        let mut body = String::with_capacity(encrypted.len() + 128);
        xml::open(&mut body, "xml");
        xml::write_cdata(&mut body, "ToUserName", &self.world.config.gh);
        xml::write_cdata(&mut body, "Encrypt", &encrypted);
        xml::close(&mut body, "xml");
        let request = self
            .world
            .config
            .http
            .post(url)
            .header("content-type", "text/xml")
            .body(body);
        let answer = tokio::time::timeout(PATIENCE, async {
            let answer = request.send().await.map_err(|_| Failed::Unreachable)?;
            if answer.status() != reqwest::StatusCode::OK {
                return Err(Failed::Refused);
            }
            answer.text().await.map_err(|_| Failed::Unreachable)
        });
        let answer = answer.await.map_err(|_| Failed::Unreachable)??;
        match answer.trim() {
            "" | "success" => Ok(None),
            sealed => self.read(sealed),
        }
    }

    /// Verifies, decrypts and reads a passive reply.
    fn read(&self, sealed: &str) -> Result<Option<Shown>, Failed> {
        let leaf = |list: &[(String, String)], name: &str| {
            list.iter()
                .find(|(path, _)| path == name)
                .map(|(_, value)| value.clone())
        };
        let envelope = xml::leaves(sealed).map_err(|_| Failed::BadAnswer)?;
        let part = |name: &str| leaf(&envelope, name).ok_or(Failed::BadAnswer);
        let (encrypted, nonce, timestamp) = (part("Encrypt")?, part("Nonce")?, part("TimeStamp")?);
        let computed = self.world.account.sign(&timestamp, &nonce, &encrypted);
        if !signature_matches(&computed, &part("MsgSignature")?) {
            return Err(Failed::BadAnswer);
        }
        let clear = self
            .world
            .account
            .decrypt(&encrypted)
            .map_err(|_| Failed::BadAnswer)?;
        let reply = xml::leaves(&clear).map_err(|_| Failed::BadAnswer)?;
        let value = |name: &str| leaf(&reply, name).unwrap_or_default();
        match value("MsgType").as_str() {
            "text" => Ok(Some(Shown::Text(value("Content")))),
            "news" => Ok(Some(Shown::News {
                title: value("Articles/item/Title"),
                description: value("Articles/item/Description"),
                url: value("Articles/item/Url"),
            })),
            "transfer_customer_service" => Ok(Some(Shown::Line {
                text: "正在为你转接客服".to_owned(),
                failed: false,
            })),
            "image" | "voice" | "video" => Ok(Some(Shown::Line {
                text: "[暂不支持显示的消息]".to_owned(),
                failed: false,
            })),
            _ => Err(Failed::BadAnswer),
        }
    }
}

fn write_event(out: &mut String, happening: &Happening) {
    let mut event = |name: &str, key: &str| {
        xml::write_cdata(out, "Event", name);
        xml::write_cdata(out, "EventKey", key);
    };
    match happening {
        Happening::Subscribe(None) => event("subscribe", ""),
        Happening::Subscribe(Some(scene)) => {
            event("subscribe", &format!("qrscene_{scene}"));
            xml::write_cdata(out, "Ticket", "gQEg7zwAAAAAAAAA");
        }
        Happening::Unsubscribe => event("unsubscribe", ""),
        Happening::Scan(scene) => {
            event("SCAN", scene);
            xml::write_cdata(out, "Ticket", "gQEg7zwAAAAAAAAA");
        }
        Happening::Click(key) => event("CLICK", key),
        Happening::TemplateFinished { message_id, status } => {
            xml::write_cdata(out, "Event", "TEMPLATESENDJOBFINISH");
            xml::write_number(out, "MsgID", *message_id);
            xml::write_cdata(out, "Status", status);
        }
        // A text is a message, not an event.
        Happening::Text(_) => {}
    }
}
