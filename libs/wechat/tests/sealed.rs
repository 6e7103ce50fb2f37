//! Sealed calls of the mini program: both families, there and back, and everything that must be refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::{Map, Value, json};
use weigui_wechat::SystemRandom;
use weigui_wechat::client::{SealedError, SealedHead, SealedKeys, SealedRequest};
use weigui_wechat::crypto::{AeadKey, PrivateKey, PublicKey};

const NOW: i64 = 1_800_000_000;
const URL: &str = "https://api.weixin.qq.com/wxa/getuserriskrank";
const RSA: [&str; 4] = [
    include_str!("data/pay/merchant.pem"),
    include_str!("data/pay/merchant.pub.pem"),
    include_str!("data/pay/platform_a.pem"),
    include_str!("data/pay/platform_a.pub.pem"),
];
const SM2: [&str; 4] = [
    include_str!("data/pay/sm2_merchant.pem"),
    include_str!("data/pay/sm2_merchant.pub.pem"),
    include_str!("data/pay/sm2_platform.pem"),
    include_str!("data/pay/sm2_platform.pub.pem"),
];

/// The two ends of a line: ours and WeChat's.
fn ends(
    [ours, our_public, theirs, their_public]: [&str; 4],
    cipher: &AeadKey,
    serial_line: bool,
) -> [SealedKeys; 2] {
    let end = |sign: &str, sign_sn: &str, verify: &str, verify_sn: &str| SealedKeys {
        appid: "wxba6223c06417af7b".to_owned(),
        cipher_sn: "fa05fe1e5bcc79b81ad5ad4b58acf787".to_owned(),
        cipher: cipher.clone(),
        sign_sn: sign_sn.to_owned(),
        sign: PrivateKey::from_pem(sign).unwrap(),
        verify_sn: verify_sn.to_owned(),
        verify: PublicKey::from_pem(verify).unwrap(),
        serial_line,
    };
    [
        end(ours, "OURS", their_public, "THEIRS"),
        end(theirs, "THEIRS", our_public, "OURS"),
    ]
}

fn call() -> Map<String, Value> {
    json!({"openid": "oEWzBfmdLqhFS2mTXCo2E4Y9gJAM", "client_ip": "127.0.0.1", "note": "风险等级"})
        .as_object()
        .unwrap()
        .clone()
}

fn head<'a>(sealed: &'a SealedRequest, serial: &'a str) -> SealedHead<'a> {
    let [(_, appid), (_, timestamp), (_, signature)] = &sealed.headers;
    SealedHead {
        appid,
        timestamp,
        serial,
        signature,
    }
}

#[test]
fn both_families_there_and_back() {
    let ciphers = [AeadKey::aes(&[7; 32]).unwrap(), AeadKey::sm4(&[7; 16]).unwrap()];
    for keys in [RSA, SM2] {
        for cipher in &ciphers {
            for serial_line in [true, false] {
                let [ours, theirs] = ends(keys, cipher, serial_line);
                let sealed = ours.seal(URL, &call(), NOW, &SystemRandom).unwrap();
                assert!(!sealed.body.contains("127.0.0.1"), "{}", sealed.body);
                let opened = theirs
                    .open(URL, &head(&sealed, "OURS"), &sealed.body, NOW + 299)
                    .unwrap();
                assert_eq!(opened.get("note"), Some(&json!("风险等级")));
                let again = ours.seal(URL, &call(), NOW, &SystemRandom).unwrap();
                assert_ne!(again.body, sealed.body, "a fresh nonce for every call");
            }
        }
    }
}

#[test]
fn what_was_not_sealed_for_us_is_refused() {
    let [ours, theirs] = ends(RSA, &AeadKey::aes(&[7; 32]).unwrap(), true);
    let sealed = theirs.seal(URL, &call(), NOW, &SystemRandom).unwrap();
    let open = |head: &SealedHead<'_>, url: &str, body: &str, now| ours.open(url, head, body, now);
    let good = head(&sealed, "THEIRS");
    assert!(open(&good, URL, &sealed.body, NOW).is_ok());
    assert_eq!(open(&good, URL, &sealed.body, NOW + 300), Err(SealedError::Stale));
    assert_eq!(
        open(&good, "https://api.weixin.qq.com/wxa/other", &sealed.body, NOW),
        Err(SealedError::Signature)
    );
    assert_eq!(
        open(&good, URL, &sealed.body.replace("data", "Data"), NOW),
        Err(SealedError::Signature)
    );
    for (other, error) in [
        (
            SealedHead {
                appid: "wx2",
                ..good.clone()
            },
            SealedError::Appid,
        ),
        (
            SealedHead {
                serial: "OURS",
                ..good.clone()
            },
            SealedError::Signature,
        ),
        (
            SealedHead {
                signature: "AAAA",
                ..good.clone()
            },
            SealedError::Signature,
        ),
        (
            SealedHead {
                timestamp: "1800000001",
                ..good.clone()
            },
            SealedError::Signature,
        ),
        (
            SealedHead {
                timestamp: "soon",
                ..good.clone()
            },
            SealedError::Stale,
        ),
    ] {
        assert_eq!(open(&other, URL, &sealed.body, NOW), Err(error));
    }
    // Signed well over a content of another key.
    let [_, stranger] = ends(RSA, &AeadKey::aes(&[8; 32]).unwrap(), true);
    let foreign = stranger.seal(URL, &call(), NOW, &SystemRandom).unwrap();
    assert_eq!(
        open(&head(&foreign, "THEIRS"), URL, &foreign.body, NOW),
        Err(SealedError::Content)
    );
}
