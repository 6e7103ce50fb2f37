//! What pages need: signatures of the JS-SDK, OAuth's own tokens, menus, templates and subscriptions.

use std::sync::Arc;
use std::time::Duration;

use crate::platform::Platform;
use futures_util::future::join_all;
use serde_json::{Value, json};
use weigui_wechat::client::{
    Action, Button, CallError, Gesture, JsSdkError, MatchRule, Menu, MiniProgramState, OAuthError,
    SubscribeMessage, SubscribeNotice, js_signature,
};
use weigui_wechat::{Client, SystemRandom};

async fn open() -> (Platform, Client) {
    let platform = Platform::start().await;
    let client = Client::with(platform.setup(Duration::from_secs(30)));
    (platform, client)
}

fn body(platform: &Platform) -> Value {
    serde_json::from_str(&platform.last().2).unwrap()
}

#[tokio::test]
async fn pages_of_ours_are_signed_by_one_ticket_and_no_others() {
    let (platform, client) = open().await;
    let sdk = client.js_sdk(&["bank.example", "bank.example:8443"], Arc::new(SystemRandom));
    let page = "https://bank.example/h5/?from=menu";
    let all = join_all((0..200).map(|_| sdk.sign("https://bank.example/h5/?from=menu#/home"))).await;
    for config in &all {
        let config = config.as_ref().unwrap();
        let expected = js_signature("ticket-1", &config.nonce_str, config.timestamp, page);
        assert_eq!(config.signature, expected, "without what follows #");
    }
    assert_eq!(platform.calls_to("/cgi-bin/ticket/getticket"), 1);
    let first = all[0].as_ref().unwrap();
    assert_ne!(first.nonce_str, all[1].as_ref().unwrap().nonce_str);
    let shown = serde_json::to_value(first).unwrap();
    assert_eq!(
        shown,
        json!({"appId": "wx1", "timestamp": first.timestamp, "nonceStr": first.nonce_str,
               "signature": first.signature})
    );
    assert!(sdk.sign("https://BANK.example:8443/").await.is_ok());
    for foreign in [
        "https://bank.example.evil.com/",
        "https://evil.com/?https://bank.example/",
        "https://bank.example@evil.com/",
        "https://user@bank.example/",
        "https://bank.example:9999/",
        "javascript://bank.example/%0aalert(1)",
        "//bank.example/",
        "",
    ] {
        assert!(
            matches!(sdk.sign(foreign).await, Err(JsSdkError::NotOurs)),
            "{foreign}"
        );
    }
    platform.world().now += 7_200;
    sdk.sign(page).await.unwrap();
    assert_eq!(platform.calls_to("/cgi-bin/ticket/getticket"), 2);
}

#[tokio::test]
async fn a_page_keeps_its_own_tokens() {
    let (platform, client) = open().await;
    let path = "/sns/oauth2/access_token";
    let got = json!({"access_token": "PAGE", "expires_in": 7200, "refresh_token": "AGAIN", "openid": "oU",
                     "scope": "snsapi_userinfo", "unionid": "u"});
    platform.answers(path, got.clone());
    let grant = client.exchange_code_for_grant("c").await.unwrap();
    assert_eq!(grant.identity.unionid.as_deref(), Some("u"));
    assert!(!format!("{grant:?}").contains("PAGE"));
    platform.answers(
        "/sns/userinfo",
        json!({"openid": "oU", "nickname": "小😀", "headimgurl": "https://p"}),
    );
    assert_eq!(client.oauth_profile(&grant).await.unwrap().nickname, "小😀");
    let (_, query, _) = platform.world().calls.last().unwrap().clone();
    assert_eq!(
        query, "access_token=PAGE&openid=oU&lang=zh_CN",
        "the page's token, not the account's"
    );
    platform.answers("/sns/oauth2/refresh_token", got);
    client.refresh_grant(&grant).await.unwrap();
    assert_eq!(
        platform.last().1,
        "appid=wx1&grant_type=refresh_token&refresh_token=AGAIN"
    );
    platform.answers(
        "/sns/oauth2/refresh_token",
        json!({"errcode": 42007, "errmsg": "password changed"}),
    );
    let changed = client.refresh_grant(&grant).await.unwrap_err();
    assert!(matches!(&changed, OAuthError::Code(error) if error.code == 42007));
    platform.answers("/sns/auth", json!({"errcode": 0, "errmsg": "ok"}));
    assert!(client.is_grant_alive(&grant).await.unwrap());
    platform.answers("/sns/auth", json!({"errcode": 40003, "errmsg": "invalid openid"}));
    assert!(!client.is_grant_alive(&grant).await.unwrap());
    assert_eq!(platform.world().asked, 0, "none of it needs the account's token");
}

#[tokio::test]
async fn menus_for_all_and_for_some() {
    let (platform, client) = open().await;
    let menu = Menu {
        button: vec![
            Button::gesture("扫码", Gesture::ScanAndWait, "SCAN"),
            Button::mini_program("转账", "wx2", "pages/x", "https://bank.example/"),
            Button::article("公告", "A"),
        ],
    };
    let rule = MatchRule {
        tag_id: Some("134".into()),
        ..MatchRule::default()
    };
    platform.answers("/cgi-bin/menu/addconditional", json!({"menuid": 208_379_533}));
    let id = client.add_conditional_menu(&menu, &rule).await.unwrap();
    assert_eq!(id, "208379533");
    assert_eq!(
        body(&platform),
        json!({"button": [
            {"type": "scancode_waitmsg", "name": "扫码", "key": "SCAN"},
            {"type": "miniprogram", "name": "转账", "url": "https://bank.example/", "appid": "wx2", "pagepath": "pages/x"},
            {"type": "article_id", "name": "公告", "article_id": "A"}], "matchrule": {"tag_id": "134"}})
    );
    let nobody = client.add_conditional_menu(&menu, &MatchRule::default()).await;
    assert!(matches!(nobody, Err(CallError::Invalid(_))));
    platform.answers(
        "/cgi-bin/menu/addconditional",
        json!({"errcode": 65303, "errmsg": "no default menu"}),
    );
    let refused = client.add_conditional_menu(&menu, &rule).await.unwrap_err();
    assert_eq!(refused.action(), Some(Action::CorrectInput));
    platform.answers(
        "/cgi-bin/menu/get",
        json!({"menu": {"button": [{"type": "click"}], "menuid": 1},
               "conditionalmenu": [{"button": [], "matchrule": {"group_id": 2}, "menuid": 208_396_993}]}),
    );
    let menus = client.menus().await.unwrap();
    assert_eq!(
        (menus.menu.button.len(), menus.conditionalmenu[0].menuid.as_str()),
        (1, "208396993")
    );
    platform.answers("/cgi-bin/menu/trymatch", json!({"button": [{"type": "view"}]}));
    assert_eq!(client.try_menu("oU").await.unwrap().button.len(), 1);
    assert_eq!(body(&platform), json!({"user_id": "oU"}));
    client.delete_conditional_menu("208379533").await.unwrap();
    client.delete_menus().await.unwrap();
    assert_eq!(platform.last().0, "/cgi-bin/menu/delete");
}

#[tokio::test]
async fn templates_of_the_account() {
    let (platform, client) = open().await;
    platform.answers("/cgi-bin/template/api_add_template", json!({"template_id": "T"}));
    assert_eq!(client.add_template("TM00015", &["金额"]).await.unwrap(), "T");
    assert_eq!(
        body(&platform),
        json!({"template_id_short": "TM00015", "keyword_name_list": ["金额"]})
    );
    platform.answers(
        "/cgi-bin/template/get_all_private_template",
        json!({"template_list": [{"template_id": "T", "title": "动账提醒", "content": "{{amount2.DATA}}"}]}),
    );
    assert_eq!(client.templates().await.unwrap()[0].title, "动账提醒");
    platform.answers(
        "/cgi-bin/template/get_industry",
        json!({"primary_industry": {"first_class": "金融业", "second_class": "银行"}}),
    );
    let trades = client.industries().await.unwrap();
    assert_eq!(trades.primary_industry.unwrap().second_class, "银行");
    client.set_industries("7", "8").await.unwrap();
    client.delete_template("T").await.unwrap();
    assert_eq!(body(&platform), json!({"template_id": "T"}));
    platform.answers("/wxa/sec/queryblocktmplmsg", json!({"errcode": 0, "msginfo": []}));
    assert!(client.blocked_templates("T", 0, 10).await.is_ok());
}

#[tokio::test]
async fn notices_that_were_asked_for() {
    let (platform, client) = open().await;
    let mut notice = SubscribeNotice {
        to: "oU".into(),
        template_id: "T".into(),
        page: Some("https://bank.example/".into()),
        mini_program: None,
        data: vec![("thing1".into(), "还款".into())],
    };
    client.send_subscribe_notice(&notice).await.unwrap();
    assert_eq!(platform.last().0, "/cgi-bin/message/subscribe/bizsend");
    assert_eq!(
        body(&platform),
        json!({"touser": "oU", "template_id": "T", "page": "https://bank.example/",
               "data": {"thing1": {"value": "还款"}}})
    );
    let path = "/cgi-bin/message/subscribe/bizsend";
    platform.answers(
        path,
        json!({"errcode": 43101, "errmsg": "user refuse to accept the msg"}),
    );
    let refused = client.send_subscribe_notice(&notice).await.unwrap_err();
    assert_eq!(refused.action(), Some(Action::Refuses));
    notice.data = vec![("amount1".into(), "一百".into())];
    assert!(matches!(
        client.send_subscribe_notice(&notice).await,
        Err(CallError::Invalid(_))
    ));
    assert_eq!(platform.calls_to(path), 2);
    let message = SubscribeMessage {
        to: "oM".into(),
        template_id: "T".into(),
        page: Some("pages/x".into()),
        state: MiniProgramState::Trial,
        data: vec![("phrase1".into(), "成功".into())],
    };
    client.send_subscribe_message(&message).await.unwrap();
    assert_eq!(
        body(&platform),
        json!({"touser": "oM", "template_id": "T", "page": "pages/x", "miniprogram_state": "trial",
               "lang": "zh_CN", "data": {"phrase1": {"value": "成功"}}})
    );
}

#[tokio::test]
async fn templates_of_subscriptions_are_chosen_from_the_library() {
    let (platform, client) = open().await;
    platform.answers(
        "/wxaapi/newtmpl/getcategory",
        json!({"data": [{"id": 616, "name": "银行"}]}),
    );
    assert_eq!(client.subscribe_categories().await.unwrap()[0].id, 616);
    platform.answers(
        "/wxaapi/newtmpl/getpubtemplatetitles",
        json!({"count": 55, "data": [{"tid": 401, "title": "动账", "type": 3, "categoryId": "616"}]}),
    );
    let page = client.library_templates(&[616, 2], 0, 30).await.unwrap();
    assert_eq!(
        (page.count, page.data[0].tid.as_str(), page.data[0].kind),
        (55, "401", 3)
    );
    assert_eq!(platform.last().1, "ids=616%2C2&start=0&limit=30");
    platform.answers(
        "/wxaapi/newtmpl/getpubtemplatekeywords",
        json!({"data": [{"kid": 1, "name": "金额", "example": "1元", "rule": "amount"}]}),
    );
    assert_eq!(client.library_keywords("401").await.unwrap()[0].rule, "amount");
    platform.answers("/wxaapi/newtmpl/addtemplate", json!({"priTmplId": "P"}));
    assert_eq!(
        client
            .add_subscribe_template("401", &[1, 2], "动账提醒")
            .await
            .unwrap(),
        "P"
    );
    assert_eq!(
        body(&platform),
        json!({"tid": "401", "kidList": [1, 2], "sceneDesc": "动账提醒"})
    );
    assert!(
        client
            .add_subscribe_template("401", &[1], "动账提醒")
            .await
            .is_err()
    );
    platform.answers(
        "/wxaapi/newtmpl/gettemplate",
        json!({"data": [{"priTmplId": "P", "title": "动账", "type": 2}]}),
    );
    assert_eq!(client.subscribe_templates().await.unwrap()[0].kind, 2);
    client.delete_subscribe_template("P").await.unwrap();
    assert_eq!(body(&platform), json!({"priTmplId": "P"}));
}
