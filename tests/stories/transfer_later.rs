//! TP02 TP03 TP06 · What leaves later can be taken back: the money is held meanwhile, and posted or freed exactly once.

use corebank::RefusalCode;
use corebank::stub::{Fault, Op};
use kit::clock::{DAY, HOUR, MINUTE};
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

/// Drafts with an arrival and authorises it.
async fn orders(bank: &TestBank, from: &Customer, to: &Customer, (fen, arrival): (i64, &str)) -> Answer {
    let mut form = from.transfer_form(to, fen).await;
    form["arrival"] = json!(arrival);
    let draft = from.post("/api/transfers", form).await.is(201);
    let code = bank.sms_code(from).await;
    from.authorises(&draft, &from.pay_password, &code).await
}

async fn figures(who: &Customer) -> (i64, i64) {
    let account = who.account("demand").await;
    let fen = |key: &str| account[key].as_i64().expect("an amount");
    (fen("balance_fen"), fen("available_fen"))
}

async fn state(who: &Customer, id: &str) -> String {
    who.get(&format!("/api/transfers/{id}")).await.ok().text("/state")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_transfer_leaves_after_two_hours_and_its_money_is_held_meanwhile() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let ((had, free), got) = (figures(&wang).await, chen.balance().await);
    let waiting = orders(&bank, &wang, &chen, (30_000, "ordinary")).await.is(200);
    assert_eq!(waiting.text("/state"), "waiting", "{waiting}");
    assert_eq!(waiting.number("/execute_at"), bank.now() + 2 * HOUR);
    assert_eq!(figures(&wang).await, (had, free - 30_000), "held, not gone");
    assert_eq!(chen.balance().await, got);

    bank.clock.forward(2 * HOUR - 1);
    bank.run_jobs().await;
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &waiting.text("/id")).await, "waiting");
    bank.clock.forward(1);
    bank.run_jobs().await;
    let done = wang
        .get(&format!("/api/transfers/{}", waiting.text("/id")))
        .await
        .ok();
    assert_eq!(done.text("/state"), "succeeded", "{done}");
    assert_eq!(figures(&wang).await, (had - 30_000, free - 30_000));
    assert_eq!(chen.opens_h5().await.balance().await, got + 30_000);
    assert_eq!(bank.transfers_of(&wang).await, 1);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_taken_back_and_its_money_and_its_limit_are_free_again() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let before = figures(&wang).await;
    let left = limit_left(&wang, &chen).await;
    let waiting = orders(&bank, &wang, &chen, (40_000, "next_day")).await.is(200);
    assert_eq!(limit_left(&wang, &chen).await, left - 40_000);
    let path = format!("/api/transfers/{}/cancel", waiting.text("/id"));
    let cancelled = wang.post(&path, json!({})).await.ok();
    assert_eq!(cancelled.text("/state"), "cancelled");
    assert_eq!(figures(&wang).await, before);
    assert_eq!(limit_left(&wang, &chen).await, left);
    wang.post(&path, json!({})).await.ok();

    bank.clock.forward(DAY);
    bank.run_jobs().await;
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &waiting.text("/id")).await, "cancelled");
    assert_eq!(bank.transfers_of(&wang).await, 0);
    bank.close().await;
}

async fn limit_left(who: &Customer, to: &Customer) -> i64 {
    who.post("/api/transfers/check", who.transfer_form(to, 100).await)
        .await
        .ok()
        .number("/day_left_fen")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_left_can_not_be_taken_back() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let done = bank.pays(&wang, &chen, 100).await;
    let path = format!("/api/transfers/{}/cancel", done.text("/id"));
    wang.post(&path, json!({}))
        .await
        .refused(409, "transfer.wrong_state");
    bank.close().await;
}

/// The hold is asked for again under its own id until the core has answered: the money is held once.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_whose_answer_is_lost_holds_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let (had, free) = figures(&wang).await;
    bank.core.next(Op::Hold, Fault::LoseAnswer);
    let waiting = orders(&bank, &wang, &chen, (30_000, "ordinary")).await.is(200);
    assert_eq!(waiting.text("/state"), "waiting");
    bank.clock.forward(MINUTE);
    bank.run_jobs().await;
    assert_eq!(figures(&wang).await, (had, free - 30_000));
    bank.core.next(Op::Post, Fault::LoseAnswer);
    bank.settles().await;
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &waiting.text("/id")).await, "succeeded");
    assert_eq!(figures(&wang).await, (had - 30_000, free - 30_000));
    bank.close().await;
}

/// Taking back while nobody knows whether the money is held must not leave it held for ever.
#[tokio::test(flavor = "multi_thread")]
async fn taking_back_a_hold_in_doubt_frees_the_money() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let before = figures(&wang).await;
    bank.core.every(Op::Hold, Fault::LoseAnswer);
    let waiting = orders(&bank, &wang, &chen, (30_000, "ordinary")).await.is(200);
    bank.core.every(Op::Void, Fault::LoseAnswer);
    let path = format!("/api/transfers/{}/cancel", waiting.text("/id"));
    assert_eq!(wang.post(&path, json!({})).await.ok().text("/state"), "cancelled");
    bank.core.heal();
    bank.settles().await;
    assert_eq!(figures(&wang.opens_h5().await).await, before);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_the_core_refuses_ends_the_transfer_at_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let before = figures(&wang).await;
    bank.core
        .next(Op::Hold, Fault::Refuse(RefusalCode::InsufficientFunds));
    let failed = orders(&bank, &wang, &chen, (30_000, "ordinary")).await.is(200);
    assert_eq!(failed.text("/state"), "failed");
    assert_eq!(failed.text("/reason/code"), "transfer.insufficient");
    assert_eq!(figures(&wang).await, before);
    bank.close().await;
}

/// Reported lost while it waits: nothing leaves, and the money that was held is free.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_lost_meanwhile_sends_nothing() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let (had, _) = figures(&wang).await;
    let waiting = orders(&bank, &wang, &chen, (30_000, "ordinary")).await.is(200);
    let loss = format!("/api/accounts/{}/loss-report", wang.account_id().await);
    wang.post(&loss, json!({})).await.ok();
    bank.settles().await;
    let wang = wang.opens_h5().await;
    let shown = wang
        .get(&format!("/api/transfers/{}", waiting.text("/id")))
        .await
        .ok();
    assert_eq!(shown.text("/state"), "failed", "{shown}");
    assert_eq!(shown.text("/reason/code"), "account.blocked");
    let account = wang.account("demand").await;
    assert_eq!(
        (account["balance_fen"].as_i64(), account["held_fen"].as_i64()),
        (Some(had), Some(0))
    );
    bank.close().await;
}

/// New payee, large, at night: warned of fraud, and a wait in which it can be taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_first_payment_at_night_waits() {
    let bank = TestBank::open().await;
    bank.clock.forward(13 * HOUR);
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 1_000_000).await)
        .await
        .ok();
    assert_eq!(check.at("/cooling_off"), json!(true), "{check}");
    let warned = check.list("/warnings");
    let scam = warned
        .iter()
        .find(|w| w["code"] == "scam")
        .expect("the scam text");
    assert!(
        scam["text"]
            .as_str()
            .is_some_and(|text| text.contains("96110") && text.contains("撤销"))
    );

    let waiting = orders(&bank, &wang, &chen, (1_000_000, "realtime")).await.is(200);
    assert_eq!(waiting.text("/state"), "waiting");
    assert_eq!(waiting.at("/cooling_off"), json!(true));
    assert_eq!(waiting.number("/execute_at"), bank.now() + 2 * HOUR);
    let small = orders(&bank, &wang, &chen, (999_999, "realtime")).await.is(200);
    assert_eq!(
        small.text("/state"),
        "succeeded",
        "not large, so not kept waiting"
    );
    bank.settles().await;
    let wang = wang.opens_h5().await;
    assert_eq!(state(&wang, &waiting.text("/id")).await, "succeeded");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elders_are_offered_the_next_day_first() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let offered = |check: Answer| check.text("/default_arrival");
    let form = wang.transfer_form(&chen, 100).await;
    wang.put("/api/preferences", json!({ "elder": false })).await.ok();
    assert_eq!(
        offered(wang.post("/api/transfers/check", form.clone()).await.ok()),
        "realtime"
    );
    wang.put("/api/preferences", json!({ "elder": true })).await.ok();
    assert_eq!(
        offered(wang.post("/api/transfers/check", form).await.ok()),
        "next_day"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_amount_to_the_same_payee_is_asked_about() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    bank.pays(&wang, &chen, 100).await;
    let codes = |check: Answer| -> Vec<Value> {
        check
            .list("/warnings")
            .iter()
            .map(|w| w["code"].clone())
            .collect()
    };
    let again = wang.transfer_form(&chen, 100).await;
    let other = wang.transfer_form(&chen, 101).await;
    assert_eq!(
        codes(wang.post("/api/transfers/check", again).await.ok()),
        ["duplicate"]
    );
    assert!(codes(wang.post("/api/transfers/check", other).await.ok()).is_empty());
    bank.close().await;
}
