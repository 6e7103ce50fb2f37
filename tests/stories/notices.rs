//! AC11 WX09 · A posting is told at once, once, to those who want to hear of it, and to no one who has left.

use serde_json::json;
use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_hear_of_a_transfer_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    wang.chat(0).await;
    chen.chat(0).await;
    bank.pays(&wang, &chen, 50_000).await;
    bank.settles().await;
    for who in [&wang, &chen] {
        let notices: Vec<_> = who
            .chat(200)
            .await
            .into_iter()
            .filter(|item| item["type"] == "template")
            .collect();
        assert_eq!(notices.len(), 1, "{}: {notices:?}", who.name);
        let rows = notices[0]["template"]["rows"].as_array().expect("rows").clone();
        for row in &rows {
            let value = row["value"].as_str().unwrap_or_default();
            assert!(
                value.chars().count() <= 20 && !value.contains('\n'),
                "{value} is too long for WeChat"
            );
        }
        assert!(json!(rows).to_string().contains("500.00"), "{rows:?}");
    }
    bank.run_jobs().await;
    assert!(wang.chat(0).await.is_empty(), "told twice");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn small_sums_are_not_told_to_those_who_said_so() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    wang.put(
        "/api/preferences",
        json!({ "balance_notice": true, "balance_notice_min_fen": 10_000 }),
    )
    .await
    .ok();
    chen.put("/api/preferences", json!({ "balance_notice": false }))
        .await
        .ok();
    wang.chat(0).await;
    chen.chat(0).await;
    bank.pays(&wang, &chen, 9_999).await;
    bank.settles().await;
    assert!(wang.chat(100).await.is_empty());
    bank.pays(&wang, &chen, 10_000).await;
    bank.settles().await;
    assert_eq!(wang.chat(200).await.len(), 1);
    assert!(chen.chat(100).await.is_empty());
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_hears_nothing_and_the_bank_goes_on() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    chen.unfollows().await;
    bank.run_jobs().await;
    chen.chat(0).await;
    bank.pays(&wang, &chen, 50_000).await;
    bank.settles().await;
    assert!(chen.chat(100).await.is_empty(), "a message after the unfollow");
    chen.follows().await;
    bank.run_jobs().await;
    assert!(chen.hears().await.contains("欢迎"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_wechat_takes_late_is_sent_again_and_shown_once() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    chen.chat(0).await;
    chen.world.faults(json!({ "wechat": { "down": true } })).await;
    bank.pays(&wang, &chen, 50_000).await;
    bank.run_jobs().await;
    assert!(chen.chat(100).await.is_empty());
    chen.world.faults(json!({ "wechat": { "down": false } })).await;
    bank.settles().await;
    let notices = chen.chat(500).await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    bank.close().await;
}
