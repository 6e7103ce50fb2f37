//! TP07 · A bill is queried, paid and confirmed: posted when the biller has it, freed when the biller refuses, asked for
//! while the biller is silent, and told to the biller once.

use kit::clock::MINUTE;
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

async fn query(who: &Customer, number: &str) -> Answer {
    who.post("/api/bills/query", json!({"biller": "power", "number": number}))
        .await
}

async fn form(who: &Customer, number: &str) -> Value {
    let bill = query(who, number).await.ok().list("/items").remove(0);
    json!({
        "from_account_id": who.account_id().await, "biller": "power", "number": number,
        "bill_no": bill["bill_no"], "amount_fen": bill["amount_fen"],
    })
}

/// Drafts and authorises; gives the draft and the answer.
async fn pays(bank: &TestBank, who: &Customer, number: &str) -> (Answer, Answer) {
    let draft = who.post("/api/bills", form(who, number).await).await.is(201);
    let code = bank.sms_code(who).await;
    let answer = who.authorises(&draft, &who.pay_password, &code).await;
    (draft, answer)
}

async fn state(who: &Customer, draft: &Answer) -> String {
    let path = format!("/api/transfers/{}", draft.text("/id"));
    who.get(&path).await.ok().text("/state")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_queried_paid_confirmed_and_gone() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let billers = wang.get("/api/billers").await.ok().list("/items");
    assert_eq!(billers[0]["kind"], "电费");

    let open = query(&wang, "1234 5678-90").await.ok();
    assert!(open.text("/name_masked").starts_with('*'), "{open}");
    assert!(!open.to_string().contains("1234567890"), "{open}");
    assert_eq!(open.list("/items").len(), 2);
    assert_eq!(open.text("/items/0/period_text"), "2026年9月");

    let draft = wang
        .post("/api/bills", form(&wang, "1234567890").await)
        .await
        .is(201);
    let fen = draft.number("/amount_fen");
    bank.run_jobs().await;
    let texts = wang.texts().await;
    let text = texts.last().expect("a code");
    assert!(
        text.contains("缴纳电费2026年9月") && text.contains("供电公司"),
        "{text}"
    );
    let code = testkit::code_in(text).expect("a code");
    let done = wang.authorises(&draft, &wang.pay_password, &code).await.is(200);
    assert_eq!(done.text("/state_text"), "缴费成功", "{done}");
    assert!(done.text("/bill/reference").starts_with("JF"), "{done}");
    assert_eq!(done.text("/to/name_masked"), "示范市供电公司");
    assert_eq!(wang.balance().await, had - fen);
    assert_eq!(query(&wang, "1234567890").await.ok().list("/items").len(), 1);

    let receipt = wang
        .get(&format!("/api/transfers/{}/receipt", draft.text("/id")))
        .await
        .ok();
    assert_eq!(receipt.text("/purpose"), "bill");
    bank.run_jobs().await;
    let told = wang.hears().await;
    assert!(told.contains("缴费成功") && told.contains("供电公司"), "{told}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_known_before_is_refused_before() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    for number in ["", "123", "12345678901", "123456789x"] {
        query(&wang, number).await.refused(422, "bill.bad_number");
    }
    query(&wang, "1234560000")
        .await
        .refused(422, "bill.number_unknown");
    wang.post(
        "/api/bills/query",
        json!({"biller": "nobody", "number": "1234567890"}),
    )
    .await
    .refused(422, "bill.biller_unknown");
    assert!(query(&wang, "1234569990").await.ok().list("/items").is_empty());

    let right = form(&wang, "1234567890").await;
    let with = |key: &str, value: Value| {
        let mut form = right.clone();
        form[key] = value;
        form
    };
    let amount = right["amount_fen"].as_i64().expect("fen");
    wang.post("/api/bills", with("amount_fen", json!(amount + 1)))
        .await
        .refused(422, "bill.changed");
    wang.post("/api/bills", with("bill_no", json!("202609000000000000")))
        .await
        .refused(422, "bill.gone");
    wang.post(
        "/api/bills",
        with("from_account_id", wang.account("loan").await["id"].clone()),
    )
    .await
    .refused(422, "repayment.bad_payer");
    wang.world.faults(json!({"billers": {"down": true}})).await;
    query(&wang, "1234567890")
        .await
        .refused(503, "biller.unavailable");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_refuses_costs_nothing_and_says_why() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.account("demand").await;
    let (draft, answer) = pays(&bank, &wang, "1234569991").await;
    assert_eq!(answer.text("/state_text"), "缴费失败", "{answer}");
    assert_eq!(answer.text("/reason/code"), "bill.already_paid");
    bank.settles().await;
    let has = wang.account("demand").await;
    assert_eq!(
        (&has["balance_fen"], &has["available_fen"]),
        (&had["balance_fen"], &had["available_fen"]),
        "the money is free again"
    );
    assert_eq!(state(&wang, &draft).await, "failed");
    let told = wang.hears().await;
    assert!(told.contains("缴费失败"), "{told}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_asked_for_and_paid_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let (draft, answer) = pays(&bank, &wang, "1234569995").await;
    assert_eq!(
        (answer.status, answer.text("/state")),
        (202, "waiting".to_owned()),
        "{answer}"
    );
    assert!(answer.text("/state_text").contains("处理中"));
    assert!(answer.at("/next_check_at").is_i64());
    // What the biller may know of can't be taken back, and the bill is no longer offered.
    wang.post(&format!("/api/transfers/{}/cancel", draft.text("/id")), json!({}))
        .await
        .refused(409, "transfer.wrong_state");
    assert_eq!(query(&wang, "1234569995").await.ok().list("/items").len(), 1);
    bank.settles().await;
    assert_eq!(state(&wang, &draft).await, "succeeded");
    assert_eq!(wang.balance().await, had - draft.number("/amount_fen"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_biller_is_waited_for_and_a_mute_one_becomes_a_case() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (slow, answer) = pays(&bank, &wang, "1234569996").await;
    assert_eq!(answer.status, 202, "{answer}");
    bank.clock.forward(5 * MINUTE);
    bank.run_jobs().await;
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &slow).await, "waiting");
    bank.settles().await;
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &slow).await, "succeeded");

    let (mute, _) = pays(&bank, &wang, "1234569997").await;
    for _ in 0..12 {
        bank.clock.forward(5 * MINUTE);
        bank.run_jobs().await;
    }
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &mute).await, "waiting", "never shown as failed");
    let cases = bank.staff("teller01").await.get("/api/office/cases").await.ok();
    assert!(
        cases.to_string().contains(&mute.text("/id")) || !cases.list("/items").is_empty(),
        "{cases}"
    );
    bank.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bill_is_paid_once_whatever_is_tapped() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (had, body) = (wang.balance().await, form(&wang, "1234567890").await);
    let first = wang
        .post_with_key("/api/bills", "bill-key-0001", body.clone())
        .await
        .is(201);
    let again = wang
        .post_with_key("/api/bills", "bill-key-0001", body.clone())
        .await
        .is(201);
    assert_eq!(first.text("/id"), again.text("/id"));
    let code = bank.sms_code(&wang).await;
    bank.clock.forward(2 * MINUTE);
    let second = wang.post("/api/bills", body.clone()).await.is(201);
    let other = bank.sms_code(&wang).await;
    for _ in 0..3 {
        let path = format!("/api/transfers/{}/authorise", first.text("/id"));
        let proof = json!({"challenge_id": first.text("/challenge/id"), "password": wang.pay_password, "sms_code": code});
        wang.post_with_key(&path, "bill-key-0002", proof).await.is(200);
    }
    wang.authorises(&second, &wang.pay_password, &other)
        .await
        .refused(422, "bill.gone");
    wang.post("/api/bills", body).await.refused(422, "bill.gone");
    assert_eq!(wang.balance().await, had - first.number("/amount_fen"));
    bank.close().await;
}

/// A bill belongs to whoever pays it: two customers who pay one at the same moment hold different locks of their own.
#[tokio::test(flavor = "multi_thread")]
async fn two_customers_who_pay_one_bill_in_the_same_moment_pay_it_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    for _ in 0..2 {
        let mut drafts = Vec::new();
        for who in [&wang, &chen] {
            let draft = who
                .post("/api/bills", form(who, "1234567890").await)
                .await
                .is(201);
            drafts.push((draft, bank.sms_code(who).await));
        }
        let (one, two) = tokio::join!(
            wang.authorises(&drafts[0].0, &wang.pay_password, &drafts[0].1),
            chen.authorises(&drafts[1].0, &chen.pay_password, &drafts[1].1),
        );
        let paid = [&one, &two].iter().filter(|a| a.status < 300).count();
        assert_eq!(paid, 1, "{one} {two}");
        bank.settles().await;
        bank.clock.forward(2 * MINUTE);
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_that_loses_its_answers_posts_once() {
    use corebank::stub::{Fault, Op};
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    bank.core.next(Op::Hold, Fault::LoseAnswer);
    bank.core.next(Op::Post, Fault::LoseAnswer);
    let (draft, answer) = pays(&bank, &wang, "1234567890").await;
    assert_eq!(answer.status, 202, "{answer}");
    bank.settles().await;
    assert_eq!(state(&wang, &draft).await, "succeeded");
    assert_eq!(wang.balance().await, had - draft.number("/amount_fen"));
    bank.close().await;
}
