//! WX15 BO03 · A refund or a credit that does not get on is a case: decided by the core or WeChat Pay where they can, ended by
//! a person where nobody else will, and never both.

use std::time::Duration;

use corebank::RefusalCode;
use corebank::stub::{Fault, Op};
use kit::clock::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Customer, Staff, TestBank};

use crate::disputes::case_of;
use crate::topup::{ordered, pays, shown};

/// A top-up of 100 yuan that is in the account.
async fn topped_up(bank: &TestBank, who: &Customer) -> Answer {
    let order = ordered(who, 10_000).await;
    pays(bank, who, &order).await;
    bank.run_jobs().await;
    order
}

async fn refunds(who: &Customer, order: &Answer, fen: i64) {
    let path = format!("/api/topups/{}/refund", order.text("/id"));
    who.post(&path, json!({ "amount_fen": fen })).await.is(202);
}

async fn time_passes(bank: &TestBank, rounds: usize) {
    for _ in 0..rounds {
        bank.clock.forward(40 * SECOND);
        bank.run_jobs().await;
    }
}

async fn no_case(staff: &Staff) {
    let open = staff.get("/api/office/cases").await.ok();
    assert!(open.list("/items").is_empty(), "{open}");
}

fn path_of(case: &Value) -> String {
    format!("/api/office/cases/{}", case["id"].as_str().expect("an id"))
}

async fn version(staff: &Staff, path: &str) -> i64 {
    staff.get(path).await.ok().number("/version")
}

async fn claims(staff: &Staff, path: &str) {
    let claim = json!({ "version": version(staff, path).await });
    staff.post(&format!("{path}/claim"), claim).await.is(204);
}

async fn resolves(staff: &Staff, path: &str) -> Answer {
    let body = json!({ "version": version(staff, path).await, "outcome": "not_twice",
        "text": "已由柜面现金退还并签收" });
    staff.post(&format!("{path}/resolve"), body).await
}

async fn proposes(staff: &Staff, path: &str, direction: &str, fen: i64) -> Answer {
    let body = json!({ "version": version(staff, path).await, "direction": direction, "amount_fen": fen,
        "text": "微信退不成，按原金额补记给客户" });
    staff.post(&format!("{path}/corrections"), body).await
}

/// The supervisor's word on the correction that waits.
async fn checks(bank: &TestBank, path: &str, approve: bool) -> Answer {
    let supervisor = bank.staff("supervisor01").await;
    let page = supervisor.get(path).await.ok();
    let last = page.list("/corrections").pop().expect("a correction");
    let body = json!({ "version": page.number("/version"), "correction_id": last["id"], "approve": approve,
        "hash": last["hash"], "text": "凭证核对无误" });
    supervisor.post(&format!("{path}/check"), body).await
}

/// The open case that follows when Pay tells, in its own time.
async fn hears_of(bank: &TestBank, staff: &Staff) -> Value {
    for _ in 0..500 {
        bank.run_jobs().await;
        let open = staff.get("/api/office/cases?kind=pay_in").await.ok();
        if !open.list("/items").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    case_of(staff, "pay_in").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pay_could_not_deliver_is_a_case_until_pay_has() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let order = topped_up(&bank, &wang).await;
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": true}}))
        .await;
    refunds(&wang, &order, 4_000).await;
    bank.run_jobs().await;
    let teller = bank.staff("teller01").await;
    no_case(&teller).await;
    time_passes(&bank, 8).await;
    let seen = shown(&wang, &order).await;
    assert_eq!(seen.text("/refunds/0/state"), "manual", "{seen}");
    assert!(seen.text("/refunds/0/state_text").contains("人工处理"), "{seen}");
    let case = case_of(&teller, "pay_in").await;
    assert_eq!(case["amount_fen"], 4_000);
    let page = teller.get(&path_of(&case)).await.ok();
    assert_eq!(page.text("/matter/payin/refund/reason"), "ABNORMAL", "{page}");
    assert_eq!(page.at("/matter/payin/refund/for_people"), json!(true));
    // Somebody has seen to it at Pay: the next question hears of it.
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": false, "hold_notices": true}}))
        .await;
    let ask = json!({ "version": page.number("/version") });
    teller.post(&format!("{}/ask", path_of(&case)), ask).await.is(204);
    let page = teller.get(&path_of(&case)).await.ok();
    assert_eq!(
        (page.text("/state"), page.text("/outcome")),
        ("closed".into(), "given_back".into())
    );
    assert_eq!(page.text("/outcome_text"), "微信支付已退回付款人");
    assert_eq!(shown(&wang, &order).await.text("/refunds/0/state"), "done");
    assert_eq!(wang.balance().await, had + 6_000);
    bank.close().await;
}

/// Pay delivers while a correction waits for the second person: it is not approved any more, and sent back it closes.
#[tokio::test(flavor = "multi_thread")]
async fn what_pay_delivers_while_a_correction_waits_is_not_paid_again() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = topped_up(&bank, &wang).await;
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": true}}))
        .await;
    refunds(&wang, &order, 4_000).await;
    bank.run_jobs().await;
    time_passes(&bank, 8).await;
    let teller = bank.staff("teller01").await;
    let path = path_of(&case_of(&teller, "pay_in").await);
    claims(&teller, &path).await;
    proposes(&teller, &path, "to_customer", 4_000).await.is(204);
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": false, "hold_notices": true}}))
        .await;
    for _ in 0..2 {
        bank.clock.forward(31 * MINUTE);
        bank.run_jobs().await;
    }
    checks(&bank, &path, true)
        .await
        .refused(409, "case.still_unknown");
    checks(&bank, &path, false).await.is(204);
    let teller = bank.staff("teller01").await;
    let page = teller.get(&path).await.ok();
    assert_eq!(
        (page.text("/state"), page.text("/outcome")),
        ("closed".into(), "given_back".into())
    );
    bank.close().await;
}

/// A refund that is on its way is no matter for people, and one that somebody has seen to is Pay's again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_is_no_case() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = topped_up(&bank, &wang).await;
    bank.world
        .faults(json!({"pay": {"refunds_slow": true, "hold_notices": true}}))
        .await;
    refunds(&wang, &order, 4_000).await;
    for _ in 0..6 {
        bank.run_jobs().await;
        bank.clock.forward(31 * MINUTE);
    }
    let teller = bank.staff("teller01").await;
    no_case(&teller).await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    assert_eq!(shown(&wang, &order).await.text("/refunds/0/state"), "sending");
    bank.execute("update payments_topup_refund set state = 'manual'")
        .await;
    for _ in 0..2 {
        bank.run_jobs().await;
        bank.clock.forward(31 * MINUTE);
    }
    let wang = bank.customer("王建国").await.opens_h5().await;
    assert_eq!(shown(&wang, &order).await.text("/refunds/0/state"), "sending");
    bank.close().await;
}

/// The loop goes on asking, slowly, without anybody.
#[tokio::test(flavor = "multi_thread")]
async fn the_case_closes_by_itself_when_pay_delivers_after_all() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = topped_up(&bank, &wang).await;
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": true}}))
        .await;
    refunds(&wang, &order, 4_000).await;
    bank.run_jobs().await;
    time_passes(&bank, 8).await;
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": false, "hold_notices": true}}))
        .await;
    for _ in 0..2 {
        bank.clock.forward(31 * MINUTE);
        bank.run_jobs().await;
    }
    let teller = bank.staff("teller01").await;
    no_case(&teller).await;
    let closed = teller
        .get("/api/office/cases?state=closed&kind=pay_in")
        .await
        .ok();
    assert_eq!(closed.text("/items/0/outcome"), "given_back");
    bank.close().await;
}

/// Pay gives nothing back, and the account takes nothing: only a person ends it, once.
#[tokio::test(flavor = "multi_thread")]
async fn what_neither_pay_nor_the_account_takes_is_ended_by_a_person() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = topped_up(&bank, &wang).await;
    bank.world.faults(json!({"pay": {"refuse_refunds": true}})).await;
    // Out of the account it goes, and not in again.
    bank.core.next(Op::Transfer, Fault::Delay(Duration::ZERO));
    bank.refuses_next_transfer(RefusalCode::AccountRestricted);
    refunds(&wang, &order, 4_000).await;
    bank.run_jobs().await;
    time_passes(&bank, 2).await;
    let seen = shown(&wang, &order).await;
    assert_eq!(seen.text("/refunds/0/state"), "stranded", "{seen}");
    let teller = bank.staff("teller01").await;
    let path = path_of(&case_of(&teller, "pay_in").await);
    claims(&teller, &path).await;
    // Nobody alone, nor another amount, nor the other way.
    resolves(&teller, &path).await.refused(409, "case.needs_two");
    for (direction, fen) in [("to_customer", 3_999), ("from_customer", 4_000)] {
        proposes(&teller, &path, direction, fen)
            .await
            .refused(422, "case.not_the_refund");
    }
    proposes(&teller, &path, "to_customer", 4_000).await.is(204);
    checks(&bank, &path, true).await.is(204);
    let seen = shown(&wang, &order).await;
    assert_eq!(seen.text("/refunds/0/state"), "handled", "{seen}");
    assert_eq!(seen.text("/refunds/0/state_text"), "已由银行人工处理");
    // Nothing more of it goes back by itself.
    let had = wang.balance().await;
    bank.world.faults(json!({"pay": {"refuse_refunds": false}})).await;
    time_passes(&bank, 4).await;
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

/// The core is silent about a credit: a case that nobody closes by opinion, and that the core's word closes.
#[tokio::test(flavor = "multi_thread")]
async fn a_credit_that_is_unknown_for_long_is_the_cores_to_decide() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = ordered(&wang, 10_000).await;
    bank.core.every(Op::Transfer, Fault::Down);
    pays(&bank, &wang, &order).await;
    for _ in 0..8 {
        bank.run_jobs().await;
        bank.clock.forward(31 * MINUTE);
    }
    let teller = bank.staff("teller01").await;
    let path = path_of(&case_of(&teller, "pay_in").await);
    claims(&teller, &path).await;
    resolves(&teller, &path).await.refused(409, "case.still_unknown");
    let correction = json!({ "version": version(&teller, &path).await, "direction": "to_customer",
        "amount_fen": 10_000, "text": "先补给客户再说" });
    teller
        .post(&format!("{path}/corrections"), correction)
        .await
        .refused(409, "case.still_unknown");
    bank.core.heal();
    bank.clock.forward(31 * MINUTE);
    bank.run_jobs().await;
    let teller = bank.staff("teller01").await;
    let page = teller.get(&path).await.ok();
    assert_eq!(
        (page.text("/state"), page.text("/outcome")),
        ("closed".into(), "succeeded".into())
    );
    bank.close().await;
}

/// Pay delivers what was put back into the account as well: money that the customer has twice is nobody's secret.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_twice_is_a_case() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = topped_up(&bank, &wang).await;
    bank.world.faults(json!({"pay": {"hold_notices": true}})).await;
    refunds(&wang, &order, 4_000).await;
    bank.run_jobs().await;
    bank.execute("update payments_topup_refund set state = 'returned'")
        .await;
    bank.world.faults(json!({"pay": {"hold_notices": false}})).await;
    bank.clock.forward(HOUR);
    let teller = bank.staff("teller01").await;
    let case = hears_of(&bank, &teller).await;
    let page = teller.get(&path_of(&case)).await.ok();
    assert_eq!(page.at("/matter/payin/twice"), json!(true), "{page}");
    bank.close().await;
}

/// A person gives the money back by hand, and then Pay delivers it after all; Pay's bill had the refund from the beginning.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_gave_back_and_pay_as_well_is_a_case_again() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let order = topped_up(&bank, &wang).await;
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": true}}))
        .await;
    refunds(&wang, &order, 4_000).await;
    bank.run_jobs().await;
    time_passes(&bank, 8).await;
    let teller = bank.staff("teller01").await;
    let path = path_of(&case_of(&teller, "pay_in").await);
    claims(&teller, &path).await;
    proposes(&teller, &path, "to_customer", 4_000).await.is(204);
    checks(&bank, &path, true).await.is(204);
    no_case(&teller).await;
    let day = kit::clock::date_of(bank.now()).to_string();
    bank.world
        .faults(json!({"pay": {"refunds_abnormal": false}}))
        .await;
    let case = hears_of(&bank, &teller).await;
    assert_eq!(case["amount_fen"], 4_000);
    assert_ne!(path_of(&case), path, "another case");
    let page = teller.get(&path_of(&case)).await.ok();
    assert_eq!(page.at("/matter/payin/twice"), json!(true), "{page}");
    bank.ends_the_day().await;
    bank.clock.forward(11 * HOUR);
    let bill = bank
        .payins()
        .bill_day(&day)
        .await
        .expect("asked")
        .expect("a bill");
    let refunds = |lines: usize, of: &str| assert_eq!(lines, 1, "{of}: {bill:?}");
    refunds(bill.ours.iter().filter(|line| line.amount < 0).count(), "ours");
    refunds(
        bill.theirs.iter().filter(|line| line.amount < 0).count(),
        "theirs",
    );
    bank.close().await;
}

/// The core books, its answer is lost, and then it says that other words stand under the id: that is no refusal.
#[tokio::test(flavor = "multi_thread")]
async fn other_words_under_an_id_are_no_refusal() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let had = wang.balance().await;
    let order = ordered(&wang, 10_000).await;
    bank.loses_next_answer();
    bank.refuses_next_transfer(RefusalCode::IdReused);
    pays(&bank, &wang, &order).await;
    time_passes(&bank, 3).await;
    assert_eq!(shown(&wang, &order).await.text("/state"), "credited");
    assert_eq!(wang.balance().await, had + 10_000);

    let chen = bank.customer("陈晓明").await;
    let draft = wang.drafts_transfer(&chen, 500).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.refuses_next_transfer(RefusalCode::IdReused);
    let sent = wang.authorises(&draft, &wang.pay_password, &code).await.is(202);
    assert_eq!(sent.text("/state"), "processing");
    bank.settles().await;
    let path = format!("/api/transfers/{}", draft.text("/id"));
    assert_eq!(wang.get(&path).await.ok().text("/state"), "succeeded");
    assert_eq!(wang.balance().await, had + 9_500);
    bank.close().await;
}
