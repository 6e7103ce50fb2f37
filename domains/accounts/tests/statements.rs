//! Statements as files, and the check of what is printed on them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "an answer reads best by its names")]

mod world;

use corebank::{CoreBank, EntryQuery};
use identity::Customer;
use jiff::civil::date;
use kit::clock::day_bounds;
use serde_json::Value;
use world::World;

on_both_engines!(
    both_files_are_issued_and_found_again,
    a_long_statement_travels_in_batches,
    exporting_needs_a_proof,
    a_made_up_code_is_not_valid,
    senseless_ranges_are_refused,
);

async fn path(w: &World, who: &Customer, rest: &str) -> String {
    let id = w.account(who, "demand").await["id"].as_str().unwrap().to_owned();
    format!("/api/accounts/{id}/statement.{rest}")
}

async fn both_files_are_issued_and_found_again(w: World) {
    let who = w.customer("李秀兰").await;
    let range = "from=2026-09-01&to=2026-10-31";
    let (status, book, first) = w
        .file(&who, &path(&w, &who, &format!("xlsx?{range}")).await)
        .await;
    assert_eq!((status, book.get(..2)), (200, Some(b"PK".as_slice())));
    let (status, pages, second) = w.file(&who, &path(&w, &who, &format!("pdf?{range}")).await).await;
    assert_eq!((status, pages.get(..5)), (200, Some(b"%PDF-".as_slice())));
    assert!(pages.len() > 10_000, "a font is embedded");
    assert!(pages.len() < 400_000, "as a subset only: {}", pages.len());
    assert_ne!(first, second);
    assert_eq!(
        w.count("select count(*) from audit_log where action = 'account.export'")
            .await,
        2
    );
    // Both say under their codes what the core says.
    let (from, to) = (day_bounds(date(2026, 9, 1)).0, day_bounds(date(2026, 10, 31)).1);
    let card = w.person("李秀兰").card_no.clone();
    let all = EntryQuery {
        from: Some(from),
        to: Some(to),
        ..EntryQuery::all(card, 500)
    };
    let entries: Vec<i64> = w
        .core
        .entries(&all)
        .await
        .done()
        .unwrap()
        .items
        .iter()
        .map(|e| e.amount.fen())
        .collect();
    for code in [first, second] {
        let nobody = w.customer("陈晓明").await;
        let (_, check) = w
            .get(&nobody, &format!("/api/statements/verify?code={code}"))
            .await;
        assert_eq!(check["valid"], true);
        assert_eq!(
            (check["from"].as_str(), check["to"].as_str()),
            (Some("2026-09-01"), Some("2026-10-31"))
        );
        assert_eq!(check["entries"].as_u64(), u64::try_from(entries.len()).ok());
        assert_eq!(
            check["in_fen"].as_i64().unwrap(),
            entries.iter().filter(|f| **f > 0).sum::<i64>()
        );
        assert_eq!(
            -check["out_fen"].as_i64().unwrap(),
            entries.iter().filter(|f| **f < 0).sum::<i64>()
        );
        assert!(check["account_masked"].as_str().unwrap().contains(" **** **** "));
    }
}

async fn a_long_statement_travels_in_batches(w: World) {
    let who = w.customer("李秀兰").await;
    for _ in 0..1_200 {
        w.move_in_core("王建国", "李秀兰", 1).await.done().unwrap();
    }
    let asked = w.stub.calls(corebank::stub::Op::Entries);
    let (status, _, code) = w
        .file(&who, &path(&w, &who, "xlsx?from=2026-11-23&to=2026-11-23").await)
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        w.stub.calls(corebank::stub::Op::Entries) - asked,
        3,
        "500 rows at a time"
    );
    let (_, check) = w.get(&who, &format!("/api/statements/verify?code={code}")).await;
    assert_eq!(
        (check["entries"].as_i64(), check["in_fen"].as_i64()),
        (Some(1_200), Some(1_200))
    );
}

async fn exporting_needs_a_proof(w: World) {
    let who = Customer {
        level: 1,
        ..w.customer("李秀兰").await
    };
    let (status, problem): (u16, Value) = w
        .get(&who, &path(&w, &who, "xlsx?from=2026-09-01&to=2026-10-31").await)
        .await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (403, Some("step_up.required"))
    );
    assert_eq!(w.count("select count(*) from accounts_statement").await, 0);
}

async fn a_made_up_code_is_not_valid(w: World) {
    let nobody = w.customer("李秀兰").await;
    for code in ["1234567890123456", "", "%20", "abc"] {
        let (status, check) = w
            .get(&nobody, &format!("/api/statements/verify?code={code}"))
            .await;
        assert_eq!(
            (status, check["valid"].as_bool(), check["entries"].is_null()),
            (200, Some(false), true)
        );
    }
}

async fn senseless_ranges_are_refused(w: World) {
    let who = w.customer("李秀兰").await;
    for (range, code) in [
        ("from=2026-10-31&to=2026-09-01", "statement.bad_range"),
        ("from=2026-13-01&to=2026-13-02", "statement.bad_range"),
        ("from=2020-01-01&to=2026-10-31", "statement.too_long"),
    ] {
        let (status, problem) = w.get(&who, &path(&w, &who, &format!("pdf?{range}")).await).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)), "{range}");
    }
}
