//! TP08 · An own credit card is repaid from an own current account: the bill falls at once, nothing is overpaid, and an
//! answer that is lost is found out.

use corebank::stub::{Fault, Op};
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

async fn bill(who: &Customer) -> Answer {
    let card = who.account("credit").await;
    let id = card["id"].as_str().expect("an id");
    who.get(&format!("/api/cards/{id}/bill")).await.ok()
}

async fn form(who: &Customer, fen: i64) -> Value {
    json!({
        "from_account_id": who.account_id().await, "card_account_id": who.account("credit").await["id"],
        "amount_fen": fen,
    })
}

async fn drafts(who: &Customer, fen: i64) -> Answer {
    who.post("/api/repayments", form(who, fen).await).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bill_falls_at_once_and_the_receipt_says_so() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let before = bill(&chen).await;
    let (owed, had) = (before.number("/owed_fen"), chen.balance().await);
    assert!(owed > 10_000, "the demo's card owes something: {before}");
    assert_eq!(before.number("/most_fen"), owed);
    assert_eq!(before.text("/statement_date"), "2026-11-05");
    assert_eq!(before.text("/due_date"), "2026-11-25");
    assert_eq!(before.at("/overdue"), json!(false));

    let draft = drafts(&chen, 10_000).await.is(201);
    assert_eq!(draft.text("/purpose"), "repayment");
    assert_eq!(draft.text("/state"), "awaiting_challenge");
    assert_eq!(draft.at("/challenge/factors"), json!(["password", "sms"]));
    bank.run_jobs().await;
    let texts = chen.texts().await;
    let text = texts.last().expect("a code");
    assert!(
        text.contains("信用卡还款100.00元") && text.contains(&before.text("/tail")),
        "what is signed is not shown: {text}"
    );
    let code = testkit::code_in(text).expect("a code");
    let done = chen.authorises(&draft, &chen.pay_password, &code).await.is(200);
    assert_eq!(done.text("/state_text"), "还款成功");

    let after = bill(&chen).await;
    assert_eq!(after.number("/owed_fen"), owed - 10_000);
    assert_eq!(after.number("/paid_fen"), before.number("/paid_fen") + 10_000);
    assert_eq!(
        after.number("/remaining_fen"),
        (before.number("/remaining_fen") - 10_000).max(0)
    );
    assert_eq!(
        after.number("/min_remaining_fen"),
        (before.number("/min_remaining_fen") - 10_000).max(0)
    );
    assert_eq!(chen.balance().await, had - 10_000);
    let card = chen.account("credit").await;
    assert_eq!(card["balance_fen"], json!(10_000 - owed));

    let receipt = chen
        .get(&format!("/api/transfers/{}/receipt", draft.text("/id")))
        .await
        .ok();
    assert_eq!(receipt.text("/purpose"), "repayment");
    assert_eq!(receipt.text("/amount_capital"), "人民币壹佰元整");
    bank.run_jobs().await;
    let told = chen.hears().await;
    assert!(told.contains("还款成功") && told.contains("信用卡尾号"), "{told}");
    let more = chen.chat(0).await;
    assert!(more.is_empty(), "one notice, not two: {more:?}");
    // One's own card is nobody to be picked from the payees.
    let recent = chen.get("/api/payees/recent").await.ok();
    assert_eq!(recent.list("/items"), Vec::<Value>::new());
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_taken_than_is_owed() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let owed = bill(&chen).await.number("/owed_fen");
    let refused = drafts(&chen, owed + 1).await.refused(422, "repayment.overpay");
    assert_eq!(refused.number("/most_fen"), owed);
    for amount in [0, -1] {
        drafts(&chen, amount).await.refused(422, "repayment.bad_amount");
    }

    // Two drafts of everything: the second is refused before its proof is even looked at.
    let first = drafts(&chen, owed).await.is(201);
    let code = bank.sms_code(&chen).await;
    bank.clock.forward(2 * kit::clock::MINUTE);
    let second = drafts(&chen, owed).await.is(201);
    let other = bank.sms_code(&chen).await;
    chen.authorises(&first, &chen.pay_password, &code).await.is(200);
    chen.authorises(&second, &chen.pay_password, &other)
        .await
        .refused(422, "repayment.nothing_owed");
    assert_eq!(bill(&chen).await.number("/owed_fen"), 0);
    drafts(&chen, 1).await.refused(422, "repayment.nothing_owed");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_are_proved_in_the_same_moment_fit_together_or_one_is_refused() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let owed = bill(&chen).await.number("/owed_fen");
    let first = drafts(&chen, owed).await.is(201);
    let code = bank.sms_code(&chen).await;
    bank.clock.forward(2 * kit::clock::MINUTE);
    let second = drafts(&chen, owed).await.is(201);
    let other = bank.sms_code(&chen).await;
    let (one, two) = tokio::join!(
        chen.authorises(&first, &chen.pay_password, &code),
        chen.authorises(&second, &chen.pay_password, &other),
    );
    bank.settles().await;
    let accepted = [&one, &two].iter().filter(|a| a.status < 300).count();
    assert_eq!(accepted, 1, "{one} {two}");
    assert_eq!(bill(&chen).await.number("/owed_fen"), 0, "{one} {two}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_own_cards_from_own_current_accounts() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let card = chen.account("credit").await;
    let card = card["id"].as_str().expect("an id");
    wang.get(&format!("/api/cards/{card}/bill"))
        .await
        .refused(404, "repayment.no_card");
    let own = wang.account_id().await;
    wang.get(&format!("/api/cards/{own}/bill"))
        .await
        .refused(404, "repayment.no_card");

    let of_others = json!({"from_account_id": own, "card_account_id": card, "amount_fen": 100});
    wang.post("/api/repayments", of_others)
        .await
        .refused(404, "repayment.no_card");
    let from_the_card = json!({"from_account_id": card, "card_account_id": card, "amount_fen": 100});
    chen.post("/api/repayments", from_the_card)
        .await
        .refused(422, "repayment.bad_payer");
    let from_a_loan = json!({
        "from_account_id": wang.account("loan").await["id"], "card_account_id": card, "amount_fen": 100,
    });
    wang.post("/api/repayments", from_a_loan)
        .await
        .refused(422, "repayment.bad_payer");
    bank.core
        .next(Op::Payee, Fault::Refuse(corebank::RefusalCode::PayeeNotFound));
    drafts(&chen, 100).await.refused(404, "repayment.no_card");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_one_repayment() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (had, body) = (chen.balance().await, form(&chen, 500).await);
    let key = "repay-key-0001";
    let first = chen
        .post_with_key("/api/repayments", key, body.clone())
        .await
        .is(201);
    let again = chen
        .post_with_key("/api/repayments", key, body.clone())
        .await
        .is(201);
    assert_eq!(first.text("/id"), again.text("/id"));
    let mut other = body;
    other["amount_fen"] = json!(501);
    chen.post_with_key("/api/repayments", key, other)
        .await
        .refused(422, "request.key_reused");
    let code = bank.sms_code(&chen).await;
    let path = format!("/api/transfers/{}/authorise", first.text("/id"));
    let proof =
        json!({"challenge_id": first.text("/challenge/id"), "password": chen.pay_password, "sms_code": code});
    for _ in 0..3 {
        let done = chen
            .post_with_key(&path, "repay-key-0002", proof.clone())
            .await
            .is(200);
        assert_eq!(done.text("/state"), "succeeded");
    }
    assert_eq!(chen.balance().await, had - 500);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_counts_as_under_way_until_it_is_known() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (owed, had) = (bill(&chen).await.number("/owed_fen"), chen.balance().await);
    let draft = drafts(&chen, 3_000).await.is(201);
    let code = bank.sms_code(&chen).await;
    // Nothing arrives at the core, and nothing comes back.
    bank.core.every(Op::Transfer, Fault::Down);
    let answer = chen.authorises(&draft, &chen.pay_password, &code).await.is(202);
    assert_eq!(answer.text("/state"), "processing");
    let open = bill(&chen).await;
    assert_eq!(open.number("/under_way_fen"), 3_000);
    assert_eq!(open.number("/most_fen"), owed - 3_000);
    drafts(&chen, owed).await.refused(422, "repayment.overpay");

    bank.core.heal();
    bank.settles().await;
    let truth = chen
        .get(&format!("/api/transfers/{}", draft.text("/id")))
        .await
        .ok();
    assert_eq!(truth.text("/state"), "succeeded");
    let after = bill(&chen).await;
    assert_eq!(
        (after.number("/owed_fen"), after.number("/under_way_fen")),
        (owed - 3_000, 0)
    );
    assert_eq!(chen.balance().await, had - 3_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_core_is_told_as_such_and_a_silent_core_drafts_nothing() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let owed = bill(&chen).await.number("/owed_fen");
    let draft = drafts(&chen, 700).await.is(201);
    let code = bank.sms_code(&chen).await;
    bank.refuses_next_transfer(corebank::RefusalCode::InsufficientFunds);
    let failed = chen.authorises(&draft, &chen.pay_password, &code).await.is(200);
    assert_eq!(failed.text("/state_text"), "还款失败");
    bank.run_jobs().await;
    let told = chen.hears().await;
    assert!(told.contains("还款失败"), "{told}");
    assert_eq!(bill(&chen).await.number("/owed_fen"), owed);

    let id = chen.account("credit").await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    bank.core.next(Op::CardBill, Fault::Down);
    chen.get(&format!("/api/cards/{id}/bill"))
        .await
        .refused(503, "core.unavailable");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_of_transfers_do_not_count_ones_own_card() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    bank.execute("update payments_limit set per_transfer = 100, per_day = 100 where class = 'standard'")
        .await;
    let draft = drafts(&chen, 5_000).await.is(201);
    let code = bank.sms_code(&chen).await;
    let done = chen.authorises(&draft, &chen.pay_password, &code).await.is(200);
    assert_eq!(done.text("/state"), "succeeded");
    let li = bank.customer("李秀兰").await;
    let small = chen.drafts_transfer(&li, 100).await.is(201);
    assert_eq!(
        small.text("/state"),
        "awaiting_challenge",
        "nothing of the limit is used"
    );
    bank.close().await;
}
