//! AC03 SE04 · What is sensitive needs a proof first; the proof holds for ten minutes and one session.

use kit::clock::MINUTE;
use serde_json::json;
use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn an_export_needs_a_proof_that_lasts_ten_minutes() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let path = format!(
        "/api/accounts/{}/statement.xlsx?from=2026-10-01&to=2026-10-31",
        wang.account_id().await
    );
    let refused = wang.get(&path).await.refused(403, "step_up.required");
    assert_eq!(refused.text("/act"), "accounts.export");
    bank.proves(&wang, "accounts.export").await.ok();
    assert_eq!(wang.get("/api/session").await.ok().number("/level"), 2);
    wang.get(&path).await.ok();

    let elsewhere = bank.customer("王建国").await.opens_h5().await;
    elsewhere.get(&path).await.refused(403, "step_up.required");
    bank.clock.forward(10 * MINUTE + 1);
    wang.get(&path).await.refused(403, "step_up.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_belongs_to_its_customer_and_its_act() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let challenge = wang
        .post("/api/challenges", json!({ "act": "accounts.export" }))
        .await
        .is(201);
    let code = bank.sms_code(&wang).await;
    let prove = format!("/api/challenges/{}/prove", challenge.text("/id"));
    chen.post(&prove, json!({ "sms_code": code })).await.is(404);
    // The code of an export sets no password.
    let other = json!({ "challenge_id": challenge.text("/id"), "sms_code": code, "password": "735194" });
    let refused = wang.put("/api/pay-password", other).await;
    assert!([404, 410, 422].contains(&refused.status), "{refused}");
    bank.clock.forward(MINUTE);
    let challenge = wang
        .post("/api/challenges", json!({ "act": "accounts.export" }))
        .await
        .is(201);
    let code = bank.sms_code(&wang).await;
    let prove = format!("/api/challenges/{}/prove", challenge.text("/id"));
    wang.post(&prove, json!({ "sms_code": code })).await.ok();
    // Once.
    let again = wang.post(&prove, json!({ "sms_code": code })).await;
    assert!(again.status >= 400, "{again}");
    wang.post("/api/challenges", json!({ "act": "transfer" }))
        .await
        .refused(422, "request.bad_field");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payment_password_is_set_by_code_and_must_not_be_weak() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let challenge = wang
        .post("/api/challenges", json!({ "act": "password.set" }))
        .await
        .is(201);
    let code = bank.sms_code(&wang).await;
    let id = challenge.text("/id");
    let ask = |password: &str| json!({ "challenge_id": id, "sms_code": code, "password": password });
    for weak in ["111111", "123456", "654321", "13800", "abcdef"] {
        let refused = wang.put("/api/pay-password", ask(weak)).await;
        assert_eq!(refused.status, 422, "{weak}: {refused}");
    }
    wang.put("/api/pay-password", ask("735194")).await.is(204);

    let chen = bank.customer("陈晓明").await;
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    let code = bank.sms_code(&wang).await;
    wang.authorises(&draft, &wang.pay_password, &code)
        .await
        .refused(422, "challenge.wrong");
    wang.authorises(&draft, "735194", &code).await.is(200);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_to_one_phone_have_a_pace_over_all_acts() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let ask = || wang.post("/api/challenges", json!({ "act": "accounts.export" }));
    for _ in 0..5 {
        ask().await.is(201);
    }
    let refused = ask().await.refused(429, "sms.too_many");
    assert_eq!(refused.header("retry-after"), Some("60"), "{refused}");
    bank.clock.forward(MINUTE);
    for _ in 0..5 {
        ask().await.is(201);
    }
    // Ten within the hour are enough, however slowly.
    bank.clock.forward(MINUTE);
    let refused = ask().await.refused(429, "sms.too_many");
    assert_eq!(refused.header("retry-after"), Some("3600"), "{refused}");
    bank.run_jobs().await;
    bank.close().await;
}
