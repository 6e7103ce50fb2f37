//! The published example of URL verification, and 42 vectors that three independent implementations accept.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use weigui_wechat::{Account, Body, Query, Reject};

#[derive(serde::Deserialize)]
struct Vector {
    token: String,
    aeskey: String,
    appid: String,
    random: String,
    timestamp: String,
    nonce: String,
    plaintext: String,
    encrypt: String,
    msg_signature: String,
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("data/vectors_own.json")).unwrap();
    assert_eq!(vectors.len(), 42);
    vectors
}

fn text(signature: [u8; 40]) -> String {
    String::from_utf8(signature.to_vec()).unwrap()
}

#[test]
fn every_vector_encrypts_signs_and_decrypts_to_the_byte() {
    for v in vectors() {
        let account = Account::new(&v.appid, &v.token, &v.aeskey, "gh_1").unwrap();
        let random: [u8; 16] = v.random.as_bytes().try_into().unwrap();
        assert_eq!(
            account.encrypt(v.plaintext.as_bytes(), &random),
            v.encrypt,
            "{:?}",
            v.plaintext
        );
        assert_eq!(
            text(account.sign(&v.timestamp, &v.nonce, &v.encrypt)),
            v.msg_signature
        );
        assert_eq!(account.decrypt(&v.encrypt).unwrap(), v.plaintext);
    }
}

#[test]
fn every_vector_opens_as_a_push_body_and_not_for_another_account() {
    for v in vectors() {
        let account = Account::new(&v.appid, &v.token, &v.aeskey, "gh_1").unwrap();
        let raw = format!(
            "timestamp={}&nonce={}&encrypt_type=aes&msg_signature={}",
            v.timestamp, v.nonce, v.msg_signature
        );
        let query = Query::parse(&raw).unwrap();
        let body = format!(
            "<xml><ToUserName>g</ToUserName><Encrypt><![CDATA[{}]]></Encrypt></xml>",
            v.encrypt
        );
        let now: i64 = v.timestamp.parse().unwrap();
        assert_eq!(
            account.open(&query, body.as_bytes(), now + 299).unwrap(),
            v.plaintext
        );
        assert_eq!(
            account.open(&query, body.as_bytes(), now + 301),
            Err(Reject::Stale(301))
        );
        assert_eq!(
            account.open(&query, body.as_bytes(), now - 301),
            Err(Reject::Stale(-301))
        );
        let other = Account::new("wx0000000000000000", &v.token, &v.aeskey, "gh_1").unwrap();
        assert_eq!(other.open(&query, body.as_bytes(), now), Err(Reject::Appid));
        let foreign = Account::new(&v.appid, "anotherToken", &v.aeskey, "gh_1").unwrap();
        assert_eq!(foreign.open(&query, body.as_bytes(), now), Err(Reject::Signature));
    }
}

/// The example on WeChat's page about URL verification.
#[test]
fn the_published_url_verification() {
    let key = "A".repeat(43);
    let account = Account::new("wxba5fad812f8e6fb9", "AAAAA", &key, "gh_1").unwrap();
    let raw = "signature=f464b24fc39322e44b38aa78f5edd27bd1441696&echostr=4375120948345356249\
               &timestamp=1714036504&nonce=1514711492";
    let query = Query::parse(raw).unwrap();
    assert_eq!(
        account.verify_url(&query, 1_714_036_504),
        Ok("4375120948345356249")
    );
    assert_eq!(
        account.verify_url(&query, 1_714_136_504),
        Err(Reject::Stale(100_000))
    );
    let forged = raw.replace("f464", "0464");
    assert_eq!(
        account.verify_url(&Query::parse(&forged).unwrap(), 1_714_036_504),
        Err(Reject::Signature)
    );
}

/// The plain push of the same pages: only its signature can be recomputed.
#[test]
fn the_published_plain_signature() {
    let account = Account::new("wxba5fad812f8e6fb9", "AAAAA", &"A".repeat(43), "gh_1").unwrap();
    let signature = text(account.sign_plain("1714037059", "486452656"));
    assert_eq!(signature, "899cf89e464efb63f54ddac96b0a0a235f53aa78");
}

/// The published safe push, in JSON.
#[test]
fn the_published_safe_push() {
    let account = Account::new("wxba5fad812f8e6fb9", "AAAAA", &"A".repeat(43), "gh_97417a04a28d").unwrap();
    let encrypted = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJG\
                     QqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrf\
                     MZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgR\
                     tWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";
    let raw = "signature=6c5c811b55cc85e0e1b54100749188c20beb3f5d&timestamp=1714112445&nonce=415670741\
               &openid=o9AgO5Kd5ggOC-bXrbNODIiE3bGY&encrypt_type=aes\
               &msg_signature=046e02f8204d34f8ba5fa3b1db94908f3df2e9b3";
    let body = format!("{{\"ToUserName\":\"gh_97417a04a28d\",\"Encrypt\":\"{encrypted}\"}}");
    let query = Query::parse(raw).unwrap();
    let clear = account.open(&query, body.as_bytes(), 1_714_112_445).unwrap();
    assert_eq!(clear.len(), 167);
    assert_eq!(
        account.encrypt(clear.as_bytes(), b"a8eedb185eb2fecf"),
        encrypted,
        "to the byte"
    );
    let push = account.open_push(&query, body.as_bytes(), 1_714_112_445).unwrap();
    assert_eq!(push.to, "gh_97417a04a28d");
    assert!(matches!(&push.body, Body::Event(event) if event.name() == "debug_demo"));
    let plain = text(account.sign_plain("1714112445", "415670741"));
    assert!(
        raw.contains(&plain),
        "{plain}: the plain signature of the same request"
    );
    let other = raw.replace("046e", "146e");
    let forged = account.open(&Query::parse(&other).unwrap(), body.as_bytes(), 1_714_112_445);
    assert_eq!(forged, Err(Reject::Signature));
}

/// The published safe reply.
#[test]
fn the_published_safe_reply() {
    let account = Account::new("wxba5fad812f8e6fb9", "AAAAA", &"A".repeat(43), "gh_1").unwrap();
    let message = "{\"demo_resp\":\"good luck\"}";
    let sealed = account.encrypt(message.as_bytes(), b"707722b803182950");
    assert!(
        sealed.starts_with("ELGduP2Y") && sealed.ends_with("tmxSQ=="),
        "{sealed}"
    );
    assert_eq!(account.decrypt(&sealed).unwrap(), message);
    let signature = text(account.sign("1713424427", "415670741", &sealed));
    assert_eq!(signature, "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1");
}

/// All four published keys load, three of which a strict base64 decoder refuses.
#[test]
fn the_published_keys() {
    for (appid, token, key) in [
        (
            "wxba5fad812f8e6fb9",
            "AAAAA",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        (
            "wxb11529c136998cb6",
            "pamtest",
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        ),
        (
            "wx5823bf96d3bd56c7",
            "QDG6eK",
            "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        ),
        (
            "wx49f0ab532d5d035a",
            "123456",
            "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
        ),
    ] {
        let account = Account::new(appid, token, key, "gh_1").unwrap();
        let sealed = account.encrypt("余额".as_bytes(), &[7; 16]);
        assert_eq!(account.decrypt(&sealed).unwrap(), "余额", "{key}");
    }
}
