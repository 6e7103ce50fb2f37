//! TP08 · A card's bill is repaid by itself: signed once, told the day before, repaid once on the due day, tried again
//! while there is not enough money, and told when it can't be.

use kit::clock::{HOUR, MINUTE};
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

/// The bank opens on Monday, 2026-11-23, at ten; the demo's card falls due on the 25th.
const DUE: &str = "2026-11-25";
const TO_THE_DUE_MORNING: usize = 47;

async fn card(who: &Customer) -> String {
    who.account("credit").await["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

async fn bill(who: &Customer) -> Answer {
    who.get(&format!("/api/cards/{}/bill", card(who).await))
        .await
        .ok()
}

async fn agreement(who: &Customer) -> Answer {
    who.get(&format!("/api/cards/{}/autorepay", card(who).await))
        .await
        .ok()
}

async fn drafts(who: &Customer, kind: &str) -> Answer {
    let body = json!({ "from_account_id": who.account_id().await, "kind": kind });
    who.post(&format!("/api/cards/{}/autorepay", card(who).await), body)
        .await
}

async fn proves(bank: &TestBank, who: &Customer, draft: &Answer) -> Answer {
    let code = bank.sms_code(who).await;
    let proof = json!({
        "challenge_id": draft.text("/challenge/id"), "password": who.pay_password, "sms_code": code,
    });
    who.post(&format!("/api/autorepay/{}/authorise", draft.text("/id")), proof)
        .await
}

async fn signs(bank: &TestBank, who: &Customer, kind: &str) -> Answer {
    let draft = drafts(who, kind).await.is(201);
    assert_eq!(draft.text("/state"), "awaiting_challenge");
    let begun = proves(bank, who, &draft).await.ok();
    assert_eq!(begun.text("/state"), "active");
    begun
}

/// Lets hours pass as the workers see them.
async fn hours(bank: &TestBank, count: usize) {
    for _ in 0..count {
        bank.clock.forward(HOUR);
        bank.runs_schedules().await;
        bank.run_jobs().await;
    }
}

async fn told(bank: &TestBank, kind: &str) -> usize {
    let kinds = bank.column("outreach_notice", "kind").await;
    kinds.iter().filter(|one| *one == kind).count()
}

async fn lines(who: &Customer) -> Vec<String> {
    who.chat(0).await.iter().map(Value::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_bill_is_told_the_day_before_and_repaid_once_by_two_nodes() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let before = bill(&chen).await;
    let (due, had) = (before.number("/remaining_fen"), chen.balance().await);
    assert!(due > 0 && before.text("/due_date") == DUE, "{before}");
    assert_eq!(agreement(&chen).await.at("/agreement"), Value::Null);
    let signed = signs(&bank, &chen, "full").await;
    assert_eq!(signed.text("/kind_text"), "全额还款");
    assert_eq!(signed.text("/after_on"), "2026-11-23");
    lines(&chen).await;

    hours(&bank, TO_THE_DUE_MORNING - 1).await;
    let heard = lines(&chen).await;
    assert!(
        heard.iter().any(|line| line.contains("明日还款")),
        "not told: {heard:?}"
    );
    assert_eq!(told(&bank, "autorepay_tomorrow").await, 1);
    let chen = chen.opens_h5().await;
    assert_eq!(chen.balance().await, had, "not before its morning");

    let other = bank.second_node().await;
    bank.clock.forward(HOUR);
    tokio::join!(bank.runs_schedules(), other.runs_schedules());
    other.leave().await;
    bank.settles().await;
    hours(&bank, 30).await;
    let chen = chen.opens_h5().await;
    let after = bill(&chen).await;
    assert_eq!(after.number("/remaining_fen"), 0, "{after}");
    assert_eq!(after.number("/owed_fen"), before.number("/owed_fen") - due);
    assert_eq!(bank.books_say(&chen).await, had - due, "once");
    let run = agreement(&chen).await;
    assert_eq!(
        (run.text("/last_run/due_on"), run.text("/last_run/result")),
        (DUE.to_owned(), "sent".to_owned())
    );
    assert_eq!(run.text("/agreement/after_on"), DUE);
    let made = chen
        .get(&format!("/api/transfers/{}", run.text("/last_run/transfer_id")))
        .await
        .ok();
    assert_eq!(
        (made.text("/purpose"), made.text("/state_text")),
        ("repayment".to_owned(), "还款成功".to_owned())
    );
    assert_eq!(told(&bank, "repayment_done").await, 1);
    let acts = bank.column("audit_log", "action").await;
    for act in ["autorepay.sign", "autorepay.begin", "autorepay.run"] {
        assert_eq!(acts.iter().filter(|one| *one == act).count(), 1, "{act}");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minimum_less_what_was_repaid_by_hand_and_whatever_the_limits() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let before = bill(&chen).await;
    let least = before.number("/min_remaining_fen");
    assert!(least > 500, "{before}");
    bank.execute("update payments_limit set per_transfer = 1, per_day = 1 where class = 'standard'")
        .await;
    signs(&bank, &chen, "minimum").await;
    bank.clock.forward(2 * MINUTE);
    let by_hand = json!({
        "from_account_id": chen.account_id().await, "card_account_id": card(&chen).await, "amount_fen": 500,
    });
    let draft = chen.post("/api/repayments", by_hand).await.is(201);
    let code = bank.sms_code(&chen).await;
    chen.authorises(&draft, &chen.pay_password, &code).await.is(200);
    let had = chen.balance().await;
    hours(&bank, TO_THE_DUE_MORNING + 3).await;
    let chen = chen.opens_h5().await;
    assert_eq!(chen.balance().await, had - (least - 500));
    let after = bill(&chen).await;
    assert_eq!(after.number("/min_remaining_fen"), 0);
    assert!(
        after.number("/remaining_fen") > 0,
        "no more than the minimum: {after}"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_repaid_by_hand_that_morning_is_waited_for_and_not_repaid_twice() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    signs(&bank, &chen, "full").await;
    hours(&bank, TO_THE_DUE_MORNING - 1).await;
    let chen = chen.opens_h5().await;
    let (due, had) = (
        bill(&chen).await.number("/remaining_fen"),
        bank.books_say(&chen).await,
    );
    let by_hand = json!({
        "from_account_id": chen.account_id().await, "card_account_id": card(&chen).await, "amount_fen": due,
    });
    let draft = chen.post("/api/repayments", by_hand).await.is(201);
    let code = bank.sms_code(&chen).await;
    bank.loses_next_answer();
    let sent = chen.authorises(&draft, &chen.pay_password, &code).await;
    assert_eq!(sent.text("/state"), "processing", "{sent}");
    // It is nine, and nobody knows yet what became of it.
    bank.clock.forward(HOUR);
    bank.runs_schedules().await;
    let chen = chen.opens_h5().await;
    assert_eq!(agreement(&chen).await.at("/last_run"), Value::Null);
    hours(&bank, 12).await;
    let chen = chen.opens_h5().await;
    assert_eq!(bill(&chen).await.number("/remaining_fen"), 0);
    assert_eq!(bank.books_say(&chen).await, had - due, "once");
    let seen = agreement(&chen).await;
    assert_eq!(seen.at("/last_run"), Value::Null, "{seen}");
    assert_eq!(told(&bank, "autorepay_failed").await, 0);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_was_repaid_in_part_a_moment_ago_is_looked_at_again_first() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    signs(&bank, &chen, "full").await;
    hours(&bank, TO_THE_DUE_MORNING - 1).await;
    bank.clock.forward(HOUR);
    let chen = chen.opens_h5().await;
    let (due, had) = (
        bill(&chen).await.number("/remaining_fen"),
        bank.books_say(&chen).await,
    );
    let by_hand = json!({
        "from_account_id": chen.account_id().await, "card_account_id": card(&chen).await, "amount_fen": 500,
    });
    let draft = chen.post("/api/repayments", by_hand).await.is(201);
    let code = bank.sms_code(&chen).await;
    chen.authorises(&draft, &chen.pay_password, &code).await.is(200);
    bank.runs_schedules().await;
    assert_eq!(agreement(&chen).await.at("/last_run"), Value::Null);
    bank.clock.forward(2 * MINUTE);
    bank.runs_schedules().await;
    assert_eq!(agreement(&chen).await.text("/last_run/result"), "sent");
    assert_eq!(bank.books_say(&chen).await, had - due, "the rest, once");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_money_is_tried_three_times_and_then_told() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    signs(&bank, &chen, "full").await;
    let had = chen.balance().await;
    bank.shop_takes(&chen, had - 100, "家电商场").await;
    hours(&bank, TO_THE_DUE_MORNING + 7).await;
    assert_eq!(told(&bank, "autorepay_tomorrow").await, 1);
    assert_eq!(
        told(&bank, "autorepay_failed").await,
        0,
        "the last try is at five"
    );
    hours(&bank, 30).await;
    assert_eq!(told(&bank, "autorepay_failed").await, 1);
    let chen = chen.opens_h5().await;
    let run = agreement(&chen).await;
    assert_eq!(run.text("/last_run/result"), "failed");
    assert!(run.text("/last_run/reason_text").contains("余额不足"), "{run}");
    assert_eq!(run.text("/agreement/state"), "active", "the next bill is tried");
    assert_eq!(bank.books_say(&chen).await, 100);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_at_noon_is_in_time() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let wang = bank.customer("王建国").await;
    signs(&bank, &chen, "minimum").await;
    let least = bill(&chen).await.number("/min_remaining_fen");
    let had = chen.balance().await;
    bank.shop_takes(&chen, had, "家电商场").await;
    hours(&bank, TO_THE_DUE_MORNING + 2).await;
    bank.somebody_orders(&wang, &chen, least + 7).await;
    hours(&bank, 4).await;
    let chen = chen.opens_h5().await;
    assert_eq!(bill(&chen).await.number("/min_remaining_fen"), 0);
    assert_eq!(chen.balance().await, 7);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_and_a_restart_pay_once() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (due, had) = (bill(&chen).await.number("/remaining_fen"), chen.balance().await);
    signs(&bank, &chen, "full").await;
    hours(&bank, TO_THE_DUE_MORNING - 1).await;
    bank.loses_next_answer();
    bank.clock.forward(HOUR);
    bank.runs_schedules().await;
    let bank = bank.restarts().await;
    bank.runs_schedules().await;
    bank.settles().await;
    hours(&bank, 5).await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    assert_eq!(chen.balance().await, had - due);
    assert_eq!(bill(&chen).await.number("/remaining_fen"), 0);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ended_or_changed_repays_nothing_more() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (least, had) = (
        bill(&chen).await.number("/min_remaining_fen"),
        chen.balance().await,
    );
    let full = signs(&bank, &chen, "full").await;
    bank.clock.forward(2 * MINUTE);
    let minimum = signs(&bank, &chen, "minimum").await;
    let now = agreement(&chen).await;
    assert_eq!(now.text("/agreement/id"), minimum.text("/id"));
    chen.post(&format!("/api/autorepay/{}/end", full.text("/id")), json!({}))
        .await
        .refused(409, "autorepay.wrong_state");
    hours(&bank, TO_THE_DUE_MORNING + 2).await;
    let chen = chen.opens_h5().await;
    assert_eq!(chen.balance().await, had - least, "the newer one only");

    let end = format!("/api/autorepay/{}/end", minimum.text("/id"));
    for _ in 0..2 {
        assert_eq!(chen.post(&end, json!({})).await.ok().text("/state"), "ended");
    }
    assert_eq!(agreement(&chen).await.at("/agreement"), Value::Null);
    hours(&bank, 31 * 24).await;
    let chen = chen.opens_h5().await;
    assert_eq!(chen.balance().await, had - least);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_account_pauses_it_and_the_customer_is_told() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let had = chen.balance().await;
    signs(&bank, &chen, "full").await;
    let loss = format!("/api/accounts/{}/loss-report", chen.account_id().await);
    chen.post(&loss, json!({})).await.ok();
    hours(&bank, TO_THE_DUE_MORNING + 1).await;
    let chen = chen.opens_h5().await;
    let now = agreement(&chen).await;
    assert_eq!(now.text("/agreement/state"), "paused", "{now}");
    assert!(now.text("/agreement/paused_text").contains("付款账户"), "{now}");
    assert_eq!(told(&bank, "autorepay_paused").await, 1);
    assert_eq!(chen.balance().await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_is_for_owners_with_the_right_proof() {
    let bank = TestBank::open().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (path, own) = (
        format!("/api/cards/{}/autorepay", card(&chen).await),
        wang.account_id().await,
    );
    let ask = json!({ "from_account_id": own, "kind": "full" });
    wang.post(&path, ask.clone())
        .await
        .refused(404, "repayment.no_card");
    wang.get(&path).await.refused(404, "repayment.no_card");
    chen.post(&path, ask).await.is(404);
    let from_the_card = json!({ "from_account_id": card(&chen).await, "kind": "full" });
    chen.post(&path, from_the_card)
        .await
        .refused(422, "repayment.bad_payer");
    let half = json!({ "from_account_id": chen.account_id().await, "kind": "half" });
    chen.post(&path, half).await.refused(422, "request.bad_field");

    // The code of one agreement does not begin another.
    let one = drafts(&chen, "minimum").await.is(201);
    let code = bank.sms_code(&chen).await;
    bank.clock.forward(2 * MINUTE);
    let two = drafts(&chen, "full").await.is(201);
    let proof =
        json!({ "challenge_id": one.text("/challenge/id"), "password": chen.pay_password, "sms_code": code });
    let begin = |id: String| format!("/api/autorepay/{id}/authorise");
    chen.post(&begin(two.text("/id")), proof.clone())
        .await
        .refused(409, "autorepay.wrong_state");
    wang.post(&begin(one.text("/id")), proof.clone()).await.is(404);
    let begun = chen.post(&begin(one.text("/id")), proof).await.ok();
    assert_eq!(begun.text("/state"), "active");
    wang.post(&format!("/api/autorepay/{}/end", one.text("/id")), json!({}))
        .await
        .is(404);
    bank.close().await;
}
