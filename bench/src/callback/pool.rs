//! Genuine requests, sealed beforehand: each with its own `MsgId`, so that none finds a cached reply.

use anyhow::Result;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use weigui_wechat::{Account, Random as _, SystemRandom};

pub(crate) const APPID: &str = "wx1234567890abcdef";
pub(crate) const TOKEN: &str = "benchtoken";
pub(crate) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const GH: &str = "gh_0123456789ab";
/// As many people as write.
const PEOPLE: u64 = 5_000;

/// Goes on from pool to pool: a message of one phase is not met again in the next.
static LAST_MESSAGE: AtomicU64 = AtomicU64::new(7_000_000_000_000_000);

pub(crate) fn account() -> Result<Account> {
    Ok(Account::new(APPID, TOKEN, AES_KEY, GH)?)
}

/// Who writes what to which callback.
pub(crate) struct Senders<'a> {
    pub(crate) account: &'a Account,
    pub(crate) path: &'a str,
    pub(crate) openids: &'a [String],
    pub(crate) text: &'a str,
}

/// So many requests to the echo bot, from many people.
pub(crate) fn make(count: usize) -> Result<Vec<Vec<u8>>> {
    let openids: Vec<String> = (0..PEOPLE).map(|n| format!("oBench{n:022}")).collect();
    let text = "请问我的储蓄卡余额是多少？今天能转账吗？";
    Senders {
        account: &account()?,
        path: "/wx",
        openids: &openids,
        text,
    }
    .requests(count)
}

impl Senders<'_> {
    /// HTTP requests as WeChat sends them: about 330 bytes of clear XML, 720 sealed.
    pub(crate) fn requests(&self, count: usize) -> Result<Vec<Vec<u8>>> {
        let now = seconds();
        let people = self.openids.iter().cycle().take(count);
        people
            .map(|openid| self.request(openid, LAST_MESSAGE.fetch_add(1, Ordering::Relaxed), now))
            .collect()
    }

    fn request(&self, openid: &str, id: u64, now: u64) -> Result<Vec<u8>> {
        let (account, gh) = (self.account, self.account.original_id());
        let clear = format!(
            "<xml><ToUserName><![CDATA[{gh}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>\
             <CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>\
             <Content><![CDATA[{}]]></Content><MsgId>{id}</MsgId></xml>",
            self.text
        );
        let mut random = [0_u8; 16];
        SystemRandom.fill(&mut random)?;
        let sealed = account.encrypt(clear.as_bytes(), &random);
        let (timestamp, nonce) = (now.to_string(), (id % 1_000_000_007).to_string());
        let signature = account.sign_plain(&timestamp, &nonce);
        let msg_signature = account.sign(&timestamp, &nonce, &sealed);
        let body = format!(
            "<xml><ToUserName><![CDATA[{gh}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        );
        let head = format!(
            "POST {}?signature={}&timestamp={timestamp}&nonce={nonce}&openid={openid}&encrypt_type=aes\
             &msg_signature={} HTTP/1.1\r\nHost: bench\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n",
            self.path,
            std::str::from_utf8(&signature)?,
            std::str::from_utf8(&msg_signature)?,
            body.len()
        );
        Ok([head.into_bytes(), body.into_bytes()].concat())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark plays WeChat, whose time is the real one"
)]
pub(crate) fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}
