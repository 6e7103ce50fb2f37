//! The calls: what goes out, what may be believed of what comes back.

use base64::Engine as _;
use serde_json::Value;
use weigui_wechat::crypto::{Padding, PublicKey, Scheme};
use weigui_wechat::pay::{
    Action, BillKind, Doubt, Fen, Invalid, NotSent, NotifyUrl, Order, OutRefundNo, OutTradeNo, Outcome,
    RefundOrder, RefundStatus, Reject, TradeState, Trust, trades,
};

use crate::keys::MERCHANT_PUBLIC;
use crate::platform::{
    APPID, CERTIFICATE_A, CERTIFICATE_B, CERTIFICATE_SM2, Fault, NOW, PUBLIC_KEY_ID, Platform,
    public_key_mode,
};

fn number(text: &str) -> OutTradeNo {
    OutTradeNo::new(text).unwrap()
}

fn order(out_trade_no: &str) -> Order {
    Order::new(
        APPID,
        "账户充值",
        number(out_trade_no),
        Fen::new(10_000).unwrap(),
        NotifyUrl::new("https://bank.example/pay/notify").unwrap(),
    )
    .unwrap()
}

fn refund(out_refund_no: &str) -> RefundOrder {
    RefundOrder::new(
        number("ORDER0001"),
        OutRefundNo::new(out_refund_no).unwrap(),
        Fen::new(3_000).unwrap(),
        Fen::new(10_000).unwrap(),
    )
    .unwrap()
}

#[tokio::test]
async fn an_order_from_making_to_giving_back() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let order = order("ORDER0001")
        .with_expiry(NOW + 600)
        .with_attach("A-1")
        .unwrap();
    let prepay = pay.order_jsapi(&order, "oUSER").await.done().unwrap();
    assert!(prepay.prepay_id.starts_with("wx"));
    let sent: Value = serde_json::from_str(&platform.world().calls[0].2).unwrap();
    assert_eq!(sent["time_expire"], "2027-01-15T16:10:00+08:00");
    assert_eq!(
        sent["amount"],
        serde_json::json!({"total": 10_000, "currency": "CNY"})
    );
    assert!(platform.world().calls[0].2.contains("账户充值"), "raw UTF-8");
    assert_eq!(
        platform.world().asked_to_sign_with.as_deref(),
        Some(PUBLIC_KEY_ID)
    );

    assert!(
        pay.order_native(&order_of_qr())
            .await
            .done()
            .unwrap()
            .code_url
            .starts_with("weixin://")
    );
    let found = pay.query(&number("ORDER0001")).await.done().unwrap();
    assert_eq!(
        (found.trade_state, found.transaction_id.as_deref()),
        (TradeState::Success, Some("42"))
    );
    assert_eq!(
        pay.query_transaction("42")
            .await
            .done()
            .unwrap()
            .out_trade_no
            .len(),
        9
    );
    assert_eq!(pay.close(&number("ORDER0001")).await, Outcome::Done(()));
    let back = pay.refund(&refund("R1")).await.done().unwrap();
    assert_eq!(back.status, RefundStatus::Processing);
    let number = OutRefundNo::new("R1").unwrap();
    assert_eq!(pay.refund_query(&number).await.done().unwrap().refund_id, "50R1");
}

fn order_of_qr() -> Order {
    order("QR|ORDER-1")
}

#[tokio::test]
async fn a_number_with_a_bar_is_escaped_in_paths() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    pay.order_native(&order_of_qr()).await.done().unwrap();
    assert_eq!(
        pay.query(&number("QR|ORDER-1"))
            .await
            .done()
            .unwrap()
            .out_trade_no,
        "QR|ORDER-1"
    );
}

#[tokio::test]
async fn the_front_end_gets_signed_parameters() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let prepay = pay
        .order_jsapi(&order("ORDER0001"), "oUSER")
        .await
        .done()
        .unwrap();
    let front = pay.front_end(APPID, &prepay).unwrap();
    let text = format!(
        "{APPID}\n{}\n{}\n{}\n",
        front.time_stamp, front.nonce_str, front.package
    );
    let signature = base64::engine::general_purpose::STANDARD
        .decode(&front.pay_sign)
        .unwrap();
    let key = PublicKey::from_pem(MERCHANT_PUBLIC).unwrap();
    assert!(key.verify(text.as_bytes(), &signature, Padding::Pkcs1));
    let shown = serde_json::to_value(&front).unwrap();
    for name in ["appId", "timeStamp", "nonceStr", "package", "signType", "paySign"] {
        assert!(shown[name].is_string(), "{name}");
    }
    assert_eq!(shown["signType"], "RSA");
}

/// The heart of it: a 2xx that is not proven is not a failure, and not a success.
#[tokio::test]
async fn an_answer_to_a_money_call_that_is_not_proven_is_unknown() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    for (at, (fault, reject)) in [
        (Fault::Unsigned, Reject::Missing("wechatpay-timestamp")),
        (Fault::BadSignature, Reject::Signature),
        (Fault::Stale, Reject::Stale),
        (Fault::Probe, Reject::Probe),
        (Fault::UnknownSerial, Reject::UnknownKey("7".repeat(40))),
    ]
    .into_iter()
    .enumerate()
    {
        platform.fault(fault);
        let number = format!("R{at}");
        let unknown = pay.refund(&refund(&number)).await;
        assert_eq!(unknown, Outcome::Unknown(Doubt::NotProven(reject)), "{fault:?}");
        // It was done; asking by our number, or the same again, says so.
        assert!(
            pay.refund_query(&OutRefundNo::new(&*number).unwrap())
                .await
                .done()
                .is_some()
        );
        assert!(pay.refund(&refund(&number)).await.done().is_some());
    }
    assert_eq!(platform.world().refunds.len(), 5);
    platform.fault(Fault::Unsigned);
    assert!(matches!(
        pay.order_jsapi(&order("ORDER0001"), "oUSER").await,
        Outcome::Unknown(_)
    ));
    platform.fault(Fault::NotJson);
    assert!(matches!(
        pay.refund(&refund("R9")).await,
        Outcome::Unknown(Doubt::OtherAnswer(_))
    ));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_with_the_same_numbers() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    platform.fault(Fault::Lost);
    platform.fault(Fault::Status(502));
    assert!(pay.refund(&refund("R1")).await.done().is_some());
    assert_eq!(platform.calls_to("/v3/refund"), 3);
    assert_eq!(platform.world().refunds.len(), 1, "given back once");
    let bodies: Vec<_> = platform
        .world()
        .calls
        .iter()
        .map(|(_, _, body)| body.clone())
        .collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");

    for _ in 0..3 {
        platform.fault(Fault::Lost);
    }
    assert!(matches!(
        pay.refund(&refund("R2")).await,
        Outcome::Unknown(Doubt::NoAnswer(_))
    ));
    for _ in 0..3 {
        platform.fault(Fault::Status(500));
    }
    let error = Doubt::PlatformError {
        status: 500,
        code: "SYSTEM_ERROR".into(),
    };
    assert_eq!(pay.refund(&refund("R3")).await, Outcome::Unknown(error));
}

#[tokio::test]
async fn refusals_say_what_they_ask_for_and_whether_they_are_proven() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    for (fault, proven) in [
        (Fault::Refused(403, "NOT_ENOUGH"), true),
        (Fault::RefusedUnsigned(403, "NOT_ENOUGH"), false),
    ] {
        platform.fault(fault);
        match pay.refund(&refund("R1")).await {
            Outcome::Refused(refusal) => {
                assert_eq!(
                    (refusal.action(), refusal.proven),
                    (Action::TopUpMerchant, proven)
                );
            }
            other => panic!("{other:?}"),
        }
    }
    // A refusal with a wrong signature is somebody's attempt to make us believe it failed.
    platform.fault(Fault::RefusedBadly(403, "NOT_ENOUGH"));
    assert!(matches!(
        pay.refund(&refund("R1")).await,
        Outcome::Unknown(Doubt::NotProven(_))
    ));
    // Too many calls: nothing happened, after as many attempts as patience allows.
    for _ in 0..3 {
        platform.fault(Fault::RefusedUnsigned(429, "FREQUENCY_LIMITED"));
    }
    match pay.refund(&refund("R2")).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.action(), Action::SlowDown),
        other => panic!("{other:?}"),
    }
    match pay.query(&number("NOSUCHORDER")).await {
        Outcome::Refused(refusal) => assert_eq!(refusal.action(), Action::NotThere),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_request_that_never_left_had_no_effect_and_the_backup_takes_over() {
    let platform = Platform::start().await;
    let nowhere = "http://127.0.0.1:1".to_owned();
    let pay = platform.pay_over(public_key_mode(), nowhere.clone(), None);
    assert!(matches!(
        pay.refund(&refund("R1")).await,
        Outcome::NotSent(NotSent::NoConnection(_))
    ));
    let pay = platform.pay_over(public_key_mode(), nowhere, Some(platform.base.clone()));
    assert!(pay.refund(&refund("R1")).await.done().is_some());
}

#[tokio::test]
async fn what_pay_would_refuse_does_not_leave() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let foreign = Order::new(
        "wxanother",
        "充值",
        number("ORDER0001"),
        Fen::new(1).unwrap(),
        NotifyUrl::new("https://bank.example/n").unwrap(),
    )
    .unwrap();
    let invalid = |outcome| match outcome {
        Outcome::NotSent(NotSent::Invalid(invalid)) => invalid,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        invalid(pay.order_jsapi(&foreign, "oUSER").await),
        Invalid::Appid("wxanother".into())
    );
    assert_eq!(
        invalid(pay.order_jsapi(&order("ORDER0001"), "").await),
        Invalid::Length("openid")
    );
    for second in [NOW, NOW + 59, NOW - 600, NOW + 8 * 86_400] {
        let late = order("ORDER0001").with_expiry(second);
        assert_eq!(invalid(pay.order_jsapi(&late, "oUSER").await), Invalid::Expiry);
    }
    assert!(
        Order::new(
            APPID,
            "",
            number("ORDER0001"),
            Fen::new(1).unwrap(),
            NotifyUrl::new("https://b.example/").unwrap()
        )
        .is_err()
    );
    assert!(matches!(
        pay.query_transaction("../../v3").await,
        Outcome::NotSent(_)
    ));
    assert!(matches!(
        pay.bill(BillKind::Trades, "2026-02-30").await,
        Outcome::NotSent(_)
    ));
    assert!(platform.world().calls.is_empty());
}

#[tokio::test]
async fn an_answer_about_another_order_is_not_taken() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    pay.order_jsapi(&order("ORDER0001"), "oUSER")
        .await
        .done()
        .unwrap();
    let other = platform.world().orders["ORDER0001"].clone();
    platform.world().orders.insert("X".into(), other);
    // Asked for by Pay's number 42 the platform answers; asked for 43 it must not pass for it.
    assert!(matches!(
        pay.query_transaction("ORDER0001").await,
        Outcome::Unknown(Doubt::OtherAnswer(_))
    ));
}

#[tokio::test]
async fn certificates_are_fetched_when_first_needed_and_when_they_change() {
    let platform = Platform::of(Scheme::Rsa, CERTIFICATE_A).await;
    platform.world().certificates = vec![CERTIFICATE_A];
    let pay = platform.pay(Trust::new());
    assert!(pay.refund(&refund("R1")).await.done().is_some());
    assert!(pay.refund(&refund("R2")).await.done().is_some());
    assert_eq!(platform.calls_to("/v3/certificates"), 1);
    assert_eq!(pay.trust().serials(), [CERTIFICATE_A]);
    assert_eq!(platform.world().asked_to_sign_with, None);

    // A forged serial cannot make us ask more than once a minute.
    for at in 0..5 {
        platform.fault(Fault::UnknownSerial);
        let unknown = pay.refund(&refund(&format!("R1{at}"))).await;
        assert!(matches!(
            unknown,
            Outcome::Unknown(Doubt::NotProven(Reject::UnknownKey(_)))
        ));
    }
    assert_eq!(platform.calls_to("/v3/certificates"), 1);

    // The next certificate, and the one before it still.
    {
        let mut world = platform.world();
        world.certificates = vec![CERTIFICATE_A, CERTIFICATE_B];
        world.signs_as = CERTIFICATE_B;
    }
    assert_eq!(pay.fetch_certificates().await, Ok(2));
    assert!(pay.refund(&refund("R3")).await.done().is_some());
    platform.world().signs_as = CERTIFICATE_A;
    assert!(pay.refund(&refund("R4")).await.done().is_some());
}

#[tokio::test]
async fn a_hundred_calls_with_a_new_serial_ask_once() {
    let platform = Platform::of(Scheme::Rsa, CERTIFICATE_B).await;
    platform.world().certificates = vec![CERTIFICATE_B];
    let pay = platform.pay(Trust::new());
    let calls = (0..100).map(|at| {
        let pay = pay.clone();
        async move { pay.refund(&refund(&format!("R{at}"))).await.done().is_some() }
    });
    let done = futures_util::future::join_all(calls).await;
    assert!(done.into_iter().all(|done| done));
    assert_eq!(platform.calls_to("/v3/certificates"), 1);
}

#[tokio::test]
async fn certificates_that_nobody_vouches_for_are_not_learnt() {
    // Encrypted as it must be, but the answer is signed by another: a replayed list.
    let platform = Platform::of(Scheme::Rsa, CERTIFICATE_A).await;
    platform.world().certificates = vec![CERTIFICATE_B];
    let pay = platform.pay(Trust::new());
    assert!(pay.fetch_certificates().await.is_err());
    assert!(pay.trust().serials().is_empty());
}

#[tokio::test]
async fn while_a_merchant_switches_both_kinds_of_key_are_good() {
    let platform = Platform::start().await;
    platform.world().certificates = vec![CERTIFICATE_B];
    let pay = platform.pay(public_key_mode());
    assert!(pay.refund(&refund("R1")).await.done().is_some());
    platform.world().signs_as = CERTIFICATE_B;
    assert!(pay.refund(&refund("R2")).await.done().is_some());
    platform.world().signs_as = PUBLIC_KEY_ID;
    assert!(pay.refund(&refund("R3")).await.done().is_some());
    assert_eq!(pay.trust().serials(), [CERTIFICATE_B, PUBLIC_KEY_ID]);
}

#[tokio::test]
async fn the_national_algorithms_go_all_the_way() {
    let platform = Platform::of(Scheme::Sm2, CERTIFICATE_SM2).await;
    platform.world().certificates = vec![CERTIFICATE_SM2];
    let pay = platform.pay(Trust::new());
    let prepay = pay
        .order_jsapi(&order("ORDER0001"), "oUSER")
        .await
        .done()
        .unwrap();
    assert_eq!(pay.front_end(APPID, &prepay).unwrap().sign_type, "SM2");
    assert!(pay.refund(&refund("R1")).await.done().is_some());
    assert_eq!(platform.calls_to("/v3/certificates?algorithm_type=SM2"), 1);
    platform.fault(Fault::BadSignature);
    assert_eq!(
        pay.refund(&refund("R2")).await,
        Outcome::Unknown(Doubt::NotProven(Reject::Signature))
    );
}

#[tokio::test]
async fn a_bill_is_taken_only_with_its_hash() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    platform.world().bill = "交易时间,公众账号ID\n".to_owned();
    let bill = pay.bill(BillKind::Trades, "2026-01-01").await.done().unwrap();
    assert!(bill.text.starts_with("交易时间"));
    assert!(trades(&bill.text).is_err(), "no sums");
    assert!(platform.calls_to("/v3/bill/tradebill?bill_date=2026-01-01&bill_type=ALL") == 1);
    assert!(pay.bill(BillKind::FundFlow, "2026-01-01").await.done().is_some());
    platform.world().bill_hash = Some("0".repeat(40));
    assert!(matches!(
        pay.bill(BillKind::Trades, "2026-01-01").await,
        Outcome::Unknown(Doubt::OtherAnswer(_))
    ));
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let platform = Platform::start().await;
    let pay = platform.pay(public_key_mode());
    let shown = format!("{pay:?} {:?} {:?}", pay.merchant(), pay.trust());
    assert!(!shown.contains("testkey") && !shown.contains("MII"), "{shown}");
}
