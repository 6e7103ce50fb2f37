//! AC12 HS14 · A line of the account is disputed, a person of the bank works the case within 15 days, the customer hears
//! what was found.

use kit::clock::DAY;
use serde_json::{Value, json};
use testkit::{Customer, Staff, TestBank};

/// The newest payment out of the first account.
async fn line_of(who: &Customer) -> (String, Value) {
    let account = who.account_id().await;
    let page = who
        .get(&format!("/api/accounts/{account}/entries?direction=out&limit=5"))
        .await
        .ok();
    (account, page.list("/items")[0].clone())
}

fn form(line: &Value, reason: &str, text: &str) -> Value {
    json!({ "entry_id": line["id"], "at": line["at"], "reason": reason, "text": text })
}

/// The only open case of this kind, as this person sees it.
pub(crate) async fn case_of(staff: &Staff, kind: &str) -> Value {
    let list = staff.get(&format!("/api/office/cases?kind={kind}")).await.ok();
    let items = list.list("/items");
    assert_eq!(items.len(), 1, "{list}");
    items[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disputed_line_becomes_a_case_and_comes_back_with_an_answer() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let teller = bank.staff("teller01").await;
    let (account, line) = line_of(&wang).await;
    let opened = wang
        .post(
            &format!("/api/accounts/{account}/disputes"),
            form(&line, "not_mine", "我没有买过这个"),
        )
        .await
        .is(201);
    assert_eq!(opened.text("/state"), "received");
    assert_eq!(opened.number("/due_at"), opened.number("/opened_at") + 15 * DAY);
    assert_eq!(opened.at("/line/amount_fen"), line["amount_fen"]);

    // The row itself says so.
    let marked = line_of(&wang).await.1;
    assert_eq!(marked["dispute"]["state"], "received");

    bank.run_jobs().await;
    let case = case_of(&teller, "dispute").await;
    assert_eq!(case["amount_fen"], line["amount_fen"]);
    assert_eq!(
        case["due_at"].as_i64(),
        Some(opened.number("/due_at")),
        "the customer's clock is the bank's"
    );
    let path = format!("/api/office/cases/{}", case["id"].as_str().expect("an id"));
    let page = teller.get(&path).await.ok();
    assert_eq!(page.text("/matter/dispute/text"), "我没有买过这个");
    assert_eq!(page.at("/matter/dispute/line/text"), line["text"]);
    for secret in [&wang.name, &wang.phone, &wang.card_no] {
        assert!(
            !page.json().to_string().contains(secret.as_str()),
            "{secret} in {page}"
        );
    }

    staff_answer(&bank, &teller, &wang, &case).await;
    let mine = wang.get("/api/disputes").await.ok();
    assert_eq!(mine.text("/items/0/state"), "answered");
    assert_eq!(mine.text("/items/0/answer"), "经核实为您绑定的自动续费");
    assert_eq!(mine.text("/items/0/outcome_text"), "交易属实");
    assert_eq!(line_of(&wang).await.1["dispute"]["state"], "answered");
    let closed = teller.get("/api/office/cases?state=closed").await.ok();
    assert_eq!(closed.text("/items/0/outcome"), "explained");
    bank.close().await;
}

/// Claimed, answered with the words that the customer is told, once.
async fn staff_answer(bank: &TestBank, teller: &Staff, wang: &Customer, case: &Value) {
    let path = format!("/api/office/cases/{}", case["id"].as_str().expect("an id"));
    teller
        .post(&format!("{path}/claim"), json!({ "version": case["version"] }))
        .await
        .is(204);
    assert_eq!(line_of(wang).await.1["dispute"]["state"], "handling");
    let version = teller.get(&path).await.ok().number("/version");
    let resolve = format!("{path}/resolve");
    let with = |answer: &str, outcome: &str| json!({ "version": version, "outcome": outcome, "text": "已调阅商户小票", "answer": answer });
    teller
        .post(&resolve, with("", "explained"))
        .await
        .refused(422, "form.invalid")
        .blames("answer");
    teller
        .post(&resolve, with("经核实为您家人代扣", "timing"))
        .await
        .refused(422, "form.invalid")
        .blames("outcome");
    wang.chat(0).await;
    teller
        .post(&resolve, with("经核实为您绑定的自动续费", "explained"))
        .await
        .is(204);
    bank.settles().await;
    let told = wang.chat(500).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(json!(told).to_string().contains("已答复"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_disputed_once_and_only_ones_own() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (account, line) = line_of(&wang).await;
    let path = format!("/api/accounts/{account}/disputes");
    let key = bank.new_key();
    let first = wang
        .post_with_key(&path, &key, form(&line, "twice", ""))
        .await
        .is(201);
    let again = wang
        .post_with_key(&path, &key, form(&line, "twice", ""))
        .await
        .is(201);
    assert_eq!(
        first.text("/id"),
        again.text("/id"),
        "the same key gives the same dispute"
    );
    wang.post_with_key(&path, &key, form(&line, "not_mine", ""))
        .await
        .refused(422, "request.key_reused");
    wang.post(&path, form(&line, "twice", ""))
        .await
        .refused(409, "dispute.exists");
    chen.post(&path, form(&line, "twice", ""))
        .await
        .refused(404, "account.not_found");
    let mut moved = line.clone();
    moved["at"] = json!(line["at"].as_i64().expect("at") - 1);
    wang.post(&path, form(&moved, "twice", ""))
        .await
        .refused(404, "entry.not_found");
    wang.post(&path, form(&line, "other", "不"))
        .await
        .refused(422, "dispute.bad_text")
        .blames("text");
    wang.post(&path, form(&line, "revenge", "")).await.is(422);
    assert!(chen.get("/api/disputes").await.ok().list("/items").is_empty());
    bank.close().await;
}
