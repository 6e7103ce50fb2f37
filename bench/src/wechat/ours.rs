//! The library itself, called as a callback calls it.

use super::Cost;
use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use std::fs;
use std::hint::black_box;
use std::time::Instant;
use weigui_wechat::{Account, Push, Query, Random as _, Reply, SystemRandom};

pub(super) const APPID: &str = "wx1234567890abcdef";
pub(super) const TOKEN: &str = "benchtoken";
pub(super) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const GH: &str = "gh_0123456789ab";
/// 2026-01-01 in China; the messages' own time, so that none is stale.
const NOW: i64 = 1_767_196_800;

/// A sealed push as it arrives: query and body.
struct Sealed {
    query: String,
    body: Vec<u8>,
    peer: Value,
}

/// The same messages for everybody.
pub(super) struct Pool {
    account: Account,
    messages: Vec<Sealed>,
}

impl Pool {
    /// Text messages of about 330 bytes, 720 sealed, each from somebody else.
    pub(super) fn make(count: usize) -> Result<Self> {
        let account = Account::new(APPID, TOKEN, AES_KEY, GH)?;
        let messages = (0..count).map(|n| sealed(&account, n)).collect::<Result<_>>()?;
        Ok(Self { account, messages })
    }

    /// For the peers: a JSON array of signature, timestamp, nonce, body, ciphertext.
    pub(super) fn for_peers(&self) -> Value {
        self.messages.iter().map(|message| message.peer.clone()).collect()
    }

    /// Signature, freshness, decryption, appid, typed message.
    pub(super) fn open(&self, count: usize) -> Result<Cost> {
        timed(count, || {
            for message in self.messages.iter().cycle().take(count) {
                black_box(self.push(message)?);
            }
            Ok(())
        })
    }

    /// Passive reply, encryption, signature.
    pub(super) fn seal(&self, count: usize) -> Result<Cost> {
        let first = self.messages.first().context("an empty pool")?;
        let push = self.push(first)?;
        let reply =
            Reply::text("您的储蓄卡（尾号1234）可用余额 12,345.67 元，更新于 10:00。回复“明细”看最近五笔。")?;
        timed(count, || {
            for _ in 0..count {
                let clear = reply.to_xml(&push, NOW)?;
                black_box(self.account.seal(&clear, NOW, &SystemRandom)?);
            }
            Ok(())
        })
    }

    fn push(&self, message: &Sealed) -> Result<Push> {
        let query = Query::parse(&message.query).map_err(|reject| anyhow!("{reject:?}"))?;
        self.account
            .open_push(&query, &message.body, NOW)
            .map_err(|reject| anyhow!("{reject:?}"))
    }
}

fn sealed(account: &Account, n: usize) -> Result<Sealed> {
    let clear = format!(
        "<xml><ToUserName><![CDATA[{GH}]]></ToUserName><FromUserName><![CDATA[oBench{n:022}]]></FromUserName>\
         <CreateTime>{NOW}</CreateTime><MsgType><![CDATA[text]]></MsgType>\
         <Content><![CDATA[请问我的储蓄卡余额是多少？今天能转账吗？]]></Content>\
         <MsgId>{}</MsgId></xml>",
        7_000_000_000_000_000_usize + n
    );
    let mut random = [0_u8; 16];
    SystemRandom.fill(&mut random)?;
    let encrypted = account.encrypt(clear.as_bytes(), &random);
    let (timestamp, nonce) = (NOW.to_string(), (1_000_000_007 + n).to_string());
    let text = |signature: [u8; 40]| String::from_utf8_lossy(&signature).into_owned();
    let signature = text(account.sign(&timestamp, &nonce, &encrypted));
    let plain = text(account.sign_plain(&timestamp, &nonce));
    let body = format!(
        "<xml><ToUserName><![CDATA[{GH}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    );
    let query = format!(
        "signature={plain}&timestamp={timestamp}&nonce={nonce}&openid=oBench{n:022}&encrypt_type=aes\
         &msg_signature={signature}"
    );
    let peer = json!({
        "signature": signature, "timestamp": timestamp, "nonce": nonce, "body": body, "encrypted": encrypted,
    });
    Ok(Sealed {
        query,
        body: body.into_bytes(),
        peer,
    })
}

fn timed(count: usize, work: impl FnOnce() -> Result<()>) -> Result<Cost> {
    let (cpu, wall) = (own_cpu_ns()?, Instant::now());
    work()?;
    Ok(Cost {
        count: u64::try_from(count)?,
        cpu_ns: own_cpu_ns()? - cpu,
        wall_ns: u64::try_from(wall.elapsed().as_nanos())?,
    })
}

/// CPU time of this thread so far, in nanoseconds.
fn own_cpu_ns() -> Result<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").context("/proc/thread-self/schedstat")?;
    let first = text.split_whitespace().next().context("an empty schedstat")?;
    Ok(first.parse()?)
}
