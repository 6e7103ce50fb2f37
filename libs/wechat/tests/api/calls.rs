//! The API client against a stand-in of WeChat: requests as documented, refusals typed, secrets kept.

use std::sync::Arc;
use std::time::Duration;

use crate::platform::{Platform, SECRET, Scripted};
use serde_json::{Value, json};
use weigui_wechat::client::{
    Action, Button, CallError, MemoryTokens, Menu, OAuthError, Scope, TemplateMessage,
};
use weigui_wechat::{Article, Client, Reply};

async fn open() -> (Platform, Client) {
    let platform = Platform::start().await;
    let client = platform.client_waiting(Arc::new(MemoryTokens::default()), Duration::from_secs(2));
    (platform, client)
}

fn last_body(platform: &Platform) -> (String, Value) {
    let world = platform.world();
    let (_, _, body) = world.calls.last().unwrap();
    (body.clone(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn customer_messages_are_raw_utf8() {
    let (platform, client) = open().await;
    client.send_text("oU", "余额：¥1,234.56 😀").await.unwrap();
    let (raw, body) = last_body(&platform);
    assert!(!raw.contains("\\u") && raw.contains('余'), "{raw}");
    assert_eq!(
        body,
        json!({"touser": "oU", "msgtype": "text", "text": {"content": "余额：¥1,234.56 😀"}})
    );
    let article = Article {
        title: "t".into(),
        description: "d".into(),
        picture_url: String::new(),
        url: "https://a/".into(),
    };
    client
        .send_reply("oU", &Reply::News(vec![article]))
        .await
        .unwrap();
    let (_, body) = last_body(&platform);
    assert_eq!(
        body["news"]["articles"][0],
        json!({"title": "t", "description": "d", "picurl": "", "url": "https://a/"})
    );
    for bad in [
        Reply::Text("汉".repeat(700)),
        Reply::TransferToService { account: None },
    ] {
        assert!(matches!(
            client.send_reply("oU", &bad).await,
            Err(CallError::Invalid(_))
        ));
    }
}

#[tokio::test]
async fn a_notice_is_checked_first_and_its_number_kept_whole() {
    let (platform, client) = open().await;
    let mut notice = TemplateMessage {
        to: "oU".into(),
        template_id: "TPL".into(),
        url: Some("https://bank.example/h5/".into()),
        mini_program: None,
        client_msg_id: Some("N-1".into()),
        data: vec![
            ("amount2".into(), "100.00元".into()),
            ("thing1".into(), "转账".into()),
        ],
    };
    assert_eq!(client.send_template(&notice).await.unwrap(), "9007199254740993");
    let (_, body) = last_body(&platform);
    assert_eq!(
        body,
        json!({"touser": "oU", "template_id": "TPL", "url": "https://bank.example/h5/", "client_msg_id": "N-1",
               "data": {"amount2": {"value": "100.00元"}, "thing1": {"value": "转账"}}})
    );
    notice.data.push(("time3".into(), "soon".into()));
    assert!(
        matches!(client.send_template(&notice).await, Err(CallError::Invalid(words)) if words.contains("time3"))
    );
    assert_eq!(
        platform.calls_to("/cgi-bin/message/template/send"),
        1,
        "a bad value never leaves"
    );
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let (platform, client) = open().await;
    for (code, action) in [
        (-1, Action::RetrySoon),
        (45015, Action::WindowClosed),
        (45047, Action::QuotaSpent),
        (43004, Action::NotFollowing),
        (40003, Action::DropReceiver),
        (47003, Action::FixRequest),
        (45009, Action::NextDay),
        (48001, Action::Alarm),
        (12_345, Action::Other),
    ] {
        let answer = Scripted::Json(json!({"errcode": code, "errmsg": "no rid: 7"}));
        platform
            .world()
            .script
            .push_back(("/cgi-bin/message/custom/send", answer));
        let error = client.send_text("oU", "x").await.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.code, refusal.action()), (code, action));
        assert_eq!(refusal.message, "no rid: 7");
    }
}

#[tokio::test]
async fn what_is_not_known_is_never_called_failed() {
    let (platform, client) = open().await;
    client.send_text("oU", "x").await.unwrap();
    let bad = [
        Scripted::Status(502),
        Scripted::Silence,
        Scripted::Json(json!([1])),
        Scripted::Json(json!({"errcode": "no number"})),
    ];
    for answer in bad {
        platform
            .world()
            .script
            .push_back(("/cgi-bin/message/custom/send", answer));
        let error = client.send_text("oU", "x").await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
    }
    let nowhere = Platform {
        base: "http://127.0.0.1:1".into(),
        ..platform.clone()
    };
    let error = nowhere
        .client(Arc::new(MemoryTokens::default()))
        .send_text("oU", "x")
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::NotSent(_)), "{error:?}");
}

#[tokio::test]
async fn no_error_shows_a_secret_or_a_token() {
    let (platform, client) = open().await;
    client.send_text("oU", "x").await.unwrap();
    let token = platform.world().token.clone();
    platform
        .world()
        .script
        .push_back(("/cgi-bin/message/custom/send", Scripted::Silence));
    platform
        .world()
        .script
        .push_back(("/sns/oauth2/access_token", Scripted::Silence));
    let sent = client.send_text("oU", "x").await.unwrap_err();
    let code = client.exchange_code("CODE-1").await.unwrap_err();
    let kept = client.tokens().token().await.unwrap();
    for shown in [
        format!("{sent} {sent:?}"),
        format!("{code} {code:?}"),
        format!("{client:?} {kept:?}"),
    ] {
        for secret in [SECRET, token.as_str(), "CODE-1"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn oauth_refuses_virtual_users_and_void_codes() {
    let (platform, client) = open().await;
    assert_eq!(
        client.authorize_url("https://bank.example/api/oauth/return?x=1", "s t", Scope::Base),
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1\
         &redirect_uri=https%3A%2F%2Fbank.example%2Fapi%2Foauth%2Freturn%3Fx%3D1\
         &response_type=code&scope=snsapi_base&state=s%20t#wechat_redirect"
    );
    assert_eq!(client.exchange_code("c").await.unwrap().openid, "oU");
    {
        let world = platform.world();
        let (_, query, _) = world.calls.last().unwrap();
        assert_eq!(
            *query,
            format!("appid=wx1&secret={SECRET}&code=c&grant_type=authorization_code")
        );
    }
    let path = "/sns/oauth2/access_token";
    let snapshot = json!({"openid": "oVirtual", "is_snapshotuser": 1, "unionid": "u"});
    platform
        .world()
        .script
        .push_back((path, Scripted::Json(snapshot)));
    assert!(matches!(
        client.exchange_code("c").await,
        Err(OAuthError::Snapshot)
    ));
    for code in [40029, 40163, 42003] {
        let answer = Scripted::Json(json!({"errcode": code, "errmsg": "code"}));
        platform.world().script.push_back((path, answer));
        assert!(
            matches!(client.exchange_code("c").await, Err(OAuthError::Code(_))),
            "{code}"
        );
    }
    platform.world().script.push_back((
        path,
        Scripted::Json(json!({"errcode": 40125, "errmsg": "secret"})),
    ));
    assert!(matches!(
        client.exchange_code("c").await,
        Err(OAuthError::Call(CallError::Refused(_)))
    ));
}

#[tokio::test]
async fn menu_and_followers() {
    let (platform, client) = open().await;
    let menu = Menu {
        button: vec![Button::click("余额", "BALANCE")],
    };
    client.create_menu(&menu).await.unwrap();
    let (_, body) = last_body(&platform);
    assert_eq!(
        body,
        json!({"button": [{"type": "click", "name": "余额", "key": "BALANCE"}]})
    );
    assert!(matches!(
        client.create_menu(&Menu { button: vec![] }).await,
        Err(CallError::Invalid(_))
    ));
    let fan = client.user_info("oU").await.unwrap();
    assert!(fan.follows());
    assert_eq!(
        (fan.subscribe_time, fan.qr_scene_str.as_str()),
        (1_700_000_000, "BR0102")
    );
    let stranger = Scripted::Json(json!({"subscribe": 0, "openid": "oX"}));
    platform
        .world()
        .script
        .push_back(("/cgi-bin/user/info", stranger));
    assert!(!client.user_info("oX").await.unwrap().follows());
}
