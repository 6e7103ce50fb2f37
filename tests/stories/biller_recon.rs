//! TP07 · A biller's daily file against the bills that were paid to it: even when all is well, one case for whatever is
//! planted, told as late when it does not come, and nothing is ever corrected or closed by a run.

use kit::clock::{HOUR, MINUTE};
use serde_json::{Value, json};
use testkit::{Answer, Customer, Staff, TestBank};

/// Pays the first open bill of a number, in a session that is still fresh; gives the payment's id and its amount.
async fn pays(bank: &TestBank, who: &Customer, biller: &str, number: &str) -> (String, i64) {
    let ask = json!({"biller": biller, "number": number});
    let bill = who
        .post("/api/bills/query", ask)
        .await
        .ok()
        .list("/items")
        .remove(0);
    let form = json!({
        "from_account_id": who.account_id().await, "biller": biller, "number": number,
        "bill_no": bill["bill_no"], "amount_fen": bill["amount_fen"],
    });
    let draft = who.post("/api/bills", form).await.is(201);
    let code = bank.sms_code(who).await;
    who.authorises(&draft, &who.pay_password, &code).await;
    (draft.text("/id"), draft.number("/amount_fen"))
}

/// Until a few minutes past the hour of the next day, with everything that becomes due on the way.
async fn next_day_at(bank: &TestBank, hour: i64) {
    let at = kit::clock::day_bounds(bank.cx.clock.today()).0 + hour * HOUR + 10 * MINUTE;
    while bank.now() < at {
        bank.clock.forward((at - bank.now()).min(30 * MINUTE));
        bank.run_jobs().await;
    }
}

async fn supervisor(bank: &TestBank) -> Staff {
    bank.staff("supervisor01").await
}

async fn list(staff: &Staff, kind: &str) -> Vec<Value> {
    staff
        .get(&format!("/api/office/reconciliations?kind={kind}"))
        .await
        .ok()
        .list("/items")
}

/// The newest run over a biller's file, as the office shows it.
async fn newest(staff: &Staff, biller: &str) -> Answer {
    let runs = list(staff, "biller").await;
    let run = runs.iter().find(|run| run["party"] == biller).expect("a run");
    let id = run["id"].as_str().expect("an id");
    staff.get(&format!("/api/office/reconciliations/{id}")).await.ok()
}

async fn cases(staff: &Staff, kind: &str) -> Vec<Value> {
    staff
        .get(&format!("/api/office/cases?kind={kind}"))
        .await
        .ok()
        .list("/items")
}

async fn again(bank: &TestBank, staff: &Staff, biller: &str) -> Answer {
    let ask = json!({"kind": "biller", "party": biller, "date": "2026-11-23", "reason": "核对缴费单位文件"});
    bank.clock.forward(MINUTE);
    staff.post("/api/office/reconciliations", ask).await.is(202);
    bank.run_jobs().await;
    newest(staff, biller).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_with_paid_reversed_and_pending_bills_is_even() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (_, first) = pays(&bank, &wang, "power", "1234567890").await;
    let (_, lost) = pays(&bank, &wang, "power", "1234569995").await;
    bank.run_jobs().await;
    // Refused by the biller, and reversed on its file.
    pays(&bank, &wang, "power", "1234569991").await;
    let (_, water) = pays(&bank, &wang, "water", "12345678").await;
    bank.settles().await;
    // Not confirmed before the next day.
    let midnight = kit::clock::day_bounds(bank.cx.clock.today()).1;
    bank.clock.forward(midnight - 4 * MINUTE - bank.now());
    let wang = wang.opens_h5().await;
    let (slow, slow_fen) = pays(&bank, &wang, "power", "1234569996").await;
    bank.ends_the_day().await;
    let runs = list(&supervisor(&bank).await, "biller").await;
    assert_eq!(runs.len(), 3, "one for each biller");
    assert!(runs.iter().all(|run| run["state"] == "running"), "no file yet");
    next_day_at(&bank, 1).await;

    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(power.text("/state"), "even", "{power}");
    assert_eq!(
        (power.text("/scope"), power.text("/party_name")),
        ("2026-11-23".to_owned(), "示范市供电公司".to_owned())
    );
    for side in ["here", "there", "matched"] {
        assert_eq!(power.number(&format!("/{side}/count")), 2, "{power}");
        assert_eq!(power.number(&format!("/{side}/sum_fen")), first + lost, "{power}");
    }
    assert_eq!(power.at("/sums_agree"), true);
    assert_eq!(power.text("/file_hash").len(), 64);
    assert_eq!(newest(&staff, "water").await.number("/matched/sum_fen"), water);
    let gas = newest(&staff, "gas").await;
    assert_eq!(
        (gas.text("/state").as_str(), gas.number("/there/count")),
        ("even", 0),
        "a day without payments is even"
    );

    // The clock makes one run a day; what was pending belongs to the day on which the biller took it.
    bank.begins_the_day().await;
    assert_eq!(list(&staff, "biller").await.len(), 3);
    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(power.text("/scope"), "2026-11-24");
    assert_eq!(power.text("/state"), "even", "{slow} {power}");
    assert_eq!(power.number("/matched/sum_fen"), slow_fen);
    assert!(cases(&staff, "difference").await.is_empty());
    assert!(cases(&staff, "recon_file").await.is_empty());
    bank.close().await;
}

/// The biller has it before midnight, and we hear of it after: neither file misses it.
#[tokio::test(flavor = "multi_thread")]
async fn what_we_hear_of_late_is_waited_for_and_no_difference_on_either_day() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (id, fen) = pays(&bank, &wang, "power", "1234569995").await;
    bank.execute(
        "update payments_transfer set next_check_at = next_check_at + 50400000 where state = 'waiting'",
    )
    .await;
    bank.execute("update job set run_at = run_at + 57600000 where kind = 'payments.settle'")
        .await;
    bank.ends_the_day().await;
    bank.clock.forward(HOUR);
    bank.run_jobs().await;
    let staff = supervisor(&bank).await;
    assert_eq!(
        newest(&staff, "power").await.text("/state"),
        "running",
        "{id} is under way"
    );
    bank.clock.forward(50 * MINUTE);
    bank.run_jobs().await;
    bank.clock.forward(11 * MINUTE);
    bank.run_jobs().await;
    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(power.text("/state"), "even", "{power}");
    assert_eq!(power.number("/matched/sum_fen"), fen);
    // Our books have it on the 24th, the biller's on the 23rd.
    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(
        (power.text("/scope").as_str(), power.text("/state").as_str()),
        ("2026-11-24", "even"),
        "{power}"
    );
    assert_eq!(power.number("/here/count"), 0);
    assert!(cases(&staff, "difference").await.is_empty());
    bank.close().await;
}

/// Its last payments are compared like any others, also the one that it takes after midnight; then it is left alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_is_switched_off_is_reconciled_for_every_day_on_which_it_was_paid() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (_, first) = pays(&bank, &wang, "power", "1234567890").await;
    bank.settles().await;
    let midnight = kit::clock::day_bounds(bank.cx.clock.today()).1;
    bank.clock.forward(midnight - 4 * MINUTE - bank.now());
    let wang = wang.opens_h5().await;
    // Taken by the biller after midnight.
    let (_, slow) = pays(&bank, &wang, "power", "1234569996").await;
    // Refused: its file is asked for all the same, since it may tell otherwise there.
    pays(&bank, &wang, "water", "12349991").await;
    bank.execute("update payments_biller set active = 0").await;
    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    let of_whom = |runs: Vec<Value>| -> Vec<String> {
        let of = |run: &Value| format!("{} {}", run["party"].as_str()?, run["scope"].as_str()?).into();
        let mut all: Vec<String> = runs.iter().filter_map(of).collect();
        all.sort();
        all
    };
    let made = of_whom(list(&staff, "biller").await);
    assert_eq!(
        made,
        ["power 2026-11-23", "water 2026-11-23"],
        "gas was never paid and can't be"
    );
    let power = newest(&staff, "power").await;
    assert_eq!(power.text("/state"), "even", "{power}");
    assert_eq!(power.number("/matched/sum_fen"), first);

    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(
        (power.text("/scope").as_str(), power.text("/state").as_str()),
        ("2026-11-24", "even"),
        "{power}"
    );
    assert_eq!(power.number("/matched/sum_fen"), slow);
    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    let of_power = of_whom(list(&staff, "biller").await);
    let of_power: Vec<&String> = of_power.iter().filter(|run| run.starts_with("power")).collect();
    assert_eq!(of_power, ["power 2026-11-23", "power 2026-11-24"]);
    // By hand its days can still be asked for.
    assert_eq!(again(&bank, &staff, "power").await.text("/state"), "even");
    let sources = staff.get("/api/office/reconciliations/sources").await.ok();
    let sources = sources.list("/items");
    let codes: Vec<&str> = sources.iter().filter_map(|s| s["party"].as_str()).collect();
    assert_eq!(codes, ["", "", "power", "water"]);
    assert!(cases(&staff, "difference").await.is_empty());
    bank.close().await;
}

/// As many as three pages hold, half of them told in the same instant, the others in the reverse of the order of their
/// ids: each is read once. Those that count as paid lie where pages end.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_many_payments_is_read_page_by_page_without_a_gap() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (_, fen) = pays(&bank, &wang, "power", "1234567890").await;
    bank.settles().await;
    let columns = "customer_id, account_id, from_no, from_name, to_no, to_idx, to_name, amount, fee, memo, reason, challenge_id, \
                   bound, expires_at, business_date, reference, created_at, authorised_at, done_at, checks, next_check_at";
    let copies = "with recursive digit(d) as (select 0 union all select d + 1 from digit where d < 9) \
                  select a.d * 100 + b.d * 10 + c.d + 1 as n from digit a cross join digit b cross join digit c \
                  union all select b.d * 10 + c.d + 1001 from digit b cross join digit c";
    let id = "concat(substr(x.id, 1, 30), 100000 + k.n)";
    let paid = "case when k.n in (1, 499, 500, 501, 650, 651, 652, 1100) then 'succeeded' else 'failed' end";
    let transfers = format!(
        "insert into payments_transfer (id, state, {columns}) select {id}, {paid}, {columns} \
         from payments_transfer x cross join ({copies}) k where x.state = 'succeeded'"
    );
    let bills = format!(
        "insert into payments_bill (id, biller, bill_no, number, period, stage, reference, told_at) \
         select {id}, x.biller, x.bill_no, x.number, x.period, x.stage, x.reference, \
             case when k.n <= 550 then x.told_at else x.told_at + 2000 - k.n end \
         from payments_bill x cross join ({copies}) k where x.stage = 'confirmed'"
    );
    assert_eq!(bank.execute(bills.leak()).await, 1_100);
    assert_eq!(bank.execute(transfers.leak()).await, 1_100);
    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(power.number("/here/count"), 9, "{power}");
    assert_eq!(power.number("/here/sum_fen"), 9 * fen);
    assert_eq!(power.number("/matched/count"), 1);
    assert_eq!(power.number("/differences"), 8);
    bank.close().await;
}

/// What is planted, and as what it is found.
const PLANTED: [(&str, &str); 4] = [
    ("missing", "missing_there"),
    ("stranger", "missing_here"),
    ("wrong_amount", "amount"),
    ("wrong_reference", "reference"),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_planted_fault_is_found_and_opens_one_case_however_often_it_is_seen() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let (id, fen) = pays(&bank, &wang, "power", "1234567890").await;
    bank.settles().await;
    bank.ends_the_day().await;
    next_day_at(&bank, 1).await;
    let staff = supervisor(&bank).await;
    assert_eq!(newest(&staff, "power").await.text("/state"), "even");
    for (seen, (fault, kind)) in (1..).zip(PLANTED) {
        bank.world.faults(json!({"billers": {"file": fault}})).await;
        let found = again(&bank, &staff, "power").await;
        assert_eq!(found.text("/state"), "uneven", "{fault}: {found}");
        assert_eq!(
            (found.number("/differences"), found.number("/fresh")),
            (1, 1),
            "{found}"
        );
        assert_eq!(found.text("/seen/0/kind"), kind, "{found}");
        assert_eq!(found.at("/sums_agree"), true, "{found}");
        if fault != "stranger" {
            assert_eq!(found.text("/seen/0/line_id"), id);
            assert_eq!(found.number("/seen/0/here_fen"), fen);
        }
        let repeated = again(&bank, &staff, "power").await;
        assert_eq!(repeated.number("/fresh"), 0, "{repeated}");
        assert_eq!(repeated.text("/seen/0/case_id"), found.text("/seen/0/case_id"));
        assert_eq!(cases(&staff, "difference").await.len(), seen, "{fault}");
    }

    let opened = cases(&staff, "difference").await;
    let mut numbers = Vec::new();
    for case in &opened {
        let path = format!("/api/office/cases/{}", case["id"].as_str().expect("an id"));
        let page = staff.get(&path).await.ok();
        if page.text("/matter/difference/kind") == "reference" {
            let said = |side: &str| page.text(&format!("/matter/difference/{side}_reference"));
            numbers.push((said("here"), said("there")));
        }
    }
    let [(told, filed)] = &*numbers else {
        panic!("one difference is that of the numbers: {numbers:?}");
    };
    assert!(
        told.starts_with("JF") && *filed == format!("{told}-2"),
        "{numbers:?}"
    );

    // The biller mends its file: the run is even, and the cases wait for people.
    bank.world.faults(json!({"billers": {"file": "none"}})).await;
    let mended = again(&bank, &staff, "power").await;
    assert_eq!(mended.text("/state"), "even", "{mended}");
    let open = cases(&staff, "difference").await;
    assert_eq!(open.len(), PLANTED.len());
    assert!(open.iter().all(|case| case["state"] == "open"), "{open:?}");
    let case = open[0]["id"].as_str().expect("an id");
    let page = staff.get(&format!("/api/office/cases/{case}")).await.ok();
    assert_eq!(page.text("/matter/recon/party_name"), "示范市供电公司", "{page}");
    assert!(page.number("/amount_fen") > 0, "a difference has its amount");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_off_is_refused_and_told_once_until_a_whole_one_comes() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    pays(&bank, &wang, "gas", "123456789").await;
    bank.settles().await;
    bank.world.faults(json!({"billers": {"file": "cut_off"}})).await;
    bank.ends_the_day().await;
    next_day_at(&bank, 2).await;
    let staff = supervisor(&bank).await;
    let gas = newest(&staff, "gas").await;
    assert_eq!(
        (gas.text("/state").as_str(), gas.text("/trouble").as_str()),
        ("running", "broken"),
        "{gas}"
    );
    // Each of the three billers' files is cut, and each has one case.
    assert_eq!(cases(&staff, "recon_file").await.len(), 3);
    again(&bank, &staff, "gas").await;
    let told = cases(&staff, "recon_file").await;
    assert_eq!(told.len(), 3, "{told:?}");
    let case = told[0]["id"].as_str().expect("an id");
    let page = staff.get(&format!("/api/office/cases/{case}")).await.ok();
    assert_eq!(page.text("/matter/recon/trouble"), "broken", "{page}");
    assert!(
        told[0]["amount_fen"].is_null() && page.at("/amount_fen").is_null(),
        "{page}"
    );
    assert_eq!(page.text("/matter/recon/scope"), "2026-11-23");

    bank.world.faults(json!({"billers": {"file": "none"}})).await;
    bank.clock.forward(11 * MINUTE);
    bank.run_jobs().await;
    let staff = supervisor(&bank).await;
    assert_eq!(newest(&staff, "gas").await.text("/state"), "even");
    assert_eq!(
        cases(&staff, "recon_file").await.len(),
        3,
        "closed by nobody but people"
    );
    assert!(cases(&staff, "difference").await.is_empty());
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_does_not_come_is_asked_for_again_and_told_as_late_after_its_time() {
    let bank = TestBank::open().await;
    bank.world.faults(json!({"billers": {"file": "late"}})).await;
    bank.ends_the_day().await;
    next_day_at(&bank, 8).await;
    let staff = supervisor(&bank).await;
    let power = newest(&staff, "power").await;
    assert_eq!(power.text("/state"), "running");
    assert!(power.at("/trouble").is_null(), "not late yet: {power}");
    assert!(cases(&staff, "recon_file").await.is_empty());
    next_day_at(&bank, 10).await;
    let staff = supervisor(&bank).await;
    assert_eq!(newest(&staff, "power").await.text("/trouble"), "late");
    assert_eq!(cases(&staff, "recon_file").await.len(), 3, "one for each biller");
    // Another run by hand is late after its own patience, and opens no second case.
    again(&bank, &staff, "power").await;
    next_day_at(&bank, 12).await;
    let staff = supervisor(&bank).await;
    assert_eq!(newest(&staff, "power").await.text("/trouble"), "late");
    assert_eq!(cases(&staff, "recon_file").await.len(), 3);

    bank.world.faults(json!({"billers": {"file": "none"}})).await;
    bank.clock.forward(11 * MINUTE);
    bank.run_jobs().await;
    let staff = supervisor(&bank).await;
    let runs = list(&staff, "biller").await;
    assert!(runs.iter().all(|run| run["state"] == "even"), "{runs:?}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_by_hand_names_somebody_whom_the_bank_reconciles_with() {
    let bank = TestBank::open().await;
    let staff = supervisor(&bank).await;
    let sources = staff.get("/api/office/reconciliations/sources").await.ok();
    let sources = sources.list("/items");
    let kinds: Vec<&str> = sources.iter().filter_map(|s| s["kind"].as_str()).collect();
    assert_eq!(kinds, ["day", "pay", "biller", "biller", "biller"]);
    for (kind, party) in [
        ("biller", "nobody"),
        ("biller", ""),
        ("day", "power"),
        ("minute", ""),
    ] {
        let ask = json!({"kind": kind, "party": party, "date": "2026-11-22", "reason": "核对缴费单位文件"});
        staff
            .post("/api/office/reconciliations", ask)
            .await
            .refused(422, "form.invalid")
            .blames("kind");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_run_is_made_with_whom_the_bank_has_nothing_to_do() {
    let bank = TestBank::open().await.without_pay_and_billers().await;
    bank.ends_the_day().await;
    let staff = supervisor(&bank).await;
    assert!(list(&staff, "pay").await.is_empty());
    assert!(list(&staff, "biller").await.is_empty());
    assert_eq!(list(&staff, "day").await.len(), 1);
    let sources = staff.get("/api/office/reconciliations/sources").await.ok();
    assert_eq!(sources.list("/items").len(), 1, "{sources}");
    bank.close().await;
}
