//! I12 · Reconciliation: what differs between our books and the core's is found once, opens one case, and is corrected by
//! nobody but people.

use serde_json::Value;
use std::collections::BTreeMap;
use testkit::{Staff, TestBank};

/// The newest run of a kind, as the office shows it.
async fn newest(staff: &Staff, kind: &str) -> testkit::Answer {
    let list = staff
        .get(&format!("/api/office/reconciliations?kind={kind}"))
        .await
        .ok();
    let id = list.text("/items/0/id");
    staff.get(&format!("/api/office/reconciliations/{id}")).await.ok()
}

fn kinds(report: &testkit::Answer) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for difference in report.list("/seen") {
        let kind = difference["kind"].as_str().unwrap_or_default().to_owned();
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

async fn cases(staff: &Staff) -> Vec<Value> {
    staff
        .get("/api/office/cases?kind=difference")
        .await
        .ok()
        .list("/items")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_nothing_differs_is_even_to_the_fen() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    for fen in [10_001, 20_002, 30_003] {
        bank.pays(&wang, &chen, fen).await;
    }
    // A shop's booking is none of ours, and no difference.
    bank.shop_takes(&wang, 777, "知味观").await;
    bank.ends_the_day().await;
    let supervisor = bank.staff("supervisor01").await;
    let report = newest(&supervisor, "day").await;
    assert_eq!(report.text("/state"), "even", "{report}");
    assert_eq!(report.text("/scope"), "2026-11-23");
    for side in ["here", "there", "matched"] {
        assert_eq!(report.number(&format!("/{side}/count")), 3, "{report}");
        assert_eq!(report.number(&format!("/{side}/sum_fen")), 60_006, "{report}");
    }
    assert_eq!(report.text("/file_hash").len(), 64);
    assert_eq!(report.at("/sums_agree"), true);
    // The clock makes one run a day, however often it looks.
    bank.ends_the_day().await;
    let supervisor = bank.staff("supervisor01").await;
    let list = supervisor.get("/api/office/reconciliations?kind=day").await.ok();
    assert_eq!(list.list("/items").len(), 2, "{list}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_differences_are_each_found_once_and_open_one_case_each() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    for fen in [10_001, 20_002, 30_003, 40_004] {
        bank.pays(&wang, &chen, fen).await;
    }
    wang.drafts_transfer(&chen, 50_005).await.is(201);
    bank.somebody_orders(&wang, &chen, 60_006).await;
    bank.execute("update payments_transfer set amount = 20003 where amount = 20002")
        .await;
    bank.execute("update payments_transfer set state = 'failed' where amount = 30003")
        .await;
    bank.execute(
        "update payments_transfer set state = 'succeeded', authorised_at = created_at, done_at = created_at
         where amount = 50005",
    )
    .await;
    bank.ends_the_day().await;
    let supervisor = bank.staff("supervisor01").await;
    let report = newest(&supervisor, "day").await;
    assert_eq!(report.text("/state"), "uneven");
    let wanted: BTreeMap<String, i64> = ["amount", "missing_here", "missing_there", "state"]
        .map(|kind| (kind.to_owned(), 1))
        .into();
    assert_eq!(kinds(&report), wanted, "{report}");
    assert_eq!(report.at("/sums_agree"), true, "{report}");
    assert_eq!(report.number("/fresh"), 4);
    assert_eq!(cases(&supervisor).await.len(), 4);

    // By hand, for a reason: the same differences, no new case.
    let ask = serde_json::json!({ "date": "2026-11-23", "reason": "核对昨日差异" });
    supervisor.post("/api/office/reconciliations", ask).await.is(202);
    bank.run_jobs().await;
    let again = newest(&supervisor, "day").await;
    assert_eq!(kinds(&again), wanted);
    assert_eq!(
        (again.number("/fresh"), again.text("/reason").as_str()),
        (0, "核对昨日差异")
    );
    assert_eq!(
        again.text("/file_hash"),
        report.text("/file_hash"),
        "a closed day's file never changes"
    );
    assert_eq!(cases(&supervisor).await.len(), 4);

    the_report_refuses_what_is_not_asked_well(&supervisor).await;
    // The planted rows would make the books of the story itself uneven for ever.
    bank.leave().await;
}

async fn the_report_refuses_what_is_not_asked_well(supervisor: &Staff) {
    let supervisor_case = cases(supervisor).await[0].clone();
    let path = format!(
        "/api/office/cases/{}",
        supervisor_case["id"].as_str().expect("an id")
    );
    let page = supervisor.get(&path).await.ok();
    assert!(!page.text("/matter/difference/kind").is_empty());
    for (body, field) in [
        (
            serde_json::json!({ "date": "2026-11-23", "reason": "查" }),
            "text",
        ),
        (
            serde_json::json!({ "date": "2099-01-01", "reason": "核对差异" }),
            "date",
        ),
    ] {
        supervisor
            .post("/api/office/reconciliations", body)
            .await
            .refused(422, "form.invalid")
            .blames(field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minute_finds_what_the_day_would_and_opens_no_second_case() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    // Readers begin at the end of the feed: nobody is told of last year.
    assert!(!bank.reconciles(false).await && !bank.reconciles(true).await);
    bank.pays(&wang, &chen, 10_001).await;
    let unknown = bank.somebody_orders(&wang, &chen, 20_002).await;
    assert!(bank.reconciles(false).await);
    let supervisor = bank.staff("supervisor01").await;
    let minute = newest(&supervisor, "minute").await;
    assert_eq!(
        kinds(&minute),
        BTreeMap::from([("missing_here".to_owned(), 1)]),
        "{minute}"
    );
    assert_eq!(minute.text("/seen/0/line_id"), unknown.to_string());
    assert_eq!(minute.number("/matched/sum_fen"), 10_001);
    assert!(!bank.reconciles(false).await, "the same page a second time");
    assert!(bank.reconciles(true).await);
    let hour = newest(&supervisor, "hour").await;
    assert_eq!(hour.number("/fresh"), 0, "{hour}");
    bank.ends_the_day().await;
    let supervisor = bank.staff("supervisor01").await;
    assert_eq!(newest(&supervisor, "day").await.number("/fresh"), 0);
    assert_eq!(cases(&supervisor).await.len(), 1);
    bank.close().await;
}

/// A run that fails again and again tells a person and goes on being tried; once it can, it compares.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_is_a_case_and_is_not_given_up() {
    let bank = TestBank::open().await;
    bank.ends_the_day().await;
    bank.execute("update office_recon set state = 'running', scope = 'no day' where kind = 'day'")
        .await;
    bank.execute("insert into job (id, kind, k, payload, state, run_at, lease_until, fence, tries, last_error, created_at)
         select id, 'office.reconcile', id, id, 'ready', 0, 0, 0, 0, '', 0 from office_recon where kind = 'day'")
        .await;
    for _ in 0..14 {
        bank.run_jobs().await;
        bank.clock.forward(11 * kit::clock::MINUTE);
    }
    let supervisor = bank.staff("supervisor01").await;
    let report = newest(&supervisor, "day").await;
    assert_eq!(report.text("/trouble"), "failed", "{report}");
    let open = supervisor.get("/api/office/cases?kind=recon_file").await.ok();
    assert_eq!(open.list("/items").len(), 1, "{open}");
    bank.execute("update office_recon set scope = '2026-11-23' where kind = 'day'")
        .await;
    bank.clock.forward(11 * kit::clock::MINUTE);
    bank.run_jobs().await;
    assert_eq!(newest(&supervisor, "day").await.text("/state"), "even");
    bank.close().await;
}
