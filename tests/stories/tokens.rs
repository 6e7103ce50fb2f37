//! One access token for all nodes, whoever takes it away and whatever else is lost: the platform counts.

use std::sync::Arc;
use std::time::Duration;

use couriers::{DbTokens, FanAnswer, RealWeChat, Settings, WeChatCourier};
use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::{Engine, TestBank};

const CALLS: usize = 1_000;

/// A node's way to WeChat, with the token in the node's own database. It goes past the bank's front door, which
/// sheds load long before a thousand callers.
fn node(bank: &TestBank, platform: &str) -> Arc<dyn WeChatCourier> {
    let patience = kit::http::Timeouts {
        connect: Duration::from_mins(1),
        total: Duration::from_mins(2),
    };
    let settings = Settings {
        sms_url: String::new(),
        sms_key: String::new(),
        api_base: format!("{platform}/wechat"),
        appid: "wxstory0123456789a".to_owned(),
        secret: testkit::WECHAT_SECRET.to_owned(),
    };
    let tokens = DbTokens::new(bank.cx.db.clone(), bank.cx.vault.clone());
    let (http, clock) = (kit::http::client(patience), bank.cx.clock.clone());
    Arc::new(RealWeChat::new(
        http.expect("a client"),
        &settings,
        Arc::new(tokens),
        move || clock.now(),
    ))
}

/// So many questions at once, from both nodes in turn; how each was answered.
async fn storm(nodes: &[Arc<dyn WeChatCourier>; 2], openid: &str) -> Vec<FanAnswer> {
    join_all((0..CALLS).map(|i| nodes[i % 2].fan(openid))).await
}

fn all_answered(answers: &[FanAnswer]) -> bool {
    let odd = answers
        .iter()
        .find(|answer| !matches!(answer, FanAnswer::Follows { .. }));
    if let Some(odd) = odd {
        eprintln!("not everybody is answered: {odd:?}");
    }
    odd.is_none()
}

/// What the platform has counted: tokens issued, calls refused for their token.
async fn counted(bank: &TestBank, platform: &str) -> (u64, u64) {
    let seen: Value = bank
        .stranger()
        .get(&format!("{platform}/platform/calls"))
        .await
        .ok()
        .json();
    let count = |name: &str| seen[name].as_u64().expect("a number");
    (
        count("tokens_issued"),
        count("refused_40001") + count("refused_42001"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_renew_a_lost_token_once() {
    let bank = TestBank::open().await;
    let other = bank.second_node().await;
    let platform = bank.opens_platform().await;
    let nodes = [node(&bank, &platform), node(&other, &platform)];
    let wang = bank.customer("王建国").await;
    assert!(all_answered(&storm(&nodes, &wang.openid).await));
    let (first, refused) = counted(&bank, &platform).await;
    assert_eq!(
        (first, refused),
        (1, 0),
        "one token for both nodes from the start"
    );

    let mut issued = first;
    for switch in ["expire_token", "void_token"] {
        // WeChat lets a token be forced every 30 s.
        bank.clock.forward(31_000);
        bank.world.faults(json!({"wechat": {switch: true}})).await;
        let before = counted(&bank, &platform).await.1;
        assert!(all_answered(&storm(&nodes, &wang.openid).await), "{switch}");
        let (now, refused) = counted(&bank, &platform).await;
        assert_eq!(now, issued + 1, "one refresh for both nodes: {switch}");
        let storm = usize::try_from(refused - before).expect("a count");
        assert!(storm <= CALLS, "no call was refused twice: {storm} refusals");
        issued = now;
    }

    if Engine::of_this_run() == Engine::Servers {
        bank.clock.forward(31_000);
        bank.world.faults(json!({"wechat": {"void_token": true}})).await;
        let lost = async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bank.loses_redis().await;
        };
        let (answers, ()) = tokio::join!(storm(&nodes, &wang.openid), lost);
        assert!(all_answered(&answers), "without Redis");
        assert_eq!(counted(&bank, &platform).await.0, issued + 1, "still one refresh");
        bank.regains_redis().await;
    }
    other.leave().await;
    bank.close().await;
}
