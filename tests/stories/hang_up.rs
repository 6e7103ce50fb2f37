//! A client that hangs up in mid-transfer: the state is decided by the bank, not by the socket.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use testkit::TestBank;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_hangs_up_has_paid_once_or_not_at_all_and_can_see_which() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    for (round, patience_ms) in [0, 1, 3, 10, 30].into_iter().enumerate() {
        bank.clock.forward(2 * kit::clock::MINUTE);
        let had = wang.balance().await;
        let draft = wang.drafts_transfer(&chen, 100).await.is(201);
        let code = bank.sms_code(&wang).await;
        let path = format!("/api/transfers/{}/authorise", draft.text("/id"));
        let body = serde_json::json!({
            "challenge_id": draft.text("/challenge/id"), "password": wang.pay_password, "sms_code": code,
        })
        .to_string();
        let cookie = wang
            .browser
            .cookie(&bank.url("/"), "wg_session")
            .expect("a session");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: bank\r\nCookie: wg_session={cookie}\r\nIdempotency-Key: hang-up-{round}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut socket = TcpStream::connect(bank.address()).expect("connected");
        socket.write_all(request.as_bytes()).expect("sent");
        tokio::time::sleep(std::time::Duration::from_millis(patience_ms)).await;
        socket.shutdown(Shutdown::Both).expect("hung up");
        drop(socket);

        let state = settled(&bank, &wang, &draft.text("/id")).await;
        let moved = had - wang.balance().await;
        match state.as_str() {
            "succeeded" => assert_eq!(moved, 100),
            // The bank never saw the request, or not all of it.
            "awaiting_challenge" => assert_eq!(moved, 0),
            other => panic!("the state is {other} after {patience_ms} ms"),
        }
        // The same request again, by the same key, ends it.
        if state == "awaiting_challenge" {
            wang.authorises(&draft, &wang.pay_password, &code).await.ok();
        }
        bank.settles().await;
        assert_eq!(had - wang.balance().await, 100);
    }
    bank.close().await;
}

/// The state once nothing works on it any more.
async fn settled(bank: &TestBank, who: &testkit::Customer, id: &str) -> String {
    for _ in 0..50 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        bank.run_jobs().await;
        let state = who.get(&format!("/api/transfers/{id}")).await.ok().text("/state");
        if state == "succeeded" || state == "failed" {
            return state;
        }
    }
    who.get(&format!("/api/transfers/{id}")).await.ok().text("/state")
}
