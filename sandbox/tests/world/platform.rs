//! The same walk that other people's libraries make, with our own client, and the limits that they do not look at.

use serde_json::{Value, json};
use weigui_wechat::client::CallError;

use crate::town::{ANN, APPID, BEN, SECRET, Town, refusal, town};

impl Town {
    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Value {
        self.client.get(path, query).await.unwrap()
    }

    async fn tell(&self, path: &str, body: Value) -> Value {
        self.client.post(path, &body).await.unwrap()
    }

    async fn refused(&self, path: &str, body: Value) -> i64 {
        let outcome: Result<Value, CallError> = self.client.post(path, &body).await;
        refusal(&outcome.unwrap_err())
    }
}

#[tokio::test]
async fn our_client_walks_the_same_way() {
    let town = town().await;
    assert_eq!(
        town.refused("/cgi-bin/message/custom/send", text("x")).await,
        45015
    );
    town.sandbox.say(ANN, "在吗").await;
    town.tell("/cgi-bin/message/custom/send", text("您好😀")).await;
    assert!(town.client.user_info(ANN).await.unwrap().follows());
    let menu = json!({"button": [{"type": "click", "name": "余额", "key": "BALANCE"}]});
    town.tell("/cgi-bin/menu/create", menu).await;
    let ticket = town.ask("/cgi-bin/ticket/getticket", &[("type", "jsapi")]).await;
    assert_eq!(ticket["expires_in"], 7200);
    let tag = town
        .tell("/cgi-bin/tags/create", json!({"tag": {"name": "贵宾"}}))
        .await;
    let id = &tag["tag"]["id"];
    town.tell(
        "/cgi-bin/tags/members/batchtagging",
        json!({"openid_list": [ANN], "tagid": id}),
    )
    .await;
    let scene = json!({"scene": {"scene_str": "BR0102"}});
    let code = json!({"action_name": "QR_STR_SCENE", "action_info": scene});
    let code = town.tell("/cgi-bin/qrcode/create", code).await;
    assert_eq!(code["expire_seconds"], 60);
    assert!(town.sandbox.scan(BEN, code["ticket"].as_str().unwrap()).await);
    assert_eq!(town.client.user_info(BEN).await.unwrap().qr_scene_str, "BR0102");
    town.forward(60_000);
    assert!(!town.sandbox.scan(BEN, code["ticket"].as_str().unwrap()).await);
    for switch in ["expire_token", "void_token"] {
        let issued = town.sandbox.tokens_issued();
        town.post("/faults", json!({"wechat": {switch: true}})).await;
        assert!(town.client.user_info(ANN).await.unwrap().follows());
        assert_eq!(town.sandbox.tokens_issued(), issued + 1, "{switch}");
        town.forward(30_000);
    }
}

fn text(content: &str) -> Value {
    json!({"touser": ANN, "msgtype": "text", "text": {"content": content}})
}

#[tokio::test]
async fn quotas_are_counted_per_day_and_cleared_ten_times_a_month() {
    let town = town().await;
    let path = "/cgi-bin/tags/create";
    town.post("/platform/spend", json!({"path": path})).await;
    assert_eq!(town.refused(path, json!({"tag": {"name": "a"}})).await, 45009);
    for _ in 0..10 {
        town.tell("/cgi-bin/clear_quota", json!({"appid": APPID})).await;
    }
    assert_eq!(
        town.refused("/cgi-bin/clear_quota", json!({"appid": APPID}))
            .await,
        48006
    );
    town.tell(path, json!({"tag": {"name": "a"}})).await;
    let quota = town
        .tell("/cgi-bin/openapi/quota/get", json!({"cgi_path": path}))
        .await;
    assert_eq!(
        (&quota["quota"]["used"], &quota["quota"]["remain"]),
        (&json!(1), &json!(999))
    );
    town.post("/platform/spend", json!({"path": path})).await;
    // 00:00 in China is the next day's first second.
    town.forward(16 * 3_600_000);
    town.tell(path, json!({"tag": {"name": "b"}})).await;
}

#[tokio::test]
async fn a_refusal_can_be_asked_for_by_its_rid() {
    let town = town().await;
    let outcome: Result<Value, CallError> = town
        .client
        .post("/cgi-bin/tags/update", &json!({"tag": {"id": 2, "name": "x"}}))
        .await;
    let error = outcome.unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.code, 45058);
    let rid = refusal.message.split("rid: ").nth(1).unwrap().to_owned();
    let told = town.tell("/cgi-bin/openapi/rid/get", json!({"rid": rid})).await;
    assert_eq!(told["request"]["response_body"], "{\"errcode\":45058}");
    assert_eq!(
        town.refused("/cgi-bin/openapi/rid/get", json!({"rid": "x"}))
            .await,
        76001
    );
}

#[tokio::test]
async fn bodies_and_methods_are_looked_at_before_anything_else() {
    let town = town().await;
    let token = town
        .post("/wechat/cgi-bin/stable_token", credentials(SECRET))
        .await
        .1;
    let token = token["access_token"].as_str().unwrap();
    let url = format!("/wechat/cgi-bin/tags/create?access_token={token}");
    let raw = async |body: &'static str| {
        let request = town.http.post(format!("{}/sandbox{url}", town.base)).body(body);
        let answer: Value =
            serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        answer["errcode"].as_i64().unwrap()
    };
    assert_eq!(raw("").await, 44002);
    assert_eq!(raw("{").await, 47001);
    assert_eq!(raw("[]").await, 47001);
    assert_eq!(raw(r#"{"tag":{"name":"\u4f59"}}"#).await, 40033);
    assert_eq!(town.get(&url).await["errcode"], 43002);
    assert_eq!(
        town.get(&format!("/wechat/cgi-bin/nothing?access_token={token}"))
            .await["errcode"],
        48001
    );
    assert_eq!(
        town.post("/wechat/cgi-bin/stable_token", credentials("x"))
            .await
            .1["errcode"],
        40125
    );
    town.post("/faults", json!({"wechat": {"unlisted_ip": true}}))
        .await;
    let (_, answer) = town
        .post("/wechat/cgi-bin/stable_token", credentials(SECRET))
        .await;
    assert_eq!(answer["errcode"], 40164);
}

fn credentials(secret: &str) -> Value {
    json!({"grant_type": "client_credential", "appid": APPID, "secret": secret})
}

#[tokio::test]
async fn mass_messages_reach_four_times_a_month_and_once_per_own_id() {
    let town = town().await;
    let all = |id: &str| {
        json!({
            "filter": {"is_to_all": true}, "msgtype": "text", "text": {"content": "公告"}, "clientmsgid": id,
        })
    };
    let path = "/cgi-bin/message/mass/sendall";
    let first = town.tell(path, all("A")).await;
    assert_eq!(
        town.refused(path, all("A")).await,
        45065,
        "the same id is sent once"
    );
    for id in ["B", "C", "D"] {
        town.tell(path, all(id)).await;
    }
    assert_eq!(town.refused(path, all("E")).await, 45028);
    assert_eq!(town.sandbox.chat_of(ANN, 0).len(), 4);
    let state = json!({"msg_id": first["msg_id"]});
    assert_eq!(
        town.tell("/cgi-bin/message/mass/get", state).await["msg_status"],
        "SEND_SUCCESS"
    );
    town.forward(31 * 86_400_000);
    town.tell(path, all("E")).await;
    town.hears(&first["msg_id"].to_string()).await;
}

#[tokio::test]
async fn a_draft_is_published_and_the_bank_is_told() {
    let town = town().await;
    let article = json!({"title": "利率调整", "content": "<p>正文</p>", "thumb_media_id": "none"});
    let draft = |article: &Value| json!({"articles": [article]});
    assert_eq!(town.refused("/cgi-bin/draft/add", draft(&article)).await, 40007);
    let token = town
        .post("/wechat/cgi-bin/stable_token", credentials(SECRET))
        .await
        .1;
    let url = format!(
        "{}/sandbox/wechat/cgi-bin/material/add_material?type=thumb&access_token={}",
        town.base,
        token["access_token"].as_str().unwrap()
    );
    let form =
        "--X\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n\r\nJ\r\n--X--\r\n";
    let request = town
        .http
        .post(url)
        .header("content-type", "multipart/form-data; boundary=X")
        .body(form);
    let added: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
    let article = json!({
        "title": "利率调整", "content": "<p>正文</p>", "thumb_media_id": added["media_id"],
    });
    let draft = town.tell("/cgi-bin/draft/add", draft(&article)).await;
    assert_eq!(town.ask("/cgi-bin/draft/count", &[]).await["total_count"], 1);
    let id = json!({"media_id": draft["media_id"]});
    let submitted = town.tell("/cgi-bin/freepublish/submit", id.clone()).await;
    assert_eq!(
        town.refused("/cgi-bin/draft/get", id).await,
        40007,
        "a draft is used up"
    );
    let asked = json!({"publish_id": submitted["publish_id"]});
    let state = town.tell("/cgi-bin/freepublish/get", asked).await;
    assert_eq!(state["publish_status"], 0);
    let by_id = json!({"article_id": state["article_id"]});
    let got = town.tell("/cgi-bin/freepublish/getarticle", by_id).await;
    assert_eq!(got["news_item"][0]["title"], "利率调整");
    town.hears(submitted["publish_id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn typing_needs_an_open_window_and_a_question_is_answered_by_a_tap() {
    let town = town().await;
    let typing = json!({"touser": ANN, "command": "Typing"});
    let path = "/cgi-bin/message/custom/typing";
    assert_eq!(town.refused(path, typing.clone()).await, 45080);
    town.sandbox.say(ANN, "在吗").await;
    town.tell(path, typing.clone()).await;
    assert_eq!(town.refused(path, typing).await, 45081);
    assert_eq!(
        town.refused(path, json!({"touser": ANN, "command": "x"})).await,
        45072
    );
    let list = json!([{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}]);
    let question = json!({
        "touser": ANN, "msgtype": "msgmenu",
        "msgmenu": {"head_content": "满意吗?", "list": list, "tail_content": "谢谢"},
    });
    town.tell("/cgi-bin/message/custom/send", question).await;
    let seen = town.sandbox.chat_of(ANN, 0);
    assert_eq!(seen.last().unwrap().links.len(), 2);
    let items = town.sandbox.pick(ANN, "满意", "101").await;
    assert_eq!(items[1].text, "听到：满意");
}

#[tokio::test]
async fn nobody_is_heard_whom_the_account_has_blacklisted() {
    let town = town().await;
    town.tell(
        "/cgi-bin/tags/members/batchblacklist",
        json!({"openid_list": [ANN]}),
    )
    .await;
    assert_eq!(
        town.sandbox.say(ANN, "在吗").await.len(),
        1,
        "only the own bubble"
    );
    assert!(town.bank.heard.lock().unwrap().is_empty());
}
