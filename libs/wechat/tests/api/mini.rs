//! A mini program's server side.

use std::time::Duration;

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt as _, KeyIvInit as _};

use crate::platform::{Platform, SECRET, Scripted};
use serde_json::{Value, json};
use weigui_wechat::Client;
use weigui_wechat::client::{
    CallError, CheckedMedia, DataError, Life, MiniSession, OAuthError, Page, RiskQuestion, Scene, Suggest,
    TextCheck,
};

async fn open() -> (Platform, Client) {
    let platform = Platform::start().await;
    let client = Client::with(platform.setup(Duration::from_secs(5)));
    (platform, client)
}

fn body(platform: &Platform) -> Value {
    serde_json::from_str(&platform.last().2).unwrap()
}

#[tokio::test]
async fn a_login_keeps_its_key_to_itself() {
    let (platform, client) = open().await;
    let path = "/sns/jscode2session";
    platform.answers(
        path,
        json!({"openid": "oM", "session_key": "KEY-of-session", "unionid": ""}),
    );
    let session = client.code_to_session("C").await.unwrap();
    assert_eq!((session.openid.as_str(), &session.unionid), ("oM", &None));
    assert!(!format!("{session:?}").contains("KEY-of-session"));
    assert_eq!(
        platform.last().1,
        format!("appid=wx1&secret={SECRET}&js_code=C&grant_type=authorization_code")
    );
    platform.answers(path, json!({"errcode": 40029, "errmsg": "invalid code"}));
    assert!(matches!(
        client.code_to_session("C").await,
        Err(OAuthError::Code(_))
    ));
    platform.answers(path, json!({"errcode": 40226, "errmsg": "code blocked"}));
    assert!(matches!(
        client.code_to_session("C").await,
        Err(OAuthError::Call(_))
    ));
}

fn seal(key: &[u8; 16], iv: &[u8; 16], clear: &str) -> String {
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(key, iv).unwrap();
    let mut buffer = clear.as_bytes().to_vec();
    let length = buffer.len();
    buffer.resize(length + 16, 0);
    STANDARD.encode(cipher.encrypt_padded::<Pkcs7>(&mut buffer, length).unwrap())
}

#[test]
fn encrypted_data_opens_for_its_own_mini_program_only() {
    let (key, iv) = (b"0123456789abcdef", b"fedcba9876543210");
    let session = MiniSession {
        openid: "oM".into(),
        unionid: None,
        session_key: STANDARD.encode(key).into(),
    };
    let clear = json!({"purePhoneNumber": "13800000001", "watermark": {"appid": "wx1", "timestamp": 1}});
    let (data, iv) = (seal(key, iv, &clear.to_string()), STANDARD.encode(iv));
    assert_eq!(session.decrypt("wx1", &data, &iv).unwrap(), clear);
    assert_eq!(session.decrypt("wx2", &data, &iv), Err(DataError::Appid));
    assert_eq!(session.decrypt("wx1", "*", &iv), Err(DataError::Form));
    assert_eq!(session.decrypt("wx1", &data, "AAAA"), Err(DataError::Form));
    let other = MiniSession {
        session_key: STANDARD.encode(b"another key 1234").into(),
        ..session
    };
    assert_eq!(other.decrypt("wx1", &data, &iv), Err(DataError::Key));
}

#[tokio::test]
async fn a_telephone_number_must_be_given_to_this_mini_program() {
    let (platform, client) = open().await;
    let path = "/wxa/business/getuserphonenumber";
    let number = |appid: &str| {
        json!({"errcode": 0, "phone_info": {"phoneNumber": "+8613800000001", "purePhoneNumber": "13800000001",
               "countryCode": 86, "watermark": {"timestamp": 1, "appid": appid}}})
    };
    platform.answers(path, number("wx1"));
    let got = client.phone_number("C").await.unwrap();
    assert_eq!(
        (got.pure_phone_number.as_str(), got.country_code.as_str()),
        ("13800000001", "86")
    );
    assert_eq!(body(&platform), json!({"code": "C"}));
    platform.answers(path, number("wx9"));
    assert!(client.phone_number("C").await.is_err());
}

#[tokio::test]
async fn links_and_codes_into_the_mini_program() {
    let (platform, client) = open().await;
    let page = Page {
        path: "pages/loan",
        query: "from=sms",
    };
    platform.answers(
        "/wxa/generate_urllink",
        json!({"errcode": 0, "url_link": "https://wxaurl.cn/x"}),
    );
    assert_eq!(
        client.url_link(&page, Life::Days(7)).await.unwrap(),
        "https://wxaurl.cn/x"
    );
    assert_eq!(
        body(&platform),
        json!({"path": "pages/loan", "query": "from=sms", "expire_type": 1, "expire_interval": 7})
    );
    platform.answers(
        "/wxa/generatescheme",
        json!({"errcode": 0, "openlink": "weixin://dl/business/?t=x"}),
    );
    let link = client
        .url_scheme(&page, Life::Until(1_800_000_000))
        .await
        .unwrap();
    assert!(link.starts_with("weixin://"));
    assert_eq!(
        body(&platform),
        json!({"jump_wxa": {"path": "pages/loan", "query": "from=sms"}, "is_expire": true, "expire_type": 0,
               "expire_time": 1_800_000_000})
    );
    let answer = Scripted::File("image/jpeg", "", b"\xff\xd8");
    platform
        .world()
        .script
        .push_back(("/wxa/getwxacodeunlimit", answer));
    assert_eq!(
        client.mini_code("pages/loan", "BR0102").await.unwrap().bytes,
        b"\xff\xd8"
    );
    for scene in ["", "网点", "a b", &"x".repeat(33)] {
        assert!(
            matches!(client.mini_code("p", scene).await, Err(CallError::Invalid(_))),
            "{scene}"
        );
    }
}

#[tokio::test]
async fn content_is_checked_before_it_is_shown() {
    let (platform, client) = open().await;
    let check = TextCheck {
        content: "您好",
        openid: "oM",
        scene: Scene::Comment,
        title: "",
        nickname: "小微",
    };
    platform.answers(
        "/wxa/msg_sec_check",
        json!({"errcode": 0, "result": {"suggest": "review", "label": 20001}, "trace_id": "t",
               "detail": [{"strategy": "keyword", "errcode": 0, "suggest": "review", "label": 20001,
                           "keyword": "词", "prob": 90}, {"strategy": "content_model", "errcode": -1007}]}),
    );
    let verdict = client.check_text(&check).await.unwrap();
    assert_eq!(
        (verdict.result.suggest, verdict.detail[0].keyword.as_str()),
        (Suggest::Review, "词")
    );
    assert_eq!(
        body(&platform),
        json!({"content": "您好", "version": 2, "scene": 2, "openid": "oM", "nickname": "小微"})
    );
    let unheard = json!({"errcode": 0, "result": {"suggest": "unheard", "label": 1}});
    platform.answers("/wxa/msg_sec_check", unheard);
    let verdict = client.check_text(&check).await.unwrap();
    assert_eq!(
        verdict.result.suggest,
        Suggest::Risky,
        "what is not known is not shown"
    );
    let long = "长".repeat(2_501);
    let long = TextCheck {
        content: &long,
        ..check
    };
    assert!(matches!(
        client.check_text(&long).await,
        Err(CallError::Invalid(_))
    ));
    platform.answers(
        "/wxa/media_check_async",
        json!({"errcode": 0, "trace_id": "60ae"}),
    );
    let traced = client
        .check_media("https://p", CheckedMedia::Picture, Scene::Forum, "oM")
        .await;
    assert_eq!(traced.unwrap(), "60ae");
    assert_eq!(
        body(&platform),
        json!({"media_url": "https://p", "media_type": 2, "version": 2, "scene": 3, "openid": "oM"})
    );
}

#[tokio::test]
async fn how_risky_a_user_is_and_whose_finger_it_was() {
    let (platform, client) = open().await;
    let question = RiskQuestion {
        appid: "wx1",
        openid: "oM",
        scene: 1,
        mobile_no: "",
        client_ip: "203.0.113.7",
        email_address: "",
    };
    platform.answers(
        "/wxa/getuserriskrank",
        json!({"errcode": 0, "risk_rank": 4, "unoin_id": 1}),
    );
    assert_eq!(client.user_risk(&question).await.unwrap(), 4);
    assert_eq!(
        body(&platform),
        json!({"appid": "wx1", "openid": "oM", "scene": 1, "client_ip": "203.0.113.7"})
    );
    let path = "/cgi-bin/soter/verify_signature";
    platform.answers(path, json!({"errcode": 0, "is_ok": true}));
    assert!(client.verify_soter("oM", "{\"raw\":\"x\"}", "SIG").await.unwrap());
    assert_eq!(
        body(&platform),
        json!({"openid": "oM", "json_string": "{\"raw\":\"x\"}", "json_signature": "SIG"})
    );
    platform.answers(path, json!({"errcode": 0, "is_ok": false}));
    assert!(!client.verify_soter("oM", "{}", "SIG").await.unwrap());
}
