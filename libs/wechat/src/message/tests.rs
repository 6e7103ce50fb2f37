//! Every documented shape of push, and what makes two of them the same.

use super::*;

fn push(inner: &str) -> Push {
    Push::parse(&format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oUSER]]></FromUserName>\
         <CreateTime>1767225600</CreateTime>{inner}</xml>"
    ))
    .unwrap()
}

fn event(inner: &str) -> Event {
    match push(&format!("<MsgType><![CDATA[event]]></MsgType>{inner}")).body {
        Body::Event(event) => event,
        Body::Message { .. } => panic!("not an event"),
    }
}

fn content(inner: &str) -> Content {
    match push(&format!("{inner}<MsgId>7200000000000000001</MsgId>")).body {
        Body::Message { id, content } => {
            assert_eq!(id, "7200000000000000001");
            content
        }
        Body::Event(_) => panic!("not a message"),
    }
}

#[test]
fn messages_of_every_kind() {
    let text = content("<MsgType>text</MsgType><Content><![CDATA[查余额😀]]></Content>");
    assert_eq!(
        text,
        Content::Text {
            text: "查余额😀".into(),
            menu_id: None
        }
    );
    let voice = content("<MsgType>voice</MsgType><MediaId>m</MediaId><Format>amr</Format><Recognition/>");
    assert_eq!(
        voice,
        Content::Voice {
            media_id: "m".into(),
            format: "amr".into(),
            recognition: None
        }
    );
    let image = content("<MsgType>image</MsgType><PicUrl>http://p</PicUrl><MediaId>m</MediaId>");
    assert_eq!(
        image,
        Content::Image {
            url: "http://p".into(),
            media_id: "m".into()
        }
    );
    let video = content("<MsgType>shortvideo</MsgType><MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId>");
    assert_eq!(
        video,
        Content::Video {
            media_id: "m".into(),
            thumb_media_id: "t".into(),
            short: true
        }
    );
    let place = content(
        "<MsgType>location</MsgType><Location_X>23.1</Location_X><Location_Y>113.3</Location_Y>\
         <Scale>20</Scale><Label>网点</Label>",
    );
    assert!(
        matches!(place, Content::Location { latitude, label, .. } if latitude == "23.1" && label == "网点")
    );
    let link = content("<MsgType>link</MsgType><Title>t</Title><Description>d</Description><Url>u</Url>");
    assert!(matches!(link, Content::Link { url, .. } if url == "u"));
    let card = content("<MsgType>miniprogrampage</MsgType><Title>t</Title><PagePath>p</PagePath>");
    assert!(matches!(card, Content::MiniProgramPage { page, .. } if page == "p"));
    let future = content("<MsgType>hologram</MsgType><Title>t</Title>");
    assert!(matches!(future, Content::Other { kind, raw } if kind == "hologram" && raw.len() == 2));
}

#[test]
fn events_of_every_kind() {
    let by_code = event("<Event>subscribe</Event><EventKey>qrscene_BR0102</EventKey><Ticket>t</Ticket>");
    assert_eq!(
        by_code,
        Event::Subscribe {
            scene: Some("BR0102".into())
        }
    );
    assert_eq!(
        event("<Event>subscribe</Event><EventKey></EventKey>"),
        Event::Subscribe { scene: None }
    );
    assert_eq!(event("<Event>unsubscribe</Event>"), Event::Unsubscribe);
    assert_eq!(
        event("<Event>SCAN</Event><EventKey>BR0102</EventKey>"),
        Event::Scan {
            scene: "BR0102".into()
        }
    );
    assert_eq!(
        event("<Event>CLICK</Event><EventKey>BALANCE</EventKey>"),
        Event::Click {
            key: "BALANCE".into()
        }
    );
    assert_eq!(
        event("<Event>VIEW</Event><EventKey>https://a/?b=1&amp;c=2</EventKey><MenuId>1</MenuId>"),
        {
            Event::View {
                url: "https://a/?b=1&c=2".into(),
            }
        }
    );
    let future = event("<Event>some_future_event</Event><X><Y>1</Y></X>");
    assert!(
        matches!(&future, Event::Other { name, raw, .. } if name == "some_future_event"
        && raw == &[("X/Y".to_owned(), "1".to_owned())])
    );
    let revoked = event("<Event>user_authorization_revoke</Event><OpenID>o</OpenID>");
    assert!(matches!(revoked, Event::AuthorizationRevoked { .. }));
}

#[test]
fn template_receipts_with_every_spelling() {
    for (status, outcome) in [
        ("success", TemplateOutcome::Delivered),
        ("failed:user block", TemplateOutcome::UserBlocked),
        ("failed: user block", TemplateOutcome::UserBlocked),
        (
            "failed: system failed",
            TemplateOutcome::Failed("failed: system failed".into()),
        ),
        ("", TemplateOutcome::Failed(String::new())),
    ] {
        let got = event(&format!(
            "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID><Status><![CDATA[{status}]]></Status>"
        ));
        assert_eq!(
            got,
            Event::TemplateFinished {
                message_id: "200163836".into(),
                outcome
            }
        );
    }
}

#[test]
fn incomplete_pushes_name_the_element() {
    for (document, element) in [
        ("<xml/>", "ToUserName"),
        ("<xml><ToUserName>g</ToUserName></xml>", "FromUserName"),
        (
            "<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><CreateTime>x</CreateTime></xml>",
            { "CreateTime" },
        ),
        (
            "<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>\
             <MsgType>text</MsgType><Content>x</Content></xml>",
            "MsgId",
        ),
    ] {
        assert_eq!(Push::parse(document), Err(Reject::Element(element)), "{document}");
    }
}

#[test]
fn the_key_tells_pushes_apart() {
    let of = |inner: &str| Key::of("wx1", &push(inner));
    let text = |id: u32, words: &str| {
        of(&format!(
            "<MsgType>text</MsgType><Content>{words}</Content><MsgId>{id}</MsgId>"
        ))
    };
    let event = |inner: &str| of(&format!("<MsgType>event</MsgType>{inner}"));
    assert_eq!(text(1, "a"), text(1, "b"), "a message is its id");
    assert_ne!(text(1, "a"), text(2, "a"));
    // All in the same second, by the same person:
    let keys = [
        event("<Event>LOCATION</Event><Latitude>1</Latitude>"),
        event("<Event>CLICK</Event><EventKey>A</EventKey>"),
        event("<Event>CLICK</Event><EventKey>B</EventKey>"),
        event("<Event>SCAN</Event><EventKey>A</EventKey>"),
        event("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status>"),
        event("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>2</MsgID><Status>success</Status>"),
        event("<Event>MASSSENDJOBFINISH</Event><MsgID>2</MsgID>"),
    ];
    for (i, a) in keys.iter().enumerate() {
        for b in keys.iter().skip(i + 1) {
            assert_ne!(a, b);
        }
    }
    let one = push("<MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId>");
    assert_ne!(
        Key::of("wx1", &one),
        Key::of("wx2", &one),
        "accounts never share keys"
    );
}
