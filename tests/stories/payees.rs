//! TP06 · The payee book, the history and the receipt that anybody can verify.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{Customer, TestBank};

async fn book(who: &Customer) -> Vec<Value> {
    who.get("/api/payees").await.ok().list("/items")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payee_is_saved_named_paid_and_taken_out() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    assert!(book(&wang).await.is_empty());
    let new = json!({"to_no": chen.card_no, "to_name": chen.name, "alias": "房东"});
    let saved = wang.post("/api/payees", new.clone()).await.is(201);
    assert_eq!(
        (saved.text("/alias").as_str(), saved.text("/name_masked").as_str()),
        ("房东", "*晓明")
    );
    wang.post("/api/payees", new).await.refused(409, "payee.saved");

    // Paid by the reference of the book, without the number.
    let form = json!({
        "from_account_id": wang.account_id().await, "to_no": saved.text("/id"), "to_name": "", "amount_fen": 100,
    });
    let check = wang.post("/api/transfers/check", form.clone()).await.ok();
    assert_eq!(check.at("/first_time"), json!(true), "saved is not paid");
    let draft = wang.post("/api/transfers", form).await.is(201);
    let code = bank.sms_code(&wang).await;
    wang.authorises(&draft, &wang.pay_password, &code).await.is(200);
    assert!(book(&wang).await[0]["last_at"].is_i64());

    let path = format!("/api/payees/{}", saved.text("/id"));
    let renamed = wang.put(&path, json!({"alias": "老陈"})).await.ok();
    assert_eq!(renamed.text("/alias"), "老陈");
    wang.put(&path, json!({"alias": "长".repeat(21)}))
        .await
        .refused(422, "payee.bad_alias")
        .blames("alias");
    chen.put(&path, json!({"alias": "x"})).await.is(404);
    chen.send(Method::DELETE, &path, None, &json!({})).await.is(204);
    assert_eq!(book(&wang).await.len(), 1, "somebody else's book is untouched");
    wang.send(Method::DELETE, &path, None, &json!({})).await.is(204);
    wang.send(Method::DELETE, &path, None, &json!({})).await.is(204);
    assert!(book(&wang).await.is_empty());
    let recent = wang.get("/api/payees/recent").await.ok().list("/items");
    assert_eq!(recent.len(), 1, "that they were paid is remembered");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_saved_under_a_wrong_name() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    for (change, code) in [
        (json!({"to_name": "陈小明"}), "transfer.name_mismatch"),
        (json!({"to_no": "6222009940009999998"}), "transfer.payee_unknown"),
        (json!({"bank_code": "000000000000"}), "transfer.bank_unknown"),
    ] {
        let mut new = json!({"to_no": chen.card_no, "to_name": chen.name});
        for (key, value) in change.as_object().expect("an object") {
            new[key] = value.clone();
        }
        wang.post("/api/payees", new).await.refused(422, code);
    }
    assert!(book(&wang).await.is_empty());
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_looked_through() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let li = bank.customer("李秀兰").await;
    let rent = bank.pays(&wang, &chen, 12_300).await.text("/id");
    bank.clock.forward(1_000);
    let other = bank.pays(&wang, &li, 45_600).await.text("/id");
    bank.clock.forward(1_000);
    let draft = wang.drafts_transfer(&chen, 700).await.is(201).text("/id");
    let wang = &wang;
    let found = async |query: &str| -> Vec<String> {
        let page = wang.get(&format!("/api/transfers?{query}")).await.ok();
        let id = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
        page.list("/items").iter().map(id).collect()
    };
    assert_eq!(found("q=晓明").await, [draft.clone(), rent.clone()]);
    assert_eq!(found("q=456").await, std::slice::from_ref(&other));
    assert_eq!(
        found(&format!("q={}", &li.card_no[li.card_no.len() - 4..])).await,
        std::slice::from_ref(&other)
    );
    assert_eq!(found("state=done").await, [other.clone(), rent.clone()]);
    assert_eq!(found("state=under_way").await, [draft]);
    assert_eq!(
        found("from=2026-11-23&to=2026-11-23&state=done&q=晓明").await,
        [rent]
    );
    assert!(found("to=2026-11-22").await.is_empty());
    for bad in ["state=gone", "from=yesterday", "from=2026-11-24&to=2026-11-23"] {
        wang.get(&format!("/api/transfers?{bad}"))
            .await
            .refused(400, "transfer.bad_search");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_printed_and_verified_by_anybody() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let done = bank.pays(&wang, &chen, 50_000).await;
    let path = format!("/api/transfers/{}/receipt", done.text("/id"));
    let receipt = wang.get(&path).await.ok();
    let code = receipt.text("/verify_code");
    assert_eq!(code.len(), 12);
    assert_eq!(
        wang.get(&path).await.ok().text("/verify_code"),
        code,
        "one code for one receipt"
    );

    let pdf = wang.get(&format!("{path}.pdf")).await.ok();
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    assert!(
        pdf.body.starts_with(b"%PDF-") && pdf.body.len() > 2_000,
        "{} bytes",
        pdf.body.len()
    );
    chen.get(&format!("{path}.pdf")).await.is(404);

    let stranger = bank.stranger();
    let spaced = format!("{}%20{}-{}", &code[..4], &code[4..8].to_lowercase(), &code[8..]);
    let known = stranger
        .get(&bank.url(&format!("/api/receipts/verify?code={spaced}")))
        .await
        .ok();
    assert_eq!(known.at("/valid"), json!(true), "{known}");
    assert_eq!(known.number("/amount_fen"), 50_000);
    assert_eq!(known.text("/payee_name_masked"), "*晓明");
    assert_eq!(known.text("/receipt_no"), receipt.text("/receipt_no"));
    for wrong in ["000000000000", "", "AAAAAAAAAAAA"] {
        let answer = stranger
            .get(&bank.url(&format!("/api/receipts/verify?code={wrong}")))
            .await
            .ok();
        assert_eq!(answer.json()["valid"], json!(false), "{answer}");
        assert!(answer.at("/amount_fen").is_null());
    }
    bank.close().await;
}
