//! The mini program beside the Official Account, and messages that people have agreed to.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use sandbox::{MiniProgram, PushFormat, mini_openid};
use serde_json::{Value, json};
use weigui_wechat::Account;

use crate::town::{AES, ANN, APPID, SECRET, Town, serve, town};

const MINI: &str = "wxmini0123456789ab";
const MINI_SECRET: &str = "m1n1";

/// A mini program's callback that opens what it gets, and keeps it.
struct Callback {
    heard: Arc<Mutex<Vec<String>>>,
    url: String,
}

async fn callback() -> Callback {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let take = move |body: String| {
        let account = Account::new(MINI, "minitoken", AES, "gh_mini").unwrap();
        let sealed: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(sealed["ToUserName"], "gh_mini");
        let clear = account.decrypt(sealed["Encrypt"].as_str().unwrap()).unwrap();
        kept.lock().unwrap().push(clear);
        async { "success" }
    };
    let base = serve(Router::new().route("/", post(take))).await;
    Callback {
        heard,
        url: format!("{base}/"),
    }
}

async fn with_mini() -> (Town, Callback) {
    let mut town = town().await;
    let callback = callback().await;
    let settings = MiniProgram {
        appid: MINI.into(),
        secret: MINI_SECRET.into(),
        callback_url: callback.url.clone(),
        token: "minitoken".into(),
        aes_key: AES.into(),
        gh: "gh_mini".into(),
        format: PushFormat::Json,
    };
    town.sandbox = town.sandbox.with_mini_program(settings).unwrap();
    (town, callback)
}

impl Town {
    async fn token(&self, appid: &str, secret: &str) -> String {
        let ask = json!({"grant_type": "client_credential", "appid": appid, "secret": secret});
        let (_, answer) = self.post("/wechat/cgi-bin/stable_token", ask).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    async fn mini(&self, path: &str, body: Value) -> Value {
        let token = self.token(MINI, MINI_SECRET).await;
        self.post(&format!("/wechat{path}?access_token={token}"), body)
            .await
            .1
    }

    async fn official(&self, path: &str, body: Value) -> Value {
        let token = self.token(APPID, SECRET).await;
        self.post(&format!("/wechat{path}?access_token={token}"), body)
            .await
            .1
    }
}

#[tokio::test]
async fn a_person_logs_in_and_gives_the_phone_number_once() {
    let (town, _callback) = with_mini().await;
    let (_, login) = town.post(&format!("/phone/{ANN}/mini/login"), json!({})).await;
    let url = format!(
        "/wechat/sns/jscode2session?appid={MINI}&secret={MINI_SECRET}&grant_type=authorization_code&js_code={}",
        login["code"].as_str().unwrap()
    );
    let session = town.get(&url).await;
    assert_eq!(session["openid"], mini_openid(ANN));
    assert_eq!(session["session_key"].as_str().unwrap().len(), 24);
    assert_eq!(town.get(&url).await["errcode"], 40163);
    let (_, code) = town
        .post(&format!("/phone/{ANN}/mini/phone-code"), json!({}))
        .await;
    let path = "/wxa/business/getuserphonenumber";
    let phone = town.mini(path, json!({"code": code["code"]})).await;
    assert_eq!(phone["phone_info"]["purePhoneNumber"], "13800000001");
    assert_eq!(phone["phone_info"]["watermark"]["appid"], MINI);
    assert_eq!(
        town.mini(path, json!({"code": code["code"]})).await["errcode"],
        40029
    );
    assert_eq!(
        town.official(path, json!({"code": "x"})).await["errcode"],
        48001,
        "the account has no such right"
    );
}

#[tokio::test]
async fn a_person_logs_in_a_hundred_times_a_minute_at_most() {
    let (town, _callback) = with_mini().await;
    let login = async || {
        let code = town.sandbox.mini_login(ANN).unwrap();
        let url = format!(
            "/wechat/sns/jscode2session?appid={MINI}&secret={MINI_SECRET}&grant_type=authorization_code&js_code={code}"
        );
        town.get(&url).await["errcode"].as_i64()
    };
    for _ in 0..100 {
        assert_eq!(login().await, None);
    }
    assert_eq!(login().await, Some(45011));
    town.forward(60_000);
    assert_eq!(login().await, None);
}

#[tokio::test]
async fn content_is_judged_while_the_person_is_here() {
    let (town, callback) = with_mini().await;
    let openid = mini_openid(ANN);
    let ask = |content: &str| json!({"content": content, "version": 2, "scene": 1, "openid": openid});
    let path = "/wxa/msg_sec_check";
    assert_eq!(town.mini(path, ask("你好")).await["errcode"], 61010);
    town.sandbox.mini_login(ANN).unwrap();
    assert_eq!(town.mini(path, ask("你好")).await["result"]["suggest"], "pass");
    assert_eq!(
        town.mini(path, ask("一起赌博")).await["result"]["suggest"],
        "risky"
    );
    town.forward(7_201_000);
    assert_eq!(town.mini(path, ask("你好")).await["errcode"], 61010);
    let media = json!({
        "media_url": "https://bank.example/risky.jpg", "media_type": 2, "version": 2, "scene": 1, "openid": openid,
    });
    let trace = town.mini("/wxa/media_check_async", media).await;
    for _ in 0..100 {
        if !callback.heard.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let heard = callback.heard.lock().unwrap().clone();
    let event: Value = serde_json::from_str(&heard[0]).unwrap();
    assert_eq!(
        (&event["Event"], &event["trace_id"], &event["result"]["suggest"]),
        (&json!("wxa_media_check"), &trace["trace_id"], &json!("risky"))
    );
}

#[tokio::test]
async fn links_and_codes_are_made() {
    let (town, _callback) = with_mini().await;
    let link = town
        .mini("/wxa/generate_urllink", json!({"path": "pages/home"}))
        .await;
    assert!(
        link["url_link"]
            .as_str()
            .unwrap()
            .starts_with("https://wxaurl.cn/")
    );
    let scheme = town
        .mini("/wxa/generatescheme", json!({"jump_wxa": {"path": "pages/home"}}))
        .await;
    assert!(scheme["openlink"].as_str().unwrap().starts_with("weixin://"));
    let long = "x".repeat(33);
    assert_eq!(
        town.mini("/wxa/getwxacodeunlimit", json!({"scene": long})).await["errcode"],
        40169
    );
}

/// A template of the account's own, from the public library.
async fn template(town: &Town, mini: bool, tid: i64) -> String {
    let body = json!({"tid": tid.to_string(), "kidList": [1, 2, 3], "sceneDesc": "提醒"});
    let path = "/wxaapi/newtmpl/addtemplate";
    let added = if mini {
        town.mini(path, body).await
    } else {
        town.official(path, body).await
    };
    added["priTmplId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn one_consent_is_good_for_one_message() {
    let (town, _callback) = with_mini().await;
    let id = template(&town, false, 402).await;
    let message = json!({
        "touser": ANN, "template_id": id, "page": "https://bank.example/h5/",
        "data": {"thing1": {"value": "贷款申请"}, "phrase2": {"value": "审批中"}, "time3": {"value": "2026-01-01 08:00"}},
    });
    let path = "/cgi-bin/message/subscribe/bizsend";
    assert_eq!(town.official(path, message.clone()).await["errcode"], 43101);
    assert!(town.sandbox.consent(ANN, &[(&id, true)]).await);
    let sent = town.official(path, message.clone()).await;
    assert_eq!(sent["errcode"], 0);
    assert_eq!(town.official(path, message.clone()).await["errcode"], 43101);
    assert!(town.sandbox.consent(ANN, &[(&id, true)]).await);
    assert!(town.sandbox.withdraw_consent(ANN, &id).await);
    assert_eq!(town.official(path, message).await["errcode"], 43101);
    town.hears(&sent["msgid"].to_string()).await;
    let heard = format!("{:?}", town.bank.heard.lock().unwrap());
    assert!(
        heard.to_lowercase().contains("popup") && heard.to_lowercase().contains("change"),
        "{heard}"
    );
}

#[tokio::test]
async fn consent_for_good_is_good_until_it_is_withdrawn() {
    let (town, callback) = with_mini().await;
    let (id, other) = (template(&town, true, 401).await, template(&town, true, 403).await);
    let openid = mini_openid(ANN);
    let message = json!({
        "touser": openid, "template_id": id, "page": "pages/account",
        "data": {"phrase1": {"value": "转账"}, "amount2": {"value": "100元"}, "time3": {"value": "2026-01-01 08:00"}},
    });
    let path = "/cgi-bin/message/subscribe/send";
    assert!(
        town.sandbox
            .consent(&openid, &[(&id, true), (&other, false)])
            .await
    );
    for _ in 0..3 {
        assert_eq!(town.mini(path, message.clone()).await["errcode"], 0);
    }
    assert!(town.sandbox.withdraw_consent(&openid, &id).await);
    assert_eq!(town.mini(path, message).await["errcode"], 43101);
    let heard = callback.heard.lock().unwrap().clone();
    let events: Vec<Value> = heard
        .iter()
        .map(|clear| serde_json::from_str(clear).unwrap())
        .collect();
    let of = |name: &str| events.iter().find(|event| event["Event"] == name).unwrap();
    assert_eq!(
        of("subscribe_msg_popup_event")["List"].as_array().unwrap().len(),
        2
    );
    assert_eq!(
        of("subscribe_msg_change_event")["List"]["TemplateId"],
        id,
        "one is an object"
    );
}
