//! Redis vanishes in the middle of the day: slower, and never wrong.

use testkit::{Engine, TestBank};

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_the_bank_is_slower_and_right() {
    if Engine::of_this_run() != Engine::Servers {
        return;
    }
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (had, got) = (wang.balance().await, chen.balance().await);
    bank.pays(&wang, &chen, 100).await;
    bank.loses_redis().await;
    wang.get("/api/session").await.ok();
    assert_eq!(wang.balance().await, had - 100);
    bank.pays(&wang, &chen, 200).await;
    assert_eq!(
        (wang.balance().await, chen.balance().await),
        (had - 300, got + 300)
    );
    bank.run_jobs().await;
    wang.chat(0).await;
    let said = wang.types("余额").await;
    assert!(
        said.contains(&kit::money::Money::cny(had - 300).to_string()),
        "{said}"
    );
    bank.regains_redis().await;
    bank.pays(&wang, &chen, 400).await;
    assert_eq!(
        (wang.balance().await, chen.balance().await),
        (had - 700, got + 700)
    );
    bank.close().await;
}
