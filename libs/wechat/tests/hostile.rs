//! What attackers send, and properties that hold for any input at all.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use weigui_wechat::{Account, Push, Query, Reject, Reply, SystemRandom, xml};

const NOW: i64 = 1_767_225_600;

fn account() -> Account {
    Account::new(
        "wx0123456789abcdef",
        "bankDemoToken",
        "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4",
        "gh_1",
    )
    .unwrap()
}

/// A request as WeChat would make it for this ciphertext.
fn request(account: &Account, encrypted: &str) -> (String, String) {
    let signature = account.sign(&NOW.to_string(), "n1", encrypted);
    let signature = std::str::from_utf8(&signature).unwrap();
    (
        format!("timestamp={NOW}&nonce=n1&encrypt_type=aes&msg_signature={signature}"),
        format!("<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"),
    )
}

fn open(account: &Account, raw: &str, body: &[u8]) -> Result<String, Reject> {
    account.open(&Query::parse(raw)?, body, NOW)
}

#[test]
fn plaintext_and_half_signed_requests_are_refused() {
    let account = account();
    let (raw, body) = request(&account, &account.encrypt(b"<xml/>", &[1; 16]));
    let plain = account.sign_plain(&NOW.to_string(), "n1");
    let plain = std::str::from_utf8(&plain).unwrap();
    let downgrade = format!("signature={plain}&timestamp={NOW}&nonce=n1");
    let cases = [
        (downgrade.as_str(), Reject::NotEncrypted),
        (
            &raw.replace("encrypt_type=aes&", "encrypt_type=raw&"),
            Reject::NotEncrypted,
        ),
        (
            &raw.replace("&msg_signature", "&x"),
            Reject::Missing("msg_signature"),
        ),
        (&raw.replace("nonce=n1", "nonce="), Reject::Missing("nonce")),
        (&raw.replace("nonce=n1", "nonce=n2"), Reject::Signature),
        (
            &raw.replace(&NOW.to_string(), "99999999999999999999"),
            Reject::Signature,
        ),
        (&format!("{raw}&nonce=n2"), Reject::Query),
    ];
    for (raw, reason) in cases {
        assert_eq!(open(&account, raw, body.as_bytes()), Err(reason), "{raw}");
    }
    assert_eq!(open(&account, &raw, body.as_bytes()).unwrap(), "<xml/>");
}

#[test]
fn signed_timestamps_out_of_all_measure_are_refused() {
    let account = account();
    let encrypted = account.encrypt(b"x", &[1; 16]);
    for (timestamp, reason) in [
        ("9223372036854775807", None),
        ("-9223372036854775808", Some(Reject::Timestamp)),
        ("99999999999999999999", Some(Reject::Timestamp)),
        ("now", Some(Reject::Timestamp)),
    ] {
        let signature = account.sign(timestamp, "n", &encrypted);
        let signature = std::str::from_utf8(&signature).unwrap();
        let raw = format!("timestamp={timestamp}&nonce=n&encrypt_type=aes&msg_signature={signature}");
        let body = format!("<xml><Encrypt>{encrypted}</Encrypt></xml>");
        let got = open(&account, &raw, body.as_bytes()).unwrap_err();
        assert!(
            reason.map_or(matches!(got, Reject::Stale(_)), |reason| got == reason),
            "{got:?}"
        );
    }
}

#[test]
fn bodies_of_every_bad_kind_are_refused() {
    let account = account();
    let encrypted = account.encrypt(b"x", &[1; 16]);
    let (raw, _) = request(&account, &encrypted);
    let large = vec![b'a'; 64 * 1024 + 1];
    let bomb = format!("<!DOCTYPE x [<!ENTITY e \"AAAA\">]><xml><Encrypt>{encrypted}&e;</Encrypt></xml>");
    let twice = format!("<xml><Encrypt>{encrypted}</Encrypt><Encrypt>{encrypted}</Encrypt></xml>");
    let json_twice = format!("{{\"Encrypt\":\"{encrypted}\",\"Encrypt\":\"{encrypted}\"}}");
    let cases: [(&[u8], Reject); 13] = [
        (b"", Reject::Xml(xml::XmlError::Syntax)),
        (b"{\"a\":1}", Reject::Element("Encrypt")),
        (b"{\"Encrypt\":[\"x\"]}", Reject::Json),
        (b"{\"Encrypt\":\"x\"", Reject::Json),
        (b"{\"Encrypt\":\"\xff\"}", Reject::Json),
        (json_twice.as_bytes(), Reject::Json),
        (b"{\"Encrypt\":\"x\"}", Reject::Signature),
        (b"\xff\xfe", Reject::Utf8),
        (&large, Reject::TooLarge),
        (bomb.as_bytes(), Reject::Xml(xml::XmlError::Doctype)),
        (b"<xml></xml>", Reject::Element("Encrypt")),
        (twice.as_bytes(), Reject::Element("Encrypt")),
        (b"<xml><Encrypt></Encrypt></xml>", Reject::Signature),
    ];
    for (body, reason) in cases {
        assert_eq!(
            open(&account, &raw, body),
            Err(reason),
            "{:?}",
            String::from_utf8_lossy(body)
        );
    }
}

#[test]
fn an_echo_that_is_not_plain_text_is_not_given_back() {
    let account = account();
    let signature = account.sign_plain(&NOW.to_string(), "n");
    let signature = std::str::from_utf8(&signature).unwrap();
    let raw = format!("signature={signature}&timestamp={NOW}&nonce=n&echostr=%3Cscript%3E");
    let query = Query::parse(&raw).unwrap();
    assert_eq!(account.verify_url(&query, NOW), Err(Reject::Element("echostr")));
}

#[test]
fn sealed_answers_never_repeat() {
    let account = account();
    let a = account.seal("<xml/>", NOW, &SystemRandom).unwrap();
    let b = account.seal("<xml/>", NOW, &SystemRandom).unwrap();
    let first_block = |sealed: &str| {
        let leaf = xml::leaves(sealed)
            .unwrap()
            .into_iter()
            .find(|(path, _)| path == "Encrypt")
            .unwrap();
        leaf.1.get(..20).unwrap().to_owned()
    };
    assert_ne!(first_block(&a), first_block(&b));
}

proptest! {
    #[test]
    fn whatever_is_encrypted_comes_back(message in ".*", random: [u8; 16]) {
        let account = account();
        prop_assert_eq!(account.decrypt(&account.encrypt(message.as_bytes(), &random)).unwrap(), message);
    }

    #[test]
    fn a_sealed_reply_opens_to_the_text_that_was_said(text in "[^\u{0}-\u{1f}\u{fffe}\u{ffff}]{1,300}") {
        let account = account();
        let push = Push::parse("<xml><ToUserName>g</ToUserName><FromUserName>o</FromUserName>\
            <CreateTime>1</CreateTime><MsgType>event</MsgType><Event>x</Event></xml>").unwrap();
        let clear = Reply::text_cut(&text).to_xml(&push, NOW).unwrap();
        let sealed = account.seal(&clear, NOW, &SystemRandom).unwrap();
        let leaf = |name: &str| {
            xml::leaves(&sealed).unwrap().into_iter().find(|(path, _)| path == name).unwrap().1
        };
        let raw = format!(
            "timestamp={}&nonce={}&encrypt_type=aes&msg_signature={}",
            leaf("TimeStamp"), leaf("Nonce"), leaf("MsgSignature")
        );
        let opened = open(&account, &raw, sealed.as_bytes()).unwrap();
        let content = xml::leaves(&opened).unwrap().into_iter().find(|(path, _)| path == "Content").unwrap().1;
        if text.len() <= 2048 {
            prop_assert_eq!(content, text);
        } else {
            prop_assert!(content.len() <= 2048);
        }
    }

    #[test]
    fn a_flipped_bit_never_opens(message in ".{0,80}", at in 0_usize..2000, bit in 0_u8..8) {
        let account = account();
        let (raw, body) = request(&account, &account.encrypt(message.as_bytes(), &[9; 16]));
        let mut bytes = body.into_bytes();
        let cipher = 22..bytes.len() - 19;
        let at = cipher.start + at % cipher.len();
        bytes[at] ^= 1 << bit;
        prop_assert!(open(&account, &raw, &bytes).is_err());
    }

    #[test]
    fn no_input_makes_it_panic(raw in ".{0,200}", body: Vec<u8>, cipher in "[A-Za-z0-9+/=]{0,200}") {
        let account = account();
        prop_assert!(Query::parse(&raw).and_then(|q| account.open(&q, &body, NOW)).is_err());
        prop_assert!(account.decrypt(&cipher).is_err());
        let _may_fail = Push::parse(&raw);
        let _may_fail = xml::leaves(&String::from_utf8_lossy(&body));
    }
}
