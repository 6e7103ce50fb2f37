//! BO03 BO07 · The office's work-list: an unknown transfer is a case until the core has spoken; a case is one person's;
//! a correction of money is nobody's own to approve.

use corebank::stub::Fault;
use kit::clock::{HOUR, MINUTE};
use serde_json::{Value, json};
use testkit::{Customer, Staff, TestBank};

use crate::disputes::case_of;

/// A transfer that the silent core leaves unknown for long.
async fn long_unknown(bank: &TestBank, from: &Customer, to: &Customer) -> String {
    let draft = from.drafts_transfer(to, 30_000).await.is(201);
    let code = bank.sms_code(from).await;
    bank.core.all(Fault::Down);
    from.authorises(&draft, &from.pay_password, &code).await.is(202);
    for _ in 0..8 {
        bank.clock.forward(31 * MINUTE);
        bank.run_jobs().await;
    }
    draft.text("/id")
}

fn path_of(case: &Value) -> String {
    format!("/api/office/cases/{}", case["id"].as_str().expect("an id"))
}

async fn version(staff: &Staff, path: &str) -> i64 {
    staff.get(path).await.ok().number("/version")
}

/// A dispute of 王建国's, claimed by this person.
async fn claimed_dispute(bank: &TestBank, staff: &Staff) -> String {
    let wang = bank.customer("王建国").await.opens_h5().await;
    let account = wang.account_id().await;
    let page = wang
        .get(&format!("/api/accounts/{account}/entries?direction=out&limit=1"))
        .await
        .ok();
    let form = json!({ "entry_id": page.at("/items/0/id"), "at": page.at("/items/0/at"), "reason": "twice", "text": "" });
    wang.post(&format!("/api/accounts/{account}/disputes"), form)
        .await
        .is(201);
    bank.run_jobs().await;
    let path = path_of(&case_of(staff, "dispute").await);
    let claim = json!({ "version": version(staff, &path).await });
    staff.post(&format!("{path}/claim"), claim).await.is(204);
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_transfer_is_a_case_and_the_cores_word_closes_it() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let id = long_unknown(&bank, &wang, &chen).await;
    let teller = bank.staff("teller01").await;
    let case = case_of(&teller, "unknown_transfer").await;
    assert_eq!(case["amount_fen"], 30_000);
    let path = path_of(&case);
    let page = teller.get(&path).await.ok();
    assert_eq!(page.text("/matter/transfer/id"), id);
    assert_eq!(page.text("/matter/core/state"), "silent");
    assert!(page.number("/matter/transfer/asked") > 5, "{page}");

    let claim = json!({ "version": case["version"] });
    teller.post(&format!("{path}/claim"), claim.clone()).await.is(204);
    teller
        .post(&format!("{path}/claim"), claim)
        .await
        .refused(409, "case.moved");
    // Nobody's opinion closes it, and nobody corrects what is not known.
    let body =
        json!({ "version": version(&teller, &path).await, "outcome": "explained", "text": "应该没事吧" });
    teller
        .post(&format!("{path}/resolve"), body)
        .await
        .refused(422, "form.invalid")
        .blames("outcome");
    let correction = json!({ "version": version(&teller, &path).await, "direction": "to_customer", "amount_fen": 30_000,
        "text": "先补给客户" });
    teller
        .post(&format!("{path}/corrections"), correction)
        .await
        .refused(409, "case.still_unknown");

    bank.core.heal();
    let ask = json!({ "version": version(&teller, &path).await });
    teller.post(&format!("{path}/ask"), ask).await.is(204);
    let page = teller.get(&path).await.ok();
    assert_eq!(page.text("/state"), "closed", "{page}");
    // Hours have passed: the customer comes in anew.
    let wang = bank.customer("王建国").await.opens_h5().await;
    let state = wang
        .get(&format!("/api/transfers/{id}"))
        .await
        .ok()
        .text("/state");
    assert_eq!(page.text("/outcome"), state, "the outcome is the core's word");
    let steps: Vec<String> = page
        .list("/events")
        .iter()
        .map(|e| e["what"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(steps, ["opened", "claimed", "asked", "settled"]);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_closes_by_itself_when_the_loop_learns_the_outcome() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    long_unknown(&bank, &wang, &chen).await;
    bank.core.heal();
    bank.settles().await;
    let teller = bank.staff("teller01").await;
    assert!(
        teller
            .get("/api/office/cases")
            .await
            .ok()
            .list("/items")
            .is_empty()
    );
    let closed = teller
        .get("/api/office/cases?state=closed&kind=unknown_transfer")
        .await
        .ok();
    assert_eq!(closed.list("/items").len(), 1);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own_correction() {
    let bank = TestBank::open().await;
    // One person with both roles is the worst case.
    bank.execute("update identity_staff set roles = 'teller,supervisor' where login = 'teller01'")
        .await;
    let teller = bank.staff("teller01").await;
    let supervisor = bank.staff("supervisor01").await;
    let path = claimed_dispute(&bank, &teller).await;
    let propose = json!({ "version": version(&teller, &path).await, "direction": "to_customer", "amount_fen": 1_280,
        "text": "商户重复扣款，应退一笔" });
    let mut bad = propose.clone();
    bad["amount_fen"] = json!(0);
    teller
        .post(&format!("{path}/corrections"), bad)
        .await
        .refused(422, "form.invalid")
        .blames("amount_fen");
    teller.post(&format!("{path}/corrections"), propose).await.is(204);
    let page = supervisor.get(&path).await.ok();
    assert_eq!(page.text("/state"), "checking");
    let check = json!({ "version": page.number("/version"), "correction_id": page.at("/corrections/0/id"), "approve": true,
        "hash": page.at("/corrections/0/hash"), "text": "凭证核对无误", "answer": "重复扣款已退回您的账户" });
    let path = format!("{path}/check");
    teller
        .post(&path, check.clone())
        .await
        .refused(409, "case.same_person");
    let mut other = check.clone();
    other["hash"] = json!("0".repeat(64));
    supervisor.post(&path, other).await.refused(409, "case.changed");
    supervisor.post(&path, check.clone()).await.is(204);
    supervisor.post(&path, check).await.refused(409, "case.moved");
    let closed = supervisor.get("/api/office/cases?state=closed").await.ok();
    assert_eq!(closed.text("/items/0/outcome"), "corrected");
    bank.settles().await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_checker_saw_is_what_is_approved() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let supervisor = bank.staff("supervisor01").await;
    let path = claimed_dispute(&bank, &teller).await;
    let propose = json!({ "version": version(&teller, &path).await, "direction": "to_customer", "amount_fen": 100,
        "text": "商户重复扣款" });
    teller.post(&format!("{path}/corrections"), propose).await.is(204);
    let page = supervisor.get(&path).await.ok();
    bank.execute("update office_correction set amount = 10000000")
        .await;
    let check = json!({ "version": page.number("/version"), "correction_id": page.at("/corrections/0/id"), "approve": true,
        "hash": page.at("/corrections/0/hash"), "text": "凭证核对无误", "answer": "已退回您的账户" });
    supervisor
        .post(&format!("{path}/check"), check.clone())
        .await
        .refused(409, "case.changed");
    bank.execute("update office_correction set amount = 100").await;
    let mut back = check;
    back["approve"] = json!(false);
    supervisor.post(&format!("{path}/check"), back).await.is(204);
    assert_eq!(supervisor.get(&path).await.ok().text("/state"), "claimed");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_and_two_hands_never_hold_one_case() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let path = claimed_dispute(&bank, &teller).await;
    let count = async |query: &str| {
        teller
            .get(&format!("/api/office/cases?{query}"))
            .await
            .ok()
            .list("/items")
            .len()
    };
    assert_eq!(count("owner=me").await, 1);
    assert_eq!(count("owner=none").await, 0);
    assert_eq!(count("kind=difference").await, 0);
    assert_eq!(count("overdue=true").await, 0);
    assert_eq!(count("hours=1").await, 0);
    bank.clock.forward(16 * 24 * HOUR);
    let teller = bank.staff("teller01").await;
    let late = teller.get("/api/office/cases?overdue=true").await.ok();
    assert_eq!(late.list("/items").len(), 1);
    assert_eq!(late.at("/items/0/overdue"), true);
    teller
        .get("/api/office/cases?kind=gift")
        .await
        .refused(400, "request.bad_query");

    // Somebody else's case is read and noted, but not closed.
    bank.execute("update identity_staff set roles = 'teller' where login = 'operator01'")
        .await;
    let other = bank.staff("operator01").await;
    let seen = version(&other, &path).await;
    other
        .post(
            &format!("{path}/release"),
            json!({ "version": seen, "text": "我来处理吧" }),
        )
        .await
        .refused(409, "case.not_owner");
    other
        .post(
            &format!("{path}/notes"),
            json!({ "version": seen, "text": "客户又来电催问" }),
        )
        .await
        .is(204);
    let page = teller.get(&path).await.ok();
    assert_eq!(page.text("/events/2/text"), "客户又来电催问");
    let sealed = bank.column("office_case_event", "text").await;
    assert!(
        sealed
            .iter()
            .all(|text| text.is_empty() || text.starts_with("v1.")),
        "notes lie open: {sealed:?}"
    );
    bank.close().await;
}
