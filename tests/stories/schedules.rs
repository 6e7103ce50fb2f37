//! TP06 · Planned transfers: told the day before, sent in the morning, skipped with a reason, whatever is restarted.

use corebank::stub::Fault;
use kit::clock::{DAY, HOUR, date_of};
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

/// The bank opens on Monday, 2026-11-23, at ten.
async fn form(from: &Customer, to: &Customer, fen: i64) -> Value {
    let mut form = from.transfer_form(to, fen).await;
    form["frequency"] = json!("once");
    form["first_on"] = json!("2026-11-25");
    form
}

async fn begins(bank: &TestBank, who: &Customer, form: Value) -> Answer {
    let plan = who.post("/api/schedules", form).await.is(201);
    assert_eq!(plan.text("/state"), "awaiting_challenge");
    let code = bank.sms_code(who).await;
    let proof = json!({
        "challenge_id": plan.text("/challenge/id"), "password": who.pay_password, "sms_code": code,
    });
    who.post(&format!("/api/schedules/{}/authorise", plan.text("/id")), proof)
        .await
}

/// Lets the days pass, hour by hour, as the workers see them.
async fn days(bank: &TestBank, count: i64) {
    for _ in 0..count * 24 {
        bank.clock.forward(HOUR);
        bank.runs_schedules().await;
        bank.run_jobs().await;
    }
}

async fn shown(who: Customer, id: &str) -> (Customer, Answer) {
    let who = who.opens_h5().await;
    let plan = who.get(&format!("/api/schedules/{id}")).await.ok();
    (who, plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_planned_for_a_day_is_announced_and_sent_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (had, got) = (wang.balance().await, chen.balance().await);
    let plan = begins(&bank, &wang, form(&wang, &chen, 5_000).await).await.ok();
    assert_eq!(plan.text("/state"), "active");
    assert_eq!(plan.text("/next_on"), "2026-11-25");
    wang.chat(0).await;

    days(&bank, 1).await;
    let told = lines(&wang).await;
    assert!(
        told.iter()
            .any(|line| line.contains("预约转账") && line.contains("50.00")),
        "{told:?}"
    );
    assert_eq!(wang.opens_h5().await.balance().await, had, "not before its day");
    let wang = bank.customer("王建国").await;
    days(&bank, 1).await;
    let (wang, plan) = shown(wang, &plan.text("/id")).await;
    assert_eq!(plan.text("/state"), "ended", "{plan}");
    let run = plan.list("/runs")[0].clone();
    assert_eq!(
        (run["due_on"].as_str(), run["result"].as_str()),
        (Some("2026-11-25"), Some("sent"))
    );
    let made = wang
        .get(&format!(
            "/api/transfers/{}",
            run["transfer_id"].as_str().expect("an id")
        ))
        .await
        .ok();
    assert_eq!(made.text("/state"), "succeeded", "{made}");
    assert_eq!(made.text("/schedule_id"), plan.text("/id"));
    days(&bank, 3).await;
    assert_eq!(wang.opens_h5().await.balance().await, had - 5_000);
    assert_eq!(chen.opens_h5().await.balance().await, got + 5_000);
    bank.close().await;
}

async fn lines(who: &Customer) -> Vec<String> {
    let items = who.chat(0).await;
    items.iter().map(Value::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weekly_plan_survives_restarts_and_two_nodes_pay_no_day_twice() {
    let mut bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let mut weekly = form(&wang, &chen, 1_000).await;
    weekly["frequency"] = json!("weekly");
    weekly["until_on"] = json!("2026-12-09");
    let plan = begins(&bank, &wang, weekly).await.ok();
    assert!(plan.text("/plan_text").contains("共3次"), "{plan}");
    for _ in 0..3 {
        days(&bank, 1).await;
        let other = bank.second_node().await;
        bank.clock.forward(6 * DAY);
        tokio::join!(bank.runs_schedules(), other.runs_schedules());
        other.leave().await;
        bank = bank.restarts().await;
        bank.runs_schedules().await;
        bank.settles().await;
    }
    let wang = bank.customer("王建国").await;
    let (wang, plan) = shown(wang, &plan.text("/id")).await;
    let runs = plan.list("/runs");
    assert_eq!(runs.len(), 3, "{plan}");
    let sent = runs.iter().filter(|run| run["result"] == "sent").count();
    let sent = i64::try_from(sent).expect("small");
    assert_eq!(wang.balance().await, had - sent * 1_000);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_enough_money_the_day_is_skipped_and_told() {
    let bank = TestBank::open().await;
    let zhao = bank.bound_customer("赵敏").await;
    let chen = bank.customer("陈晓明").await;
    bank.execute("update payments_limit set per_transfer = 100000000000, per_day = 100000000000")
        .await;
    let account = zhao.account("demand").await;
    let available = account["available_fen"].as_i64().expect("an amount");
    let plan = begins(&bank, &zhao, form(&zhao, &chen, available + 1).await)
        .await
        .ok();
    days(&bank, 2).await;
    let (zhao, plan) = shown(zhao, &plan.text("/id")).await;
    let run = plan.list("/runs")[0].clone();
    assert_eq!(run["result"], "skipped");
    assert!(
        run["reason_text"]
            .as_str()
            .is_some_and(|text| text.contains("余额不足")),
        "{plan}"
    );
    assert_eq!(zhao.account("demand").await["available_fen"], json!(available));
    let told = bank.column("outreach_notice", "kind").await;
    for kind in ["schedule_tomorrow", "schedule_skipped"] {
        assert!(told.iter().any(|one| one == kind), "{kind} not in {told:?}");
    }
    bank.close().await;
}

/// Several customers' plans are due in one round, and one of them can't be read.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_can_not_be_read_keeps_no_other_from_being_sent() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let zhao = bank.bound_customer("赵敏").await;
    let bad = begins(&bank, &zhao, form(&zhao, &chen, 1_000).await).await.ok();
    bank.execute("update payments_schedule set to_no = 'unreadable'")
        .await;
    let mut good = Vec::new();
    for (payer, payee) in [(&wang, &chen), (&chen, &wang)] {
        for fen in [2_000, 3_000] {
            let plan = begins(&bank, payer, form(payer, payee, fen).await).await.ok();
            good.push(plan.text("/id"));
        }
    }
    days(&bank, 2).await;
    let sent = bank.column("payments_schedule_run", "schedule_id").await;
    assert_eq!(sent.len(), good.len(), "{sent:?}");
    assert!(good.iter().all(|id| sent.contains(id)) && !sent.contains(&bad.text("/id")));
    let states = bank.column("payments_transfer", "state").await;
    assert_eq!(
        states.iter().filter(|state| *state == "succeeded").count(),
        good.len()
    );
    bank.close().await;
}

/// The core is down in the morning: tried again until evening, then left out and told.
#[tokio::test(flavor = "multi_thread")]
async fn a_core_that_is_down_in_the_morning_delays_and_one_that_is_down_all_day_skips() {
    for (down_until, expected) in [(12, "sent"), (30, "skipped")] {
        let bank = TestBank::open().await;
        let wang = bank.customer("王建国").await.opens_h5().await;
        let chen = bank.customer("陈晓明").await;
        let plan = begins(&bank, &wang, form(&wang, &chen, 5_000).await).await.ok();
        days(&bank, 1).await;
        bank.core.all(Fault::Down);
        for _ in 0..down_until + 14 {
            bank.clock.forward(HOUR);
            bank.runs_schedules().await;
        }
        bank.core.heal();
        bank.runs_schedules().await;
        let (_, plan) = shown(wang, &plan.text("/id")).await;
        let run = plan.list("/runs").first().cloned().unwrap_or_default();
        assert_eq!(run["result"], expected, "down until {down_until}: {plan}");
        bank.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_signed_for_its_days_and_called_off() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let had = wang.balance().await;
    // The code of one plan does not begin another.
    let one = wang
        .post("/api/schedules", form(&wang, &chen, 100).await)
        .await
        .is(201);
    let code = bank.sms_code(&wang).await;
    bank.clock.forward(61_000);
    let two = wang
        .post("/api/schedules", form(&wang, &chen, 90_000).await)
        .await
        .is(201);
    let proof =
        json!({ "challenge_id": one.text("/challenge/id"), "password": wang.pay_password, "sms_code": code });
    wang.post(
        &format!("/api/schedules/{}/authorise", two.text("/id")),
        proof.clone(),
    )
    .await
    .refused(409, "transfer.wrong_state");
    let active = wang
        .post(&format!("/api/schedules/{}/authorise", one.text("/id")), proof)
        .await
        .ok();
    chen.get(&format!("/api/schedules/{}", active.text("/id")))
        .await
        .is(404);
    chen.post(
        &format!("/api/schedules/{}/cancel", active.text("/id")),
        json!({}),
    )
    .await
    .is(404);
    let ended = wang
        .post(
            &format!("/api/schedules/{}/cancel", active.text("/id")),
            json!({}),
        )
        .await
        .ok();
    assert_eq!(ended.text("/state"), "cancelled");
    days(&bank, 3).await;
    assert_eq!(wang.opens_h5().await.balance().await, had);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_can_not_be_is_refused_with_its_reason() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let today = date_of(bank.now()).to_string();
    let cases = [
        (json!({ "first_on": today }), "schedule.bad_first", "first_on"),
        (
            json!({ "first_on": "2026-02-30" }),
            "schedule.bad_first",
            "first_on",
        ),
        (
            json!({ "first_on": "2028-01-01" }),
            "schedule.bad_first",
            "first_on",
        ),
        (json!({ "frequency": "weekly" }), "schedule.bad_until", "until_on"),
        (
            json!({ "frequency": "monthly", "until_on": "2026-11-24" }),
            "schedule.bad_until",
            "until_on",
        ),
        (json!({ "amount_fen": 0 }), "transfer.bad_amount", "amount_fen"),
        (
            json!({ "to_name": "陈小明" }),
            "transfer.name_mismatch",
            "to_name",
        ),
    ];
    for (change, code, field) in cases {
        let mut body = form(&wang, &chen, 100).await;
        for (key, value) in change.as_object().expect("an object") {
            body[key] = value.clone();
        }
        wang.post("/api/schedules", body)
            .await
            .refused(422, code)
            .blames(field);
    }
    let mut daily = form(&wang, &chen, 100).await;
    daily["frequency"] = json!("daily");
    wang.post("/api/schedules", daily)
        .await
        .refused(422, "request.bad_field");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_makes_one_plan() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let body = form(&wang, &chen, 100).await;
    let one = wang
        .post_with_key("/api/schedules", "one-plan-key", body.clone())
        .await
        .is(201);
    let same = wang
        .post_with_key("/api/schedules", "one-plan-key", body.clone())
        .await
        .is(201);
    assert_eq!(one.text("/id"), same.text("/id"));
    let mut other = body;
    other["amount_fen"] = json!(200);
    wang.post_with_key("/api/schedules", "one-plan-key", other)
        .await
        .refused(422, "request.key_reused");
    bank.close().await;
}
