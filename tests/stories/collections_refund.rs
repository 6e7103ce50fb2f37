//! WX15 · What the counter has collected goes back by two people's word, never more than was paid; and the day's bill of
//! WeChat Pay agrees with collections and top-ups together.

use crate::collections::{BOX_RENT, opened, scans, shown, time_passes};
use kit::clock::HOUR;
use serde_json::json;
use testkit::{Answer, Staff, TestBank};

fn path(one: &Answer) -> String {
    format!("/api/office/collections/{}", one.text("/id"))
}

async fn collected(bank: &TestBank, teller: &Staff, fen: i64) -> Answer {
    let wang = bank.customer("王建国").await;
    let one = opened(teller, "box_rent", fen).await;
    scans(bank, &wang, &one).await;
    bank.run_jobs().await;
    let one = shown(teller, &one).await;
    assert_eq!(one.text("/state"), "credited", "{one}");
    one
}

async fn proposed(staff: &Staff, one: &Answer, fen: i64) -> Answer {
    let body = json!({"amount_fen": fen, "reason": "同一笔租金收了两次"});
    staff.post(&format!("{}/refunds", path(one)), body).await
}

/// The second person's word on the last refund that was shown.
async fn checked(staff: &Staff, one: &Answer, approve: bool) -> Answer {
    let page = staff.get(&path(one)).await.ok();
    let last = page.list("/refunds").pop().expect("a refund");
    let body = json!({"refund_id": last["id"], "approve": approve, "hash": last["hash"]});
    staff.post(&format!("{}/check", path(one)), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_lets_it_go_back_and_never_more_than_was_paid() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let supervisor = bank.staff("supervisor01").await;
    let had = bank.account_says(BOX_RENT).await;
    let one = collected(&bank, &teller, 10_000).await;
    for bad in [0, -1, 10_001] {
        proposed(&teller, &one, bad)
            .await
            .refused(422, "collection.refund_too_much")
            .blames("amount_fen");
    }
    let short = json!({"amount_fen": 100, "reason": "错了"});
    teller
        .post(&format!("{}/refunds", path(&one)), short)
        .await
        .refused(422, "collection.reason_short");
    // Each of the two has one of the two rights.
    proposed(&supervisor, &one, 100)
        .await
        .refused(403, "access.denied");
    let asked = proposed(&teller, &one, 4_000).await.is(202);
    assert_eq!(asked.text("/refunds/0/stage"), "waiting");
    checked(&teller, &one, true).await.refused(403, "access.denied");
    proposed(&teller, &one, 1)
        .await
        .refused(409, "collection.refund_waits");
    time_passes(&bank, 3).await;
    assert_eq!(
        bank.account_says(BOX_RENT).await,
        had + 10_000,
        "nothing moves on one word"
    );
    checked(&supervisor, &one, true).await.ok();
    time_passes(&bank, 6).await;
    let after = shown(&teller, &one).await;
    assert_eq!(after.text("/state"), "partly_refunded", "{after}");
    assert_eq!(after.text("/refunds/0/stage"), "done", "{after}");
    assert_eq!(after.number("/refundable_fen"), 6_000, "{after}");
    assert_eq!(bank.account_says(BOX_RENT).await, had + 6_000);
    // The rest, and not a fen more; a refund that is returned takes nothing.
    proposed(&teller, &one, 6_001)
        .await
        .refused(422, "collection.refund_too_much");
    proposed(&teller, &one, 6_000).await.is(202);
    checked(&supervisor, &one, false).await.ok();
    time_passes(&bank, 2).await;
    assert_eq!(bank.account_says(BOX_RENT).await, had + 6_000);
    proposed(&teller, &one, 6_000).await.is(202);
    checked(&supervisor, &one, true).await.ok();
    time_passes(&bank, 6).await;
    let after = shown(&teller, &one).await;
    assert_eq!(after.text("/state"), "refunded", "{after}");
    assert_eq!(after.text("/state_text"), "已退款");
    assert_eq!(bank.account_says(BOX_RENT).await, had);
    let stages: Vec<_> = after
        .list("/refunds")
        .iter()
        .map(|r| r["stage"].clone())
        .collect();
    assert_eq!(stages, ["done", "returned", "done"]);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own_refund_nor_one_that_was_not_shown() {
    let bank = TestBank::open().await;
    // One person with both roles is the worst case.
    bank.execute("update identity_staff set roles = 'teller,supervisor' where login = 'teller01'")
        .await;
    let teller = bank.staff("teller01").await;
    let supervisor = bank.staff("supervisor01").await;
    let had = bank.account_says(BOX_RENT).await;
    let one = collected(&bank, &teller, 10_000).await;
    proposed(&teller, &one, 10_000).await.is(202);
    checked(&teller, &one, true)
        .await
        .refused(409, "collection.same_person");
    checked(&teller, &one, false)
        .await
        .refused(409, "collection.same_person");
    let page = supervisor.get(&path(&one)).await.ok();
    let other = json!({"refund_id": page.at("/refunds/0/id"), "approve": true, "hash": "0".repeat(64)});
    supervisor
        .post(&format!("{}/check", path(&one)), other)
        .await
        .refused(409, "collection.refund_moved");
    // Whoever edits the row behind the bank's back voids the approval.
    bank.execute("update payments_collection_refund set amount = 9999")
        .await;
    checked(&supervisor, &one, true)
        .await
        .refused(409, "collection.refund_moved");
    bank.execute("update payments_collection_refund set amount = 10000")
        .await;
    checked(&supervisor, &one, true).await.ok();
    checked(&supervisor, &one, true)
        .await
        .refused(409, "collection.refund_moved");
    time_passes(&bank, 6).await;
    assert_eq!(bank.account_says(BOX_RENT).await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_proposes_once() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let one = collected(&bank, &teller, 10_000).await;
    let door = format!("{}/refunds", path(&one));
    let body = json!({"amount_fen": 4_000, "reason": "同一笔租金收了两次"});
    teller
        .post_with_key(&door, "one-refund", body.clone())
        .await
        .is(202);
    let again = teller.post_with_key(&door, "one-refund", body).await.is(202);
    assert_eq!(again.list("/refunds").len(), 1);
    let other = json!({"amount_fen": 4_001, "reason": "同一笔租金收了两次"});
    teller
        .post_with_key(&door, "one-refund", other)
        .await
        .refused(422, "request.key_reused");
    bank.close().await;
}

/// The income account is shut: nobody keeps the payer's money.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_account_can_not_take_goes_back_to_the_payer() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let wang = bank.customer("王建国").await;
    let had = bank.account_says(BOX_RENT).await;
    let one = opened(&teller, "box_rent", 3_000).await;
    bank.refuses_next_transfer(corebank::RefusalCode::PayeeRestricted);
    scans(&bank, &wang, &one).await;
    bank.run_jobs().await;
    assert_eq!(shown(&teller, &one).await.text("/state"), "uncredited");
    time_passes(&bank, 6).await;
    let after = shown(&teller, &one).await;
    assert_eq!(after.text("/state"), "refunded", "{after}");
    assert_eq!(bank.account_says(BOX_RENT).await, had);
    bank.close().await;
}

/// The newest run of a kind, as the office shows it.
async fn newest(bank: &TestBank, kind: &str) -> Answer {
    let staff = bank.staff("supervisor01").await;
    let list = staff
        .get(&format!("/api/office/reconciliations?kind={kind}"))
        .await
        .ok();
    let id = list.text("/items/0/id");
    staff.get(&format!("/api/office/reconciliations/{id}")).await.ok()
}

/// Two collections of 100.00 and 2.50, 30.00 given back of the first, and a top-up of 5.00.
async fn a_day(bank: &TestBank) {
    let teller = bank.staff("teller01").await;
    let supervisor = bank.staff("supervisor01").await;
    let first = collected(bank, &teller, 10_000).await;
    collected(bank, &teller, 250).await;
    proposed(&teller, &first, 3_000).await.is(202);
    checked(&supervisor, &first, true).await.ok();
    let wang = bank.customer("王建国").await.opens_h5().await;
    let body = json!({"account_id": wang.account_id().await, "amount_fen": 500});
    let order = wang.post("/api/topups", body).await.is(201);
    let pay = format!("/api/topups/{}/pay", order.text("/id"));
    let package = wang.post(&pay, json!({})).await.ok().text("/package");
    let key = package.strip_prefix("prepay_id=").expect("a prepay id");
    bank.pays_in_phone(&wang, key).await;
    // And one that nobody scans: it is no line of any bill.
    opened(&teller, "materials", 777).await;
    time_passes(bank, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_collections_is_even_with_the_core_and_with_pay() {
    let bank = TestBank::open().await;
    a_day(&bank).await;
    bank.ends_the_day().await;
    let core = newest(&bank, "day").await;
    assert_eq!(core.text("/state"), "even", "{core}");
    assert_eq!(core.number("/matched/count"), 4, "{core}");
    assert_eq!(core.number("/matched/sum_fen"), 13_750, "{core}");
    bank.clock.forward(11 * HOUR);
    bank.run_jobs().await;
    let pay = newest(&bank, "pay").await;
    assert_eq!(pay.text("/state"), "even", "{pay}");
    assert_eq!(pay.number("/differences"), 0, "{pay}");
    for side in ["here", "there", "matched"] {
        assert_eq!(pay.number(&format!("/{side}/count")), 4, "{pay}");
        assert_eq!(pay.number(&format!("/{side}/sum_fen")), 13_750, "{pay}");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_difference_opens_one_case() {
    let bank = TestBank::open().await;
    a_day(&bank).await;
    bank.execute("update payments_topup set amount = 251 where amount = 250")
        .await;
    bank.ends_the_day().await;
    bank.clock.forward(11 * HOUR);
    bank.run_jobs().await;
    let pay = newest(&bank, "pay").await;
    assert_eq!(pay.text("/state"), "uneven", "{pay}");
    assert_eq!(pay.number("/differences"), 1, "{pay}");
    assert_eq!(pay.text("/seen/0/kind"), "amount", "{pay}");
    assert_eq!(
        pay.number("/seen/0/here_fen") - pay.number("/seen/0/there_fen"),
        1
    );
    // The planted row would make the books of the story itself uneven for ever.
    bank.leave().await;
}
