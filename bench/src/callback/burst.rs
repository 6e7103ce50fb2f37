//! The real requirement: 500 messages at once while the core bank takes six seconds. Each is answered before
//! WeChat hangs up (5 s), and what comes later is said once, as far as WeChat's quota goes.

use super::pool::Senders;
use crate::bank::Bank;
use crate::load::{self, Expect, Pace};
use crate::number::{per_mille, ratio};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Customer, World};
use tokio::runtime::Runtime;
use weigui_wechat::Account;

pub(crate) const MESSAGES: usize = 500;
const CORE_DELAY_MS: u32 = 6_000;
/// WeChat hangs up after it.
const WITHIN_US: u32 = 5_000_000;
/// The demo's bound customers.
const PEOPLE: [&str; 3] = ["李秀兰", "王建国", "陈晓明"];

pub(crate) fn run(runtime: &Runtime) -> Result<Value> {
    let bank = Bank::open()?;
    let (account, path) = account_of(&Bank::demo_info()?)?;
    let people = runtime.block_on(writers(bank.world()));
    let openids: Vec<String> = people.iter().map(|who| who.openid.clone()).collect();
    let senders = Senders {
        account: &account,
        path: &path,
        openids: &openids,
        text: "余额",
    };
    let requests = senders.requests(MESSAGES)?.into();

    runtime.block_on(
        bank.world()
            .faults(json!({ "core": { "delay_ms": CORE_DELAY_MS } })),
    );
    let port = bank.server()?.port;
    let seen = runtime.block_on(load::run(port, requests, MESSAGES, Pace::Closed, Expect("")))?;
    runtime.block_on(bank.world().faults(json!({ "core": { "delay_ms": 0 } })));
    let (late, again) = runtime.block_on(late_answers(&people));
    let in_time = seen
        .latencies
        .iter()
        .filter(|micros| **micros < WITHIN_US)
        .count();
    Ok(json!({
        "messages": MESSAGES,
        "core_delay_ms": CORE_DELAY_MS,
        "answered_within_5_s": in_time,
        "p50_ms": ratio(u64::from(per_mille(&seen.latencies, 500)), 1000),
        "slowest_ms": ratio(u64::from(per_mille(&seen.latencies, 1000)), 1000),
        "late_answers": late,
        "late_answers_after_everything_had_come": again,
        "rss_mb": ratio(bank.server()?.peak_rss_kb()?, 1024),
    }))
}

/// The account that the demo bank answers for, and the callback's path.
fn account_of(info: &Value) -> Result<(Account, String)> {
    let text = |key: &str| {
        info.pointer(key)
            .and_then(Value::as_str)
            .with_context(|| format!("no {key}"))
    };
    let account = Account::new(
        text("/wechat/appid")?,
        text("/wechat/token")?,
        text("/wechat/encoding_aes_key")?,
        text("/wechat/original_id")?,
    )?;
    let path = text("/wechat/callback_url")?
        .splitn(4, '/')
        .nth(3)
        .context("no path")?;
    Ok((account, format!("/{path}")))
}

/// Each has written before, so that WeChat takes customer messages to them.
async fn writers(world: World) -> Vec<Customer> {
    let mut people = Vec::new();
    for name in PEOPLE {
        let who = Customer::find(world.clone(), name).await;
        who.types("你好").await;
        who.chat(0).await;
        people.push(who);
    }
    people
}

/// How many came, and how many more after that.
async fn late_answers(people: &[Customer]) -> (usize, usize) {
    (wait_and_count(people).await, wait_and_count(people).await)
}

async fn wait_and_count(people: &[Customer]) -> usize {
    tokio::time::sleep(Duration::from_secs(15)).await;
    let mut count = 0;
    for who in people {
        count += who.chat(0).await.len();
    }
    count
}
