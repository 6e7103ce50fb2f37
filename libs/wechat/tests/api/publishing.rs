//! Materials to the byte, drafts, publishing, and sending to many once.

use std::time::Duration;

use crate::platform::{Platform, Scripted};
use serde_json::{Value, json};
use weigui_wechat::Client;
use weigui_wechat::client::{Audience, CallError, DraftArticle, MassContent, MassMessage, MediaKind, Upload};

async fn open() -> (Platform, Client) {
    let platform = Platform::start().await;
    let client = Client::with(platform.setup(Duration::from_secs(5)));
    (platform, client)
}

fn body(platform: &Platform) -> Value {
    serde_json::from_str(&platform.last().2).unwrap()
}

#[tokio::test]
async fn files_go_up_and_come_down_to_the_byte() {
    let (platform, client) = open().await;
    platform.answers(
        "/cgi-bin/media/upload",
        json!({"type": "image", "media_id": "M", "created_at": 1_700_000_000}),
    );
    let file = Upload::new("余额.png", b"PNG\r\n--bytes".to_vec());
    let media = client.upload_media(MediaKind::Image, &file).await.unwrap();
    assert_eq!((media.media_id.as_str(), media.created_at), ("M", 1_700_000_000));
    let (_, query, form) = platform.last();
    assert_eq!(query, "type=image");
    assert!(
        form.contains("name=\"media\"; filename=\"余额.png\"; filelength=12\r\nContent-Type: image/png\r\n\r\nPNG\r\n--bytes\r\n--"),
        "{form}"
    );
    platform.answers(
        "/cgi-bin/media/upload",
        json!({"type": "thumb", "thumb_media_id": "TH", "created_at": 1}),
    );
    let thumb = client
        .upload_media(MediaKind::Thumb, &Upload::new("a.jpg", vec![1]))
        .await
        .unwrap();
    assert_eq!(thumb.media_id, "TH");
    let answer = Scripted::File(
        "image/jpeg",
        "attachment; filename=\"MEDIA.jpg\"",
        b"\xff\xd8{\"errcode\":1}",
    );
    platform.world().script.push_back(("/cgi-bin/media/get", answer));
    let got = client.media("M").await.unwrap();
    assert_eq!(
        (got.content_type.as_str(), got.file_name.as_deref()),
        ("image/jpeg", Some("MEDIA.jpg"))
    );
    assert_eq!(got.bytes, b"\xff\xd8{\"errcode\":1}");
    platform.answers(
        "/cgi-bin/media/get",
        json!({"errcode": 40007, "errmsg": "invalid media_id"}),
    );
    let gone = client.media("M").await.unwrap_err();
    assert_eq!(gone.refusal().unwrap().code, 40007);
    platform.answers("/cgi-bin/media/get", json!({"video_url": "http://v"}));
    let video: Value = client.media("V").await.unwrap().json().unwrap();
    assert_eq!(video["video_url"], "http://v");
}

#[tokio::test]
async fn a_file_that_wechat_would_refuse_never_leaves() {
    let (platform, client) = open().await;
    for (kind, size) in [
        (MediaKind::Image, 0),
        (MediaKind::Thumb, 64 * 1_024 + 1),
        (MediaKind::Voice, (2 << 20) + 1),
    ] {
        let refused = client.upload_media(kind, &Upload::new("a", vec![0; size])).await;
        assert!(matches!(refused, Err(CallError::Invalid(_))), "{kind:?}");
    }
    let video = Upload::new("a.mp4", vec![0]);
    assert!(client.add_material(MediaKind::Video, &video).await.is_err());
    assert!(platform.world().calls.is_empty());
}

#[tokio::test]
async fn an_upload_is_repeated_with_a_new_token_like_any_call() {
    let (platform, client) = open().await;
    client.send_text("oU", "x").await.unwrap();
    platform.expire();
    let file = Upload::new("a.png", b"abc".to_vec());
    // The plain `ok` has no id; that it came through at all is what counts.
    assert!(client.upload_article_picture(&file).await.is_err());
    platform.answers("/cgi-bin/media/uploadimg", json!({"url": "http://mmbiz/1"}));
    assert_eq!(
        client.upload_article_picture(&file).await.unwrap(),
        "http://mmbiz/1"
    );
    assert_eq!(platform.world().issued, 2);
    let world = platform.world();
    let forms: Vec<_> = world
        .calls
        .iter()
        .filter(|call| call.0 == "/cgi-bin/media/uploadimg")
        .collect();
    assert!(forms.len() == 3 && forms[0].2 == forms[1].2);
}

#[tokio::test]
async fn permanent_materials() {
    let (platform, client) = open().await;
    platform.answers("/cgi-bin/material/add_material", json!({"media_id": "V"}));
    let video = Upload::new("a.mp4", b"mp4".to_vec());
    client.add_video(&video, "片名", "介绍").await.unwrap();
    let (_, query, form) = platform.last();
    assert_eq!(query, "type=video");
    let field = "name=\"description\"\r\n\r\n{\"introduction\":\"介绍\",\"title\":\"片名\"}\r\n";
    let other_order = "name=\"description\"\r\n\r\n{\"title\":\"片名\",\"introduction\":\"介绍\"}\r\n";
    assert!(form.contains(field) || form.contains(other_order), "{form}");
    platform.answers(
        "/cgi-bin/material/add_material",
        json!({"media_id": "I", "url": "http://i"}),
    );
    let image = client
        .add_material(MediaKind::Image, &Upload::new("a.png", vec![1]))
        .await
        .unwrap();
    assert_eq!(image.url, "http://i");
    platform.answers(
        "/cgi-bin/material/get_materialcount",
        json!({"voice_count": 1, "video_count": 2, "image_count": 3, "news_count": 4}),
    );
    assert_eq!(client.count_materials().await.unwrap().image_count, 3);
    platform.answers(
        "/cgi-bin/material/batchget_material",
        json!({"total_count": 1, "item_count": 1, "item": [{"media_id": "I", "name": "a.png", "update_time": 9}]}),
    );
    let page = client.materials(MediaKind::Image, 0, 20).await.unwrap();
    assert_eq!(page.item[0].name, "a.png");
    assert_eq!(
        body(&platform),
        json!({"type": "image", "offset": 0, "count": 20})
    );
    let answer = Scripted::File("image/png", "", b"png");
    platform
        .world()
        .script
        .push_back(("/cgi-bin/material/get_material", answer));
    assert_eq!(client.material("I").await.unwrap().bytes, b"png");
    client.delete_material("I").await.unwrap();
    assert_eq!(body(&platform), json!({"media_id": "I"}));
}

#[tokio::test]
async fn drafts_are_written_read_and_published() {
    let (platform, client) = open().await;
    let article = DraftArticle {
        title: "存款利率调整".into(),
        content: "<p>…</p>".into(),
        thumb_media_id: "I".into(),
        ..DraftArticle::default()
    };
    platform.answers("/cgi-bin/draft/add", json!({"media_id": "D"}));
    assert_eq!(
        client.add_draft(std::slice::from_ref(&article)).await.unwrap(),
        "D"
    );
    let sent = body(&platform);
    assert_eq!(sent["articles"][0]["title"], "存款利率调整");
    assert!(sent["articles"][0].get("url").is_none());
    assert!(client.add_draft(&[]).await.is_err());
    client.update_draft("D", 0, &article).await.unwrap();
    assert_eq!(body(&platform)["index"], 0);
    platform.answers(
        "/cgi-bin/draft/get",
        json!({"news_item": [{"title": "t", "content": "c", "thumb_media_id": "I", "url": "http://d"}]}),
    );
    assert_eq!(client.draft("D").await.unwrap().news_item[0].url, "http://d");
    platform.answers("/cgi-bin/draft/count", json!({"total_count": 5}));
    assert_eq!(client.count_drafts().await.unwrap(), 5);
    let item = json!({"media_id": "D", "content": {"news_item": []}, "update_time": 9});
    platform.answers(
        "/cgi-bin/draft/batchget",
        json!({"total_count": 5, "item_count": 1, "item": [item]}),
    );
    assert_eq!(client.drafts(0, 20).await.unwrap().item[0].media_id, "D");
    platform.answers(
        "/cgi-bin/freepublish/submit",
        json!({"errcode": 0, "publish_id": 100_000_001}),
    );
    assert_eq!(client.publish("D").await.unwrap(), "100000001");
    platform.answers(
        "/cgi-bin/freepublish/get",
        json!({"publish_id": "100000001", "publish_status": 2, "fail_idx": [1, 2]}),
    );
    assert_eq!(client.publish_state("100000001").await.unwrap().fail_idx, [1, 2]);
    let news = json!({"title": "t", "content": "c", "thumb_media_id": "I"});
    platform.answers("/cgi-bin/freepublish/getarticle", json!({"news_item": [news]}));
    assert_eq!(client.published("A").await.unwrap().news_item.len(), 1);
    let item = json!({"article_id": "A", "content": {"news_item": []}});
    platform.answers(
        "/cgi-bin/freepublish/batchget",
        json!({"total_count": 1, "item": [item]}),
    );
    assert_eq!(client.all_published(0, 20).await.unwrap().item[0].article_id, "A");
    client.delete_published("A", 0).await.unwrap();
    client.delete_draft("D").await.unwrap();
    assert_eq!(body(&platform), json!({"media_id": "D"}));
}

fn mass(audience: Audience) -> MassMessage {
    MassMessage {
        audience,
        content: MassContent::Articles { media_id: "D".into() },
        client_msg_id: "NEWS-20260101".into(),
        even_if_copied: false,
    }
}

#[tokio::test]
async fn a_sending_under_the_same_id_is_done_once_and_is_success_twice() {
    let (platform, client) = open().await;
    let path = "/cgi-bin/message/mass/sendall";
    platform.answers(
        path,
        json!({"errcode": 0, "msg_id": 34_182, "msg_data_id": 206_227_730}),
    );
    let first = client.send_mass(&mass(Audience::Tag(2))).await.unwrap();
    assert_eq!((first.message_id.as_str(), first.repeated), ("34182", false));
    assert_eq!(
        body(&platform),
        json!({"msgtype": "mpnews", "send_ignore_reprint": 0, "clientmsgid": "NEWS-20260101",
               "mpnews": {"media_id": "D"}, "filter": {"is_to_all": false, "tag_id": 2}})
    );
    platform.answers(path, json!({"errcode": 45065, "errmsg": "clientmsgid exist"}));
    assert!(client.send_mass(&mass(Audience::Tag(2))).await.unwrap().repeated);
    platform.answers(path, json!({"errcode": 45028, "errmsg": "has no masssend quota"}));
    assert!(client.send_mass(&mass(Audience::Everybody)).await.is_err());
    assert_eq!(body(&platform)["filter"], json!({"is_to_all": true}));
}

#[tokio::test]
async fn a_sending_to_named_followers_and_what_becomes_of_it() {
    let (platform, client) = open().await;
    let two = Audience::These(vec!["o1".into(), "o2".into()]);
    platform.answers(
        "/cgi-bin/message/mass/send",
        json!({"errcode": 0, "msg_id": 34_183}),
    );
    client.send_mass(&mass(two)).await.unwrap();
    assert_eq!(body(&platform)["touser"], json!(["o1", "o2"]));
    let calls = platform.world().calls.len();
    for audience in [
        Audience::These(vec!["o1".into()]),
        Audience::These(vec!["o".into(); 10_001]),
    ] {
        assert!(matches!(
            client.send_mass(&mass(audience)).await,
            Err(CallError::Invalid(_))
        ));
    }
    let nameless = MassMessage {
        client_msg_id: String::new(),
        ..mass(Audience::Everybody)
    };
    assert!(matches!(
        client.send_mass(&nameless).await,
        Err(CallError::Invalid(_))
    ));
    assert_eq!(platform.world().calls.len(), calls);
    let text = MassContent::Text("您好".into());
    client.preview_mass("oU", &text).await.unwrap();
    assert_eq!(
        body(&platform),
        json!({"touser": "oU", "msgtype": "text", "text": {"content": "您好"}})
    );
    platform.answers(
        "/cgi-bin/message/mass/get",
        json!({"msg_id": 34_183, "msg_status": "SEND_SUCCESS"}),
    );
    assert_eq!(client.mass_status("34183").await.unwrap(), "SEND_SUCCESS");
    assert_eq!(body(&platform), json!({"msg_id": 34_183}));
    client.delete_mass("34183", 2).await.unwrap();
    assert_eq!(body(&platform), json!({"msg_id": 34_183, "article_idx": 2}));
    platform.answers(
        "/cgi-bin/message/mass/speed/get",
        json!({"speed": 3, "realspeed": 15}),
    );
    assert_eq!(client.mass_speed().await.unwrap(), 3);
    client.set_mass_speed(1).await.unwrap();
    assert!(client.set_mass_speed(5).await.is_err());
}
