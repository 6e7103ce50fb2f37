//! Pushes to the bank as WeChat makes them: signed, encrypted, with fresh timestamp and nonce per attempt, 5 s of
//! patience, three attempts; the answer is verified and decrypted before a phone shows it.

use std::time::Duration;

use weigui_wechat::callback::crypt::signature_matches;
use weigui_wechat::{Account, xml};

use super::happening::{Envelope, write};
use super::mini::PushFormat;
use crate::shown::Shown;
use crate::{Sandbox, chance};

pub(crate) use super::happening::Happening;

const PATIENCE: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 3;
/// Grey line that a follower sees when the bank could not be reached.
const BROKEN: &str = "该公众号提供的服务出现故障，请稍后再试";

/// Why an attempt did not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    Unreachable,
    Refused,
    BadAnswer,
}

/// One of the bank's two callbacks, as the platform has it on file.
struct Line<'a> {
    account: &'a Account,
    url: &'a str,
    gh: &'a str,
    format: PushFormat,
}

impl Sandbox {
    /// Delivers one happening and shows the answer.
    pub(crate) async fn push(&self, openid: &str, happening: Happening) {
        if !self.before(openid, &happening) {
            return;
        }
        let Some(line) = self.line(openid, &happening) else {
            return;
        };
        let clear = self.clear(&line, openid, &happening);
        let thrice = self.faults().wechat.deliver_thrice;
        for attempt in 1..=ATTEMPTS {
            let outcome = if thrice {
                let (first, _, _) = tokio::join!(
                    self.attempt(&line, openid, &clear),
                    self.attempt(&line, openid, &clear),
                    self.attempt(&line, openid, &clear)
                );
                first
            } else {
                self.attempt(&line, openid, &clear).await
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
        if happening.is_by_person() {
            self.world.show(
                openid,
                Shown::Line {
                    text: BROKEN.to_owned(),
                    failed: true,
                },
            );
        }
    }

    /// Where it is to be delivered: what happens in the mini program goes to the mini program's callback.
    fn line(&self, openid: &str, happening: &Happening) -> Option<Line<'_>> {
        let config = &self.world.config;
        let is_mini = matches!(happening, Happening::MediaChecked { .. })
            || self.world.state().mini_person(openid).is_some();
        if !is_mini {
            return Some(Line {
                account: &self.world.account,
                url: &config.callback_url,
                gh: &config.gh,
                format: PushFormat::Xml,
            });
        }
        self.world.mini().map(|mini| Line {
            account: &mini.account,
            url: &mini.settings.callback_url,
            gh: &mini.settings.gh,
            format: mini.settings.format,
        })
    }

    /// What the platform notes before it tells the bank: the person's own bubble, and the windows that open.
    /// False when the account does not hear this person.
    fn before(&self, openid: &str, happening: &Happening) -> bool {
        let now = self.world.now();
        if let Happening::Text(text) | Happening::Picked { words: text, .. } = happening {
            self.world.show(
                openid,
                Shown::Mine {
                    text: text.clone(),
                    failed: false,
                },
            );
        }
        let mut state = self.world.state();
        if happening.is_by_person() {
            let fan = state.fan(openid);
            fan.active_at = now / 1_000;
            if fan.black && happening.is_message() {
                return false;
            }
        }
        let window = state.windows.entry(openid.to_owned()).or_default();
        match happening {
            Happening::Text(_) => window.after_message(now),
            // A page opened from the menu opens no window.
            Happening::Subscribe(_) | Happening::Scan(_) | Happening::Click(_) | Happening::Picked { .. } => {
                window.after_interaction(now);
            }
            _ => {}
        }
        true
    }

    /// The clear text; the same for every attempt.
    fn clear(&self, line: &Line<'_>, openid: &str, happening: &Happening) -> String {
        let message_id = self.world.state().next_message_id();
        let envelope = Envelope {
            to: line.gh,
            from: openid,
            at: self.seconds(),
            message_id,
        };
        write(happening, &envelope, line.format)
    }

    /// One delivery; what the phone is to show, or nothing.
    async fn attempt(&self, line: &Line<'_>, openid: &str, clear: &str) -> Result<Option<Shown>, Failed> {
        let account = line.account;
        let timestamp = self.seconds().to_string();
        let nonce = chance::below(10_000_000_000).to_string();
        let encrypted = account.encrypt(clear.as_bytes(), &chance::bytes());
        let text = |signature: [u8; 40]| String::from_utf8_lossy(&signature).into_owned();
        let mut url = reqwest::Url::parse(line.url).map_err(|_| Failed::Unreachable)?;
        url.query_pairs_mut()
            .append_pair("signature", &text(account.sign_plain(&timestamp, &nonce)))
            .append_pair("timestamp", &timestamp)
            .append_pair("nonce", &nonce)
            .append_pair("openid", openid)
            .append_pair("encrypt_type", "aes")
            .append_pair(
                "msg_signature",
                &text(account.sign(&timestamp, &nonce, &encrypted)),
            );
        let (kind, body) = sealed(line, &encrypted);
        let request = self
            .world
            .config
            .http
            .post(url)
            .header("content-type", kind)
            .body(body);
        let answer = tokio::time::timeout(PATIENCE, async {
            let answer = request.send().await.map_err(|_| Failed::Unreachable)?;
            if answer.status() != reqwest::StatusCode::OK {
                return Err(Failed::Refused);
            }
            answer.text().await.map_err(|_| Failed::Unreachable)
        });
        let answer = answer.await.map_err(|_| Failed::Unreachable)??;
        match (answer.trim(), line.format) {
            ("" | "success", _) => Ok(None),
            (sealed, PushFormat::Xml) => self.read(account, openid, sealed),
            // The mini program is answered by customer messages only.
            (_, PushFormat::Json) => Err(Failed::BadAnswer),
        }
    }

    /// Verifies, decrypts and reads a passive reply.
    fn read(&self, account: &Account, openid: &str, sealed: &str) -> Result<Option<Shown>, Failed> {
        let leaf = |list: &[(String, String)], name: &str| {
            list.iter()
                .find(|(path, _)| path == name)
                .map(|(_, value)| value.clone())
        };
        let envelope = xml::leaves(sealed).map_err(|_| Failed::BadAnswer)?;
        let part = |name: &str| leaf(&envelope, name).ok_or(Failed::BadAnswer);
        let (encrypted, nonce, timestamp) = (part("Encrypt")?, part("Nonce")?, part("TimeStamp")?);
        let computed = account.sign(&timestamp, &nonce, &encrypted);
        if !signature_matches(&computed, &part("MsgSignature")?) {
            return Err(Failed::BadAnswer);
        }
        let clear = account.decrypt(&encrypted).map_err(|_| Failed::BadAnswer)?;
        let reply = xml::leaves(&clear).map_err(|_| Failed::BadAnswer)?;
        let value = |name: &str| leaf(&reply, name).unwrap_or_default();
        match value("MsgType").as_str() {
            "text" => Ok(Some(Shown::Text(value("Content")))),
            "news" => Ok(Some(Shown::News {
                title: value("Articles/item/Title"),
                description: value("Articles/item/Description"),
                url: value("Articles/item/Url"),
            })),
            "transfer_customer_service" => {
                self.world.state().desk.hand_over(openid, self.seconds());
                Ok(Some(Shown::Line {
                    text: "正在为你转接客服".to_owned(),
                    failed: false,
                }))
            }
            "image" | "voice" | "video" => Ok(Some(Shown::Line {
                text: "[暂不支持显示的消息]".to_owned(),
                failed: false,
            })),
            _ => Err(Failed::BadAnswer),
        }
    }
}

/// The envelope around a sealed push.
fn sealed(line: &Line<'_>, encrypted: &str) -> (&'static str, String) {
    if line.format == PushFormat::Json {
        let body = serde_json::json!({"ToUserName": line.gh, "Encrypt": encrypted});
        return ("application/json", body.to_string());
    }
    let mut body = String::with_capacity(encrypted.len() + 128);
    xml::open(&mut body, "xml");
    xml::write_cdata(&mut body, "ToUserName", line.gh);
    xml::write_cdata(&mut body, "Encrypt", encrypted);
    xml::close(&mut body, "xml");
    ("text/xml", body)
}
