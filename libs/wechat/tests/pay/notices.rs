//! Notices: what is let in, what is refused and how, and that nothing makes it fall over.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use weigui_wechat::crypto::Scheme;
use weigui_wechat::pay::callback::{self, MAX_NOTICE};
use weigui_wechat::pay::{
    Content, Expected, Mismatch, Notice, Pay, RefundStatus, Reject, Signed, Trust, accepted, refused,
};

use crate::platform::{
    APPID, CERTIFICATE_A, CERTIFICATE_SM2, MCHID, NOW, PUBLIC_KEY_ID, Platform, encrypt, merchant,
    public_key_mode, signed,
};

fn payment() -> Value {
    json!({"mchid": MCHID, "appid": APPID, "out_trade_no": "ORDER0001", "transaction_id": "4200000001",
        "trade_type": "JSAPI", "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "bank_type": "OTHERS",
        "attach": "", "success_time": "2027-01-15T16:00:00+08:00", "payer": {"openid": "oUSER"},
        "amount": {"total": 10_000, "payer_total": 9_900, "currency": "CNY", "payer_currency": "CNY"}})
}

fn notice(scheme: Scheme, event: &str, kind: &str, content: &Value) -> String {
    let mut resource = encrypt(scheme, &content.to_string(), kind);
    resource["original_type"] = kind.into();
    json!({"id": "EV-1", "create_time": "2027-01-15T16:00:00+08:00", "resource_type": "encrypt-resource",
        "event_type": event, "summary": "支付成功", "resource": resource})
    .to_string()
}

fn paid() -> String {
    notice(Scheme::Rsa, "TRANSACTION.SUCCESS", "transaction", &payment())
}

async fn receive(pay: &Pay, heads: &[(&'static str, String)], body: &str) -> Result<Notice, Reject> {
    let heads: HashMap<&str, &str> = heads
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    pay.receive(|name| heads.get(name).copied(), body.as_bytes())
        .await
}

async fn signed_in(pay: &Pay, body: &str) -> Result<Notice, Reject> {
    receive(pay, &signed(PUBLIC_KEY_ID, NOW, body.as_bytes()), body).await
}

#[tokio::test]
async fn a_payment_comes_in_and_fits_its_order_alone() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let notice = signed_in(&pay, &paid()).await.unwrap();
    assert_eq!(
        (notice.id.as_str(), notice.event.as_str()),
        ("EV-1", "TRANSACTION.SUCCESS")
    );
    let Content::Payment(paid) = notice.content else {
        panic!("no payment")
    };
    let of = |total| Expected {
        out_trade_no: "ORDER0001",
        total,
    };
    assert_eq!(paid.check(of(10_000)), Ok("4200000001"));
    assert_eq!(paid.check(of(9_900)), Err(Mismatch::Amount));
    assert_eq!(accepted().status, 204);
    assert!(accepted().body.is_empty());
}

#[tokio::test]
async fn a_refund_comes_in() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let content = json!({"mchid": MCHID, "out_trade_no": "ORDER0001", "transaction_id": "4200000001",
        "out_refund_no": "R1", "refund_id": "50R1", "refund_status": "ABNORMAL",
        "amount": {"total": 10_000, "refund": 3_000, "payer_total": 10_000, "payer_refund": 3_000}});
    let body = notice(Scheme::Rsa, "REFUND.ABNORMAL", "refund", &content);
    let Content::Refund(refund) = signed_in(&pay, &body).await.unwrap().content else {
        panic!("no refund")
    };
    assert_eq!(
        (refund.refund_status, refund.amount.refund),
        (RefundStatus::Abnormal, 3_000)
    );
}

#[tokio::test]
async fn an_event_that_nobody_knows_is_kept() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let body = notice(
        Scheme::Rsa,
        "COUPON.USE",
        "coupon",
        &json!({"mchid": MCHID, "stock_id": "1"}),
    );
    assert!(matches!(
        signed_in(&pay, &body).await.unwrap().content,
        Content::Other(_)
    ));
}

#[tokio::test]
async fn what_is_not_proven_is_answered_401() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let body = paid();
    let good = signed(PUBLIC_KEY_ID, NOW, body.as_bytes());
    assert!(receive(&pay, &good, &body).await.is_ok());
    let with = |at: usize, value: &str| {
        let mut heads = good.clone();
        heads[at].1 = value.to_owned();
        heads
    };
    let probe = format!("WECHATPAY/SIGNTEST/{}", good[3].1);
    for (heads, body, reject) in [
        (with(3, "AAAA"), body.clone(), Reject::Signature),
        (with(3, "not base64!"), body.clone(), Reject::Signature),
        (with(3, &probe), body.clone(), Reject::Probe),
        (with(0, "1799999999"), body.clone(), Reject::Signature),
        (with(0, "soon"), body.clone(), Reject::Stale),
        (with(1, "another"), body.clone(), Reject::Signature),
        (
            with(2, "PUB_KEY_ID_2"),
            body.clone(),
            Reject::UnknownKey("PUB_KEY_ID_2".into()),
        ),
        (
            with(4, "WECHATPAY2-SM2-WITH-SM3"),
            body.clone(),
            Reject::Algorithm,
        ),
        (
            good[1..].to_vec(),
            body.clone(),
            Reject::Missing("wechatpay-timestamp"),
        ),
        (
            good.clone(),
            body.replace("支付成功", "支付成功 "),
            Reject::Signature,
        ),
        (
            signed(PUBLIC_KEY_ID, NOW - 300, body.as_bytes()),
            body.clone(),
            Reject::Stale,
        ),
        (
            signed(PUBLIC_KEY_ID, NOW + 300, body.as_bytes()),
            body.clone(),
            Reject::Stale,
        ),
    ] {
        let refused = receive(&pay, &heads, &body).await.unwrap_err();
        assert_eq!(refused, reject);
        let answer = refused.answer();
        assert_eq!(answer.status, 401);
        assert_eq!(
            serde_json::from_str::<Value>(&answer.body).unwrap()["code"],
            "FAIL"
        );
    }
}

#[tokio::test]
async fn five_minutes_are_the_window() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let body = paid();
    for at in [NOW - 299, NOW + 299] {
        assert!(
            receive(&pay, &signed(PUBLIC_KEY_ID, at, body.as_bytes()), &body)
                .await
                .is_ok()
        );
    }
}

#[tokio::test]
async fn what_is_proven_and_not_right_is_answered_400() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let with = |field: &str, value: Value| {
        let mut content = payment();
        content[field] = value;
        notice(Scheme::Rsa, "TRANSACTION.SUCCESS", "transaction", &content)
    };
    let mut no_appid = payment();
    no_appid.as_object_mut().unwrap().remove("appid");
    let sealed = paid().replace("\"nonce\":\"9fa1", "\"nonce\":\"9fa2");
    for (body, reject) in [
        (with("mchid", "1999999999".into()), Reject::OtherMerchant),
        (with("mchid", 1.into()), Reject::OtherMerchant),
        (with("appid", "wxother".into()), Reject::OtherAppid),
        (with("appid", Value::Null), Reject::OtherAppid),
        (
            notice(Scheme::Rsa, "TRANSACTION.SUCCESS", "transaction", &no_appid),
            Reject::OtherAppid,
        ),
        (with("amount", 1.into()), Reject::Malformed("not a transaction")),
        (sealed, Reject::Sealed),
        (
            notice(Scheme::Sm2, "TRANSACTION.SUCCESS", "transaction", &payment()),
            Reject::Sealed,
        ),
        ("{}".into(), Reject::Malformed("not the documented JSON")),
        ("[]".into(), Reject::Malformed("not the documented JSON")),
        (String::new(), Reject::Malformed("not the documented JSON")),
        ("x".repeat(MAX_NOTICE + 1), Reject::Malformed("too large")),
    ] {
        let refused = signed_in(&pay, &body).await.unwrap_err();
        assert_eq!(refused, reject);
        assert_eq!(refused.answer().status, 400);
    }
    assert_eq!(refused(500, "系统繁忙").status, 500);
}

#[tokio::test]
async fn a_notice_under_a_new_certificate_makes_us_look_for_it() {
    let platform = Platform::of(Scheme::Rsa, CERTIFICATE_A).await;
    platform.world().certificates = vec![CERTIFICATE_A];
    let pay = platform.pay(public_key_mode());
    let body = paid();
    assert!(
        receive(&pay, &signed(CERTIFICATE_A, NOW, body.as_bytes()), &body)
            .await
            .is_ok()
    );
    // And by the public key still.
    assert!(signed_in(&pay, &body).await.is_ok());
    assert_eq!(platform.calls_to("/v3/certificates"), 1);
}

#[tokio::test]
async fn a_notice_in_the_national_algorithms() {
    let platform = Platform::of(Scheme::Sm2, CERTIFICATE_SM2).await;
    platform.world().certificates = vec![CERTIFICATE_SM2];
    let pay = platform.pay(Trust::new());
    let body = notice(Scheme::Sm2, "TRANSACTION.SUCCESS", "transaction", &payment());
    let heads = signed(CERTIFICATE_SM2, NOW, body.as_bytes());
    assert!(matches!(
        receive(&pay, &heads, &body).await.unwrap().content,
        Content::Payment(_)
    ));
    assert_eq!(
        receive(&pay, &heads, &body.replace('支', "枝")).await,
        Err(Reject::Signature)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes: an answer, never a fall.
    #[test]
    fn nothing_makes_it_fall(body in proptest::collection::vec(any::<u8>(), 0..600), at in ".*", serial in ".*", signature in ".*") {
        let head = Signed { timestamp: at, nonce: "n".into(), serial, signature, kind: None };
        let trust = public_key_mode();
        let merchant = merchant(Scheme::Rsa);
        prop_assert!(callback::receive(&merchant, &trust, &head, &body, NOW).is_err());
        prop_assert!(callback::open(&merchant, &body).is_err());
    }

    /// A proven notice with anything inside.
    #[test]
    fn nothing_inside_makes_it_fall(inside in ".*", event in ".*", kind in ".*", cut in 0_usize..900) {
        let merchant = merchant(Scheme::Rsa);
        let mut resource = encrypt(Scheme::Rsa, &inside, &kind);
        resource["original_type"] = kind.into();
        let body = json!({"id": "E", "resource_type": "encrypt-resource", "event_type": event, "resource": resource}).to_string();
        let cut = body.as_bytes().get(..cut).unwrap_or(body.as_bytes());
        prop_assert!(callback::open(&merchant, body.as_bytes()).is_err());
        prop_assert!(callback::open(&merchant, cut).is_err());
    }
}
