//! AC01 AC02 AC04 AC05 AC10 · What a customer sees of the accounts, and that it is never a stale number.

use kit::clock::{DAY, date_of, day_bounds};
use serde_json::Value;
use testkit::{Customer, TestBank};

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_shows_every_account_and_sums_to_the_fen() {
    let bank = TestBank::open().await;
    for name in ["李秀兰", "王建国", "陈晓明"] {
        let who = bank.customer(name).await.opens_h5().await;
        let overview = who.get("/api/accounts").await.ok();
        let (mut assets, mut debts) = (0, 0);
        for account in overview.list("/accounts") {
            let balance = account["balance_fen"].as_i64().expect("a balance");
            let kind = account["kind"].as_str().expect("a kind").to_owned();
            if ["credit", "loan"].contains(&kind.as_str()) {
                debts += balance.abs();
            } else {
                assets += balance;
            }
            let single = who
                .get(&format!("/api/accounts/{}/balance", id_of(&account)))
                .await
                .ok();
            assert_eq!(single.number("/balance_fen"), balance, "{account}");
            let shown = account["no_masked"].as_str().expect("a number");
            assert!(
                shown.contains("****") && !shown.contains(&who.card_no[4..15]),
                "{shown}"
            );
            assert_eq!(account["stale"], false);
        }
        assert_eq!(
            (overview.number("/assets_fen"), overview.number("/debts_fen")),
            (assets, debts),
            "{overview}"
        );
        assert_eq!(overview.at("/partial"), false);
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_look_asks_nobody_and_the_first_after_a_posting_is_new() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (had, got) = (wang.balance().await, chen.balance().await);
    wang.balance().await;
    let asked = bank.core.calls(corebank::stub::Op::Balance);
    assert_eq!(wang.balance().await, had);
    assert_eq!(
        bank.core.calls(corebank::stub::Op::Balance),
        asked,
        "the cache was not used"
    );
    bank.pays(&wang, &chen, 700).await;
    assert_eq!(
        (wang.balance().await, chen.balance().await),
        (had - 700, got + 700)
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_others_do_not_exist() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let theirs = chen.account_id().await;
    bank.proves(&wang, "accounts.export").await.ok();
    for path in [
        "balance",
        "entries",
        "statement.xlsx?from=2026-01-01&to=2026-02-01",
    ] {
        wang.get(&format!("/api/accounts/{theirs}/{path}")).await.is(404);
    }
    wang.post(
        &format!("/api/accounts/{theirs}/loss-report"),
        serde_json::json!({}),
    )
    .await
    .is(404);
    assert_eq!(chen.account("demand").await["status"], "normal");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_come_page_by_page_without_loss_or_double() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let id = wang.account_id().await;
    let whole = pages(&wang, &id, "limit=100").await;
    assert!(whole.len() > 30, "the demo has a history");
    let at: Vec<i64> = whole
        .iter()
        .map(|entry| entry["at"].as_i64().expect("an instant"))
        .collect();
    assert!(at.windows(2).all(|pair| pair[0] >= pair[1]), "newest first");

    // While one reads, a new entry is booked: the pages that follow are those that would have followed.
    let first = wang
        .get(&format!("/api/accounts/{id}/entries?limit=10"))
        .await
        .ok();
    bank.pays(&wang, &chen, 100).await;
    let mut read = first.list("/items");
    let mut next = first.at("/next");
    while let Some(cursor) = next.as_str() {
        let page = wang
            .get(&format!("/api/accounts/{id}/entries?limit=10&cursor={cursor}"))
            .await
            .ok();
        read.extend(page.list("/items"));
        next = page.at("/next");
    }
    let ids = |list: &[Value]| list.iter().map(id_of).collect::<Vec<_>>();
    assert_eq!(ids(&read), ids(&whole));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_keeps_what_fits_and_nothing_else() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let id = wang.account_id().await;
    let whole = pages(&wang, &id, "limit=100").await;
    let fits: [(&str, fn(&Value) -> bool); 5] = [
        ("direction=in", |e| e["direction"] == "in"),
        ("direction=out", |e| e["direction"] == "out"),
        ("kind=transfer", |e| e["kind"] == "transfer"),
        ("min_fen=10000&max_fen=100000", |e| {
            (10_000..=100_000).contains(&e["amount_fen"].as_i64().unwrap_or(0))
        }),
        ("kind=payment&direction=out", |e| {
            e["kind"] == "payment" && e["direction"] == "out"
        }),
    ];
    for (filter, fit) in fits {
        let found = pages(&wang, &id, &format!("limit=100&{filter}")).await;
        let expected: Vec<String> = whole.iter().filter(|e| fit(e)).map(id_of).collect();
        assert_eq!(found.iter().map(id_of).collect::<Vec<_>>(), expected, "{filter}");
        assert!(
            !expected.is_empty() && expected.len() < whole.len(),
            "{filter} tells nothing apart"
        );
    }
    for bad in [
        "from=2026-13-01",
        "direction=up",
        "min_fen=-1",
        "cursor=nonsense",
        "kind=x",
    ] {
        let refused = wang.get(&format!("/api/accounts/{id}/entries?{bad}")).await;
        assert!([400, 422].contains(&refused.status), "{bad}: {refused}");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_begins_and_ends_in_shanghai() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let id = wang.account_id().await;
    let today = date_of(bank.now());
    let (_, midnight) = day_bounds(today);
    bank.clock.set(midnight - 1);
    let wang = wang.opens_h5().await;
    bank.pays(&wang, &chen, 111).await;
    bank.clock.set(midnight);
    bank.pays(&wang, &chen, 222).await;
    let amounts = async |from: String, to: String| {
        let list = pages(
            &wang,
            &id,
            &format!("limit=100&from={from}&to={to}&direction=out&max_fen=300"),
        )
        .await;
        list.iter()
            .map(|e| e["amount_fen"].as_i64().unwrap_or(0))
            .collect::<Vec<_>>()
    };
    let tomorrow = date_of(midnight);
    assert_eq!(tomorrow, date_of(midnight - 1 + DAY - 1));
    assert_eq!(amounts(today.to_string(), today.to_string()).await, [111]);
    assert_eq!(amounts(tomorrow.to_string(), tomorrow.to_string()).await, [222]);
    assert_eq!(amounts(today.to_string(), tomorrow.to_string()).await, [222, 111]);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_told_in_words_with_the_counterparty_masked() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    bank.pays(&wang, &chen, 50_000).await;
    let newest = async |who: &Customer| {
        let id = who.account_id().await;
        who.get(&format!("/api/accounts/{id}/entries?limit=1"))
            .await
            .ok()
            .list("/items")[0]
            .clone()
    };
    let (out, into) = (newest(&wang).await, newest(&chen).await);
    assert_eq!(out["text"], "向*晓明转账500.00元");
    assert_eq!(
        (&out["direction"], &into["direction"]),
        (&"out".into(), &"in".into())
    );
    assert_eq!(
        (&out["amount_fen"], &into["amount_fen"]),
        (&50_000.into(), &50_000.into())
    );
    assert_eq!(out["counterparty_masked"], "*晓明");
    assert!(
        into["text"].as_str().is_some_and(|text| text.contains("*建国")),
        "{into}"
    );
    bank.close().await;
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// All pages of a query.
async fn pages(who: &Customer, account: &str, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = who
            .get(&format!("/api/accounts/{account}/entries?{query}{cursor}"))
            .await
            .ok();
        all.extend(page.list("/items"));
        match page.at("/next").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}
