//! What a customer sees of their money, also while the core answers only in part.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "an answer reads best by its names")]

mod world;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use corebank::{
    CoreBank,
    stub::{Fault, Op},
};
use world::World;

on_both_engines!(
    the_overview_matches_the_core,
    what_is_not_new_is_labelled_and_what_is_unknown_is_no_number,
    a_balance_is_cached_until_money_moves,
    a_cached_balance_is_never_behind,
    entries_read_well_and_page_whole,
    filters_keep_to_their_bounds,
    a_neighbours_account_does_not_exist,
    chat_tells_the_balance,
    the_office_sees_accounts_without_money,
);

async fn the_overview_matches_the_core(w: World) {
    let who = w.customer("王建国").await;
    let (status, seen) = w.get(&who, "/api/accounts").await;
    assert_eq!(status, 200, "{seen}");
    let accounts = seen["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 3);
    let (mut assets, mut debts) = (0, 0);
    for account in w.core.accounts(&who.customer_no).await.done().unwrap() {
        let fen = w
            .core
            .balance(&account.account_no)
            .await
            .done()
            .unwrap()
            .posted
            .fen();
        if account.kind.is_debt() {
            debts -= fen;
        } else {
            assets += fen;
        }
    }
    assert_eq!(
        (seen["assets_fen"].as_i64(), seen["debts_fen"].as_i64()),
        (Some(assets), Some(debts))
    );
    assert_eq!(
        (
            seen["partial"].as_bool(),
            seen["missing"].as_array().unwrap().len()
        ),
        (Some(false), 0)
    );
    let text = seen.to_string();
    let person = w.person("王建国");
    assert!(!text.contains(&person.card_no) && !text.contains(&person.customer_no));
    assert!(text.contains(" **** **** "), "{text}");
    let (_, again) = w.get(&who, "/api/accounts").await;
    assert_eq!(again["accounts"], seen["accounts"], "ids and figures stay");
}

async fn what_is_not_new_is_labelled_and_what_is_unknown_is_no_number(w: World) {
    let who = w.customer("陈晓明").await;
    w.stub.all(Fault::Down);
    let (status, problem) = w.get(&who, "/api/accounts").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (503, Some("core.unavailable"))
    );
    w.stub.heal();
    // The core lists the accounts, but tells no balance: null, not zero.
    w.stub.every(Op::Balance, Fault::Down);
    let (_, seen) = w.get(&who, "/api/accounts").await;
    let demand = &seen["accounts"][0];
    assert!(
        demand["balance_fen"].is_null() && seen["assets_fen"].is_null(),
        "{seen}"
    );
    assert_eq!(
        (demand["stale"].as_bool(), seen["partial"].as_bool()),
        (Some(false), Some(true))
    );
    assert!(
        seen["missing"][0].as_str().unwrap().ends_with("暂时无法查询"),
        "{seen}"
    );
    w.stub.heal();
    let (_, fresh) = w.get(&who, "/api/accounts").await;
    assert!(fresh["assets_fen"].is_i64());
    w.hand.forward(3_600_000);
    w.accounts.touched([&w.person("陈晓明").card_no; 2]).await;
    w.stub.all(Fault::Down);
    let (status, old) = w.get(&who, "/api/accounts").await;
    assert_eq!(status, 200, "{old}");
    let demand = &old["accounts"][0];
    assert_eq!(demand["balance_fen"], fresh["accounts"][0]["balance_fen"]);
    assert_eq!(
        (demand["stale"].as_bool(), demand["as_of"].as_i64()),
        (Some(true), Some(world::NOW))
    );
    assert!(
        old["missing"][1]
            .as_str()
            .unwrap()
            .contains("2026-11-23 10:00:05"),
        "{old}"
    );
}

async fn a_balance_is_cached_until_money_moves(w: World) {
    let who = w.customer("王建国").await;
    let id = w.account(&who, "demand").await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/accounts/{id}/balance");
    let asked = w.stub.calls(Op::Balance);
    let (_, first) = w.get(&who, &path).await;
    let (_, second) = w.get(&who, &path).await;
    assert_eq!((w.stub.calls(Op::Balance), &first), (asked, &second));
    w.move_in_core("王建国", "陈晓明", 4_321).await.done().unwrap();
    // By the account number or by the card: both forget.
    w.accounts.touched([&w.person("王建国").card_no; 2]).await;
    let (_, third) = w.get(&who, &path).await;
    assert_eq!(
        third["balance_fen"].as_i64().unwrap(),
        first["balance_fen"].as_i64().unwrap() - 4_321
    );
    w.move_in_core("王建国", "陈晓明", 1).await.done().unwrap();
    w.accounts
        .touched([&w.person("王建国").accounts.first().unwrap().account_no; 2])
        .await;
    let (_, fourth) = w.get(&who, &path).await;
    assert_eq!(
        fourth["balance_fen"].as_i64().unwrap(),
        third["balance_fen"].as_i64().unwrap() - 1
    );
}

/// No read that begins after a posting was announced shows the balance before it.
async fn a_cached_balance_is_never_behind(w: World) {
    let who = w.customer("王建国").await;
    let id = w.account(&who, "demand").await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/accounts/{id}/balance");
    let (_, first) = w.get(&who, &path).await;
    let begun = first["balance_fen"].as_i64().unwrap();
    // Every posting takes one fen, so the balance may only be at or below what was announced.
    let announced = AtomicI64::new(begun);
    let over = AtomicBool::new(false);
    let read = async || {
        let mut reads = 0;
        while !over.load(Ordering::SeqCst) {
            let most = announced.load(Ordering::SeqCst);
            let (_, seen) = w.get(&who, &path).await;
            let fen = seen["balance_fen"].as_i64().unwrap();
            assert!(fen <= most, "{fen} shown after {most} was announced");
            reads += 1;
            tokio::task::yield_now().await;
        }
        reads
    };
    let write = async || {
        for n in 1..=60 {
            w.move_in_core("王建国", "陈晓明", 1).await.done().unwrap();
            w.accounts.touched([&w.person("王建国").card_no; 2]).await;
            announced.store(begun - n, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
        over.store(true, Ordering::SeqCst);
    };
    let (a, b, c, ()) = tokio::join!(read(), read(), read(), write());
    assert!(a + b + c > 60, "{a} {b} {c}");
}

async fn entries_read_well_and_page_whole(w: World) {
    let who = w.customer("王建国").await;
    w.move_in_core("王建国", "陈晓明", 50_000).await.done().unwrap();
    let id = w.account(&who, "demand").await["id"].as_str().unwrap().to_owned();
    let base = format!("/api/accounts/{id}/entries");
    let (_, page) = w.get(&who, &format!("{base}?limit=5")).await;
    let newest = &page["items"][0];
    assert_eq!(newest["text"], "向*晓明转账500.00元");
    assert_eq!(newest["counterparty_masked"], "*晓明");
    assert_eq!(
        (newest["direction"].as_str(), newest["amount_fen"].as_i64()),
        (Some("out"), Some(50_000))
    );
    assert_eq!(newest["date"], "2026-11-23");
    let (mut ids, mut next) = (Vec::new(), String::new());
    loop {
        let (status, page) = w.get(&who, &format!("{base}?limit=37&cursor={next}")).await;
        assert_eq!(status, 200, "{page}");
        ids.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|e| e["id"].as_str().unwrap().to_owned()),
        );
        // Money keeps moving while the customer turns pages.
        w.move_in_core("陈晓明", "王建国", 1).await.done().unwrap();
        match page["next"].as_str() {
            Some(cursor) => next = cursor.to_owned(),
            None => break,
        }
    }
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    let card = &w.person("王建国").card_no;
    let all = w
        .core
        .entries(&corebank::EntryQuery::all(card, 500))
        .await
        .done()
        .unwrap();
    assert_eq!(distinct.len(), ids.len(), "no row twice");
    let turned = all.items.len() - ids.len();
    assert!(
        all.items.iter().skip(turned).all(|e| distinct.contains(&e.id)),
        "no row lost"
    );
    let (status, problem) = w.get(&who, &format!("{base}?cursor=bogus")).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (400, Some("request.bad_cursor"))
    );
}

async fn filters_keep_to_their_bounds(w: World) {
    let who = w.customer("李秀兰").await;
    let id = w.account(&who, "demand").await["id"].as_str().unwrap().to_owned();
    let base = format!("/api/accounts/{id}/entries?limit=100");
    let items = async |filter: &str| {
        let (status, page) = w.get(&who, &format!("{base}&{filter}")).await;
        assert_eq!(status, 200, "{filter}: {page}");
        page["items"].as_array().unwrap().clone()
    };
    let october = items("from=2026-10-01&to=2026-10-31").await;
    assert!(october.len() > 10);
    assert!(
        october
            .iter()
            .all(|e| e["date"].as_str().unwrap().starts_with("2026-10-"))
    );
    let income = items("from=2026-08-01&direction=in").await;
    assert!(!income.is_empty() && income.iter().all(|e| e["direction"] == "in"));
    let paid = items("kind=payment&min_fen=1000&max_fen=3000").await;
    assert!(!paid.is_empty());
    assert!(
        paid.iter()
            .all(|e| e["kind"] == "payment" && (1_000..=3_000).contains(&e["amount_fen"].as_i64().unwrap()))
    );
    let pension = items("q=%E5%85%BB%E8%80%81%E9%87%91").await;
    assert!(
        pension.len() >= 5 && pension.iter().all(|e| e["memo"] == "养老金"),
        "{}",
        pension.len()
    );
    for wrong in [
        "from=2026-10-31&to=2026-10-01",
        "direction=up",
        "kind=gift",
        "min_fen=-1",
    ] {
        let (status, problem) = w.get(&who, &format!("{base}&{wrong}")).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
    }
}

async fn a_neighbours_account_does_not_exist(w: World) {
    let (owner, other) = (w.customer("王建国").await, w.customer("陈晓明").await);
    let id = w.account(&owner, "demand").await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        "balance",
        "entries",
        "statement.xlsx?from=2026-11-01&to=2026-11-02",
    ] {
        let (status, problem) = w.get(&other, &format!("/api/accounts/{id}/{path}")).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (404, Some("account.not_found")),
            "{path}"
        );
    }
    let (status, _) = w
        .post(
            &other,
            &format!("/api/accounts/{id}/loss-report"),
            "key-00000001",
            &serde_json::json!({}),
        )
        .await;
    assert_eq!(status, 404);
    assert!(!w.is_blocked(&id).await);
    let (status, _) = w.get(&owner, "/api/accounts/not-an-id/balance").await;
    assert_eq!(status, 404);
}

async fn chat_tells_the_balance(w: World) {
    let who = w.customer("王建国").await;
    let text = w.accounts.chat_balance(&who).await;
    let balance = w
        .core
        .balance(&w.person("王建国").card_no)
        .await
        .done()
        .unwrap()
        .posted;
    assert!(
        text.starts_with("您的账户（2026-11-23 10:00）\n活期储蓄（尾号"),
        "{text}"
    );
    assert!(
        text.contains(&format!("{balance}元")) && text.contains("剩余本金"),
        "{text}"
    );
    assert!(!text.contains("不是最新的"), "{text}");
    w.stub.all(Fault::Down);
    let stranger = w.customer("陈晓明").await;
    assert_eq!(
        w.accounts.chat_balance(&stranger).await,
        "银行系统暂时没有回应，请稍后再试。您的资金不受影响。"
    );
}

async fn the_office_sees_accounts_without_money(w: World) {
    let who = w.customer("王建国").await;
    let card = w.person("王建国").card_no.clone();
    assert_eq!(w.accounts.customer_no_of(&card).await.unwrap(), None);
    assert!(w.accounts.without_balances(who.id).await.unwrap().is_empty());
    w.get(&who, "/api/accounts").await;
    assert_eq!(
        w.accounts.customer_no_of(&card).await.unwrap(),
        Some(who.customer_no.clone())
    );
    for faults in [false, true] {
        if faults {
            w.stub.all(Fault::Down);
        }
        let seen = w.accounts.without_balances(who.id).await.unwrap();
        assert_eq!(seen.len(), 3);
        assert!(
            seen.iter()
                .all(|a| a.balance_fen.is_none() && a.available_fen.is_none())
        );
    }
}
