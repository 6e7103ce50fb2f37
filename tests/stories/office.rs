//! SE04 SE06 · Staff log in with two factors, may do what their role permits and no more, and leave a trail.

use serde_json::json;
use testkit::{Staff, TestBank};

#[tokio::test(flavor = "multi_thread")]
async fn a_login_needs_password_and_authenticator() {
    let bank = TestBank::open().await;
    let teller = Staff::find(&bank, "teller01");
    teller
        .get("/api/office/me")
        .await
        .refused(401, "session.required");
    let ticket = teller.gives_password(&teller.password).await.ok().text("/ticket");
    teller
        .gives_code(&ticket, "000000")
        .await
        .refused(401, "staff.login_failed");
    let code = teller.code_now();
    let me = teller.gives_code(&ticket, &code).await.ok();
    assert_eq!(me.text("/login"), "teller01");
    assert!(!me.list("/permissions").is_empty());

    // A code that was seen over the shoulder is worth nothing.
    let thief = Staff::find(&bank, "teller01");
    let ticket = thief.gives_password(&thief.password).await.ok().text("/ticket");
    thief
        .gives_code(&ticket, &code)
        .await
        .refused(401, "staff.login_failed");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_login_is_told_nothing_else() {
    let bank = TestBank::open().await;
    let teller = Staff::find(&bank, "teller01");
    let known = teller
        .gives_password("wrong")
        .await
        .refused(401, "staff.login_failed");
    let unknown = teller
        .post(
            "/api/office/login",
            json!({ "login": "nobody01", "password": "wrong" }),
        )
        .await
        .refused(401, "staff.login_failed");
    assert_eq!(known.text("/detail"), unknown.text("/detail"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_locks_the_account_for_a_while() {
    let bank = TestBank::open().await;
    let teller = Staff::find(&bank, "teller01");
    let mut status = 401;
    for _ in 0..10 {
        status = teller.gives_password("wrong").await.status;
        if status == 423 {
            break;
        }
    }
    assert_eq!(status, 423, "ten wrong passwords and no lock");
    teller
        .gives_password(&teller.password)
        .await
        .refused(423, "staff.locked");
    bank.clock.forward(kit::clock::HOUR);
    teller.logs_in().await;
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_does_not_tell_who_works_here() {
    let bank = TestBank::open().await;
    let teller = Staff::find(&bank, "teller01");
    let stranger = Staff::find(&bank, "teller01");
    for (known, unknown) in [(401, 401); 5].into_iter().chain([(423, 423); 2]) {
        assert_eq!(teller.gives_password("wrong").await.status, known);
        let ask = json!({ "login": "nobody01", "password": "wrong" });
        assert_eq!(stranger.post("/api/office/login", ask).await.status, unknown);
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_the_trail_and_leaving_are_in_the_trail() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    teller.post("/api/office/logout", json!({})).await.is(204);
    let auditor = bank.staff("auditor01").await;
    auditor.get("/api/office/audit?actor=teller01").await.ok();
    let left = auditor
        .get("/api/office/audit?actor=teller01&action=session.close")
        .await
        .ok();
    assert_eq!(left.list("/items").len(), 1, "{left}");
    assert!(left.text("/items/0/actor_name").contains("teller01"), "{left}");
    let read = auditor
        .get("/api/office/audit?actor=auditor01&action=audit.read")
        .await
        .ok();
    assert_eq!(read.list("/items").len(), 3, "{read}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_found_by_what_they_say_and_shown_masked() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    for (by, value) in [
        ("phone", &wang.phone),
        ("id_no", &wang.id_no),
        ("name", &wang.name),
        ("card_no", &wang.card_no),
    ] {
        let found = teller
            .post(
                "/api/office/customers/search",
                json!({ "by": by, "value": value }),
            )
            .await
            .ok();
        let rows = found.list("/items");
        assert_eq!(rows.len(), 1, "{by}: {found}");
        assert_eq!(rows[0]["name_masked"], "*建国");
        assert!(!found.json().to_string().contains(&wang.phone), "{found}");
    }
    let found = teller
        .post(
            "/api/office/customers/search",
            json!({ "by": "phone", "value": wang.phone }),
        )
        .await
        .ok();
    let id = found.text("/items/0/id");
    let file = teller.get(&format!("/api/office/customers/{id}")).await.ok();
    for secret in [&wang.phone, &wang.id_no, &wang.card_no, &wang.name] {
        assert!(
            !file.json().to_string().contains(secret.as_str()),
            "{secret} is in {file}"
        );
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reveal_needs_a_reason_and_every_look_leaves_a_row() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let teller = bank.staff("teller01").await;
    let found = teller
        .post(
            "/api/office/customers/search",
            json!({ "by": "phone", "value": wang.phone }),
        )
        .await
        .ok();
    let id = found.text("/items/0/id");
    let reveal = format!("/api/office/customers/{id}/reveal");
    teller
        .post(&reveal, json!({ "field": "phone", "reason": "" }))
        .await
        .is(422);
    let shown = teller
        .post(&reveal, json!({ "field": "phone", "reason": "回访客户投诉" }))
        .await
        .ok();
    assert_eq!(shown.text("/value"), wang.phone);
    let auditor = bank.staff("auditor01").await;
    let teller_id = teller.get("/api/office/me").await.ok().text("/id");
    let trail = auditor
        .get(&format!("/api/office/audit?actor={teller_id}"))
        .await
        .ok();
    let actions: Vec<String> = trail
        .list("/items")
        .iter()
        .map(|row| row["action"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert!(
        actions.iter().any(|action| action.contains("reveal")),
        "{actions:?}"
    );
    assert!(
        actions.iter().any(|action| action.contains("search")),
        "every look leaves a row: {actions:?}"
    );
    assert!(
        !trail.json().to_string().contains(&wang.phone),
        "the trail itself tells the phone"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_permits_its_own_and_no_role_permits_all() {
    let bank = TestBank::open().await;
    let id = bank
        .customer("王建国")
        .await
        .opens_h5()
        .await
        .get("/api/session")
        .await
        .ok()
        .text("/customer/id");
    let customer = format!("/api/office/customers/{id}");
    let pages = [
        customer.as_str(),
        "/api/office/audit",
        "/api/office/nodes",
        "/api/office/overview",
        "/api/office/policies",
    ];
    let mut all = Vec::new();
    for login in ["teller01", "supervisor01", "auditor01", "operator01"] {
        let staff = bank.staff(login).await;
        let mut may = Vec::new();
        for page in pages {
            let answer = staff.get(page).await;
            match answer.status {
                200 => may.push(page),
                _ => drop(answer.refused(403, "access.denied")),
            }
        }
        assert!(!may.is_empty() && may.len() < pages.len(), "{login} may {may:?}");
        all.push((login, may.len()));
    }
    let operator = bank.staff("operator01").await;
    operator
        .post(
            "/api/office/customers/search",
            json!({ "by": "phone", "value": "13800000002" }),
        )
        .await
        .refused(403, "access.denied");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staff_session_rests_and_logs_out() {
    let bank = TestBank::open().await;
    let teller = bank.staff("teller01").await;
    let rest = teller.get("/api/office/me").await.ok().number("/idle_expires_at") - bank.now();
    assert!(rest <= kit::clock::HOUR, "{rest}");
    bank.clock.forward(rest + 1);
    teller
        .get("/api/office/me")
        .await
        .refused(401, "session.required");
    let teller = bank.staff("teller01").await;
    teller.post("/api/office/logout", json!({})).await.is(204);
    teller
        .get("/api/office/me")
        .await
        .refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_session_opens_no_office_and_the_other_way_round() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let customer_token = wang
        .browser
        .cookie(&bank.url("/"), "wg_session")
        .expect("a session");
    wang.browser
        .set_cookie(&bank.url("/"), "wg_staff", &customer_token);
    wang.get("/api/office/me").await.refused(401, "session.required");
    let teller = bank.staff("teller01").await;
    let staff_token = teller
        .browser
        .cookie(&bank.url("/"), "wg_staff")
        .expect("a session");
    teller
        .browser
        .set_cookie(&bank.url("/"), "wg_session", &staff_token);
    teller.get("/api/accounts").await.refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_counts_what_happened_today() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let teller = bank.staff("teller01").await;
    let before = teller.get("/api/office/overview").await.ok();
    bank.pays(&wang, &chen, 500).await;
    let after = teller.get("/api/office/overview").await.ok();
    assert_eq!(
        after.number("/transfers_today"),
        before.number("/transfers_today") + 1
    );
    assert_eq!(
        after.number("/amount_today_fen"),
        before.number("/amount_today_fen") + 500
    );
    assert_eq!(after.number("/bound_customers"), 3);
    assert_eq!(after.number("/dead_jobs"), 0);
    bank.close().await;
}
