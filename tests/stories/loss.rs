//! AC08 AC09 · A lost card is blocked in two taps or one line of chat, and opened again only with two factors.

use corebank::stub::{Fault, Op};
use serde_json::json;
use testkit::{Customer, TestBank};

async fn reports(who: &Customer) -> testkit::Answer {
    who.post(
        &format!("/api/accounts/{}/loss-report", who.account_id().await),
        json!({}),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_loss_report_nothing_leaves_the_account() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    let code = bank.sms_code(&wang).await;
    let had = wang.balance().await;

    let loss = reports(&wang).await.ok();
    assert_eq!(loss.text("/state"), "blocked");
    assert!(!loss.text("/receipt_no").is_empty() && !loss.list("/next_steps").is_empty());
    assert!(!loss.text("/branch/phone").is_empty());
    assert_eq!(wang.account("demand").await["status"], "lost");

    // Signed before, sent one millisecond after.
    bank.clock.forward(1);
    let refused = wang.authorises(&draft, &wang.pay_password, &code).await;
    assert!(
        refused.status >= 400 || refused.text("/state") == "failed",
        "{refused}"
    );
    wang.drafts_transfer(&chen, 100)
        .await
        .refused(422, "account.blocked");
    assert_eq!(wang.balance().await, had);
    // Money may still arrive.
    bank.pays(&chen, &wang, 300).await;
    assert_eq!(wang.balance().await, had + 300);
    // Said twice it is the same report.
    assert_eq!(
        reports(&wang).await.ok().text("/receipt_no"),
        loss.text("/receipt_no")
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_block_holds_even_when_the_core_is_silent() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    wang.account_id().await;
    bank.core.every(Op::Restrict, Fault::Down);
    let loss = reports(&wang).await.ok();
    assert_eq!(loss.text("/state"), "blocked");
    assert_eq!(loss.at("/core_confirmed"), json!(false));
    wang.drafts_transfer(&chen, 100)
        .await
        .refused(422, "account.blocked");

    bank.core.heal();
    bank.settles().await;
    let confirmed = reports(&wang).await.ok();
    assert_eq!(confirmed.at("/core_confirmed"), json!(true));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lifting_needs_password_and_code_and_what_is_wrong_stays_blocked() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let id = wang.account_id().await;
    reports(&wang).await.ok();
    let challenge = wang
        .post("/api/challenges", json!({ "act": "loss.lift", "subject": id }))
        .await
        .is(201);
    assert_eq!(challenge.at("/factors"), json!(["password", "sms"]));
    let code = bank.sms_code(&wang).await;
    let path = format!("/api/accounts/{id}/loss-report/lift");
    let proof = |password: &str, code: &str| json!({ "challenge_id": challenge.text("/id"), "password": password, "sms_code": code });
    wang.post(&path, proof("999999", &code))
        .await
        .refused(422, "challenge.wrong");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    wang.post(&path, proof(&wang.pay_password, wrong))
        .await
        .refused(422, "challenge.wrong");
    assert_eq!(wang.account("demand").await["status"], "lost");

    let lifted = wang.post(&path, proof(&wang.pay_password, &code)).await.ok();
    if lifted.text("/state") == "cooling" {
        bank.clock.forward(kit::clock::DAY);
        bank.settles().await;
    } else {
        assert_eq!(lifted.text("/state"), "lifted");
    }
    let wang = wang.opens_h5().await;
    assert_eq!(wang.account("demand").await["status"], "normal");
    bank.pays(&wang, &chen, 100).await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_chat_blocks_a_card() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let said = wang.types("挂失").await;
    let account = wang.account("demand").await;
    if account["status"] != "lost" {
        // With more than one card to choose from, the bank asks for the last four digits.
        let tail = account["tail"].as_str().expect("digits").to_owned();
        assert!(said.contains(&tail), "{said}");
        let said = wang.types(&format!("挂失{tail}")).await;
        assert!(said.contains("挂失") && said.contains(&tail), "{said}");
    }
    assert_eq!(wang.account("demand").await["status"], "lost");
    bank.close().await;
}
