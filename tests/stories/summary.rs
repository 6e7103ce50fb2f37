//! AC14 · A month by category: the parts are the lines, to the fen, and the customer has the last word on a line.

use serde_json::{Value, json};
use testkit::{Customer, TestBank};

const MONTH: &str = "2026-10";

/// Σ in and out of every current and credit account in the month, added up line by line.
async fn lines(who: &Customer) -> (i64, i64, i64) {
    let overview = who.get("/api/accounts").await.ok();
    let (mut income, mut spent, mut count) = (0, 0, 0);
    for account in overview.list("/accounts") {
        if !["demand", "credit"].contains(&account["kind"].as_str().unwrap_or_default()) {
            continue;
        }
        let mut cursor = String::new();
        loop {
            let path = format!(
                "/api/accounts/{}/entries?from=2026-10-01&to=2026-10-31&limit=100{cursor}",
                account["id"].as_str().expect("an id")
            );
            let page = who.get(&path).await.ok();
            for line in page.list("/items") {
                let fen = line["amount_fen"].as_i64().expect("fen");
                count += 1;
                if line["direction"] == "in" {
                    income += fen;
                } else {
                    spent += fen;
                }
            }
            match page.at("/next").as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
    }
    (income, spent, count)
}

fn sum(parts: &[Value]) -> i64 {
    parts.iter().filter_map(|part| part["amount_fen"].as_i64()).sum()
}

async fn of_category(who: &Customer, category: &str) -> Vec<Value> {
    who.get(&format!("/api/summary/entries?month={MONTH}&category={category}"))
        .await
        .ok()
        .list("/items")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_categories_are_the_lines_to_the_fen() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (income, spent, count) = lines(&wang).await;
    assert!(count > 10, "{count} lines make no month");
    let month = wang.get(&format!("/api/summary?month={MONTH}")).await.ok();
    assert_eq!(
        (
            month.number("/in_fen"),
            month.number("/out_fen"),
            month.number("/entries")
        ),
        (income, spent, count)
    );
    assert_eq!(sum(&month.list("/income")), income);
    assert_eq!(sum(&month.list("/spending")), spent);
    let mut shown = 0;
    for category in month.list("/categories") {
        shown += of_category(&wang, category["code"].as_str().expect("a code"))
            .await
            .len();
    }
    assert_eq!(
        i64::try_from(shown).expect("small"),
        count,
        "each line has one category"
    );
    assert!(
        month.list("/spending").len() > 2,
        "everything in one heap: {month}"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_has_the_last_word_on_a_line_and_on_a_shop() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let before = wang.get(&format!("/api/summary?month={MONTH}")).await.ok();
    let from = before.text("/spending/0/code");
    let line = of_category(&wang, &from).await[0].clone();
    let shop = line["counterparty_masked"].clone();
    let of_shop = of_category(&wang, &from)
        .await
        .iter()
        .filter(|l| l["counterparty_masked"] == shop && l["direction"] == line["direction"])
        .count();
    let label = |category: &str, everywhere: bool| {
        json!({ "account_id": line["account_id"], "entry_id": line["id"], "at": line["at"], "category": category,
            "everywhere": everywhere })
    };
    wang.put("/api/summary/labels", label("health", false))
        .await
        .is(204);
    assert_eq!(
        of_category(&wang, "health")
            .await
            .iter()
            .filter(|l| l["chosen"] == true)
            .count(),
        1
    );
    wang.put("/api/summary/labels", label("leisure", true))
        .await
        .is(204);
    let learnt = of_category(&wang, "leisure").await;
    let chosen = learnt.iter().filter(|l| l["chosen"] == true).count();
    assert_eq!(chosen, of_shop, "everything of the same shop follows");
    let after = wang.get(&format!("/api/summary?month={MONTH}")).await.ok();
    assert_eq!(after.number("/out_fen"), before.number("/out_fen"));
    assert_eq!(sum(&after.list("/spending")), after.number("/out_fen"));

    wang.put("/api/summary/labels", label("gold", false))
        .await
        .refused(422, "summary.no_category");
    chen.put("/api/summary/labels", label("health", false))
        .await
        .refused(404, "account.not_found");
    for bad in ["2026-12", "2026-1", "x"] {
        wang.get(&format!("/api/summary?month={bad}"))
            .await
            .refused(422, "summary.bad_month");
    }
    // What a customer's shops are called is in no table.
    let stored = bank.column("accounts_label", "k").await;
    assert!(stored.iter().all(|k| k.len() == 32 && k.is_ascii()), "{stored:?}");
    bank.close().await;
}
