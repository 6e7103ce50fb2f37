//! `bench wechat`: what one push costs without HTTP around it. In: signature, decryption, appid, typed message.
//! Out: passive reply, encryption, signature. On one core, beside wechatpy (Python) and wechat-crypto (Node), which
//! work on the same sealed messages in the same run. wechat-crypto reads no XML and types no message, so it does less.

mod ours;
mod peers;

use crate::number::ratio;
use anyhow::{Result, ensure};
use serde_json::{Value, json};

/// How many different messages are worked on, again and again.
const POOL: usize = 2_000;
/// As many times wechatpy's CPU time as ours: what the project promises.
const TARGET: u64 = 20;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// One JSON object as the last line
    #[arg(long)]
    pub(crate) json: bool,
    /// Messages in and out, each
    #[arg(long, default_value_t = 400_000)]
    messages: usize,
    /// Leave the peers out (no Python or npm needed); no ratio then
    #[arg(long)]
    no_peer: bool,
}

/// What was seen of one library in one direction.
#[derive(Clone, Copy)]
struct Cost {
    count: u64,
    cpu_ns: u64,
    wall_ns: u64,
}

impl Cost {
    fn per_message_ns(self) -> u64 {
        self.cpu_ns / self.count.max(1)
    }

    fn json(self) -> Value {
        json!({
            "cpu_us": ratio(self.cpu_ns / 10, self.count.saturating_mul(100)),
            "per_second": self.count.saturating_mul(1_000_000_000).checked_div(self.wall_ns),
            "messages": self.count,
        })
    }
}

pub(crate) fn run(options: &Options) -> Result<Value> {
    ensure!(options.messages >= POOL, "at least {POOL} messages");
    let pool = ours::Pool::make(POOL)?;
    eprintln!("wechat: weigui-wechat, {} messages in and out", options.messages);
    // Once to warm up: caches, allocator, the processor's clock.
    pool.open(POOL)?;
    pool.seal(POOL)?;
    let (opened, sealed) = (pool.open(options.messages)?, pool.seal(options.messages)?);
    let mut out = json!({"verify_decrypt_parse": opened.json(), "build_encrypt": sealed.json()});
    let mut found = serde_json::Map::new();
    if !options.no_peer {
        for peer in peers::ALL {
            eprintln!("wechat: {}", peer.name);
            // The peers answer a fraction of it in the same time.
            let (open, seal) = peer.measure(&pool, options.messages / peer.slower)?;
            let times = |theirs: Cost, ours: Cost| ratio(theirs.per_message_ns(), ours.per_message_ns());
            let seen = json!({
                "verify_decrypt_parse": open.json(),
                "build_encrypt": seal.json(),
                "times_our_cpu_in": times(open, opened),
                "times_our_cpu_out": times(seal, sealed),
            });
            found.insert(peer.name.to_owned(), seen);
        }
    }
    if let Some(fields) = out.as_object_mut() {
        fields.insert("peers".to_owned(), Value::Object(found));
        fields.insert("targets".to_owned(), json!({"times_wechatpy_cpu": TARGET}));
    }
    Ok(out)
}
