//! WX04 · A person becomes a customer in WeChat: card, ID and phone must fit what the bank has on file.

use serde_json::{Value, json};
use testkit::{Customer, TestBank};

fn form(who: &Customer) -> Value {
    json!({ "name": who.name, "id_no": who.id_no, "card_no": who.card_no, "phone": who.phone })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_binds_with_card_and_code() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    zhang.get("/api/accounts").await.refused(403, "binding.required");

    let binding = zhang.post("/api/bindings", form(&zhang)).await.is(201);
    assert_eq!(binding.at("/needs"), json!(["sms"]));
    assert_eq!(binding.text("/phone_masked"), "138****0004");
    let code = bank.sms_code(&zhang).await;
    let confirm = format!("/api/bindings/{}/confirm", binding.text("/id"));
    let session = zhang.post(&confirm, json!({ "sms_code": code })).await.ok();
    assert_eq!(session.text("/customer/name_masked"), "*伟");

    assert_eq!(zhang.get("/api/accounts").await.ok().list("/accounts").len(), 3);
    // The code was for this session's binding and for nobody else's.
    let zhao = bank.customer("赵敏").await.opens_h5().await;
    zhao.post(&confirm, json!({ "sms_code": code })).await.is(404);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_detail_is_wrong_the_refusal_is_the_same() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let wang = bank.customer("王建国").await;
    let mut told = Vec::new();
    for (field, value) in [
        ("name", "王建国"),
        ("id_no", &*wang.id_no),
        ("card_no", &*wang.card_no),
        ("phone", "13900000000"),
    ] {
        let mut wrong = form(&zhang);
        wrong[field] = json!(value);
        let refusal = zhang
            .post("/api/bindings", wrong)
            .await
            .refused(422, "binding.mismatch");
        told.push(refusal.text("/detail"));
    }
    told.dedup();
    assert_eq!(
        told.len(),
        1,
        "the answer must not say which detail was wrong: {told:?}"
    );
    bank.run_jobs().await;
    assert_eq!(zhang.texts().await, Vec::<String>::new());
    assert_eq!(wang.texts().await, Vec::<String>::new());
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_refused_by_field_with_reason_and_remedy() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    for (field, value) in [
        ("name", ""),
        ("id_no", "999999198502280051"),
        ("id_no", "99999919850230001X"),
        ("card_no", "6222000000000000000"),
        ("phone", "1380000000"),
    ] {
        let mut wrong = form(&zhang);
        wrong[field] = json!(value);
        if field == "id_no" && value == zhang.id_no {
            continue;
        }
        zhang
            .post("/api/bindings", wrong)
            .await
            .refused(422, "form.invalid")
            .blames(field);
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_end_the_binding() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let binding = zhang.post("/api/bindings", form(&zhang)).await.is(201);
    let confirm = format!("/api/bindings/{}/confirm", binding.text("/id"));
    let right = bank.sms_code(&zhang).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1] {
        let refusal = zhang
            .post(&confirm, json!({ "sms_code": wrong }))
            .await
            .refused(422, "challenge.wrong");
        assert_eq!(refusal.number("/left"), left);
    }
    zhang
        .post(&confirm, json!({ "sms_code": wrong }))
        .await
        .refused(423, "challenge.locked");
    zhang
        .post(&confirm, json!({ "sms_code": right }))
        .await
        .refused(423, "challenge.locked");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_code_is_worth_nothing() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let binding = zhang.post("/api/bindings", form(&zhang)).await.is(201);
    let code = bank.sms_code(&zhang).await;
    bank.clock.forward(6 * kit::clock::MINUTE);
    let confirm = format!("/api/bindings/{}/confirm", binding.text("/id"));
    zhang
        .post(&confirm, json!({ "sms_code": code }))
        .await
        .refused(410, "challenge.expired");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_replaces_the_old_one_but_not_at_once() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let binding = zhang.post("/api/bindings", form(&zhang)).await.is(201);
    let resend = format!("/api/bindings/{}/resend", binding.text("/id"));
    let first = bank.sms_code(&zhang).await;
    let soon = zhang.post(&resend, json!({})).await.refused(429, "sms.too_soon");
    assert!(
        soon.header("retry-after")
            .is_some_and(|wait| wait.parse::<u32>().is_ok_and(|s| s <= 60)),
        "{soon}"
    );
    bank.clock.forward(61 * kit::clock::SECOND);
    zhang.post(&resend, json!({})).await.ok();
    let second = bank.sms_code(&zhang).await;
    let confirm = format!("/api/bindings/{}/confirm", binding.text("/id"));
    if first != second {
        zhang
            .post(&confirm, json!({ "sms_code": first }))
            .await
            .refused(422, "challenge.wrong");
    }
    zhang.post(&confirm, json!({ "sms_code": second })).await.ok();
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_wechat_needs_the_password_and_the_first_is_told() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    wang.chat(0).await;
    let other = bank.customer("张伟").await.opens_h5().await;

    let binding = other.post("/api/bindings", form(&wang)).await.is(201);
    assert_eq!(binding.at("/needs"), json!(["password", "sms"]));
    let confirm = format!("/api/bindings/{}/confirm", binding.text("/id"));
    let code = bank.sms_code(&wang).await;
    other
        .post(&confirm, json!({ "sms_code": code }))
        .await
        .refused(422, "challenge.wrong");
    other
        .post(&confirm, json!({ "sms_code": code, "password": "000111" }))
        .await
        .refused(422, "challenge.wrong");
    other
        .post(
            &confirm,
            json!({ "sms_code": code, "password": wang.pay_password }),
        )
        .await
        .ok();
    bank.run_jobs().await;
    let told = wang.hears().await;
    assert!(told.contains("绑定"), "{told}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let mut wrong = form(&zhang);
    wrong["phone"] = json!("13900000000");
    for _ in 0..30 {
        let answer = zhang.post("/api/bindings", wrong.clone()).await;
        if answer.status == 429 {
            assert!(
                answer
                    .refused(429, "binding.too_many")
                    .header("retry-after")
                    .is_some()
            );
            // The right details are refused too, or the limit would say which guess was right.
            zhang
                .post("/api/bindings", form(&zhang))
                .await
                .refused(429, "binding.too_many");
            bank.close().await;
            return;
        }
        answer.refused(422, "binding.mismatch");
    }
    panic!("thirty guesses and no limit");
}

#[tokio::test(flavor = "multi_thread")]
async fn unbinding_works_at_once_in_every_session() {
    let bank = TestBank::open().await;
    let here = bank.customer("王建国").await.opens_h5().await;
    let there = bank.customer("王建国").await.opens_h5().await;
    there.get("/api/accounts").await.ok();
    here.post("/api/bindings/unbind", json!({})).await.is(204);
    for session in [&here, &there] {
        let refused = session.get("/api/accounts").await;
        assert!([401, 403].contains(&refused.status), "{refused}");
    }
    let later = bank.customer("王建国").await.opens_h5().await;
    later.get("/api/accounts").await.refused(403, "binding.required");
    bank.close().await;
}
