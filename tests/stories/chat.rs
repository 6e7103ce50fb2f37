//! WX02 WX03 · What the account says in chat.

use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn a_word_shows_the_balance() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let fen = wang.balance().await;
    let yuan = kit::money::Money::cny(fen).to_string();
    let said = wang.types("余额").await;
    assert!(said.contains(&yuan), "{yuan} is not in: {said}");
    assert!(!said.contains(&wang.card_no), "the whole card number: {said}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_shown_the_way_to_bind() {
    let bank = TestBank::open().await;
    let zhang = bank.customer("张伟").await;
    let said = zhang.types("余额").await;
    assert!(said.contains("绑定"), "{said}");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_is_welcomed() {
    let bank = TestBank::open().await;
    let zhao = bank.customer("赵敏").await;
    zhao.follows().await;
    assert!(zhao.hears().await.contains("欢迎"));
    zhao.unfollows().await;
    zhao.chat(0).await;
    zhao.follows().await;
    assert!(zhao.hears().await.contains("欢迎"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_there_is_an_answer() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await;
    for line in [
        "你好",
        "?",
        "<xml>&amp;]]></Content>",
        "😀😀😀",
        "'; drop table job; --",
        &"长".repeat(600),
    ] {
        assert!(!wang.types(line).await.is_empty(), "{line}");
    }
    bank.close().await;
}
