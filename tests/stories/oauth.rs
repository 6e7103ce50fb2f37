//! WX05 · Into the H5 pages by WeChat's page, and every way in which that must fail.

use testkit::TestBank;

const START: &str = "/api/oauth/start?to=/h5/transfer";

#[tokio::test(flavor = "multi_thread")]
async fn wechat_says_who_opens_the_page() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    wang.get("/api/session").await.refused(401, "session.required");
    let arrival = wang.walks_through_wechat("/h5/transfer").await;
    assert_eq!(arrival.header("location"), Some("/h5/transfer"));
    let session = wang.get("/api/session").await.ok();
    assert_eq!(session.text("/customer/name_masked"), "*建国");
    let tail = session.text("/openid_tail");
    assert!(
        wang.openid.ends_with(tail.trim_start_matches('*')) && tail.len() < 10,
        "{session}"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_works_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let back = wang.comes_back_from_wechat("/h5/").await;
    wang.browser.get(&back).await.is(302);
    let again = wang.browser.get(&back).await.is(302);
    assert_eq!(again.header("location"), Some("/h5/error?code=oauth.state"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let first = wang.comes_back_from_wechat("/h5/").await;
    wang.browser.get(&first).await.is(302);
    let second = wang.comes_back_from_wechat("/h5/").await;
    let stolen = second.replace(&query(&second, "code"), &query(&first, "code"));
    let refused = wang.browser.get(&stolen).await.is(302);
    assert_eq!(refused.header("location"), Some("/h5/error?code=oauth.code"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_sent_by_somebody_else_opens_nothing() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let back = wang.comes_back_from_wechat("/h5/").await;
    let victim = bank.stranger();
    let refused = victim.get(&back).await.is(302);
    assert_eq!(refused.header("location"), Some("/h5/error?code=oauth.state"));
    assert_eq!(victim.cookie(&back, "wg_session"), None);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_leads_only_home() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    for to in [
        "https://evil.example/",
        "//evil.example/",
        "/office/",
        "/h5/%5C%5Cevil.example",
        "/h5//evil.example",
    ] {
        let arrival = wang.walks_through_wechat(to).await;
        assert_eq!(arrival.header("location"), Some("/h5/"), "to={to}");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_state_has_run_out() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let back = wang.comes_back_from_wechat("/h5/").await;
    bank.clock.forward(kit::clock::HOUR);
    let refused = wang.browser.get(&back).await.is(302);
    assert_eq!(refused.header("location"), Some("/h5/error?code=oauth.state"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_user_gets_no_session() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    wang.world
        .faults(serde_json::json!({ "wechat": { "snapshot": true } }))
        .await;
    let refused = wang.walks_through_wechat("/h5/").await;
    assert_eq!(refused.header("location"), Some("/h5/error?code=oauth.snapshot"));
    wang.get("/api/session").await.refused(401, "session.required");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_is_random_and_the_cookie_is_not_for_scripts() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    let one = wang.get(START).await.is(302);
    let two = wang.get(START).await.is(302);
    let state = |location: Option<&str>| query(location.unwrap_or_default(), "state");
    assert_ne!(state(one.header("location")), state(two.header("location")));
    let cookie = one
        .header("set-cookie")
        .expect("a cookie that binds the state")
        .to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    bank.close().await;
}

fn query(url: &str, key: &str) -> String {
    let mut pairs = url.split(['?', '&', '#']);
    let found = pairs.find_map(|pair| pair.strip_prefix(&format!("{key}=")));
    found.expect("the parameter").to_owned()
}
