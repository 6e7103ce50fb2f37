//! SE06 BO08 · The trail is a chain: a single changed byte is found, a missing row too.

use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_trail_is_whole() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    bank.pays(&wang, &chen, 100).await;
    bank.seals_audit().await;
    let auditor = bank.staff("auditor01").await;
    let verdict = auditor.get("/api/office/audit/verify").await.ok();
    assert_eq!(verdict.at("/ok"), true, "{verdict}");
    assert!(verdict.number("/sealed") > 3, "{verdict}");
    let trail = auditor.get("/api/office/audit").await.ok();
    let text = trail.json().to_string();
    for secret in [&wang.name, &wang.phone, &wang.card_no, &chen.card_no] {
        assert!(!text.contains(secret.as_str()), "{secret} is in the trail");
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_byte_is_found() {
    for edit in [
        "update audit_log set result = 'OK' where seq = 2",
        "update audit_log set at = at + 1 where seq = 2",
        "update audit_log set actor = 'x' where seq = 2",
        "delete from audit_log where seq = 2",
        "update audit_log set hash = 'x' where seq = 2",
    ] {
        let bank = TestBank::open().await;
        bank.customer("王建国").await.opens_h5().await;
        bank.customer("陈晓明").await.opens_h5().await;
        bank.seals_audit().await;
        assert!(audit::verify(&bank.cx).await.expect("a verdict").ok);
        let changed = bank.execute(edit).await;
        assert_eq!(changed, 1, "{edit}");
        let verdict = audit::verify(&bank.cx).await.expect("a verdict");
        assert!(!verdict.ok, "not found: {edit}");
        bank.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_cut_off_at_its_end_is_found() {
    let bank = TestBank::open().await;
    bank.customer("王建国").await.opens_h5().await;
    bank.customer("陈晓明").await.opens_h5().await;
    bank.seals_audit().await;
    let sealed = audit::verify(&bank.cx).await.expect("a verdict").sealed;
    assert!(sealed > 1);
    bank.execute("delete from audit_log where seq is not null and seq > 1")
        .await;
    assert!(!audit::verify(&bank.cx).await.expect("a verdict").ok);
    bank.leave().await;
}
