//! TP01 TP03 TP04 TP05 · Money goes from one customer to another: once, signed by what was shown.

use kit::clock::MINUTE;
use serde_json::json;
use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_checked_signed_and_receipted() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (had, got) = (wang.balance().await, chen.balance().await);

    let check = json!({
        "from_account_id": wang.account_id().await, "to_no": chen.card_no, "to_name": chen.name, "amount_fen": 50_000,
    });
    let check = wang.post("/api/transfers/check", check).await.ok();
    assert_eq!(check.text("/payee_name_masked"), "*晓明");
    assert_eq!(check.at("/name_matches"), json!(true));
    assert_eq!(check.at("/first_time"), json!(true));

    let draft = wang.drafts_transfer(&chen, 50_000).await.is(201);
    assert_eq!(draft.text("/state"), "awaiting_challenge");
    bank.run_jobs().await;
    let texts = wang.texts().await;
    let text = texts.last().expect("a text message with the code");
    assert!(
        text.contains("*晓明") && text.contains("500.00"),
        "what is signed is not shown: {text}"
    );
    let code = testkit::code_in(text).expect("a code");
    let done = wang.authorises(&draft, &wang.pay_password, &code).await.is(200);
    assert_eq!(done.text("/state"), "succeeded");

    assert_eq!(wang.balance().await, had - 50_000);
    assert_eq!(chen.balance().await, got + 50_000);
    let receipt = wang
        .get(&format!("/api/transfers/{}/receipt", draft.text("/id")))
        .await
        .ok();
    assert_eq!(receipt.text("/amount_capital"), "人民币伍佰元整");
    assert_eq!(receipt.text("/payee_name_masked"), "*晓明");
    let recent = wang.get("/api/payees/recent").await.ok().list("/items");
    assert_eq!(recent[0]["name_masked"], "*晓明");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_taps_are_one_transfer() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let body = wang.transfer_form(&chen, 12_300).await;
    let drafts = all(100, |_| {
        wang.post_with_key("/api/transfers", "one-draft-key", body.clone())
    })
    .await;
    let mut ids: Vec<String> = drafts
        .iter()
        .filter(|a| a.status == 201)
        .map(|a| a.text("/id"))
        .collect();
    assert!(!ids.is_empty());
    ids.dedup();
    assert_eq!(ids.len(), 1, "one key made several transfers");
    // Who comes before the first has ended is told to wait, by the key or by the pace at which payees are looked up.
    for other in drafts.iter().filter(|a| a.status != 201) {
        let code = other.text("/code");
        assert!(
            ["request.in_progress", "transfer.too_many"].contains(&code.as_str()),
            "{other}"
        );
    }

    let draft = wang
        .post_with_key("/api/transfers", "one-draft-key", body)
        .await
        .is(201);
    let code = bank.sms_code(&wang).await;
    let path = format!("/api/transfers/{}/authorise", draft.text("/id"));
    let proof = json!({ "challenge_id": draft.text("/challenge/id"), "password": wang.pay_password, "sms_code": code });
    let answers = all(100, |_| {
        wang.post_with_key(&path, "one-authorise-key", proof.clone())
    })
    .await;
    for answer in &answers {
        assert!([200, 202, 409].contains(&answer.status), "{answer}");
    }
    bank.run_jobs().await;
    assert_eq!(
        wang.get(&format!("/api/transfers/{}", draft.text("/id")))
            .await
            .ok()
            .text("/state"),
        "succeeded"
    );
    assert_eq!(wang.balance().await, had - 12_300);
    assert_eq!(bank.transfers_of(&wang).await, 1);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_answer_and_another_body_none() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let body = wang.transfer_form(&chen, 100).await;
    let first = wang
        .post_with_key("/api/transfers", "my-own-key-1", body.clone())
        .await
        .is(201);
    let again = wang
        .post_with_key("/api/transfers", "my-own-key-1", body.clone())
        .await
        .is(201);
    assert_eq!(first.text("/id"), again.text("/id"));
    let mut other = body;
    other["amount_fen"] = json!(101);
    wang.post_with_key("/api/transfers", "my-own-key-1", other)
        .await
        .refused(422, "request.key_reused");

    let code = bank.sms_code(&wang).await;
    let path = format!("/api/transfers/{}/authorise", first.text("/id"));
    let proof = json!({ "challenge_id": first.text("/challenge/id"), "password": wang.pay_password, "sms_code": code });
    let done = wang
        .post_with_key(&path, "my-own-key-2", proof.clone())
        .await
        .is(200);
    let twice = wang
        .post_with_key(&path, "my-own-key-2", proof.clone())
        .await
        .is(200);
    assert_eq!(done.text("/receipt_no"), twice.text("/receipt_no"));
    let mut changed = proof;
    changed["challenge_id"] = json!("01890000-0000-7000-8000-000000000000");
    wang.post_with_key(&path, "my-own-key-2", changed)
        .await
        .refused(422, "request.key_reused");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_belongs_to_the_one_who_made_it() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let li = bank.customer("李秀兰").await;
    let one = wang
        .post_with_key(
            "/api/transfers",
            "the-same-word",
            wang.transfer_form(&li, 100).await,
        )
        .await
        .is(201);
    let two = chen
        .post_with_key(
            "/api/transfers",
            "the-same-word",
            chen.transfer_form(&li, 100).await,
        )
        .await
        .is(201);
    assert_ne!(one.text("/id"), two.text("/id"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_signs_only_the_transfer_it_was_sent_for() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let small = wang.drafts_transfer(&chen, 100).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.clock.forward(2 * MINUTE);
    let large = wang.drafts_transfer(&chen, 90_000).await.is(201);
    bank.run_jobs().await;
    let had = wang.balance().await;
    let path = format!("/api/transfers/{}/authorise", large.text("/id"));
    let with_other_challenge = json!({
        "challenge_id": small.text("/challenge/id"), "password": wang.pay_password, "sms_code": code,
    });
    let refused = wang.post(&path, with_other_challenge).await;
    assert!([404, 409, 410, 422].contains(&refused.status), "{refused}");
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_proofs_lock_and_nothing_moves() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    let code = bank.sms_code(&wang).await;
    for left in [4, 3, 2, 1] {
        let refusal = wang
            .authorises(&draft, "999999", &code)
            .await
            .refused(422, "challenge.wrong");
        assert_eq!(refusal.number("/left"), left);
    }
    let locked = wang.authorises(&draft, "999999", &code).await;
    assert_eq!(locked.status, 423, "{locked}");
    let still = wang.authorises(&draft, &wang.pay_password, &code).await;
    assert!([409, 423].contains(&still.status), "{still}");
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_may_be_cancelled_and_runs_out() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    let path = format!("/api/transfers/{}", draft.text("/id"));
    let code = bank.sms_code(&wang).await;
    let cancelled = wang.post(&format!("{path}/cancel"), json!({})).await.ok();
    assert_eq!(cancelled.text("/state"), "cancelled");
    wang.authorises(&draft, &wang.pay_password, &code)
        .await
        .refused(409, "transfer.wrong_state");

    bank.clock.forward(2 * MINUTE);
    let draft = wang.drafts_transfer(&chen, 200).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.clock.forward(30 * MINUTE - MINUTE);
    let wang = wang.opens_h5().await;
    let late = wang.authorises(&draft, &wang.pay_password, &code).await;
    assert!([409, 410].contains(&late.status), "{late}");
    bank.run_jobs().await;
    let path = format!("/api/transfers/{}", draft.text("/id"));
    assert_eq!(wang.get(&path).await.ok().text("/state"), "expired");
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_are_listed_newest_first_page_by_page() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let mut made = Vec::new();
    for fen in [100, 200, 300] {
        made.push(wang.drafts_transfer(&chen, fen).await.is(201).text("/id"));
        bank.clock.forward(2 * MINUTE);
    }
    let page = wang.get("/api/transfers").await.ok();
    let listed: Vec<String> = page
        .list("/items")
        .iter()
        .map(|t| t["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    made.reverse();
    assert_eq!(listed, made);
    bank.close().await;
}

/// Runs so many requests at once.
async fn all<F: Future<Output = testkit::Answer>>(
    count: usize,
    one: impl Fn(usize) -> F,
) -> Vec<testkit::Answer> {
    futures_util::future::join_all((0..count).map(one)).await
}
