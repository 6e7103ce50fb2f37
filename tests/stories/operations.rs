//! OP01 · The listener for the bank's own operators: alive, ready, counted.

use testkit::{RealBank, TestBank};

#[tokio::test(flavor = "multi_thread")]
async fn the_node_says_that_it_is_alive_and_ready_and_counts() {
    let bank = RealBank::start().await;
    let wang = bank.session_of("王建国").await;
    wang.get("/api/session").await.ok();
    let probe = bank.world.stranger();
    probe.get(&bank.ops_url("/livez")).await.is(200);
    probe.get(&bank.ops_url("/readyz")).await.is(200);
    let metrics = String::from_utf8(probe.get(&bank.ops_url("/metrics")).await.is(200).body).expect("text");
    assert!(
        metrics.contains("http") && metrics.lines().any(|line| line.starts_with("weigui_")),
        "{metrics}"
    );
    for secret in [&wang.openid, &wang.phone, &wang.name] {
        assert!(!metrics.contains(secret.as_str()), "{secret} is in the metrics");
    }
    // Not on the public listener.
    for path in ["/metrics", "/livez", "/readyz"] {
        let outside = probe.get(&bank.world.bank(path)).await;
        assert!([403, 404].contains(&outside.status), "{outside}");
    }
    bank.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_its_guards() {
    let bank = TestBank::open().await;
    let probe = bank.stranger();
    for path in ["/api/session", "/h5/", "/office/", "/api/nowhere", "/nowhere"] {
        let answer = probe.get(&bank.url(path)).await;
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{answer}"
        );
        let csp = answer.header("content-security-policy").unwrap_or_default();
        assert!(
            csp.contains("default-src 'none'") && !csp.contains("unsafe-eval"),
            "{path}: {csp}"
        );
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_that_nobody_listed_lets_nobody_in() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    for path in [
        "/api/nowhere",
        "/api/office/nowhere",
        "/api/accounts/../../etc/passwd",
    ] {
        let refused = wang.get(path).await;
        assert!([403, 404].contains(&refused.status), "{refused}");
    }
    bank.close().await;
}
