//! Every event of Official Accounts and mini programs in its documented shape, in XML and in JSON.

use super::*;
use serde_json::{Value, json};

fn xml(inner: &str) -> Event {
    read(&format!(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName><CreateTime>1767225600</CreateTime>\
         <MsgType>event</MsgType>{inner}</xml>"
    ))
}

fn json(mut inner: Value) -> Event {
    let head =
        json!({"ToUserName": "gh_1", "FromUserName": "oU", "CreateTime": 1_767_225_600, "MsgType": "event"});
    for (name, value) in head.as_object().unwrap() {
        inner[name] = value.clone();
    }
    read(&inner.to_string())
}

fn read(document: &str) -> Event {
    match Push::parse(document).unwrap().body {
        Body::Event(event) => event,
        Body::Message { .. } => panic!("not an event"),
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn events_of_the_menu() {
    let scanned = xml(
        "<Event>scancode_waitmsg</Event><EventKey>K</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType>\
         <ScanResult>https://a/?x=1&amp;y=2</ScanResult></ScanCodeInfo>",
    );
    let expected = ScannedCode {
        key: "K".into(),
        waits: true,
        kind: "qrcode".into(),
        result: "https://a/?x=1&y=2".into(),
    };
    assert_eq!(scanned, Event::ScanCode(expected));
    assert_eq!(scanned.name(), "scancode_waitmsg");
    let pictures = xml(
        "<Event>pic_photo_or_album</Event><EventKey>K</EventKey><SendPicsInfo><Count>2</Count><PicList>\
         <item><PicMd5Sum>aa</PicMd5Sum></item><item><PicMd5Sum>bb</PicMd5Sum></item></PicList></SendPicsInfo>",
    );
    assert!(
        matches!(&pictures, Event::Pictures { source: PictureSource::CameraOrAlbum, md5, .. }
        if *md5 == texts(&["aa", "bb"]))
    );
    let place = json(
        json!({"Event": "location_select", "EventKey": "K", "SendLocationInfo":
        {"Location_X": "23.1", "Location_Y": 113.3, "Scale": 20, "Label": "广州", "Poiname": "总行"}}),
    );
    assert!(
        matches!(&place, Event::LocationSelected { longitude, poi, .. } if longitude == "113.3" && poi == "总行")
    );
    let page = xml("<Event>view_miniprogram</Event><EventKey>pages/x</EventKey><MenuId>7</MenuId>");
    assert!(matches!(&page, Event::ViewMiniProgram { page, menu_id } if page == "pages/x" && menu_id == "7"));
}

/// In XML the list lies below an element of its own (whose name the documentation confuses), in JSON at the top,
/// and there a list of one is an object.
#[test]
fn subscriptions_in_every_shape() {
    let one = |template: &str, accepted, scene: &str| Subscription {
        template_id: template.into(),
        accepted,
        scene: scene.into(),
    };
    let both = vec![one("T1", true, "1"), one("T2", false, "2")];
    let list = "<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>\
                <PopupScene>1</PopupScene></List><List><TemplateId>T2</TemplateId>\
                <SubscribeStatusString>reject</SubscribeStatusString><PopupScene>2</PopupScene></List>";
    let popup = xml(&format!(
        "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent>{list}</SubscribeMsgPopupEvent>"
    ));
    assert_eq!(popup, Event::SubscribePopup(both.clone()));
    for tag in ["SubscribeMsgChangeEvent", "SubscribeMsgPopupEvent"] {
        let changed = xml(&format!(
            "<Event>subscribe_msg_change_event</Event><{tag}>{list}</{tag}>"
        ));
        assert_eq!(changed, Event::SubscribeChanged(both.clone()), "{tag}");
    }
    let first = json!({"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "1"});
    let second = json!({"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": 2});
    let array = json(json!({"Event": "subscribe_msg_popup_event", "List": [first, second]}));
    assert_eq!(array, Event::SubscribePopup(both));
    let object = json(json!({"Event": "subscribe_msg_popup_event", "List": first}));
    assert_eq!(object, Event::SubscribePopup(vec![one("T1", true, "1")]));
    let none = json(json!({"Event": "subscribe_msg_popup_event", "List": []}));
    assert_eq!(none, Event::SubscribePopup(vec![]));
}

#[test]
fn outcomes_of_what_was_begun_before() {
    let sent = json(json!({"Event": "subscribe_msg_sent_event",
        "List": {"TemplateId": "T", "MsgID": "1700", "ErrorCode": "0", "ErrorStatus": "success"}}));
    assert!(matches!(&sent, Event::SubscribeSent(list)
        if list.len() == 1 && list[0].message_id == "1700" && list[0].error_code == 0));
    let mass = xml(
        "<Event>MASSSENDJOBFINISH</Event><MsgID>1000001625</MsgID><Status>send success</Status>\
         <TotalCount>100</TotalCount><FilterCount>80</FilterCount><SentCount>75</SentCount>\
         <ErrorCount>5</ErrorCount>",
    );
    assert!(matches!(&mass, Event::MassFinished(mass)
        if (mass.total, mass.filtered, mass.sent, mass.failed) == (100, 80, 75, 5)));
    let published = xml(
        "<Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>2247</publish_id>\
         <publish_status>0</publish_status><article_id>A</article_id><article_detail><count>2</count>\
         <item><idx>1</idx><article_url>https://a/1</article_url></item>\
         <item><idx>2</idx><article_url>https://a/2</article_url></item></article_detail></PublishEventInfo>",
    );
    assert!(matches!(&published, Event::Published(job)
        if job.publish_id == "2247" && job.urls == texts(&["https://a/1", "https://a/2"])));
    let checked = json(
        json!({"Event": "wxa_media_check", "appid": "wx1", "trace_id": "60ae", "version": 2,
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": "risky", "label": 20002, "prob": 90}],
        "errcode": 0, "errmsg": "ok", "result": {"suggest": "risky", "label": 20002}}),
    );
    assert!(
        matches!(&checked, Event::MediaChecked { trace_id, suggest, label }
        if trace_id == "60ae" && suggest == "risky" && label == "20002")
    );
    let refused = xml("<Event>weapp_audit_fail</Event><Reason>1:类目</Reason><FailTime>1</FailTime>");
    assert!(
        matches!(&refused, Event::Reviewed { outcome: ReviewOutcome::Refused, reason } if reason == "1:类目")
    );
}

#[test]
fn events_about_servicers_users_and_cards() {
    let opened = xml("<Event>kf_create_session</Event><KfAccount>a@bank</KfAccount>");
    assert!(matches!(&opened, Event::ServiceOpened { account } if account == "a@bank"));
    let switched = xml(
        "<Event>kf_switch_session</Event><FromKfAccount>a@bank</FromKfAccount><ToKfAccount>b@bank</ToKfAccount>",
    );
    assert!(matches!(&switched, Event::ServiceSwitched { to, .. } if to == "b@bank"));
    let closed = xml("<Event>kf_close_session</Event><KfAccount>a@bank</KfAccount><CloseType>KF</CloseType>");
    assert!(matches!(&closed, Event::ServiceClosed { close_type, .. } if close_type == "KF"));
    let entered = json(json!({"Event": "user_enter_tempsession", "SessionFrom": "loan"}));
    assert!(matches!(&entered, Event::ServiceEntered { session_from } if session_from == "loan"));
    let modified = xml("<Event>user_info_modified</Event><OpenID>oU</OpenID><RevokeInfo>1</RevokeInfo>");
    assert!(matches!(&modified, Event::UserInfoModified { raw } if raw.len() == 2));
    let card = xml(
        "<Event>user_get_card</Event><CardId>C</CardId><UserCardCode>12</UserCardCode><IsGiveByFriend>0</IsGiveByFriend>",
    );
    assert!(
        matches!(&card, Event::Card(card) if card.card_id == "C" && card.code == "12" && card.name == "user_get_card")
    );
    for (name, expected) in [
        ("card_pass_check", "card_pass_check"),
        ("wxa_privacy_apply", "wxa_privacy_apply"),
        ("wxa_illegal_record", "wxa_illegal_record"),
        ("wxa_appeal_record", "wxa_appeal_record"),
        ("weapp_audit_success", "weapp_audit_success"),
        ("weapp_audit_delay", "weapp_audit_delay"),
        ("scancode_push", "scancode_push"),
        ("pic_sysphoto", "pic_sysphoto"),
        ("pic_weixin", "pic_weixin"),
        ("LOCATION", "LOCATION"),
    ] {
        let event = xml(&format!("<Event>{name}</Event>"));
        assert_eq!(event.name(), expected);
        assert!(!matches!(event, Event::Other { .. }), "{name} has a type");
    }
}

#[test]
fn messages_in_json_are_the_same_as_in_xml() {
    let document = json!({"ToUserName": "gh_1", "FromUserName": "oU", "CreateTime": 1_767_225_600,
        "MsgType": "text", "Content": "查余额😀\"", "MsgId": 7_200_000_000_000_000_001_u64});
    let by_json = Push::parse(&document.to_string()).unwrap();
    let by_xml = Push::parse(
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>oU</FromUserName><CreateTime>1767225600</CreateTime>\
         <MsgType>text</MsgType><Content>查余额😀\"</Content><MsgId>7200000000000000001</MsgId></xml>",
    )
    .unwrap();
    assert_eq!(by_json, by_xml);
    assert_eq!(Key::of("wx1", &by_json), Key::of("wx1", &by_xml));
}

#[test]
fn json_that_is_no_message_is_refused() {
    let deep = format!("{}1{}", "{\"a\":".repeat(20), "}".repeat(20));
    let wide = json!({"a": vec![1; 300]}).to_string();
    for document in [
        "{",
        "{}}",
        "{\"ToUserName\":\"g\"} x",
        deep.as_str(),
        wide.as_str(),
    ] {
        assert_eq!(Push::parse(document), Err(Reject::Json), "{document}");
    }
    assert_eq!(Push::parse("{}"), Err(Reject::Element("ToUserName")));
    let no_id = json!({"ToUserName": "g", "FromUserName": "o", "CreateTime": 1, "MsgType": "text"});
    assert_eq!(Push::parse(&no_id.to_string()), Err(Reject::Element("MsgId")));
}

#[test]
fn events_of_one_second_about_different_things_are_different() {
    let key = |event: Event| {
        let body = Body::Event(event);
        let push = Push {
            to: "gh_1".into(),
            from: "oU".into(),
            created_at: 1,
            body,
        };
        Key::of("wx1", &push)
    };
    let checked = |trace: &str| {
        key(json(
            json!({"Event": "wxa_media_check", "trace_id": trace, "result": {"suggest": "pass", "label": 100}}),
        ))
    };
    assert_ne!(checked("1"), checked("2"));
    assert_eq!(checked("1"), checked("1"));
    let popup = |templates: &[&str]| {
        let list: Vec<_> = templates.iter().map(|id| json!({"TemplateId": id})).collect();
        key(json(json!({"Event": "subscribe_msg_popup_event", "List": list})))
    };
    assert_ne!(popup(&["T1"]), popup(&["T2"]));
    assert_ne!(popup(&["T1"]), popup(&["T1", "T2"]));
}
