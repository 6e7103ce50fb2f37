//! Tokens by app, pages signed, refusals by what they ask for.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;
use weigui_wechat::SystemRandom;
use weigui_wechat::client::{Action, CallError, JsSdkError, Limiter, MemoryCount, Quota, js_signature};

use crate::platform::{AGENT, CORP, NOW, Platform, SECRET};

const LIST: &str = "/cgi-bin/externalcontact/list";

#[tokio::test]
async fn each_app_has_its_own_token_and_many_calls_ask_for_it_once() {
    let platform = Platform::start().await;
    let (contacts, kf) = (platform.client(), platform.client_of(7, "s3cret-of-kf", None));
    let calls = (0..50).flat_map(|_| [contacts.customers_of("zhangsan"), kf.customers_of("zhangsan")]);
    for outcome in join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!(platform.calls_to("/cgi-bin/gettoken"), 2);
    assert_eq!(platform.world().issued, 2);
}

#[tokio::test]
async fn an_expired_token_is_asked_for_once_more_and_the_call_repeated() {
    let platform = Platform::start().await;
    let client = platform.client();
    client.customers_of("zhangsan").await.unwrap();
    platform.world().tokens.clear();
    for outcome in join_all((0..50).map(|_| client.customers_of("zhangsan"))).await {
        outcome.unwrap();
    }
    assert_eq!(platform.world().issued, 2, "one refresh for all");
}

#[tokio::test]
async fn a_wrong_secret_is_told_and_not_tried_again() {
    let platform = Platform::start().await;
    let client = platform.client_of(AGENT, "wrong", None);
    let error = client.customers_of("zhangsan").await.unwrap_err();
    assert_eq!(
        error.refusal().unwrap().action(),
        Action::FixConfiguration,
        "{error}"
    );
    assert_eq!(platform.calls_to("/cgi-bin/gettoken"), 1);
    assert_eq!(platform.calls_to(LIST), 0);
    assert!(
        !format!("{error} {error:?} {client:?}").contains("wrong\""),
        "no secret"
    );
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    for (code, action) in [
        (40096, Action::DropReceiver),
        (84061, Action::DropReceiver),
        (60111, Action::DropReceiver),
        (41051, Action::TooLate),
        (45033, Action::SlowDown),
        (45009, Action::SlowDown),
        (95001, Action::QuotaSpent),
        (95002, Action::WindowClosed),
        (95014, Action::Alarm),
        (60020, Action::FixConfiguration),
        (12_345, Action::Other),
    ] {
        let platform = Platform::start().await;
        platform.says(
            "/cgi-bin/externalcontact/remark",
            json!({"errcode": code, "errmsg": "no, hint: [1], from ip: 203.0.113.7, more info"}),
        );
        let client = platform.client();
        let call = client
            .api()
            .call("/cgi-bin/externalcontact/remark", &json!({}))
            .await;
        let error = call.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.code, refusal.action()), (code, action));
        assert_eq!(refusal.seen_address(), (code == 60020).then_some("203.0.113.7"));
    }
}

#[tokio::test]
async fn a_quota_kept_here_holds_the_call_back() {
    let platform = Platform::start().await;
    let limiter = Limiter::new(&[Quota::by_minute(LIST, 2)], Arc::new(MemoryCount::default()));
    let client = platform.client_of(AGENT, SECRET, Some(Arc::new(limiter)));
    client.customers_of("a").await.unwrap();
    client.customers_of("b").await.unwrap();
    assert!(matches!(client.customers_of("c").await, Err(CallError::Held(_))));
    assert_eq!(platform.calls_to(LIST), 2);
    platform.world().now += 60;
    client.customers_of("c").await.unwrap();
}

#[tokio::test]
async fn pages_are_signed_with_the_right_ticket() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/get_jsapi_ticket",
        json!({"errcode": 0, "ticket": "CORP-TICKET", "expires_in": 7200}),
    );
    platform.says(
        "/cgi-bin/ticket/get",
        json!({"errcode": 0, "ticket": "APP-TICKET", "expires_in": 7200}),
    );
    let page = "https://bank.example/sidebar/?a=b#x";
    let sdk = client.js_sdk(&["bank.example"], Arc::new(SystemRandom));
    let config = sdk.sign(page).await.unwrap();
    let expected =
        |ticket, nonce: &str| js_signature(ticket, nonce, NOW, "https://bank.example/sidebar/?a=b");
    assert_eq!(config.signature, expected("CORP-TICKET", &config.nonce_str));
    let agent = client.agent_sdk(&["bank.example"], Arc::new(SystemRandom));
    let config = agent.sign(page).await.unwrap();
    assert_eq!(platform.last_query(), "type=agent_config");
    assert_eq!(config.signature, expected("APP-TICKET", &config.nonce_str));
    let shown = serde_json::to_value(&config).unwrap();
    assert_eq!(
        (shown["corpid"].as_str(), shown["agentid"].as_i64()),
        (Some(CORP), Some(AGENT))
    );
    assert!(shown["nonceStr"].is_string());
    agent.sign(page).await.unwrap();
    assert_eq!(platform.calls_to("/cgi-bin/ticket/get"), 1, "tickets are kept");
    let strange = agent.sign("https://evil.example/sidebar/").await;
    assert!(matches!(strange, Err(JsSdkError::NotOurs)), "{strange:?}");
}

#[tokio::test]
async fn what_is_not_known_is_never_called_failed() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(LIST, json!({"http": 502}));
    let error = client.customers_of("zhangsan").await.unwrap_err();
    assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
}
