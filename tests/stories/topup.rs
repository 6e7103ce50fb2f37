//! WX15 · A customer tops up from WeChat Pay: paid in the phone, in the account once, given back at most once.

use std::time::Duration;

use corebank::stub::{Fault, Op};
use kit::clock::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

pub(crate) async fn ordered(who: &Customer, fen: i64) -> Answer {
    let body = json!({"account_id": who.account_id().await, "amount_fen": fen});
    who.post("/api/topups", body).await.is(201)
}

/// Opens the payment and pays it in the phone.
pub(crate) async fn pays(bank: &TestBank, who: &Customer, order: &Answer) {
    let opened = who
        .post(&format!("/api/topups/{}/pay", order.text("/id")), json!({}))
        .await
        .ok();
    let package = opened.text("/package");
    let key = package.strip_prefix("prepay_id=").expect("a prepay id");
    assert_eq!(opened.text("/signType"), "RSA");
    bank.pays_in_phone(who, key).await;
}

pub(crate) async fn shown(who: &Customer, order: &Answer) -> Answer {
    who.get(&format!("/api/topups/{}", order.text("/id"))).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_top_up_comes_into_the_account_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let order = ordered(&wang, 12_345).await;
    assert_eq!(order.text("/state"), "waiting");
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    let done = shown(&wang, &order).await;
    assert_eq!(done.text("/state"), "credited");
    assert!(!done.text("/reference").is_empty() && done.text("/transaction_id").starts_with("42"));
    assert_eq!(wang.balance().await, had + 12_345);
    // The order can't be paid or opened again.
    wang.post(&format!("/api/topups/{}/pay", order.text("/id")), json!({}))
        .await
        .refused(409, "topup.not_payable");
    bank.close().await;
}

/// Five copies of the notice at once, and the answer of the core lost once.
#[tokio::test(flavor = "multi_thread")]
async fn five_notices_at_once_are_one_credit() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    bank.world
        .faults(json!({"pay": {"notices_fivefold": true}}))
        .await;
    let order = ordered(&wang, 10_000).await;
    bank.loses_next_answer();
    pays(&bank, &wang, &order).await;
    for _ in 0..4 {
        bank.run_jobs().await;
        bank.clock.forward(30 * SECOND);
    }
    assert_eq!(shown(&wang, &order).await.text("/state"), "credited");
    assert_eq!(wang.balance().await, had + 10_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_notice_is_asked_for_and_an_unpaid_order_is_closed() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    bank.world.faults(json!({"pay": {"hold_notices": true}})).await;
    let paid = ordered(&wang, 5_000).await;
    let unpaid = ordered(&wang, 6_000).await;
    pays(&bank, &wang, &paid).await;
    bank.clock.forward(MINUTE);
    bank.run_jobs().await;
    bank.run_jobs().await;
    assert_eq!(shown(&wang, &paid).await.text("/state"), "credited");
    bank.clock.forward(HOUR);
    bank.run_jobs().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    assert_eq!(shown(&wang, &unpaid).await.text("/state"), "closed");
    assert_eq!(wang.balance().await, had + 5_000);
    bank.world.faults(json!({"pay": {"hold_notices": false}})).await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_goes_back_than_was_paid() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let order = ordered(&wang, 10_000).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    wang.post(&path, json!({"amount_fen": 10_001}))
        .await
        .refused(422, "topup.refund_too_much");
    wang.post(&path, json!({"amount_fen": 0}))
        .await
        .refused(422, "topup.refund_too_much");
    let part = json!({"amount_fen": 4_000});
    wang.post_with_key(&path, "one-refund-key", part.clone())
        .await
        .is(202);
    wang.post_with_key(&path, "one-refund-key", part).await.is(202);
    wang.post_with_key(&path, "one-refund-key", json!({"amount_fen": 1}))
        .await
        .refused(422, "request.key_reused");
    wang.post(&path, json!({"amount_fen": 6_001}))
        .await
        .refused(422, "topup.refund_too_much");
    for _ in 0..6 {
        bank.run_jobs().await;
        bank.clock.forward(40 * SECOND);
    }
    let after = shown(&wang, &order).await;
    assert_eq!(after.list("/refunds").len(), 1);
    assert_eq!(after.list("/refunds")[0]["state"], "done");
    assert_eq!(after.at("/refunded_fen"), json!(4_000));
    assert_eq!(wang.balance().await, had + 6_000);
    bank.close().await;
}

/// Pay has the refund, and its answer was lost: what it refuses afterwards must not bring the money back as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_is_under_way_is_not_put_back() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let order = ordered(&wang, 10_000).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    bank.world
        .faults(json!({"pay": {"lose_answers": true, "hold_notices": true}}))
        .await;
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    wang.post(&path, json!({"amount_fen": 4_000})).await.is(202);
    bank.run_jobs().await;
    bank.world
        .faults(json!({"pay": {"lose_answers": false, "refuse_refunds": true}}))
        .await;
    for _ in 0..8 {
        bank.clock.forward(40 * SECOND);
        bank.run_jobs().await;
    }
    let after = shown(&wang, &order).await;
    assert_eq!(after.list("/refunds")[0]["state"], "done", "{after}");
    assert_eq!(wang.balance().await, had + 6_000);
    bank.close().await;
}

/// Pay refuses what it has never seen: the money is back in the account.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_pay_refuses_is_put_back() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let order = ordered(&wang, 10_000).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    bank.world.faults(json!({"pay": {"refuse_refunds": true}})).await;
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    wang.post(&path, json!({"amount_fen": 4_000})).await.is(202);
    for _ in 0..4 {
        bank.run_jobs().await;
        bank.clock.forward(40 * SECOND);
    }
    let after = shown(&wang, &order).await;
    assert_eq!(after.list("/refunds")[0]["state"], "returned", "{after}");
    assert_eq!(wang.balance().await, had + 10_000);
    bank.close().await;
}

/// Whoever holds the phone of a customer who has reported the card lost gets nothing back through it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_back_from_an_account_that_is_reported_lost() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = ordered(&wang, 10_000).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    let account = wang.account_id().await;
    let had = wang.balance().await;
    wang.post(&format!("/api/accounts/{account}/loss-report"), json!({}))
        .await
        .ok();
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    wang.post(&path, json!({"amount_fen": 4_000}))
        .await
        .refused(422, "account.blocked");
    bank.run_jobs().await;
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

/// A refund that was under way when the card was reported lost: it waits until the core knows of the loss, and then the core
/// refuses it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_under_way_waits_until_the_core_knows_of_the_loss() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = ordered(&wang, 10_000).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    let had = bank.books_say(&wang).await;
    bank.core.every(Op::Transfer, Fault::Down);
    bank.core.every(Op::Restrict, Fault::Down);
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    wang.post(&path, json!({"amount_fen": 4_000})).await.is(202);
    bank.run_jobs().await;
    let account = wang.account_id().await;
    wang.post(&format!("/api/accounts/{account}/loss-report"), json!({}))
        .await
        .ok();
    // The core books again, and still does not know.
    bank.core.every(Op::Transfer, Fault::Delay(Duration::ZERO));
    for _ in 0..4 {
        bank.clock.forward(40 * SECOND);
        bank.run_jobs().await;
    }
    assert_eq!(shown(&wang, &order).await.text("/refunds/0/state"), "debiting");
    assert_eq!(bank.books_say(&wang).await, had);
    bank.core.heal();
    for _ in 0..8 {
        bank.clock.forward(6 * MINUTE);
        bank.run_jobs().await;
    }
    let wang = bank.customer("王建国").await.opens_h5().await;
    assert_eq!(shown(&wang, &order).await.text("/refunds/0/state"), "refused");
    assert_eq!(bank.books_say(&wang).await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pay_tells_wrongly_is_not_booked() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    bank.world.faults(json!({"pay": {"wrong_amount": true}})).await;
    let order = ordered(&wang, 10_000).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    assert_eq!(shown(&wang, &order).await.text("/state"), "waiting");
    assert_eq!(wang.balance().await, had);
    // A letter without a signature, and one that says it is signed.
    let forged = wang.post("/api/pay/wechat/notify", json!({"id": "x"})).await;
    assert_eq!(forged.status, 401);
    // Asked by our number, Pay knows the right amount.
    bank.clock.forward(MINUTE);
    bank.run_jobs().await;
    bank.run_jobs().await;
    assert_eq!(shown(&wang, &order).await.text("/state"), "credited");
    assert_eq!(wang.balance().await, had + 10_000);
    bank.world.faults(json!({"pay": {"hold_notices": true}})).await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_forms_are_told_what_to_mend() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let account = wang.account_id().await;
    for bad in [0, -1, 5_000_001] {
        let body = json!({"account_id": account, "amount_fen": bad});
        wang.post("/api/topups", body)
            .await
            .refused(422, "topup.bad_amount");
    }
    let body: Value = json!({"account_id": account, "amount_fen": 100});
    chen.post("/api/topups", body.clone())
        .await
        .refused(404, "account.not_found");
    let order = wang
        .post_with_key("/api/topups", "one-topup-key", body.clone())
        .await
        .is(201);
    let again = wang
        .post_with_key("/api/topups", "one-topup-key", body)
        .await
        .is(201);
    assert_eq!(order.text("/id"), again.text("/id"));
    let path = format!("/api/topups/{}", order.text("/id"));
    chen.get(&path).await.refused(404, "not_found");
    wang.post(&format!("{path}/refund"), json!({"amount_fen": 1}))
        .await
        .refused(409, "topup.not_refundable");
    bank.clock.forward(HOUR);
    bank.run_jobs().await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_morning_the_bill_agrees_to_the_fen() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let day = bank.cx.clock.today().to_string();
    for fen in [10_000, 250] {
        let order = ordered(&wang, fen).await;
        pays(&bank, &wang, &order).await;
        bank.run_jobs().await;
        if fen > 1_000 {
            let path = format!("/api/topups/{}/refund", order.text("/id"));
            wang.post(&path, json!({"amount_fen": 3_000})).await.is(202);
        }
    }
    for _ in 0..6 {
        bank.run_jobs().await;
        bank.clock.forward(40 * SECOND);
    }
    let payins = bank.payins();
    assert_eq!(
        payins.bill_day(&day).await.expect("an answer"),
        None,
        "not made yet"
    );
    bank.clock.forward(25 * HOUR);
    let seen = payins.bill_day(&day).await.expect("an answer").expect("a bill");
    assert_eq!(seen.theirs.len(), 3);
    let mut ours: Vec<_> = seen
        .ours
        .into_iter()
        .map(|line| (line.number, line.refund_number, line.amount))
        .collect();
    let mut theirs: Vec<_> = seen
        .theirs
        .into_iter()
        .map(|line| (line.number, line.refund_number, line.amount))
        .collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
    bank.close().await;
}

fn told(items: &[Value]) -> Vec<String> {
    let notices = items.iter().filter(|item| item["type"] == "template");
    notices.map(|item| item["template"]["rows"].to_string()).collect()
}

/// AC11: the account's own feed carries the same booking, and is not told a second time.
#[tokio::test(flavor = "multi_thread")]
async fn the_customer_is_told_once_of_the_top_up_and_once_of_the_refund() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    bank.tells_changes().await;
    wang.chat(0).await;
    let order = ordered(&wang, 12_345).await;
    pays(&bank, &wang, &order).await;
    bank.run_jobs().await;
    bank.tells_changes().await;
    bank.run_jobs().await;
    let notices = told(&wang.chat(300).await);
    assert_eq!(notices.len(), 1, "{notices:?}");
    let balance = kit::money::Money::cny(had + 12_345).yuan_text();
    for word in ["微信充值", "123.45", &balance] {
        assert!(notices[0].contains(word), "{word} is not in {notices:?}");
    }
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    wang.post(&path, json!({"amount_fen": 2_345})).await.is(202);
    for _ in 0..6 {
        bank.run_jobs().await;
        bank.clock.forward(40 * SECOND);
    }
    bank.tells_changes().await;
    bank.run_jobs().await;
    let notices = told(&wang.chat(300).await);
    assert_eq!(notices.len(), 1, "{notices:?}");
    for word in ["充值退款", "23.45"] {
        assert!(notices[0].contains(word), "{word} is not in {notices:?}");
    }
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

/// Two top-ups of 100.00 and 2.50, and 30.00 given back of the first.
async fn a_day_of_top_ups(bank: &TestBank, who: &Customer) {
    for fen in [10_000, 250] {
        let order = ordered(who, fen).await;
        pays(bank, who, &order).await;
        bank.run_jobs().await;
        if fen > 1_000 {
            let path = format!("/api/topups/{}/refund", order.text("/id"));
            who.post(&path, json!({"amount_fen": 3_000})).await.is(202);
        }
    }
    for _ in 0..6 {
        bank.run_jobs().await;
        bank.clock.forward(40 * SECOND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_top_ups_is_even_with_the_core_and_with_pay() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    a_day_of_top_ups(&bank, &wang).await;
    bank.ends_the_day().await;
    let core = newest(&bank, "day").await;
    assert_eq!(core.text("/state"), "even", "{core}");
    assert_eq!(core.number("/matched/count"), 3, "{core}");
    assert_eq!(core.number("/matched/sum_fen"), 13_250, "{core}");
    assert_eq!(
        newest(&bank, "pay").await.text("/state"),
        "running",
        "no bill yet"
    );
    bank.clock.forward(11 * HOUR);
    bank.run_jobs().await;
    let pay = newest(&bank, "pay").await;
    assert_eq!(pay.text("/state"), "even", "{pay}");
    for side in ["here", "there", "matched"] {
        assert_eq!(pay.number(&format!("/{side}/count")), 3, "{pay}");
        assert_eq!(pay.number(&format!("/{side}/sum_fen")), 13_250, "{pay}");
    }
    assert_eq!(pay.at("/sums_agree"), true);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_from_pays_bill_opens_one_case() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    a_day_of_top_ups(&bank, &wang).await;
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
    let supervisor = bank.staff("supervisor01").await;
    let cases = supervisor.get("/api/office/cases?kind=difference").await.ok();
    // The core's file knows the right amount too: one case for each of the two sides.
    assert_eq!(cases.list("/items").len(), 2, "{cases}");
    assert_eq!(newest(&bank, "day").await.number("/differences"), 1);
    // The planted row would make the books of the story itself uneven for ever.
    bank.leave().await;
}
