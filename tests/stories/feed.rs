//! AC11 · Whatever moves money on an account is told within seconds, once: also under `kill -9`.

use corebank::embedded::{CounterBooking, Internal, Side};
use kit::money::Money;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Customer, RealBank, TestBank};

const BOOKINGS: i64 = 30;
const KILLS: i64 = 3;

fn told(items: &[Value]) -> Vec<String> {
    items
        .iter()
        .filter(|item| item["type"] == "template")
        .map(|item| item["template"]["rows"].to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_payment_is_told_once_with_amount_and_balance() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    bank.tells_changes().await;
    let had = wang.balance().await;
    wang.chat(0).await;
    bank.shop_takes(&wang, 1_280, "知味观").await;
    assert_eq!(bank.tells_changes().await, 1);
    bank.run_jobs().await;
    let notices = told(&wang.chat(300).await);
    assert_eq!(notices.len(), 1, "{notices:?}");
    let balance = Money::cny(had - 1_280).yuan_text();
    for word in ["消费", "12.80", &balance] {
        assert!(notices[0].contains(word), "{word} is not in {notices:?}");
    }
    assert_eq!(bank.tells_changes().await, 0);
    bank.settles().await;
    assert!(wang.chat(0).await.is_empty(), "told twice");
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_of_this_channel_is_not_told_a_second_time() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    bank.tells_changes().await;
    wang.chat(0).await;
    chen.chat(0).await;
    bank.pays(&wang, &chen, 50_000).await;
    assert_eq!(bank.tells_changes().await, 2, "both sides are in the feed");
    bank.settles().await;
    for who in [&wang, &chen] {
        assert_eq!(told(&who.chat(300).await).len(), 1, "{}", who.name);
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_small_change_hears_of_none() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    bank.tells_changes().await;
    let taste = |on: bool, fen: i64| json!({ "balance_notice": on, "balance_notice_min_fen": fen });
    wang.put("/api/preferences", taste(true, 5_000)).await.ok();
    wang.chat(0).await;
    for fen in [4_999, 5_000] {
        bank.shop_takes(&wang, fen, "知味观").await;
    }
    bank.tells_changes().await;
    bank.settles().await;
    let notices = told(&wang.chat(300).await);
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("50.00"));
    wang.put("/api/preferences", taste(false, 0)).await.ok();
    bank.shop_takes(&wang, 9_999, "知味观").await;
    bank.tells_changes().await;
    bank.settles().await;
    assert!(told(&wang.chat(100).await).is_empty());
    bank.close().await;
}

fn booking(from: &Customer, id: uuid::Uuid, fen: i64, at: i64) -> CounterBooking {
    CounterBooking {
        id,
        debit: Side::Number(from.card_no.clone()),
        credit: Side::Outside {
            through: Internal::Clearing,
            name: "知味观".to_owned(),
            number: "8800000000000001".to_owned(),
        },
        amount: Money::cny(fen),
        kind: corebank::EntryKind::Payment,
        memo: String::new(),
        place: None,
        at,
    }
}

/// Seen to fail when the feed's place moves in a transaction of its own, before the notices are written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_bank_loses_no_notice_and_doubles_none() {
    let mut bank = RealBank::start().await;
    let wang = bank.session_of("王建国").await;
    let counter = bank.counter().await;
    // The reader begins at the end of the feed; before it has begun there is nothing to lose.
    bank.waits_for("select count(*) from accounts_feed where name = 'notices'", 1)
        .await;
    let begun = Instant::now();
    let first = booking(&wang, counter.ids.make(), 999, counter.clock.now());
    counter.core.book(&[first]).await.expect("booked");
    bank.waits_for(
        "select count(*) from outreach_send where kind = 'balance_change' and state <> 'queued'",
        1,
    )
    .await;
    println!("a posting was told after {:?}", begun.elapsed());
    for number in 1..BOOKINGS {
        let made = booking(&wang, counter.ids.make(), 1_000 + number, counter.clock.now());
        counter.core.book(&[made]).await.expect("booked");
        if number % (BOOKINGS / KILLS) == BOOKINGS / KILLS / 2 {
            // Somewhere within the round of a second.
            let wait = u64::try_from(number).expect("small") * 37 % 900;
            tokio::time::sleep(Duration::from_millis(wait)).await;
            bank.kill();
            bank.starts_again().await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    bank.waits_for(
        "select count(*) from outreach_notice where kind = 'balance_change' and state <> 'new'",
        BOOKINGS,
    )
    .await;
    let doubled = bank
        .number("select count(*) from (select notice_id from outreach_send where kind = 'balance_change' and channel = 'template' group by notice_id having count(*) > 1) as d")
        .await;
    assert_eq!(doubled, 0, "a notice went out twice");
    let notices = bank
        .number("select count(*) from outreach_notice where kind = 'balance_change'")
        .await;
    assert_eq!(notices, BOOKINGS, "a posting was told twice or not at all");
    bank.ends().await;
}
