//! Hand-over of customers and groups, notices to staff, media, the address book, the message archive.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;
use weigui_wechat::client::{CallError, Upload};
use weigui_wechat::wecom::{
    ArchiveError, Delivery, GroupState, KeyBox, MediaKind, MemoryKeys, MemoryVault, Notice, Outcome, Pair,
    Taken, To, pull,
};

use crate::platform::{AGENT, CORP, Platform};

const PAIR: Pair<'_> = Pair {
    from: "left",
    to: "next",
};

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("wm{n}")).collect()
}

fn is_invalid<T>(outcome: &Result<T, CallError>) -> bool {
    matches!(outcome, Err(CallError::Invalid(_)))
}

#[tokio::test]
async fn customers_of_a_member_who_left_are_handed_over_by_the_hundred() {
    let platform = Platform::start().await;
    let client = platform.client();
    let call = "/cgi-bin/externalcontact/resigned/transfer_customer";
    platform.says(
        "/cgi-bin/externalcontact/get_unassigned_list",
        json!({"errcode": 0, "info": [{"handover_userid": "left", "external_userid": "wm0", "dimission_time": 7}],
               "is_last": false, "next_cursor": "aSfwe"}),
    );
    let page = client.unassigned(None, 1_000).await.unwrap();
    assert_eq!((page.info[0].dimission_time, page.is_last), (7, false));
    assert_eq!(platform.last().1, json!({"cursor": "", "page_size": 1000}));
    assert!(is_invalid(&client.unassigned(None, 1_001).await));
    platform.says(
        call,
        json!({"errcode": 0, "customer": [{"external_userid": "wm0", "errcode": 0}, {"external_userid": "wm1", "errcode": 40096}]}),
    );
    let taken = client.hand_over_resigned(PAIR, &ids(2)).await.unwrap();
    assert_eq!(
        taken.iter().map(Taken::is_accepted).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(
        platform.last().1,
        json!({"handover_userid": "left", "takeover_userid": "next", "external_userid": ["wm0", "wm1"]})
    );
    for (pair, customers) in [
        (PAIR, ids(101)),
        (PAIR, vec![]),
        (Pair { to: "left", ..PAIR }, ids(1)),
    ] {
        assert!(is_invalid(&client.hand_over_resigned(pair, &customers).await));
    }
    assert_eq!(platform.calls_to(call), 1, "nothing too large leaves");
    platform.says(
        "/cgi-bin/externalcontact/resigned/transfer_result",
        json!({"errcode": 0, "next_cursor": "", "customer": [
            {"external_userid": "a", "status": 1, "takeover_time": 9}, {"external_userid": "b", "status": 2},
            {"external_userid": "c", "status": 3}, {"external_userid": "d", "status": 4},
            {"external_userid": "e", "status": 5}, {"external_userid": "f", "status": 77}]}),
    );
    let results = client.resigned_results(PAIR, None).await.unwrap();
    assert_eq!(
        results.customers.iter().map(|c| c.status).collect::<Vec<_>>(),
        [
            Outcome::Done,
            Outcome::Waiting,
            Outcome::Refused,
            Outcome::SuccessorFull,
            Outcome::Unknown,
            Outcome::Other(77)
        ]
    );
}

#[tokio::test]
async fn on_job_hand_over_has_words_and_groups_have_failures() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/externalcontact/transfer_customer",
        json!({"errcode": 0, "customer": []}),
    );
    client
        .hand_over(PAIR, &ids(1), Some("您好，以后由我为您服务"))
        .await
        .unwrap();
    assert_eq!(
        platform.last().1["transfer_success_msg"],
        "您好，以后由我为您服务"
    );
    assert!(is_invalid(
        &client.hand_over(PAIR, &ids(1), Some(&"长".repeat(201))).await
    ));
    platform.says(
        "/cgi-bin/externalcontact/transfer_result",
        json!({"errcode": 0, "customer": []}),
    );
    client.hand_over_results(PAIR, Some("C")).await.unwrap();
    assert_eq!(platform.last().1["cursor"], "C");
    platform.says(
        "/cgi-bin/externalcontact/groupchat/list",
        json!({"errcode": 0, "group_chat_list": [{"chat_id": "wrG", "status": 1}], "next_cursor": "n"}),
    );
    let page = client
        .groups(GroupState::Ownerless, &["left".into()], None)
        .await
        .unwrap();
    assert_eq!(page.groups[0].chat_id, "wrG");
    let (_, body) = platform.last();
    assert_eq!(
        (body["status_filter"].as_i64(), &body["owner_filter"]),
        (Some(1), &json!({"userid_list": ["left"]}))
    );
    platform.says(
        "/cgi-bin/externalcontact/groupchat/transfer",
        json!({"errcode": 0, "failed_chat_list": [{"chat_id": "wrG", "errcode": 90500, "errmsg": "the owner of this chat is not resigned"}]}),
    );
    let failed = client
        .hand_over_resigned_groups(&["wrG".into()], "next")
        .await
        .unwrap();
    assert_eq!(failed[0].errcode, 90500);
    client.hand_over_groups(&["wrG".into()], "next").await.unwrap();
    assert!(is_invalid(&client.hand_over_groups(&ids(101), "next").await));
    platform.says(
        "/cgi-bin/externalcontact/groupchat/get",
        json!({"errcode": 0, "group_chat": {"chat_id": "wrG", "name": "群", "owner": "next",
               "member_list": [{"userid": "wm0", "type": 2, "join_time": 1, "invitor": {"userid": "x"}}]}}),
    );
    assert_eq!(client.group("wrG").await.unwrap().members[0].r#type, 2);
}

#[tokio::test]
async fn notices_to_staff_are_measured_first() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/message/send",
        json!({"errcode": 0, "invaliduser": "a|b", "unlicenseduser": "c", "msgid": "M1"}),
    );
    let once = Delivery {
        confidential: true,
        once_within_s: Some(100_000),
    };
    let card = Notice::card(
        "转介客户",
        "<div class=\"normal\">李总</div>",
        "https://bank.example/office/",
    );
    let sent = client
        .send_notice(&To::users(&["a", "d"]), &card, once)
        .await
        .unwrap();
    assert_eq!(sent.missed().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(
        platform.last().1,
        json!({"msgtype": "textcard", "textcard": {"title": "转介客户", "description": "<div class=\"normal\">李总</div>",
               "url": "https://bank.example/office/"}, "touser": "a|d", "agentid": AGENT, "safe": 1,
               "enable_duplicate_check": 1, "duplicate_check_interval": 14400})
    );
    let to = To::users(&["a"]);
    for (to, notice) in [
        (To::default(), Notice::text("x")),
        (
            To {
                users: ids(1_001),
                ..To::default()
            },
            Notice::text("x"),
        ),
        (to.clone(), Notice::text("")),
        (to.clone(), Notice::text(&"长".repeat(683))),
        (to.clone(), Notice::card(&"长".repeat(43), "d", "https://a/")),
        (
            to.clone(),
            Notice::TemplateCard {
                template_card: json!([1]),
            },
        ),
    ] {
        assert!(
            is_invalid(&client.send_notice(&to, &notice, Delivery::default()).await),
            "{notice:?}"
        );
    }
    assert_eq!(platform.calls_to("/cgi-bin/message/send"), 1);
    client
        .send_notice(&to, &Notice::markdown("**x**"), Delivery::default())
        .await
        .unwrap();
    assert_eq!(platform.last().1["markdown"], json!({"content": "**x**"}));
    client.recall_notice("M1").await.unwrap();
}

#[tokio::test]
async fn media_go_up_as_a_form() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/media/upload",
        json!({"errcode": 0, "type": "image", "media_id": "MED", "created_at": "1380000000"}),
    );
    let up = client
        .upload_media(MediaKind::Image, &Upload::new("a.jpg", vec![9; 10]))
        .await
        .unwrap();
    assert_eq!((up.media_id.as_str(), up.created_at), ("MED", 1_380_000_000));
    assert_eq!(platform.last_query(), "type=image");
    let (_, _, form) = platform.world().calls.last().unwrap().clone();
    assert!(form.contains("name=\"media\"; filename=\"a.jpg\""), "{form}");
    assert!(is_invalid(
        &client
            .upload_media(MediaKind::Image, &Upload::new("a.jpg", vec![9; 5]))
            .await
    ));
    let large = Upload::new("a.amr", vec![9; (2 << 20) + 1]);
    assert!(is_invalid(&client.upload_media(MediaKind::Voice, &large).await));
}

#[tokio::test]
async fn the_address_book_and_who_opened_the_page() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/user/get",
        json!({"errcode": 0, "userid": "zhangsan", "name": "张三", "department": [1, 7], "status": 1, "is_leader_in_dept": [0, 1]}),
    );
    let staff = client.staff("zhangsan").await.unwrap();
    assert_eq!((staff.departments.as_slice(), staff.status), (&[1, 7][..], 1));
    platform.says(
        "/cgi-bin/department/list",
        json!({"errcode": 0, "department": [{"id": 1, "name": "总行", "parentid": 0, "order": 1}]}),
    );
    assert_eq!(client.departments(None).await.unwrap()[0].name, "总行");
    platform.says(
        "/cgi-bin/auth/getuserinfo",
        json!({"errcode": 0, "userid": "zhangsan"}),
    );
    assert_eq!(
        client.visitor("C").await.unwrap().userid.as_deref(),
        Some("zhangsan")
    );
    assert_eq!(
        client.login_url(
            "https://open.weixin.qq.com",
            "https://bank.example/s?a=1&b=c d",
            "s/1"
        ),
        format!(
            "https://open.weixin.qq.com/connect/oauth2/authorize?appid={CORP}\
             &redirect_uri=https%3A%2F%2Fbank.example%2Fs%3Fa%3D1%26b%3Dc%20d&response_type=code&scope=snsapi_base\
             &state=s%2F1&agentid={AGENT}#wechat_redirect"
        )
    );
}

/// A key box that gives a key which opens nothing.
struct Wrong;

impl KeyBox for Wrong {
    fn open<'a>(&'a self, _: u32, _: &'a str) -> BoxFuture<'a, Result<String, ArchiveError>> {
        async { Ok("another".to_owned()) }.boxed()
    }
}

#[tokio::test]
async fn the_archive_never_skips_a_record() {
    let vault = Arc::new(MemoryVault::default());
    let text = |id: &str| {
        json!({"msgid": id, "action": "send", "from": "zhangsan", "tolist": ["wmA"], "roomid": "", "msgtime": 1_767_225_600_123_i64,
               "msgtype": "text", "text": {"content": "您好"}})
    };
    vault.put(1, &text("m1"));
    vault.put(2, &text("m2"));
    vault.put(1, &text("m3"));
    let keys = MemoryKeys(vec![1]);
    let pulled = pull(&*vault, &keys, 0).await.unwrap();
    assert_eq!((pulled.records.len(), pulled.next), (1, 1));
    assert!(matches!(pulled.stopped, Some(ArchiveError::NoKey(2))));
    let first = &pulled.records[0];
    assert_eq!(
        (first.kind.as_str(), &first.content),
        ("text", &json!({"content": "您好"}))
    );
    assert_eq!((first.room_id.as_deref(), first.at_ms), (None, 1_767_225_600_123));
    let keys = MemoryKeys(vec![1, 2]);
    let pulled = pull(&*vault, &keys, pulled.next).await.unwrap();
    assert_eq!(pulled.records.iter().map(|r| r.seq).collect::<Vec<_>>(), [2, 3]);
    assert!(pulled.stopped.is_none());
    assert_eq!(pull(&*vault, &keys, 3).await.unwrap().next, 3);
    let wrong = pull(&*vault, &Wrong, 0).await.unwrap();
    assert!(matches!(wrong.stopped, Some(ArchiveError::Sealed { seq: 1, .. })) && wrong.next == 0);
}

#[tokio::test]
async fn consent_to_the_archive_is_asked_by_the_hundred() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/msgaudit/check_single_agree",
        json!({"errcode": 0, "agreeinfo": [{"userid": "z", "exteranalopenid": "wmA", "agree_status": "Agree", "status_change_time": 1}]}),
    );
    let pair = ("z".to_owned(), "wmA".to_owned());
    let consents = client
        .archive_consents(std::slice::from_ref(&pair))
        .await
        .unwrap();
    assert_eq!(
        (
            consents[0].external_userid.as_str(),
            consents[0].agree_status.as_str()
        ),
        ("wmA", "Agree")
    );
    assert!(is_invalid(&client.archive_consents(&vec![pair; 101]).await));
}
