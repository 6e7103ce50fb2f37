//! WX15 · The counter collects by QR code 柜台扫码收款: whoever scans it pays, and the bank's income account has it once.

use kit::clock::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Customer, RealBank, Staff, TestBank};

/// The demo's income accounts.
pub(crate) const BOX_RENT: &str = "99900000000000024";
const MATERIALS: &str = "99900000000000032";
const SETTLEMENT: &str = "99900000000000016";
const DOOR: &str = "/api/office/collections";

pub(crate) async fn opened(teller: &Staff, charge: &str, fen: i64) -> Answer {
    let body = json!({"charge": charge, "amount_fen": fen, "remark": "三号窗口"});
    teller.post(DOOR, body).await.is(201)
}

pub(crate) async fn shown(staff: &Staff, one: &Answer) -> Answer {
    staff.get(&format!("{DOOR}/{}", one.text("/id"))).await.ok()
}

/// Scans the code and pays.
pub(crate) async fn scans(bank: &TestBank, who: &Customer, one: &Answer) {
    let code = one.text("/code_url");
    let door = bank.world.sandbox(&format!("/pay/phone/{}/scan", who.openid));
    let seen = bank.stranger().post(&door, &json!({"key": code})).await.ok();
    assert_eq!(seen.number("/total"), one.number("/amount_fen"));
    assert_eq!(seen.text("/description"), one.text("/charge_name"));
    bank.pays_in_phone(who, &code).await;
}

/// Jobs, and half a minute, so many times.
pub(crate) async fn time_passes(bank: &TestBank, rounds: usize) {
    for _ in 0..rounds {
        bank.run_jobs().await;
        bank.clock.forward(40 * SECOND);
    }
    bank.run_jobs().await;
}

async fn notices(bank: &TestBank, held: bool) {
    bank.world.faults(json!({"pay": {"hold_notices": held}})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_shown_scanned_and_paid_into_the_income_account() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let charges = teller.get(&format!("{DOOR}/charges")).await.ok();
    assert!(charges.list("/items").iter().any(|c| c["name"] == "保管箱租金"));
    let (had, owed) = (
        bank.account_says(BOX_RENT).await,
        bank.account_says(SETTLEMENT).await,
    );
    let one = opened(&teller, "box_rent", 36_500).await;
    assert_eq!(one.text("/state"), "waiting");
    assert!(one.text("/code_url").starts_with("weixin://wxpay/"), "{one}");
    scans(&bank, &wang, &one).await;
    assert_eq!(shown(&teller, &one).await.text("/state"), "paid");
    bank.run_jobs().await;
    let done = shown(&teller, &one).await;
    assert_eq!(done.text("/state"), "credited");
    assert_eq!(done.text("/state_text"), "已支付");
    assert_eq!(done.text("/remark"), "三号窗口");
    assert!(done.at("/code_url").is_null(), "nobody is to scan it again");
    assert!(!done.text("/reference").is_empty() && done.text("/transaction_id").starts_with("42"));
    assert_eq!(bank.account_says(BOX_RENT).await, had + 36_500);
    assert_eq!(bank.account_says(SETTLEMENT).await, owed - 36_500);
    let list = teller.get(DOOR).await.ok();
    assert_eq!(list.text("/items/0/id"), one.text("/id"));
    assert_eq!(list.at("/items/0/mine"), true);
    // It is no top-up of anybody's.
    let wang = wang.opens_h5().await;
    wang.get(&format!("/api/topups/{}", one.text("/id")))
        .await
        .refused(404, "not_found");
    // The books, the trail and the events know it.
    let actions = actions(&bank, &one).await;
    for action in ["collection.open", "collection.paid", "collection.credit"] {
        assert_eq!(actions.iter().filter(|a| *a == action).count(), 1, "{actions:?}");
    }
    let topics = bank.column("event", "topic").await;
    assert_eq!(topics.iter().filter(|t| *t == "payments.collected").count(), 1);
    bank.close().await;
}

/// What the auditor finds of a collection.
async fn actions(bank: &TestBank, one: &Answer) -> Vec<String> {
    let auditor = bank.staff("auditor01").await;
    let path = format!("/api/office/audit?subject=collection:{}", one.text("/id"));
    let trail = auditor.get(&path).await.ok();
    let rows = trail.list("/items").into_iter();
    rows.map(|row| row["action"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// Five copies of the notice at once, and the answer of the core lost once.
#[tokio::test(flavor = "multi_thread")]
async fn five_notices_at_once_are_one_income() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let had = bank.account_says(MATERIALS).await;
    bank.world
        .faults(json!({"pay": {"notices_fivefold": true}}))
        .await;
    let one = opened(&teller, "materials", 2_000).await;
    bank.loses_next_answer();
    scans(&bank, &wang, &one).await;
    time_passes(&bank, 4).await;
    assert_eq!(shown(&teller, &one).await.text("/state"), "credited");
    assert_eq!(bank.account_says(MATERIALS).await, had + 2_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_notice_is_asked_for_and_an_unscanned_code_expires() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let had = bank.account_says(BOX_RENT).await;
    notices(&bank, true).await;
    let paid = opened(&teller, "box_rent", 5_000).await;
    let unpaid = opened(&teller, "box_rent", 6_000).await;
    scans(&bank, &wang, &paid).await;
    assert_eq!(shown(&teller, &paid).await.text("/state"), "waiting");
    bank.clock.forward(MINUTE);
    bank.run_jobs().await;
    bank.run_jobs().await;
    assert_eq!(shown(&teller, &paid).await.text("/state"), "credited");
    bank.clock.forward(20 * MINUTE);
    bank.run_jobs().await;
    let expired = shown(&teller, &unpaid).await;
    assert_eq!(expired.text("/state"), "closed");
    assert_eq!(expired.text("/state_text"), "已关闭");
    assert!(expired.at("/code_url").is_null());
    let path = format!("{DOOR}/{}", unpaid.text("/id"));
    teller
        .post(&format!("{path}/code"), json!({}))
        .await
        .refused(409, "collection.not_payable");
    assert_eq!(bank.account_says(BOX_RENT).await, had + 5_000);
    // The held notice comes at last, and changes nothing.
    notices(&bank, false).await;
    time_passes(&bank, 3).await;
    assert_eq!(bank.account_says(BOX_RENT).await, had + 5_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_another_amount_books_nothing() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let had = bank.account_says(BOX_RENT).await;
    bank.world.faults(json!({"pay": {"wrong_amount": true}})).await;
    let one = opened(&teller, "box_rent", 10_000).await;
    scans(&bank, &wang, &one).await;
    bank.run_jobs().await;
    assert_eq!(shown(&teller, &one).await.text("/state"), "waiting");
    assert_eq!(bank.account_says(BOX_RENT).await, had);
    // Asked by our number, Pay knows the right amount.
    bank.clock.forward(MINUTE);
    bank.run_jobs().await;
    bank.run_jobs().await;
    assert_eq!(shown(&teller, &one).await.text("/state"), "credited");
    assert_eq!(bank.account_says(BOX_RENT).await, had + 10_000);
    bank.close().await;
}

/// The counter closes, and the customer pays: in either order, with the notice on its way, lost or late.
#[tokio::test(flavor = "multi_thread")]
async fn who_pays_in_the_moment_of_closing_has_paid() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let had = bank.account_says(BOX_RENT).await;
    notices(&bank, true).await;
    let raced = opened(&teller, "box_rent", 7_000).await;
    let path = |one: &Answer| format!("{DOOR}/{}/close", one.text("/id"));
    scans(&bank, &wang, &raced).await;
    // The bank has heard nothing yet, and asks Pay before it calls anything closed.
    let closed = teller.post(&path(&raced), json!({})).await.ok();
    assert_eq!(closed.text("/state"), "paid");
    bank.run_jobs().await;
    assert_eq!(shown(&teller, &raced).await.text("/state"), "credited");
    assert_eq!(bank.account_says(BOX_RENT).await, had + 7_000);
    teller
        .post(&path(&raced), json!({}))
        .await
        .refused(409, "collection.not_payable");
    // Closed first: the code is worth nothing any more.
    let gone = opened(&teller, "box_rent", 8_000).await;
    assert_eq!(
        teller.post(&path(&gone), json!({})).await.ok().text("/state"),
        "closed"
    );
    assert_eq!(
        teller.post(&path(&gone), json!({})).await.ok().text("/state"),
        "closed"
    );
    let door = bank.world.sandbox(&format!("/pay/phone/{}/scan", wang.openid));
    let code = json!({"key": gone.text("/code_url")});
    let scanned = bank.stranger().post(&door, &code).await;
    assert_eq!(
        (scanned.status, scanned.text("/code").as_str()),
        (409, "pay.closed")
    );
    // Pay is silent: nothing is called closed that might be paid.
    let open = opened(&teller, "box_rent", 9_000).await;
    bank.world.faults(json!({"pay": {"down": true}})).await;
    teller
        .post(&path(&open), json!({}))
        .await
        .refused(503, "collection.unavailable");
    assert_eq!(shown(&teller, &open).await.text("/state"), "waiting");
    bank.world.faults(json!({"pay": {"down": false}})).await;
    notices(&bank, false).await;
    scans(&bank, &wang, &open).await;
    bank.run_jobs().await;
    assert_eq!(bank.account_says(BOX_RENT).await, had + 16_000);
    bank.close().await;
}

/// Both at once, many times: whatever comes of it, paid means in the account and closed means not paid.
#[tokio::test(flavor = "multi_thread")]
async fn closing_and_paying_at_once_agree_with_pay() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let had = bank.account_says(BOX_RENT).await;
    let mut income = 0;
    for round in 0..12_i64 {
        let fen = 1_000 + round;
        let one = opened(&teller, "box_rent", fen).await;
        let close = format!("{DOOR}/{}/close", one.text("/id"));
        let pay = bank.world.sandbox(&format!("/pay/phone/{}/pay", wang.openid));
        let (payer, key) = (bank.stranger(), json!({"key": one.text("/code_url")}));
        let (_, paid) = tokio::join!(teller.post(&close, json!({})), payer.post(&pay, &key));
        time_passes(&bank, 2).await;
        let ends = shown(&teller, &one).await.text("/state");
        let expected = if paid.status == 200 { "credited" } else { "closed" };
        assert_eq!(ends, expected, "round {round}: {paid}");
        income += if paid.status == 200 { fen } else { 0 };
    }
    assert_eq!(bank.account_says(BOX_RENT).await, had + income);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_of_pay_the_code_is_asked_for_again() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    bank.world.faults(json!({"pay": {"lose_answers": true}})).await;
    let one = opened(&teller, "materials", 1_500).await;
    assert!(one.at("/code_url").is_null());
    let path = format!("{DOOR}/{}/code", one.text("/id"));
    teller
        .post(&path, json!({}))
        .await
        .refused(503, "collection.unavailable");
    bank.world.faults(json!({"pay": {"lose_answers": false}})).await;
    let code = teller.post(&path, json!({})).await.ok().text("/code_url");
    let again = teller.post(&path, json!({})).await.ok().text("/code_url");
    assert!(code.starts_with("weixin://") && code == again, "{code} {again}");
    bank.clock.forward(HOUR);
    bank.run_jobs().await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_forms_are_told_what_to_mend_and_a_key_makes_one_collection() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    for bad in [0, -1, 5_000_001] {
        let body = json!({"charge": "box_rent", "amount_fen": bad});
        teller
            .post(DOOR, body)
            .await
            .refused(422, "collection.bad_amount")
            .blames("amount_fen");
    }
    for bad in ["", "tips", "保管箱租金"] {
        let body = json!({"charge": bad, "amount_fen": 100});
        teller
            .post(DOOR, body)
            .await
            .refused(422, "collection.charge_unknown")
            .blames("charge");
    }
    let long = json!({"charge": "box_rent", "amount_fen": 100, "remark": "长".repeat(51)});
    teller
        .post(DOOR, long)
        .await
        .refused(422, "collection.remark_too_long")
        .blames("remark");
    let body: Value = json!({"charge": "box_rent", "amount_fen": 100});
    let one = teller
        .post_with_key(DOOR, "one-collection", body.clone())
        .await
        .is(201);
    let again = teller.post_with_key(DOOR, "one-collection", body).await.is(201);
    assert_eq!(one.text("/id"), again.text("/id"));
    assert_eq!(one.text("/code_url"), again.text("/code_url"));
    let other = json!({"charge": "box_rent", "amount_fen": 101});
    teller
        .post_with_key(DOOR, "one-collection", other)
        .await
        .refused(422, "request.key_reused");
    assert_eq!(bank.column("payments_collection", "id").await.len(), 1);
    bank.clock.forward(HOUR);
    bank.run_jobs().await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_right_is_turned_away_and_that_is_kept() {
    let bank = TestBank::open().await;
    let body = json!({"charge": "box_rent", "amount_fen": 100});
    for login in ["supervisor01", "auditor01", "operator01"] {
        let staff = bank.staff(login).await;
        staff.post(DOOR, body.clone()).await.refused(403, "access.denied");
    }
    let wang = bank.customer("王建国").await.opens_h5().await;
    wang.post(DOOR, body).await.refused(401, "session.required");
    assert!(bank.column("payments_collection", "id").await.is_empty());
    let auditor = bank.staff("auditor01").await;
    let trail = auditor
        .get("/api/office/audit?action=staff.turned_away")
        .await
        .ok();
    assert_eq!(trail.list("/items").len(), 3, "{trail}");
    for row in trail.list("/items") {
        assert_eq!(row["subject"], "permission:collections.open", "{row}");
        assert_eq!(row["result"], "access.denied", "{row}");
    }
    bank.close().await;
}

/// A remark is for the bank's people, and a thief reads none of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_beside_a_collection_is_sealed() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let body = json!({"charge": "box_rent", "amount_fen": 100, "remark": "金丝雀备注"});
    let one = teller.post(DOOR, body).await.is(201);
    assert_eq!(shown(&teller, &one).await.text("/remark"), "金丝雀备注");
    let stored = bank.column("payments_collection", "remark").await;
    assert!(!stored[0].contains("金丝雀"), "{stored:?}");
    bank.clock.forward(HOUR);
    bank.run_jobs().await;
    bank.close().await;
}

/// Where the bank dies between Pay's notice and the income account.
const POINTS: [&str; 3] = [
    "payments.payin_paid",
    "payments.payin_sent",
    "payments.payin_credited",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_dies_between_the_notice_and_the_income_collects_once() {
    const FEN: i64 = 4_321;
    let mut bank = RealBank::start().await;
    let teller = bank.staff("teller01").await;
    for point in POINTS {
        let had = income(&bank).await;
        bank.kill();
        bank.starts_again_to_die_at(point).await;
        let wang = bank.customer("王建国").await;
        let one = opened(&teller, "box_rent", FEN).await;
        let door = wang.world.sandbox(&format!("/pay/phone/{}/pay", wang.openid));
        let key = json!({"key": one.text("/code_url")});
        // The bank may die before it answers.
        let ask = testkit::Ask {
            method: reqwest::Method::POST,
            url: door,
            json: Some(&key),
            headers: Vec::new(),
        };
        drop(wang.browser.try_send(ask).await);
        bank.dies().await;
        bank.starts_again().await;
        let mut last = String::new();
        for _ in 0..640 {
            last = shown(&teller, &one).await.text("/state");
            if last == "credited" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        assert_eq!(last, "credited", "{point}");
        assert_eq!(income(&bank).await, had + FEN, "{point}");
    }
    bank.command(&["ledger", "verify"]);
    bank.command(&["audit", "verify"]);
    bank.ends().await;
}

async fn income(bank: &RealBank) -> i64 {
    use corebank::CoreBank as _;
    match bank.counter().await.core.balance(BOX_RENT).await {
        corebank::Answer::Done(balance) => balance.posted.fen(),
        other => panic!("the core answered {other:?}"),
    }
}
