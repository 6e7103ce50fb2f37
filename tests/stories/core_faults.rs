//! IN01 TP05 · The core is slow, down, or silent after executing: the customer sees 处理中 and later the truth.

use corebank::stub::{Fault, Op};
use serde_json::json;
use testkit::{Customer, TestBank};

/// Drafts and authorises; gives the transfer's id.
async fn sends(bank: &TestBank, from: &Customer, to: &Customer, fen: i64) -> (String, testkit::Answer) {
    let draft = from.drafts_transfer(to, fen).await.is(201);
    let code = bank.sms_code(from).await;
    let answer = from.authorises(&draft, &from.pay_password, &code).await;
    (draft.text("/id"), answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_asked_for_and_not_paid_twice() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    bank.loses_next_answer();
    let (id, answer) = sends(&bank, &wang, &chen, 30_000).await;
    assert_eq!(
        (answer.status, answer.text("/state").as_str()),
        (202, "processing"),
        "{answer}"
    );
    assert!(answer.text("/state_text").contains("处理中"));
    assert!(answer.at("/next_check_at").is_i64());

    bank.settles().await;
    let truth = wang.get(&format!("/api/transfers/{id}")).await.ok();
    assert_eq!(truth.text("/state"), "succeeded");
    assert_eq!(wang.balance().await, had - 30_000);
    assert_eq!(bank.transfers_of(&wang).await, 1);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_that_is_down_leaves_it_open_and_later_it_is_decided_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let draft = wang.drafts_transfer(&chen, 30_000).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.core.all(Fault::Down);
    let answer = wang.authorises(&draft, &wang.pay_password, &code).await;
    assert_eq!(
        (answer.status, answer.text("/state").as_str()),
        (202, "processing"),
        "{answer}"
    );
    let path = format!("/api/transfers/{}", draft.text("/id"));
    for _ in 0..3 {
        bank.clock.forward(kit::clock::MINUTE);
        bank.run_jobs().await;
        assert_eq!(
            wang.get(&path).await.ok().text("/state"),
            "processing",
            "never shown as failed"
        );
    }
    bank.core.heal();
    bank.settles().await;
    let truth = wang.get(&path).await.ok().text("/state");
    let moved = had - wang.balance().await;
    assert!(
        (truth == "succeeded" && moved == 30_000) || (truth == "failed" && moved == 0),
        "{truth}, {moved}"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_that_says_no_is_told_as_no() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    bank.refuses_next_transfer(corebank::RefusalCode::InsufficientFunds);
    let (id, answer) = sends(&bank, &wang, &chen, 100).await;
    assert_eq!(
        (answer.status, answer.text("/state").as_str()),
        (200, "failed"),
        "{answer}"
    );
    assert!(!answer.text("/reason/text").is_empty());
    assert_eq!(wang.balance().await, had);
    wang.get(&format!("/api/transfers/{id}/receipt")).await.is(409);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_do_not_need_the_core_keep_working() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let (id, _) = sends(&bank, &wang, &chen, 100).await;
    wang.balance().await;
    bank.core.all(Fault::Down);
    wang.get("/api/session").await.ok();
    wang.get("/api/transfers").await.ok();
    wang.get(&format!("/api/transfers/{id}/receipt")).await.ok();
    wang.put("/api/preferences", json!({ "elder": true })).await.ok();
    bank.staff("auditor01").await.get("/api/office/audit").await.ok();

    // Nobody has looked at these accounts before, so there is no number to show.
    let chen = chen.opens_h5().await;
    let overview = chen.get("/api/accounts").await.ok();
    assert_eq!(overview.at("/partial"), json!(true), "{overview}");
    assert!(
        overview
            .list("/accounts")
            .iter()
            .all(|account| account["balance_fen"].is_null()),
        "{overview}"
    );
    bank.core.heal();
    chen.get("/api/accounts").await.ok();
    bank.core.all(Fault::Down);
    for who in [&wang, &chen] {
        let overview = who.get("/api/accounts").await.ok();
        for account in overview.list("/accounts") {
            assert!(
                account["as_of"].is_i64() || account["balance_fen"].is_null(),
                "a number without a time: {account}"
            );
        }
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_core_that_fails_hides_only_its_own() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    bank.core.next(Op::Balance, Fault::Down);
    let overview = wang.get("/api/accounts").await.ok();
    let known = overview
        .list("/accounts")
        .iter()
        .filter(|a| a["balance_fen"].is_i64())
        .count();
    assert_eq!(known, overview.list("/accounts").len() - 1, "{overview}");
    assert_eq!(overview.at("/partial"), json!(true));
    assert!(!overview.list("/missing").is_empty());
    bank.close().await;
}
