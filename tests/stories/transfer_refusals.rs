//! TP01 TP03 · A transfer that must not happen is refused before anything moves, with a stable code.

use serde_json::{Value, json};
use testkit::{Customer, TestBank};

/// Drafts with one thing changed.
async fn draft(payer: &Customer, payee: &Customer, key: &str, value: Value) -> testkit::Answer {
    let mut form = payer.transfer_form(payee, 100).await;
    form[key] = value;
    payer.post("/api/transfers", form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_must_be_money() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    for amount in [0, -1, i64::MIN, i64::MAX] {
        let refused = draft(&wang, &chen, "amount_fen", json!(amount)).await;
        assert_eq!(refused.status, 422, "{refused}");
        assert!(refused.text("/code").starts_with("transfer."), "{refused}");
    }
    for amount in [json!(1.5), json!("100"), json!(null), json!([]), json!(1e300)] {
        draft(&wang, &chen, "amount_fen", amount)
            .await
            .refused(422, "request.bad_field");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payee_must_exist_be_another_and_bear_the_name() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    draft(&wang, &chen, "to_name", json!("陈小明"))
        .await
        .refused(422, "transfer.name_mismatch");
    draft(&wang, &chen, "to_no", json!("6222009940009999998"))
        .await
        .refused(422, "transfer.payee_unknown");
    draft(&wang, &wang, "memo", json!("x"))
        .await
        .refused(422, "transfer.same_account");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pays_from_an_account_of_others() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let theirs = chen.account_id().await;
    for id in [
        theirs.as_str(),
        "01890000-0000-7000-8000-000000000000",
        "x",
        "../1",
    ] {
        let refused = draft(&wang, &chen, "from_account_id", json!(id)).await;
        assert!([400, 404, 422].contains(&refused.status), "{refused}");
    }
    draft(&wang, &chen, "from_account_id", json!(theirs))
        .await
        .is(404);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_there_is_is_refused() {
    let bank = TestBank::open().await;
    let zhao = bank.bound_customer("赵敏").await;
    let chen = bank.customer("陈晓明").await;
    let account = zhao.account("demand").await;
    let available = account["available_fen"].as_i64().expect("an amount");
    draft(&zhao, &chen, "amount_fen", json!(available + 1))
        .await
        .refused(422, "transfer.insufficient");
    assert_eq!(
        zhao.balance().await,
        account["balance_fen"].as_i64().expect("an amount")
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_for_one_transfer_and_for_the_day() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 100).await)
        .await
        .ok();
    let single = check.number("/per_transfer_limit_fen");
    let (day, left) = (check.number("/day_limit_fen"), check.number("/day_left_fen"));
    assert!(single > 0 && day >= single && left <= day, "{check}");
    draft(&wang, &chen, "amount_fen", json!(single + 1))
        .await
        .refused(422, "transfer.limit_single");

    bank.pays(&wang, &chen, 1_000).await;
    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 100).await)
        .await
        .ok();
    assert_eq!(check.number("/day_left_fen"), left - 1_000);
    bank.clock.forward(kit::clock::DAY);
    let wang = wang.opens_h5().await;
    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 100).await)
        .await
        .ok();
    assert_eq!(
        check.number("/day_left_fen"),
        day,
        "a new day has the whole limit"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_needs_a_key_and_json() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let form = wang.transfer_form(&chen, 100).await;
    let url = bank.url("/api/transfers");
    wang.browser
        .post(&url, &form)
        .await
        .refused(400, "request.key_missing");
    for key in ["short", "with blank", "ключ-ключ", &"x".repeat(65)] {
        let ask = testkit::Ask {
            method: reqwest::Method::POST,
            url: url.clone(),
            json: Some(&form),
            headers: vec![("idempotency-key", key.to_owned())],
        };
        let refused = wang.browser.send(ask).await;
        assert_eq!(refused.status, 400, "{key}: {refused}");
    }
    let mut more = form;
    more["surplus"] = json!(1);
    wang.post("/api/transfers", more)
        .await
        .refused(422, "request.bad_field");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_of_others_are_not_to_be_seen() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    let path = format!("/api/transfers/{}", draft.text("/id"));
    wang.get(&path).await.ok();
    chen.get(&path).await.is(404);
    chen.post(&format!("{path}/cancel"), json!({})).await.is(404);
    chen.get(&format!("{path}/receipt")).await.is(404);
    bank.close().await;
}
