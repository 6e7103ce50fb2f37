//! TP01 TP03 TP05 · 小额免密: where the policy asks for no proof, one confirmed request sends the money, once.

use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

/// Below 200 yuan the customer's word is enough, as a bank sets it up.
async fn small_sums_need_no_proof(bank: &TestBank) {
    bank.execute("update identity_policy set factors = '' where act = 'transfer'")
        .await;
    bank.execute(
        "insert into identity_policy (act, min_amount, factors, version) values ('transfer', 20000, 'password,sms', 1)",
    )
    .await;
}

async fn confirmed(from: &Customer, to: &Customer, fen: i64) -> Value {
    let mut form = from.transfer_form(to, fen).await;
    form["confirmed"] = json!(true);
    form
}

async fn sends(from: &Customer, to: &Customer, fen: i64) -> Answer {
    from.post("/api/transfers", confirmed(from, to, fen).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_pays_once_is_audited_and_told() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    small_sums_need_no_proof(&bank).await;
    let (had, got) = (wang.balance().await, chen.balance().await);

    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 19_999).await)
        .await
        .ok();
    assert_eq!(check.at("/factors"), json!([]));
    let form = confirmed(&wang, &chen, 19_999).await;
    let sent = wang
        .post_with_key("/api/transfers", "small-sum-1", form.clone())
        .await
        .is(201);
    assert_eq!(sent.text("/state"), "succeeded", "{sent}");
    assert_eq!(sent.at("/challenge"), Value::Null);
    // The same key is the same transfer, and with another amount no transfer at all.
    let again = wang
        .post_with_key("/api/transfers", "small-sum-1", form.clone())
        .await
        .is(201);
    assert_eq!(again.text("/id"), sent.text("/id"));
    let mut other = form;
    other["amount_fen"] = json!(18_000);
    wang.post_with_key("/api/transfers", "small-sum-1", other)
        .await
        .refused(422, "request.key_reused");

    bank.run_jobs().await;
    assert_eq!(wang.balance().await, had - 19_999);
    assert_eq!(chen.balance().await, got + 19_999);
    assert_eq!(bank.transfers_of(&wang).await, 1);
    let acts = bank.column("audit_log", "action").await;
    let of = |act: &str| acts.iter().filter(|a| *a == act).count();
    assert_eq!(
        (
            of("transfer.at_once"),
            of("transfer.settle"),
            of("transfer.draft")
        ),
        (1, 1, 0)
    );
    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 100).await)
        .await
        .ok();
    assert_eq!(check.number("/day_left_fen"), 20_000_000 - 19_999, "{check}");
    let receipt = wang
        .get(&format!("/api/transfers/{}/receipt", sent.text("/id")))
        .await
        .ok();
    assert_eq!(receipt.number("/amount_fen"), 19_999);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_customers_word_or_above_the_line_nothing_moves() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    // As delivered every transfer asks for a proof, whatever the page says.
    let draft = sends(&wang, &chen, 100).await.is(201);
    assert_eq!(draft.text("/state"), "awaiting_challenge");
    small_sums_need_no_proof(&bank).await;
    let draft = sends(&wang, &chen, 20_000).await.is(201);
    assert_eq!(draft.text("/state"), "awaiting_challenge");
    assert_eq!(draft.at("/challenge/factors"), json!(["password", "sms"]));
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    assert_eq!(draft.text("/state"), "awaiting_challenge");
    bank.settles().await;
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_nothing_behind() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    small_sums_need_no_proof(&bank).await;
    let had = wang.balance().await;
    for fen in [0, -1, i64::MIN] {
        sends(&wang, &chen, fen).await.refused(422, "transfer.bad_amount");
    }
    let mut stranger = confirmed(&wang, &chen, 100).await;
    stranger["to_name"] = json!("李大力");
    wang.post("/api/transfers", stranger)
        .await
        .refused(422, "transfer.name_mismatch");
    bank.execute("update payments_limit set per_day = 150 where class = 'standard'")
        .await;
    assert_eq!(sends(&wang, &chen, 100).await.is(201).text("/state"), "succeeded");
    sends(&wang, &chen, 100).await.refused(422, "transfer.limit_day");
    let loss = format!("/api/accounts/{}/loss-report", wang.account_id().await);
    assert!(wang.post(&loss, json!({})).await.status < 300);
    sends(&wang, &chen, 10).await.refused(422, "account.blocked");
    bank.settles().await;
    assert_eq!(bank.transfers_of(&wang).await, 1);
    assert_eq!(wang.opens_h5().await.balance().await, had - 100);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_take_no_more_than_the_day_allows() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    small_sums_need_no_proof(&bank).await;
    // The pace of payee look-ups is another matter; known payees are found without one.
    let had = wang.balance().await;
    bank.execute("update payments_limit set per_day = 1050 where class = 'standard'")
        .await;
    let form = confirmed(&wang, &chen, 100).await;
    let asks = (0..50).map(|_| wang.post("/api/transfers", form.clone()));
    let answers = futures_util::future::join_all(asks).await;
    let passed = answers.iter().filter(|answer| answer.status == 201).count();
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        let code = refused.text("/code");
        assert!(
            ["transfer.limit_day", "transfer.too_many"].contains(&code.as_str()),
            "{refused}"
        );
    }
    assert!(
        (1..=10).contains(&passed),
        "{passed} of 100 fen do not fit into 1,050"
    );
    bank.settles().await;
    let moved = i64::try_from(passed).expect("small") * 100;
    assert_eq!(wang.opens_h5().await.balance().await, had - moved);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_asked_for_and_not_paid_twice() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    small_sums_need_no_proof(&bank).await;
    let had = wang.balance().await;
    bank.loses_next_answer();
    let form = confirmed(&wang, &chen, 300).await;
    let sent = wang
        .post_with_key("/api/transfers", "small-sum-2", form.clone())
        .await
        .is(201);
    assert_eq!(sent.text("/state"), "processing", "{sent}");
    let again = wang
        .post_with_key("/api/transfers", "small-sum-2", form)
        .await
        .is(201);
    assert_eq!(
        (again.text("/id"), again.text("/state")),
        (sent.text("/id"), "processing".into())
    );
    bank.settles().await;
    let truth = wang
        .get(&format!("/api/transfers/{}", sent.text("/id")))
        .await
        .ok();
    assert_eq!(truth.text("/state"), "succeeded");
    assert_eq!(wang.balance().await, had - 300);
    bank.close().await;
}

/// Ordinary arrival waits with the money held, and can be taken back.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_arrives_later_waits_and_can_be_taken_back() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    small_sums_need_no_proof(&bank).await;
    let had = wang.account("demand").await["available_fen"].as_i64();
    let mut form = confirmed(&wang, &chen, 500).await;
    form["arrival"] = json!("next_day");
    let sent = wang.post("/api/transfers", form).await.is(201);
    assert_eq!(sent.text("/state"), "waiting", "{sent}");
    let held = wang.account("demand").await["available_fen"].as_i64();
    assert_eq!(held, had.map(|fen| fen - 500));
    let path = format!("/api/transfers/{}/cancel", sent.text("/id"));
    assert_eq!(wang.post(&path, json!({})).await.ok().text("/state"), "cancelled");
    bank.settles().await;
    assert_eq!(wang.account("demand").await["available_fen"].as_i64(), had);
    bank.close().await;
}

/// Small sums count together: what goes without a proof is bounded for the day, also when fifty ask at once.
#[tokio::test(flavor = "multi_thread")]
async fn small_sums_do_not_add_up_to_a_large_one_without_a_proof() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    small_sums_need_no_proof(&bank).await;
    let had = wang.balance().await;
    // Drafted while nothing was sent yet, so nothing was asked for.
    let early = wang.drafts_transfer(&chen, 12_000).await.is(201);
    assert_eq!(early.at("/challenge/factors"), json!([]));
    assert_eq!(
        sends(&wang, &chen, 12_000).await.is(201).text("/state"),
        "succeeded"
    );

    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 8_000).await)
        .await
        .ok();
    assert_eq!(check.at("/factors"), json!(["password", "sms"]));
    let next = sends(&wang, &chen, 8_000).await.is(201);
    assert_eq!(next.text("/state"), "awaiting_challenge", "{next}");
    assert_eq!(next.at("/challenge/factors"), json!(["password", "sms"]));
    let path = format!("/api/transfers/{}/authorise", early.text("/id"));
    let nothing = json!({"challenge_id": early.text("/challenge/id")});
    wang.post(&path, nothing)
        .await
        .refused(409, "transfer.proof_wanted");
    let code = bank.sms_code(&wang).await;
    wang.authorises(&next, &wang.pay_password, &code).await.is(200);
    bank.settles().await;
    assert_eq!(wang.balance().await, had - 20_000);

    let li = bank.customer("李秀兰").await.opens_h5().await;
    let form = confirmed(&li, &chen, 1_500).await;
    let asks = (0..50).map(|_| li.post("/api/transfers", form.clone()));
    let answers = futures_util::future::join_all(asks).await;
    let gone = answers
        .iter()
        .filter(|answer| answer.status == 201 && answer.text("/state") != "awaiting_challenge")
        .count();
    assert!((1..=13).contains(&gone), "{gone} of 15 yuan went without a proof");
    bank.close().await;
}

/// Nor do drafts made beforehand, each with the smaller proof that its own sum asked for.
#[tokio::test(flavor = "multi_thread")]
async fn the_proof_of_a_small_sum_does_not_carry_a_large_one() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    small_sums_need_no_proof(&bank).await;
    bank.execute("update identity_policy set factors = 'sms' where act = 'transfer' and min_amount < 20000")
        .await;
    let had = wang.balance().await;
    let first = wang.drafts_transfer(&chen, 12_000).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.clock.forward(2 * kit::clock::MINUTE);
    let second = wang.drafts_transfer(&chen, 12_000).await.is(201);
    let other = bank.sms_code(&wang).await;
    assert_eq!(second.at("/challenge/factors"), json!(["sms"]));
    for (draft, code, ends) in [(&first, &code, 200), (&second, &other, 409)] {
        let path = format!("/api/transfers/{}/authorise", draft.text("/id"));
        let proof = json!({"challenge_id": draft.text("/challenge/id"), "sms_code": code});
        let answer = wang.post(&path, proof).await;
        assert_eq!(answer.status, ends, "{answer}");
    }
    bank.settles().await;
    assert_eq!(wang.balance().await, had - 12_000);
    bank.close().await;
}
