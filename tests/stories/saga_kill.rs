//! TP05 · `kill -9` at every step of a payment: after the restart it is decided once, and the books add up.
//!
//! The bank dies by itself where a named fail point says so; see `kit::failpoint`.

use kit::clock::{HOUR, MINUTE, day_bounds};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Ask, Customer, RealBank};

/// Where it dies, and by which arrival the payment passes there; a bill goes to its biller first.
const POINTS: [(&str, &str); 8] = [
    ("payments.authorised", "realtime"),
    ("payments.sent", "realtime"),
    ("payments.recorded", "realtime"),
    ("payments.asked", "realtime"),
    ("payments.authorised", "ordinary"),
    ("payments.held", "ordinary"),
    ("payments.freed", "ordinary"),
    ("payments.biller_asked", BILL),
];
const BILL: &str = "bill";
const FEN: i64 = 777;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_dies_at_any_step_decides_the_payment_once() {
    let mut bank = RealBank::start().await;
    bank.execute("update identity_policy set factors = 'password' where act in ('transfer', 'bill')")
        .await;
    let chen = bank.customer("陈晓明").await;
    for (point, arrival) in POINTS {
        let wang = bank.session_of("王建国").await;
        let before = figures(&wang).await;
        bank.kill();
        bank.starts_again_to_die_at(point).await;
        let wang = bank.session_of("王建国").await;
        let (id, fen) = order(&wang, &chen, point, arrival).await;
        if point == "payments.freed" {
            tries(
                &wang,
                &format!("/api/transfers/{id}/cancel"),
                "free-key-1",
                &json!({}),
            )
            .await;
        }
        bank.dies().await;
        bank.starts_again().await;

        let wang = bank.session_of("王建国").await;
        let state = decided(&wang, &id, arrival).await;
        let expected = match state.as_str() {
            "succeeded" => (before.0 - fen, before.1 - fen),
            "waiting" => (before.0, before.1 - fen),
            "cancelled" | "failed" => before,
            other => panic!("{point}: {other}"),
        };
        settles_at(&wang, expected, point).await;
        // What waits is taken back, so that the next round begins with free money.
        if state == "waiting" {
            wang.post(&format!("/api/transfers/{id}/cancel"), json!({}))
                .await
                .ok();
            settles_at(&wang, before, point).await;
        }
        println!("{point} ({arrival}): {state}");
    }
    bank.command(&["ledger", "verify"]);
    bank.command(&["audit", "verify"]);
    bank.ends().await;
}

/// 小额免密: no draft has told the customer an id, so the same key asks what became of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_dies_over_a_transfer_at_once_sends_it_once() {
    let mut bank = RealBank::start().await;
    // Nobody becomes somebody without a proof, no sum is negative, and no act is made up.
    for [act, from_fen, proofs] in [
        ["binding.first", "0", "none"],
        ["loss.lift", "0", "none"],
        ["transfer", "-1", "none"],
        ["transfer", "0", "none,sms"],
        ["teleport", "0", "none"],
    ] {
        bank.refuses_command(&["policy", "set", act, from_fen, proofs]);
    }
    bank.command(&["policy", "set", "transfer", "0", "none"]);
    let chen = bank.customer("陈晓明").await;
    for (round, point) in ["payments.authorised", "payments.sent", "payments.recorded"]
        .iter()
        .enumerate()
    {
        let wang = bank.session_of("王建国").await;
        let before = figures(&wang).await;
        bank.kill();
        bank.starts_again_to_die_at(point).await;
        let wang = bank.session_of("王建国").await;
        let mut form = wang.transfer_form(&chen, FEN).await;
        form["confirmed"] = json!(true);
        let key = format!("at-once-{round}");
        tries(&wang, "/api/transfers", &key, &form).await;
        bank.dies().await;
        bank.starts_again().await;

        let wang = bank.session_of("王建国").await;
        let again = wang.post_with_key("/api/transfers", &key, form).await.is(201);
        assert_eq!(
            decided(&wang, &again.text("/id"), "realtime").await,
            "succeeded",
            "{point}"
        );
        settles_at(&wang, (before.0 - FEN, before.1 - FEN), point).await;
    }
    let made = "select count(*) from payments_transfer";
    assert_eq!(bank.number(made).await, 3);
    bank.command(&["ledger", "verify"]);
    bank.command(&["audit", "verify"]);
    bank.ends().await;
}

/// The bank of this story lives in November 2026; the demo's card falls due on the 25th.
const DUE: &str = "2026-11-25";

/// Made, and dead before the core has heard of it: the bank that wakes repays the bill once, and tells of it once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_dies_over_a_bill_of_auto_repay_repays_and_tells_once() {
    let due_day = day_bounds(DUE.parse().expect("a day")).0;
    let mut bank = RealBank::start_at(due_day - 14 * HOUR).await;
    bank.execute("update identity_policy set factors = 'password' where act = 'autorepay'")
        .await;
    let chen = bank.session_of("陈晓明").await;
    let card = chen.account("credit").await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let bill = chen.get(&format!("/api/cards/{card}/bill")).await.ok();
    assert_eq!(bill.text("/due_date"), DUE);
    let (fen, had) = (bill.number("/remaining_fen"), figures(&chen).await);
    assert!(fen > 0, "{bill}");
    let ask = json!({"from_account_id": chen.account_id().await, "kind": "full"});
    let draft = chen
        .post(&format!("/api/cards/{card}/autorepay"), ask)
        .await
        .is(201);
    let proof = json!({"challenge_id": draft.text("/challenge/id"), "password": chen.pay_password});
    let path = format!("/api/autorepay/{}/authorise", draft.text("/id"));
    assert_eq!(chen.post(&path, proof).await.ok().text("/state"), "active");

    bank.kill();
    bank.wakes_to_die_at(due_day + 9 * HOUR + MINUTE, "payments.autorepay_made")
        .await;
    let made = "select count(*) from payments_transfer where purpose = 'repayment'";
    assert_eq!(bank.number(made).await, 1);
    let unsent =
        "select count(*) from payments_transfer where purpose = 'repayment' and state = 'processing'";
    assert_eq!(bank.number(unsent).await, 1);
    // The round that wakes looks at the bill at once, beside the job that asks the core.
    bank.execute("update payments_autorepay set look_at = 0").await;
    bank.starts_again().await;
    let told = "select count(*) from outreach_notice where kind = 'repayment_done'";
    bank.waits_for(told, 1).await;

    // And once more, so that whoever repays twice does it now.
    bank.execute("update payments_autorepay set look_at = 0").await;
    bank.waits_for(
        "select count(*) from payments_autorepay where done_for = '2026-11-25'",
        1,
    )
    .await;
    let chen = bank.session_of("陈晓明").await;
    settles_at(&chen, (had.0 - fen, had.1 - fen), "payments.autorepay_made").await;
    let bill = chen.get(&format!("/api/cards/{card}/bill")).await.ok();
    assert_eq!(bill.number("/remaining_fen"), 0, "{bill}");
    let runs = "select count(*) from payments_autorepay_run where result = 'sent' and attempt = 1";
    for once in [made, runs, told] {
        assert_eq!(bank.number(once).await, 1, "{once}");
    }
    bank.command(&["ledger", "verify"]);
    bank.command(&["audit", "verify"]);
    bank.ends().await;
}

/// Drafts and authorises; the bank may die before it answers the proof. The payment's id and its fen.
async fn order(who: &Customer, to: &Customer, point: &str, arrival: &str) -> (String, i64) {
    let draft = if arrival == BILL {
        who.post("/api/bills", bill(who).await).await.is(201)
    } else {
        let mut form = who.transfer_form(to, FEN).await;
        form["arrival"] = json!(arrival);
        form["memo"] = json!(format!("{point} {arrival}"));
        who.post("/api/transfers", form).await.is(201)
    };
    // The answer of the core is lost, so that somebody has to ask.
    if point == "payments.asked" {
        switches(who, json!({"core": {"lose_answers": true}})).await;
    }
    let proof = json!({"challenge_id": draft.text("/challenge/id"), "password": who.pay_password});
    let path = format!("/api/transfers/{}/authorise", draft.text("/id"));
    let key = who.world.new_key();
    tries(
        who,
        &path,
        &format!("{key}-{}", draft.text("/id").get(30..).unwrap_or("x")),
        &proof,
    )
    .await;
    (draft.text("/id"), draft.number("/amount_fen"))
}

/// The first open bill of a meter.
async fn bill(who: &Customer) -> Value {
    let ask = json!({"biller": "power", "number": "1234567890"});
    let open = who.post("/api/bills/query", ask).await.ok();
    json!({
        "from_account_id": who.account_id().await, "biller": "power", "number": "1234567890",
        "bill_no": open.at("/items/0/bill_no"), "amount_fen": open.at("/items/0/amount_fen"),
    })
}

async fn switches(who: &Customer, switches: Value) {
    who.world.faults(switches).await;
}

async fn tries(who: &Customer, path: &str, key: &str, body: &Value) -> Option<testkit::Answer> {
    let ask = Ask {
        method: reqwest::Method::POST,
        url: who.world.bank(path),
        json: Some(body),
        headers: vec![("idempotency-key", key.to_owned())],
    };
    who.browser.try_send(ask).await.ok()
}

/// Asks until the payment is no longer on its way; a bill waits while its biller is asked. A job whose worker has died
/// is taken over when its lease is over.
async fn decided(who: &Customer, id: &str, arrival: &str) -> String {
    for _ in 0..640 {
        let state = who.get(&format!("/api/transfers/{id}")).await.ok().text("/state");
        if state != "processing" && !(state == "waiting" && arrival == BILL) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{id} is never decided")
}

/// Booked and free, in fen.
async fn figures(who: &Customer) -> (i64, i64) {
    let account = who.account("demand").await;
    let fen = |key: &str| account[key].as_i64().expect("an amount");
    (fen("balance_fen"), fen("available_fen"))
}

async fn settles_at(who: &Customer, expected: (i64, i64), point: &str) {
    let mut last = (0, 0);
    for _ in 0..120 {
        last = figures(who).await;
        if last == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(
        last, expected,
        "{point}: a payment was lost, doubled or left held"
    );
}
