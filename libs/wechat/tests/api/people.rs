//! Followers, tags, codes, servicers and the messages to them: requests as documented, answers typed.

use std::time::Duration;

use crate::platform::{Platform, Scripted};
use serde_json::{Value, json};
use weigui_wechat::client::{
    Action, CallError, CustomContent, CustomMessage, MenuChoice, PageCard, QrScene, RecordPage, Upload,
};
use weigui_wechat::{Client, Music};

async fn open() -> (Platform, Client) {
    let platform = Platform::start().await;
    let client = Client::with(platform.setup(Duration::from_secs(5)));
    (platform, client)
}

fn body(platform: &Platform) -> Value {
    serde_json::from_str(&platform.last().2).unwrap()
}

async fn is_sent_as(content: CustomContent, kind: &str, inner: Value) {
    let (platform, client) = open().await;
    client
        .send_custom(&CustomMessage::new("oU", content))
        .await
        .unwrap();
    assert_eq!(
        body(&platform),
        json!({"touser": "oU", "msgtype": kind, kind: inner})
    );
}

fn m() -> String {
    "m".to_owned()
}

#[tokio::test]
async fn customer_messages_of_every_kind() {
    let one_id = json!({"media_id": "m"});
    is_sent_as(CustomContent::Image { media_id: m() }, "image", one_id.clone()).await;
    is_sent_as(CustomContent::Voice { media_id: m() }, "voice", one_id.clone()).await;
    is_sent_as(CustomContent::MaterialNews { media_id: m() }, "mpnews", one_id).await;
    let article = CustomContent::PublishedArticle { article_id: m() };
    is_sent_as(article, "mpnewsarticle", json!({"article_id": "m"})).await;
    is_sent_as(
        CustomContent::Card { card_id: m() },
        "wxcard",
        json!({"card_id": "m"}),
    )
    .await;
    let video = CustomContent::Video {
        media_id: m(),
        thumb_media_id: m(),
        title: m(),
        description: m(),
    };
    let inner = json!({"media_id": "m", "thumb_media_id": "m", "title": "m", "description": "m"});
    is_sent_as(video, "video", inner).await;
    let music = CustomContent::Music(Music {
        title: "t".into(),
        url: "u".into(),
        ..Music::default()
    });
    let inner =
        json!({"title": "t", "description": "", "musicurl": "u", "hqmusicurl": "", "thumb_media_id": ""});
    is_sent_as(music, "music", inner).await;
}

#[tokio::test]
async fn customer_messages_that_lead_somewhere() {
    let choice = MenuChoice {
        id: "101".into(),
        content: "满意".into(),
    };
    let menu = CustomContent::Menu {
        head: "满意吗?".into(),
        choices: vec![choice],
        tail: "谢谢".into(),
    };
    let inner = json!({"head_content": "满意吗?", "list": [{"id": "101", "content": "满意"}], "tail_content": "谢谢"});
    is_sent_as(menu, "msgmenu", inner).await;
    let link = CustomContent::Link {
        title: m(),
        description: m(),
        url: m(),
        thumb_url: m(),
    };
    let inner = json!({"title": "m", "description": "m", "url": "m", "thumb_url": "m"});
    is_sent_as(link, "link", inner).await;
    let card = CustomContent::Page(PageCard {
        title: "转账".into(),
        appid: "wx2".into(),
        page: "pages/x".into(),
        thumb_media_id: m(),
    });
    let inner = json!({"title": "转账", "appid": "wx2", "pagepath": "pages/x", "thumb_media_id": "m"});
    is_sent_as(card, "miniprogrampage", inner).await;
}

#[tokio::test]
async fn a_message_says_who_speaks_and_that_somebody_types() {
    let (platform, client) = open().await;
    let message = CustomMessage {
        servicer: Some("a@bank".into()),
        by_machine: true,
        ..CustomMessage::new("oU", CustomContent::Text("您好".into()))
    };
    client.send_custom(&message).await.unwrap();
    let expected = json!({"touser": "oU", "msgtype": "text", "text": {"content": "您好"},
                          "customservice": {"kf_account": "a@bank"}, "aimsgcontext": {"is_ai_msg": 1}});
    assert_eq!(body(&platform), expected);
    client.set_typing("oU", true).await.unwrap();
    assert_eq!(body(&platform), json!({"touser": "oU", "command": "Typing"}));
    let path = "/cgi-bin/message/custom/typing";
    platform.answers(path, json!({"errcode": 45081, "errmsg": "command sent already"}));
    assert!(client.set_typing("oU", false).await.is_err());
}

#[tokio::test]
async fn followers_come_page_by_page() {
    let (platform, client) = open().await;
    platform.answers(
        "/cgi-bin/user/get",
        json!({"total": 3, "count": 2, "data": {"openid": ["o1", "o2"]}, "next_openid": "o2"}),
    );
    let page = client.followers(None).await.unwrap();
    assert_eq!((page.total, page.openids.len()), (3, 2));
    platform.answers(
        "/cgi-bin/user/get",
        json!({"total": 3, "count": 0, "next_openid": ""}),
    );
    let end = client.followers(page.next.as_deref()).await.unwrap();
    assert_eq!(platform.last().1, "next_openid=o2");
    assert_eq!((end.openids.len(), end.next), (0, None));
    platform.answers(
        "/cgi-bin/user/info/batchget",
        json!({"user_info_list": [{"subscribe": 1, "openid": "o1", "tagid_list": [2], "remark": "r"},
                                  {"subscribe": 0, "openid": "o2"}]}),
    );
    let users = client.users_info(&["o1", "o2"]).await.unwrap();
    assert!(users[0].follows() && !users[1].follows() && users[0].tagid_list == [2]);
    let many = vec!["o"; 101];
    assert!(matches!(
        client.users_info(&many).await,
        Err(CallError::Invalid(_))
    ));
    client.set_remark("o1", "VIP").await.unwrap();
    assert_eq!(body(&platform), json!({"openid": "o1", "remark": "VIP"}));
    assert!(client.set_remark("o1", &"长".repeat(30)).await.is_err());
    platform.answers(
        "/cgi-bin/changeopenid",
        json!({"errcode": 0, "result_list": [{"ori_openid": "a", "new_openid": "b", "err_msg": "ok"}]}),
    );
    assert_eq!(
        client.moved_openids("wx0", &["a"]).await.unwrap()[0].new_openid,
        "b"
    );
}

#[tokio::test]
async fn tags_and_the_blacklist() {
    let (platform, client) = open().await;
    platform.answers(
        "/cgi-bin/tags/create",
        json!({"tag": {"id": 134, "name": "长者"}}),
    );
    assert_eq!(client.create_tag("长者").await.unwrap().id, 134);
    assert_eq!(body(&platform), json!({"tag": {"name": "长者"}}));
    assert!(client.create_tag(&"长".repeat(31)).await.is_err());
    platform.answers(
        "/cgi-bin/tags/get",
        json!({"tags": [{"id": 134, "name": "长者", "count": 7}]}),
    );
    assert_eq!(client.tags().await.unwrap()[0].count, 7);
    client.rename_tag(134, "长辈").await.unwrap();
    client.tag_users(134, &["o1"]).await.unwrap();
    assert_eq!(body(&platform), json!({"openid_list": ["o1"], "tagid": 134}));
    client.untag_users(134, &["o1"]).await.unwrap();
    assert_eq!(platform.last().0, "/cgi-bin/tags/members/batchuntagging");
    assert!(client.tag_users(134, &["o"; 51]).await.is_err());
    platform.answers("/cgi-bin/tags/getidlist", json!({"tagid_list": [134, 2]}));
    assert_eq!(client.tags_of("o1").await.unwrap(), [134, 2]);
    platform.answers(
        "/cgi-bin/user/tag/get",
        json!({"count": 1, "data": {"openid": ["o1"]}, "next_openid": "o1"}),
    );
    assert_eq!(client.tagged(134, None).await.unwrap().openids, ["o1"]);
    client.delete_tag(134).await.unwrap();
    platform.answers(
        "/cgi-bin/tags/members/getblacklist",
        json!({"total": 1, "count": 1, "data": {"openid": ["o9"]}, "next_openid": "o9"}),
    );
    assert_eq!(client.blacklist(None).await.unwrap().openids, ["o9"]);
    client.block_users(&["o9"]).await.unwrap();
    client.unblock_users(&["o9"]).await.unwrap();
    assert_eq!(body(&platform), json!({"openid_list": ["o9"]}));
    assert!(client.block_users(&[]).await.is_err());
}

#[tokio::test]
async fn codes_with_a_scene() {
    let (platform, client) = open().await;
    platform.answers(
        "/cgi-bin/qrcode/create",
        json!({"ticket": "gQH+/=", "expire_seconds": 604_800, "url": "http://weixin.qq.com/q/x"}),
    );
    let scene = QrScene::TemporaryText {
        scene: "BR0102".into(),
        lives_s: 604_800,
    };
    let code = client.create_qr_code(&scene).await.unwrap();
    assert_eq!(
        client.qr_picture_url(&code),
        "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQH%2B%2F%3D"
    );
    assert!(client.create_qr_code(&QrScene::PermanentNumber(0)).await.is_err());
}

#[tokio::test]
async fn servicers_and_their_conversations() {
    let (platform, client) = open().await;
    client.add_servicer("a@bank", "小微").await.unwrap();
    assert_eq!(
        body(&platform),
        json!({"kf_account": "a@bank", "nickname": "小微"})
    );
    platform.answers(
        "/customservice/kfaccount/add",
        json!({"errcode": 61453, "errmsg": "invalid kf_account"}),
    );
    let refused = client.add_servicer("!", "小微").await.unwrap_err();
    assert_eq!(refused.action(), Some(Action::CorrectInput));
    client.invite_servicer("a@bank", "wx").await.unwrap();
    client.rename_servicer("a@bank", "微微").await.unwrap();
    let picture = Upload::new("a.jpg", b"\xff\xd8".to_vec());
    client.set_servicer_picture("a@bank", &picture).await.unwrap();
    assert_eq!(platform.last().1, "kf_account=a%40bank");
    client.delete_servicer("a@bank").await.unwrap();
    platform.answers(
        "/cgi-bin/customservice/getkflist",
        json!({"kf_list": [{"kf_account": "a@bank", "kf_nick": "微微", "kf_id": 1001, "kf_wx": "wx"}]}),
    );
    assert_eq!(client.servicers().await.unwrap()[0].kf_id, "1001");
    platform.answers(
        "/cgi-bin/customservice/getonlinekflist",
        json!({"kf_online_list": [{"kf_account": "a@bank", "status": 1, "kf_id": "1001", "accepted_case": 3}]}),
    );
    assert_eq!(client.online_servicers().await.unwrap()[0].accepted_case, 3);
    client.open_conversation("a@bank", "oU").await.unwrap();
    client.close_conversation("a@bank", "oU").await.unwrap();
    assert_eq!(body(&platform), json!({"kf_account": "a@bank", "openid": "oU"}));
    let session = "/customservice/kfsession/getsession";
    platform.answers(session, json!({"kf_account": "a@bank", "createtime": 123}));
    assert_eq!(client.conversation_of("oU").await.unwrap().createtime, 123);
    platform.answers(
        "/customservice/kfsession/getsessionlist",
        json!({"sessionlist": [{"createtime": 1, "openid": "oU"}]}),
    );
    assert_eq!(client.conversations("a@bank").await.unwrap()[0].openid, "oU");
    platform.answers(
        "/customservice/kfsession/getwaitcase",
        json!({"count": 2, "waitcaselist": [{"latest_time": 9, "openid": "oV"}]}),
    );
    assert_eq!(client.waiting().await.unwrap().count, 2);
    platform.answers(
        "/customservice/msgrecord/getmsglist",
        json!({"recordlist": [{"openid": "oU", "opercode": 2002, "text": "您好", "time": 9, "worker": "a@bank"}],
               "number": 1, "msgid": 20}),
    );
    let page = RecordPage {
        starttime: 1,
        endtime: 2,
        msgid: 1,
        number: 10_000,
    };
    assert_eq!(client.service_record(&page).await.unwrap().msgid, 20);
}

#[tokio::test]
async fn any_other_api_by_its_path() {
    let (platform, client) = open().await;
    platform.answers("/cgi-bin/new/thing", json!({"errcode": 0, "answer": {"x": 1}}));
    let answer = client
        .call("/cgi-bin/new/thing", &json!({"名": "值"}))
        .await
        .unwrap();
    assert_eq!(answer["answer"]["x"], 1);
    assert_eq!(platform.last().2, "{\"名\":\"值\"}");
    platform.answers(
        "/cgi-bin/new/thing",
        json!({"errcode": 48001, "errmsg": "api unauthorized"}),
    );
    let refused = client.call("/cgi-bin/new/thing", &json!({})).await.unwrap_err();
    assert_eq!(refused.action(), Some(Action::Alarm));
    platform
        .world()
        .script
        .push_back(("/cgi-bin/new/thing", Scripted::File("text/html", "", b"<html>")));
    let odd = client.call("/cgi-bin/new/thing", &json!({})).await.unwrap_err();
    assert!(matches!(odd, CallError::Unknown(_)) && odd.action().is_none());
}
