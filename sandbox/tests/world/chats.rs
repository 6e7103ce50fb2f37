//! What people see on their phones, and what the bank hears of it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox::WeChatFaults;
use serde_json::json;
use weigui_wechat::client::{CallError, OAuthError, Scope, TemplateMessage};
use weigui_wechat::{Body, Event};

use crate::town::{ANN, BEN, refusal, town};

fn notice(id: &str) -> TemplateMessage {
    TemplateMessage {
        to: ANN.into(),
        template_id: "demo-loss-report".into(),
        url: Some("https://h5/".into()),
        mini_program: None,
        client_msg_id: Some(id.into()),
        data: [
            ("character_string1", "1234"),
            ("phrase2", "挂失成功"),
            ("character_string3", "L1"),
            ("time4", "2026-01-01 08:00"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec(),
    }
}

#[tokio::test]
async fn what_is_typed_comes_back_and_links_become_links() {
    let town = town().await;
    let items = town.sandbox.say(ANN, "余额]]>😀").await;
    let texts: Vec<_> = items.iter().map(|i| (i.from.as_str(), i.text.as_str())).collect();
    assert_eq!(texts, [("me", "余额]]>😀"), ("account", "听到：余额]]>😀")]);
    town.sandbox.follow(BEN, Some("BR0102")).await;
    let welcome = &town.sandbox.chat_of(BEN, 0)[0];
    assert_eq!(
        (welcome.text.as_str(), welcome.links[0].url.as_str()),
        ("欢迎绑定BR0102", "http://h5/")
    );
    town.sandbox.follow(BEN, Some("BR0103")).await;
    town.sandbox.unfollow(BEN).await;
    let heard = town.bank.heard.lock().unwrap();
    assert!(heard.contains(&Body::Event(Event::Scan {
        scene: "BR0103".into()
    })));
    assert!(heard.contains(&Body::Event(Event::Unsubscribe)));
}

#[tokio::test]
async fn a_push_is_tried_three_times_and_then_the_follower_is_told() {
    let town = town().await;
    town.bank.broken.store(2, Ordering::SeqCst);
    assert_eq!(town.sandbox.say(ANN, "一").await[1].text, "听到：一");
    town.bank.broken.store(3, Ordering::SeqCst);
    let line = &town.sandbox.say(ANN, "二").await[1];
    assert_eq!(
        (line.text.as_str(), line.status.as_str()),
        ("该公众号提供的服务出现故障，请稍后再试", "failed")
    );
    town.wechat(WeChatFaults {
        deliver_thrice: true,
        ..WeChatFaults::default()
    });
    assert_eq!(
        town.sandbox.say(ANN, "三").await.len(),
        2,
        "one answer on the phone"
    );
    let heard = town.bank.heard.lock().unwrap().len();
    assert_eq!(heard, 2, "and one effect in the bank");
}

#[tokio::test]
async fn customer_messages_live_in_their_windows() {
    let town = town().await;
    let closed = town.client.send_text(ANN, "x").await.unwrap_err();
    assert_eq!(refusal(&closed), 45015);
    town.sandbox.say(ANN, "hi").await;
    for _ in 0..5 {
        town.client.send_text(ANN, "x").await.unwrap();
    }
    assert_eq!(
        refusal(&town.client.send_text(ANN, "x").await.unwrap_err()),
        45047
    );
    town.sandbox.click(ANN, "K").await;
    for _ in 0..3 {
        town.client.send_text(ANN, "x").await.unwrap();
    }
    assert_eq!(
        refusal(&town.client.send_text(ANN, "x").await.unwrap_err()),
        45047
    );
    town.forward(48 * 3_600_000);
    assert_eq!(
        refusal(&town.client.send_text(ANN, "x").await.unwrap_err()),
        45015
    );
    assert_eq!(
        refusal(&town.client.send_text(BEN, "x").await.unwrap_err()),
        43004
    );
    assert_eq!(
        refusal(&town.client.send_text("oNobody", "x").await.unwrap_err()),
        40003
    );
}

#[tokio::test]
async fn notices_are_checked_shown_once_and_receipted() {
    let town = town().await;
    let id = town.client.send_template(&notice("N-1")).await.unwrap();
    assert_eq!(
        town.client.send_template(&notice("N-1")).await.unwrap(),
        id,
        "the same message is sent once"
    );
    let shown = town.sandbox.chat_of(ANN, 0);
    assert_eq!(shown.len(), 1);
    town.forward(600_000);
    assert_ne!(
        town.client.send_template(&notice("N-1")).await.unwrap(),
        id,
        "after ten minutes it is a new one"
    );
    let card = shown[0].template.as_ref().unwrap();
    assert_eq!(
        (card.title.as_str(), card.rows[1].value.as_str()),
        ("挂失受理通知", "挂失成功")
    );
    town.wechat(WeChatFaults {
        block_templates: true,
        ..WeChatFaults::default()
    });
    town.client.send_template(&notice("N-2")).await.unwrap();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if town.bank.heard.lock().unwrap().len() == 3 {
            break;
        }
    }
    let receipts = format!("{:?}", town.bank.heard.lock().unwrap());
    assert!(
        receipts.contains(&id) && receipts.contains("Delivered") && receipts.contains("UserBlocked"),
        "{receipts}"
    );
    let short = TemplateMessage {
        data: vec![("phrase2".into(), "好".into())],
        ..notice("N-3")
    };
    assert_eq!(
        refusal(&town.client.send_template(&short).await.unwrap_err()),
        47003
    );
    let unknown = TemplateMessage {
        template_id: "none".into(),
        ..notice("N-4")
    };
    assert_eq!(
        refusal(&town.client.send_template(&unknown).await.unwrap_err()),
        40037
    );
}

#[tokio::test]
async fn tokens_are_checked_and_a_voided_one_is_replaced_once() {
    let town = town().await;
    town.client.user_info(ANN).await.unwrap();
    town.client.user_info(ANN).await.unwrap();
    assert_eq!(town.sandbox.tokens_issued(), 1);
    town.wechat(WeChatFaults {
        void_token: true,
        ..WeChatFaults::default()
    });
    assert!(town.client.user_info(ANN).await.unwrap().follows());
    assert_eq!(town.sandbox.tokens_issued(), 2);
    assert_eq!(
        town.get("/wechat/cgi-bin/user/info?openid=x").await["errcode"],
        41001
    );
    assert_eq!(
        town.get("/wechat/cgi-bin/user/info?openid=x&access_token=y")
            .await["errcode"],
        40001
    );
    town.wechat(WeChatFaults {
        down: true,
        ..WeChatFaults::default()
    });
    assert_eq!(refusal(&town.client.user_info(ANN).await.unwrap_err()), -1);
    town.wechat(WeChatFaults {
        lose_answers: true,
        ..WeChatFaults::default()
    });
    assert!(matches!(
        town.client.user_info(ANN).await,
        Err(CallError::Unknown(_))
    ));
}

#[tokio::test]
async fn the_authorize_page_knows_the_phone_by_its_cookie() {
    let town = town().await;
    let back = format!("{}/api/oauth/return", town.base);
    let page = town.client.authorize_url(&back, "S1", Scope::Base);
    let asked = town.http.get(&page).send().await.unwrap();
    assert_eq!(asked.status(), 200);
    assert!(asked.text().await.unwrap().contains("谁拿着手机"));
    let held = town
        .http
        .get(&page)
        .header("cookie", format!("a=b; sandbox_phone={ANN}"))
        .send()
        .await
        .unwrap();
    assert_eq!(held.status(), 302);
    let to = held.headers()["location"].to_str().unwrap().to_owned();
    assert!(to.starts_with(&back) && to.ends_with("&state=S1"), "{to}");
    let code = to
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(town.client.exchange_code(&code).await.unwrap().openid, ANN);
    assert!(matches!(town.client.exchange_code(&code).await, Err(OAuthError::Code(e)) if e.code == 40163));
    assert!(matches!(town.client.exchange_code("x").await, Err(OAuthError::Code(e)) if e.code == 40029));
    let foreign = town
        .client
        .authorize_url("https://evil.example/", "S1", Scope::Base);
    assert_eq!(town.http.get(&foreign).send().await.unwrap().status(), 400);
    town.wechat(WeChatFaults {
        snapshot: true,
        ..WeChatFaults::default()
    });
    let held = town
        .http
        .get(&page)
        .header("cookie", format!("sandbox_phone={ANN}"))
        .send()
        .await
        .unwrap();
    let to = held.headers()["location"].to_str().unwrap().to_owned();
    let code = to
        .split("code=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    assert!(matches!(
        town.client.exchange_code(&code).await,
        Err(OAuthError::Snapshot)
    ));
}

#[tokio::test]
async fn the_page_drives_phones_over_http() {
    let town = town().await;
    let cast = town.get("/phone/persons").await;
    assert_eq!(cast["account"]["name"], "微柜银行");
    assert_eq!(cast["persons"][1]["following"], false);
    assert_eq!(
        town.post(&format!("/phone/{BEN}/text"), json!({"content": "x"}))
            .await
            .0,
        409
    );
    assert_eq!(town.post("/phone/oNobody/follow", json!({})).await.0, 404);
    assert_eq!(
        town.post(&format!("/phone/{BEN}/follow"), json!({"scene": "S"}))
            .await,
        (200, json!({"ok": true}))
    );
    let chat = town.get(&format!("/phone/{BEN}/chat?after=0&wait_ms=5000")).await;
    assert_eq!(chat["items"][0]["text"], "欢迎绑定S");
    assert_eq!(chat["last"], 1);
    assert_eq!(
        town.get(&format!("/phone/{BEN}/chat?after=1&wait_ms=10")).await,
        json!({"items": [], "last": 1})
    );
    let menu = weigui_wechat::client::Menu {
        button: vec![weigui_wechat::client::Button::click("余额", "BALANCE")],
    };
    town.client.create_menu(&menu).await.unwrap();
    assert_eq!(
        town.get(&format!("/phone/{BEN}/menu")).await["buttons"][0]["key"],
        "BALANCE"
    );
    let held = town
        .http
        .post(format!("{}/sandbox/phone/{BEN}/open", town.base))
        .send()
        .await
        .unwrap();
    assert!(
        held.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .starts_with(&format!("sandbox_phone={BEN};"))
    );
}

#[tokio::test]
async fn sms_arrive_once_per_id_and_faults_are_switched() {
    let town = town().await;
    let order = json!({"id": "S-1", "phone": "13800000001", "text": "【微柜银行】验证码123456"});
    for _ in 0..2 {
        assert_eq!(town.post("/sms/send", order.clone()).await.0, 200);
    }
    let inbox = town.get(&format!("/phone/{ANN}/sms?after=0&wait_ms=1000")).await;
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        town.post("/sms/send", json!({"id": "S-2", "phone": "1", "text": "x"}))
            .await
            .0,
        422
    );
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    town.sandbox
        .on_core_faults(move |core| listener.lock().unwrap().push(core.delay_ms));
    let (_, faults) = town
        .post(
            "/faults",
            json!({"core": {"delay_ms": 6000}, "sms": {"down": true}}),
        )
        .await;
    assert_eq!(
        (&faults["core"]["delay_ms"], &faults["sms"]["down"]),
        (&json!(6000), &json!(true))
    );
    town.post("/faults", json!({"core": {"down": true}})).await;
    assert_eq!(
        town.get("/faults").await["core"],
        json!({"delay_ms": 6000, "lose_answers": false, "down": true})
    );
    assert_eq!(*heard.lock().unwrap(), [6000, 6000]);
    assert_eq!(
        town.post(
            "/sms/send",
            json!({"id": "S-3", "phone": "13800000001", "text": "x"})
        )
        .await
        .0,
        503
    );
    assert_eq!(town.post("/faults", json!({"core": 5})).await.0, 422);
}
