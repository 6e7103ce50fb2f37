//! Pushes to the bank's callback, made by hand: genuine ones, and the forgeries of stories about attackers.

use crate::answer::Answer;
use crate::bank::TestBank;
use crate::customer::Customer;
use std::sync::atomic::{AtomicI64, Ordering};
use weigui_wechat::Account;

/// What WeChat would send.
#[derive(Clone, Debug)]
pub struct Post {
    pub query: String,
    pub body: Vec<u8>,
}

impl Post {
    /// With one parameter changed.
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        let pairs = self.query.split('&').map(|pair| match pair.split_once('=') {
            Some((key, _)) if key == name => format!("{key}={value}"),
            _ => pair.to_owned(),
        });
        self.query = pairs.collect::<Vec<_>>().join("&");
        self
    }

    /// With one character of the ciphertext changed.
    pub fn with_tampered_body(mut self) -> Self {
        let text = String::from_utf8(self.body).expect("XML");
        let at = text.find("<Encrypt><![CDATA[").expect("a ciphertext") + 60;
        let other = if text.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        self.body = format!("{}{other}{}", &text[..at], &text[at + 1..]).into_bytes();
        self
    }
}

/// Each message has its own id.
static MESSAGES: AtomicI64 = AtomicI64::new(7_300_000_000_000_000_000);

impl TestBank {
    /// A genuine text message in safe mode.
    pub fn wechat_post(&self, who: &Customer, text: &str) -> Post {
        self.wechat_post_as(who, text, "", self.now() / 1_000)
    }

    /// As another appid (none: the bank's own), at this second.
    pub fn wechat_post_as(&self, who: &Customer, text: &str, appid: &str, second: i64) -> Post {
        let account = self.account(appid);
        let sealed = account.encrypt(self.message(who, text).as_bytes(), b"0123456789abcdef");
        let (timestamp, nonce) = (second.to_string(), "1320562132".to_owned());
        let (plain, whole) = (
            account.sign_plain(&timestamp, &nonce),
            account.sign(&timestamp, &nonce, &sealed),
        );
        let text = |bytes: &[u8; 40]| String::from_utf8_lossy(bytes).into_owned();
        let query = format!(
            "signature={}&timestamp={timestamp}&nonce={nonce}&openid={}&encrypt_type=aes&msg_signature={}",
            text(&plain),
            who.openid,
            text(&whole)
        );
        let gh = account.original_id();
        let body = format!(
            "<xml><ToUserName><![CDATA[{gh}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        );
        Post {
            query,
            body: body.into_bytes(),
        }
    }

    /// The downgrade: signed as plaintext mode is, with the message in clear.
    pub fn wechat_plain(&self, who: &Customer, text: &str) -> Post {
        let (timestamp, nonce) = ((self.now() / 1_000).to_string(), "1320562132");
        let signature = self.account("").sign_plain(&timestamp, nonce);
        let signature = String::from_utf8_lossy(&signature).into_owned();
        let query = format!(
            "signature={signature}&timestamp={timestamp}&nonce={nonce}&openid={}",
            who.openid
        );
        Post {
            query,
            body: self.message(who, text).into_bytes(),
        }
    }

    /// Sends it to the callback.
    pub async fn posts(&self, post: &Post) -> Answer {
        let url = self.url(&format!(
            "/wechat/{}/callback?{}",
            self.bank.config.wechat.account, post.query
        ));
        self.stranger()
            .post_bytes(&url, "text/xml", post.body.clone())
            .await
    }

    /// The clear text of a passive reply; `success` stays as it is.
    pub fn unseals(&self, answer: &Answer) -> String {
        let text = String::from_utf8(answer.body.clone()).expect("text");
        let sealed = text
            .split("<Encrypt><![CDATA[")
            .nth(1)
            .and_then(|rest| rest.split("]]>").next());
        sealed.map_or(text.clone(), |sealed| {
            self.account("").decrypt(sealed).expect("our own reply")
        })
    }

    fn account(&self, appid: &str) -> Account {
        let w = &self.bank.config.wechat;
        let appid = if appid.is_empty() { &w.appid } else { appid };
        Account::new(appid, &w.token, &w.encoding_aes_key, &w.original_id).expect("an account")
    }

    fn message(&self, who: &Customer, text: &str) -> String {
        let id = MESSAGES.fetch_add(1, Ordering::Relaxed);
        format!(
            "<xml><ToUserName><![CDATA[{}]]></ToUserName><FromUserName><![CDATA[{}]]></FromUserName>\
             <CreateTime>{}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>\
             <MsgId>{id}</MsgId></xml>",
            self.bank.config.wechat.original_id,
            who.openid,
            self.now() / 1_000
        )
    }
}
