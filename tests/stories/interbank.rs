//! TP02 · Money to another bank: on its way, settled, sent back or silent — told as what it is, and never twice.

use corebank::stub::{Fault, Op};
use kit::clock::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

/// A form to an account of another bank; what becomes of it follows from the end of the number.
pub(crate) async fn form(who: &Customer, tail: &str, fen: i64) -> Value {
    let banks = who.get("/api/banks").await.ok().list("/items");
    let code = banks[0]["code"].as_str().expect("a code").to_owned();
    json!({
        "from_account_id": who.account_id().await, "to_no": format!("62220000111122{tail}"), "to_name": "周海燕",
        "bank_code": code, "amount_fen": fen,
    })
}

pub(crate) async fn sends(bank: &TestBank, who: &Customer, form: Value) -> Answer {
    let draft = who.post("/api/transfers", form).await.is(201);
    let code = bank.sms_code(who).await;
    who.authorises(&draft, &who.pay_password, &code).await
}

async fn shown(who: &Customer, id: &str) -> Answer {
    who.get(&format!("/api/transfers/{id}")).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_another_bank_is_on_its_way_until_the_clearing_settles_it() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let form = form(&wang, "34567", 25_000).await;
    let check = wang.post("/api/transfers/check", form.clone()).await.ok();
    assert!(
        check.at("/name_matches").is_null(),
        "nobody here knows the name: {check}"
    );
    assert!(!check.text("/bank_name").is_empty());

    let sent = sends(&bank, &wang, form).await.is(202);
    assert_eq!(sent.text("/state"), "at_clearing", "{sent}");
    assert!(sent.text("/state_text").contains("处理中"));
    assert!(sent.at("/next_check_at").is_i64());
    assert_eq!(wang.balance().await, had - 25_000, "taken at once");
    wang.get(&format!("/api/transfers/{}/receipt", sent.text("/id")))
        .await
        .refused(409, "transfer.wrong_state");

    for _ in 0..8 {
        bank.clock.forward(5 * SECOND);
        bank.run_jobs().await;
    }
    let done = shown(&wang, &sent.text("/id")).await;
    assert_eq!(done.text("/state"), "succeeded", "{done}");
    let way = done.list("/timeline");
    assert!(way.iter().all(|mark| mark["tense"] == "done"), "{done}");
    wang.get(&format!("/api/transfers/{}/receipt", sent.text("/id")))
        .await
        .ok();
    assert_eq!(wang.balance().await, had - 25_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_comes_back_is_told_plainly_with_its_reason() {
    for (tail, code) in [
        ("19991", "return.account_not_found"),
        ("19992", "return.name_mismatch"),
        ("19993", "return.account_closed"),
        ("19994", "return.account_blocked"),
    ] {
        let bank = TestBank::open().await;
        let wang = bank.customer("王建国").await.opens_h5().await;
        let had = wang.balance().await;
        let left = wang
            .post("/api/transfers/check", form(&wang, tail, 1).await)
            .await
            .ok()
            .number("/day_left_fen");
        let sent = sends(&bank, &wang, form(&wang, tail, 25_000).await).await.is(202);
        bank.settles().await;
        let wang = wang.opens_h5().await;
        let back = shown(&wang, &sent.text("/id")).await;
        assert_eq!(back.text("/state"), "returned", "{tail}: {back}");
        assert_eq!(back.text("/reason/code"), code);
        assert!(back.text("/reason/text").contains("已退回您的账户"));
        assert_eq!(wang.balance().await, had, "the money is back");
        let check = wang
            .post("/api/transfers/check", form(&wang, tail, 1).await)
            .await
            .ok();
        assert_eq!(check.number("/day_left_fen"), left, "and so is the limit");
        let told = bank.column("outreach_notice", "kind").await;
        assert!(told.iter().any(|kind| kind == "transfer_returned"), "{told:?}");
        bank.close().await;
    }
}

/// Silence is 处理中, with the time of the next question; after half an hour people look at it, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_clearing_that_is_silent_becomes_a_case_and_is_asked_until_it_speaks() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    bank.core.every(Op::TransferStatus, Fault::Down);
    let sent = sends(&bank, &wang, form(&wang, "34567", 25_000).await)
        .await
        .is(202);
    for _ in 0..8 {
        bank.clock.forward(5 * MINUTE);
        bank.run_jobs().await;
    }
    let wang = wang.opens_h5().await;
    let still = shown(&wang, &sent.text("/id")).await;
    assert_eq!(still.text("/state"), "at_clearing");
    assert!(still.number("/next_check_at") > bank.now());
    let cases = bank.column("event", "topic").await;
    let cases = cases
        .iter()
        .filter(|topic| *topic == "payments.unknown_for_long")
        .count();
    assert_eq!(cases, 1);
    bank.core.heal();
    bank.settles().await;
    let wang = wang.opens_h5().await;
    assert_eq!(shown(&wang, &sent.text("/id")).await.text("/state"), "succeeded");
    assert_eq!(wang.balance().await, had - 25_000);
    bank.close().await;
}

/// Long silence, and then the money comes back: the case ends with that, and nobody has to close it.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_transfer_that_is_sent_back_ends_its_case() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    bank.core.every(Op::TransferStatus, Fault::Down);
    sends(&bank, &wang, form(&wang, "19991", 25_000).await)
        .await
        .is(202);
    for _ in 0..8 {
        bank.clock.forward(5 * MINUTE);
        bank.run_jobs().await;
    }
    bank.core.heal();
    bank.settles().await;
    let teller = bank.staff("teller01").await;
    let cases = |state: &str| format!("/api/office/cases?kind=unknown_transfer{state}");
    let open = teller.get(&cases("")).await.ok();
    assert!(open.list("/items").is_empty(), "{open}");
    let closed = teller.get(&cases("&state=closed")).await.ok();
    assert_eq!(closed.text("/items/0/outcome"), "returned", "{closed}");
    bank.close().await;
}

/// The answer to the order is lost, or it comes twice: one payment all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_to_another_bank_whose_answer_is_lost_is_paid_once() {
    for fault in [Fault::LoseAnswer, Fault::Duplicate, Fault::Down] {
        let bank = TestBank::open().await;
        let wang = bank.customer("王建国").await.opens_h5().await;
        let had = wang.balance().await;
        bank.core.next(Op::Transfer, fault);
        let sent = sends(&bank, &wang, form(&wang, "34567", 25_000).await)
            .await
            .is(202);
        bank.settles().await;
        let wang = wang.opens_h5().await;
        assert_eq!(
            shown(&wang, &sent.text("/id")).await.text("/state"),
            "succeeded",
            "{fault:?}"
        );
        assert_eq!(wang.balance().await, had - 25_000, "{fault:?}");
        bank.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_to_another_bank_may_wait_and_be_taken_back() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let mut one = form(&wang, "34567", 25_000).await;
    one["arrival"] = json!("ordinary");
    let mut two = one.clone();
    two["amount_fen"] = json!(26_000);
    let kept = sends(&bank, &wang, one).await.is(200);
    let taken_back = sends(&bank, &wang, two).await.is(200);
    assert_eq!(
        (kept.text("/state"), taken_back.text("/state")),
        ("waiting".into(), "waiting".into())
    );
    let path = format!("/api/transfers/{}/cancel", taken_back.text("/id"));
    wang.post(&path, json!({})).await.ok();
    bank.clock.forward(2 * HOUR);
    bank.run_jobs().await;
    bank.settles().await;
    let wang = wang.opens_h5().await;
    assert_eq!(shown(&wang, &kept.text("/id")).await.text("/state"), "succeeded");
    assert_eq!(
        shown(&wang, &taken_back.text("/id")).await.text("/state"),
        "cancelled"
    );
    assert_eq!(wang.balance().await, had - 25_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_sent_to_another_bank_is_refused_before_anything_moves() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    for (change, code) in [
        (json!({"bank_code": "999"}), "transfer.bank_unknown"),
        (json!({"to_name": "周"}), "transfer.bad_name"),
        (json!({"to_name": "周1燕"}), "transfer.bad_name"),
        (json!({"to_no": "1234567"}), "transfer.payee_unknown"),
    ] {
        let mut bad = form(&wang, "34567", 100).await;
        for (key, value) in change.as_object().expect("an object") {
            bad[key] = value.clone();
        }
        wang.post("/api/transfers", bad).await.refused(422, code);
    }
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}
