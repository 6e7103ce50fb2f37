//! WX05 SE04 · Sessions live on the server: they end by rest, by age, by logout, and when staff say so.

use kit::clock::{HOUR, MINUTE};
use serde_json::json;
use testkit::{Ask, TestBank};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_a_rest() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let session = wang.get("/api/session").await.ok();
    let rest = session.number("/idle_expires_at") - bank.now();
    assert!((5 * MINUTE..=HOUR).contains(&rest), "idle time-out of {rest} ms");
    bank.clock.forward(rest - MINUTE);
    wang.get("/api/session").await.ok();
    bank.clock.forward(rest - MINUTE);
    wang.get("/api/session").await.ok();
    bank.clock.forward(rest + 1);
    wang.get("/api/session").await.refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_age_however_busy() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let session = wang.get("/api/session").await.ok();
    let step = (session.number("/idle_expires_at") - bank.now()) / 2;
    let end = session.number("/absolute_expires_at");
    assert!(end - bank.now() <= 24 * HOUR);
    while bank.now() + step < end {
        bank.clock.forward(step);
        wang.get("/api/session").await.ok();
    }
    bank.clock.forward(step);
    wang.get("/api/session").await.refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_ends_the_session_on_the_server_too() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let token = wang
        .browser
        .cookie(&bank.url("/"), "wg_session")
        .expect("a session");
    wang.post("/api/session/logout", json!({})).await.is(204);
    let thief = bank.stranger();
    thief.set_cookie(&bank.url("/"), "wg_session", &token);
    thief
        .get(&bank.url("/api/session"))
        .await
        .refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_cut_a_session_off_and_say_why() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let id = wang.get("/api/session").await.ok().text("/customer/id");
    let supervisor = bank.staff("supervisor01").await;
    let path = format!("/api/office/customers/{id}/sessions/revoke");
    let none = supervisor.post(&path, json!({ "reason": "" })).await;
    assert_eq!(none.status, 422, "{none}");
    wang.get("/api/session").await.ok();
    supervisor
        .post(&path, json!({ "reason": "客户来电，手机丢失" }))
        .await
        .is(204);
    wang.get("/api/session").await.refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_with_the_same_cookie_is_a_stranger() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let headers = vec![("user-agent", "somebody else's browser".to_owned())];
    let ask = Ask {
        method: reqwest::Method::GET,
        url: bank.url("/api/session"),
        json: None,
        headers,
    };
    wang.browser.send(ask).await.refused(401, "session.required");
    wang.get("/api/session").await.ok();
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_tokens_open_nothing() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let token = wang
        .browser
        .cookie(&bank.url("/"), "wg_session")
        .expect("a session");
    let cut = token[1..].to_owned();
    for made_up in [
        "",
        "0",
        "null",
        "%00",
        &cut,
        &"A".repeat(5_000),
        &format!("{token}x"),
        "' or 1=1 --",
    ] {
        let stranger = bank.stranger();
        stranger.set_cookie(&bank.url("/"), "wg_session", made_up);
        let refused = stranger.get(&bank.url("/api/session")).await;
        assert!(
            [400, 401, 431].contains(&refused.status),
            "{made_up:.20}: {refused}"
        );
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_cannot_command() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    for header in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let ask = Ask {
            method: reqwest::Method::POST,
            url: bank.url("/api/session/logout"),
            json: Some(&json!({})),
            headers: vec![(header.0, header.1.to_owned())],
        };
        wang.browser.send(ask).await.refused(403, "request.cross_site");
    }
    wang.get("/api/session").await.ok();
    bank.close().await;
}
