//! Customers, tags, contact ways, greetings, messages to many, moments, links: requests as documented, answers typed,
//! what WeCom would refuse for its size refused before it leaves.

use serde_json::{Value, json};
use weigui_wechat::client::CallError;
use weigui_wechat::wecom::{
    Attachment, Audience, Broadcast, ContactWay, CustomerChange, Event, LinkRange, Moment, Push, Remark,
    TagPlace, WelcomeCode,
};

use crate::platform::{NOW, Platform};

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("wm{n}")).collect()
}

fn is_invalid<T>(outcome: &Result<T, CallError>) -> bool {
    matches!(outcome, Err(CallError::Invalid(_)))
}

#[tokio::test]
async fn customers_one_by_one_and_by_the_hundred() {
    let platform = Platform::start().await;
    let client = platform.client();
    let base = "/cgi-bin/externalcontact";
    platform.says(
        "/cgi-bin/externalcontact/get",
        json!({"errcode": 0, "external_contact": {"external_userid": "wmA", "name": "李", "type": 1, "unionid": "oU"},
               "follow_user": [{"userid": "zhangsan", "remark": "李总", "createtime": 1, "state": "BR0102", "add_way": 1,
                                "tags": [{"group_name": "g", "tag_name": "VIP", "tag_id": "et1", "type": 1}]}],
               "next_cursor": ""}),
    );
    let file = client.customer("wmA", Some("C1")).await.unwrap();
    assert_eq!(platform.last_query(), "external_userid=wmA&cursor=C1");
    assert_eq!(file.external_contact.unionid.as_deref(), Some("oU"));
    assert_eq!(file.follows[0].tags[0].tag_id.as_deref(), Some("et1"));
    assert_eq!(file.next_cursor, None, "an empty cursor is the end");
    platform.says(
        "/cgi-bin/externalcontact/batch/get_by_user",
        json!({"errcode": 0, "external_contact_list": [{"external_contact": {"external_userid": "wmA"},
               "follow_info": {"userid": "zhangsan", "tag_id": ["et1"]}}], "next_cursor": "C2"}),
    );
    let page = client.customers_batch(&["zhangsan".into()], None).await.unwrap();
    assert_eq!(
        (page.customers.len(), page.next_cursor.as_deref()),
        (1, Some("C2"))
    );
    assert_eq!(
        platform.last().1,
        json!({"userid_list": ["zhangsan"], "cursor": "", "limit": 100})
    );
    assert!(is_invalid(&client.customers_batch(&ids(101), None).await));
    assert!(is_invalid(&client.customers_batch(&[], None).await));
    platform.says(
        "/cgi-bin/externalcontact/list",
        json!({"errcode": 84061, "errmsg": "not external contact"}),
    );
    assert!(
        client.customers_of("new").await.unwrap().is_empty(),
        "a member without customers"
    );
    let remark = Remark {
        userid: "zhangsan".into(),
        external_userid: "wmA".into(),
        remark: Some("李总".into()),
        ..Remark::default()
    };
    client.remark_customer(&remark).await.unwrap();
    let (path, body) = platform.last();
    assert_eq!(path, format!("{base}/remark"));
    assert_eq!(
        body,
        json!({"userid": "zhangsan", "external_userid": "wmA", "remark": "李总"})
    );
    let long = Remark {
        remark: Some("长".repeat(21)),
        ..remark
    };
    assert!(is_invalid(&client.remark_customer(&long).await));
}

#[tokio::test]
async fn tags_and_contact_ways() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/externalcontact/add_corp_tag",
        json!({"errcode": 0, "tag_group": {"group_id": "etG", "group_name": "客户等级", "tag": [{"id": "et1", "name": "VIP"}]}}),
    );
    let place = TagPlace::Named("客户等级");
    let group = client.add_corp_tags(&place, &["VIP".into()]).await.unwrap();
    assert_eq!(
        (group.group_id.as_str(), group.tags[0].id.as_str()),
        ("etG", "et1")
    );
    assert_eq!(
        platform.last().1,
        json!({"group_name": "客户等级", "tag": [{"name": "VIP"}]})
    );
    client
        .mark_tags("zhangsan", "wmA", &["et1".into()], &[])
        .await
        .unwrap();
    assert_eq!(
        platform.last().1,
        json!({"userid": "zhangsan", "external_userid": "wmA", "add_tag": ["et1"], "remove_tag": []})
    );
    assert!(is_invalid(&client.mark_tags("zhangsan", "wmA", &[], &[]).await));
    platform.says(
        "/cgi-bin/externalcontact/add_contact_way",
        json!({"errcode": 0, "config_id": "42b3", "qr_code": "https://wework.qpic.cn/x"}),
    );
    let way = client
        .add_contact_way(&ContactWay::qr(&["zhangsan"], "BR0102"))
        .await
        .unwrap();
    assert_eq!(way.config_id, "42b3");
    let (_, body) = platform.last();
    assert_eq!(
        body,
        json!({"type": 1, "scene": 2, "remark": "", "skip_verify": true, "state": "BR0102", "user": ["zhangsan"], "party": []})
    );
    assert!(is_invalid(
        &client
            .add_contact_way(&ContactWay::qr(&["a"], &"x".repeat(31)))
            .await
    ));
    assert!(is_invalid(
        &client.add_contact_way(&ContactWay::qr(&[], "x")).await
    ));
    platform.says(
        "/cgi-bin/externalcontact/get_contact_way",
        json!({"errcode": 0, "contact_way": {"config_id": "42b3", "type": 1, "scene": 2, "user": ["zhangsan"], "qr_code": "q"}}),
    );
    let got = client.contact_way("42b3").await.unwrap();
    assert_eq!(
        (got.users.as_slice(), got.qr_code.as_str()),
        (&["zhangsan".to_owned()][..], "q")
    );
}

fn code(created_at: i64) -> WelcomeCode {
    let push = Push::parse(&format!(
        "<xml><ToUserName>ww</ToUserName><FromUserName>sys</FromUserName><CreateTime>{created_at}</CreateTime>\
         <MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>\
         <UserID>z</UserID><ExternalUserID>wmA</ExternalUserID><WelcomeCode>CODE</WelcomeCode></xml>"
    ))
    .unwrap();
    match push.event() {
        Some(Event::Customer(CustomerChange::Added {
            welcome: Some(code), ..
        })) => code.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_greeting_goes_within_twenty_seconds_or_not_at_all() {
    let platform = Platform::start().await;
    let client = platform.client();
    let link = [Attachment::link("绑定账户", "https://bank.example/h5/")];
    client
        .send_welcome(&code(NOW - 20), Some("您好"), &link)
        .await
        .unwrap();
    assert_eq!(
        platform.last().1,
        json!({"welcome_code": "CODE", "text": {"content": "您好"},
               "attachments": [{"msgtype": "link", "link": {"title": "绑定账户", "url": "https://bank.example/h5/"}}]})
    );
    let path = "/cgi-bin/externalcontact/send_welcome_msg";
    assert!(is_invalid(
        &client.send_welcome(&code(NOW - 21), Some("您好"), &[]).await
    ));
    assert!(is_invalid(&client.send_welcome(&code(NOW), None, &[]).await));
    let ten = vec![Attachment::image("m"); 10];
    assert!(is_invalid(
        &client.send_welcome(&code(NOW), Some("x"), &ten).await
    ));
    assert_eq!(platform.calls_to(path), 1);
    platform.says(
        path,
        json!({"errcode": 41051, "errmsg": "externaluser has started chatting"}),
    );
    let error = client.send_welcome(&code(NOW), Some("x"), &[]).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().code, 41051);
}

#[tokio::test]
async fn messages_to_many_wait_for_the_member() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/externalcontact/add_msg_template",
        json!({"errcode": 0, "fail_list": ["wm9"], "msgid": "msgG"}),
    );
    let message = Broadcast::to_customers(ids(3), "理财讲座");
    let made = client.broadcast(&message).await.unwrap();
    assert_eq!(
        (made.id.as_str(), made.fail_list.as_slice()),
        ("msgG", &["wm9".to_owned()][..])
    );
    assert_eq!(
        platform.last().1,
        json!({"chat_type": "single", "external_userid": ["wm0", "wm1", "wm2"], "allow_select": false,
               "text": {"content": "理财讲座"}, "attachments": []})
    );
    let tagged = Broadcast {
        audience: Audience::Tagged(vec![vec!["et1".into()]]),
        sender: Some("zhangsan".into()),
        ..message.clone()
    };
    client.broadcast(&tagged).await.unwrap();
    let (_, body) = platform.last();
    assert_eq!(body["tag_filter"], json!({"group_list": [{"tag_list": ["et1"]}]}));
    assert_eq!(body["sender"], "zhangsan");
    for bad in [
        Broadcast::to_customers(ids(10_001), "x"),
        Broadcast::to_customers(vec![], "x"),
        Broadcast {
            sender: None,
            ..tagged.clone()
        },
        Broadcast {
            text: None,
            ..message.clone()
        },
        Broadcast {
            attachments: vec![Attachment::image("m"); 10],
            ..message
        },
    ] {
        assert!(is_invalid(&client.broadcast(&bad).await), "{:?}", bad.sender);
    }
}

#[tokio::test]
async fn results_of_messages_to_many_are_read_customer_by_customer() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/externalcontact/get_groupmsg_send_result",
        json!({"errcode": 0, "next_cursor": "", "send_list": [
            {"external_userid": "wm0", "userid": "zhangsan", "status": 1, "send_time": 5},
            {"external_userid": "wm1", "userid": "zhangsan", "status": 3}]}),
    );
    let results = client.broadcast_results("msgG", "zhangsan", None).await.unwrap();
    assert_eq!(results.sent.iter().map(|s| s.status).collect::<Vec<_>>(), [1, 3]);
    platform.says(
        "/cgi-bin/externalcontact/get_groupmsg_list_v2",
        json!({"errcode": 0, "group_msg_list": [{"msgid": "msgG", "creator": "x", "create_time": "1600000000",
               "create_type": 1, "text": {"content": "t"}}]}),
    );
    let list = client.broadcasts(false, (0, 100), None).await.unwrap();
    assert_eq!(list.messages[0].create_time, 1_600_000_000, "a number as text");
    client.remind_broadcast("msgG").await.unwrap();
    assert_eq!(
        platform.last(),
        (
            "/cgi-bin/externalcontact/remind_groupmsg_send".to_owned(),
            json!({"msgid": "msgG"})
        )
    );
    client.cancel_broadcast("msgG").await.unwrap();
}

#[tokio::test]
async fn moments_and_links() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says(
        "/cgi-bin/externalcontact/add_moment_task",
        json!({"errcode": 0, "jobid": "J1"}),
    );
    let moment = Moment {
        text: Some("春节快乐".into()),
        attachments: vec![Attachment::image("m1"), Attachment::image("m2")],
        users: vec!["zhangsan".into()],
        ..Moment::default()
    };
    assert_eq!(client.add_moment(&moment).await.unwrap(), "J1");
    let (_, body) = platform.last();
    assert_eq!(
        body["visible_range"],
        json!({"sender_list": {"user_list": ["zhangsan"], "department_list": []}})
    );
    let mixed = Moment {
        attachments: vec![Attachment::image("m"), Attachment::link("t", "https://a/")],
        ..moment
    };
    assert!(is_invalid(&client.add_moment(&mixed).await));
    assert!(is_invalid(&client.add_moment(&Moment::default()).await));
    platform.says(
        "/cgi-bin/externalcontact/get_moment_task_result",
        json!({"errcode": 0, "status": 3, "type": "add_moment_task", "result": {"errcode": 0, "errmsg": "ok", "moment_id": "mom1"}}),
    );
    assert_eq!(client.moment_job("J1").await.unwrap().result.moment_id, "mom1");
    let range = LinkRange {
        user_list: vec!["zhangsan".into()],
        ..LinkRange::default()
    };
    platform.says(
        "/cgi-bin/externalcontact/customer_acquisition/create_link",
        json!({"errcode": 0, "link": {"link_id": "cawL", "link_name": "短信", "url": "https://work.weixin.qq.com/ca/x"}}),
    );
    assert_eq!(
        client.create_link("短信", &range, true).await.unwrap().link_id,
        "cawL"
    );
    assert!(is_invalid(&client.create_link("", &range, true).await));
    assert!(is_invalid(
        &client.create_link("x", &LinkRange::default(), true).await
    ));
    platform.says(
        "/cgi-bin/externalcontact/customer_acquisition_quota",
        json!({"errcode": 0, "total": 1000, "balance": 500, "quota_list": []}),
    );
    assert_eq!(client.link_quota().await.unwrap().balance, 500);
}

#[tokio::test]
async fn any_other_call_goes_by_its_path() {
    let platform = Platform::start().await;
    let client = platform.client();
    platform.says("/cgi-bin/new/thing", json!({"errcode": 0, "answer": 42}));
    let answer: Value = client
        .api()
        .call("/cgi-bin/new/thing", &json!({"q": "问"}))
        .await
        .unwrap();
    assert_eq!(answer["answer"], 42);
}
