//! I12 · What our books say was booked within a span, as reconciliation reads it: page by page, every kind, nothing twice.

use std::collections::BTreeMap;

use corebank::stub::{Fault, Op};
use kit::clock::{DAY, MINUTE, Ms, SECOND};
use payments::BookedPlace;
use serde_json::json;
use testkit::{Customer, TestBank};

use crate::interbank::{form, sends};
use crate::topup::{ordered, pays};

/// Every line of the span, read in pages of this size.
async fn booked(bank: &TestBank, span: (Ms, Ms), page: i64) -> BTreeMap<String, i64> {
    let (mut all, mut next) = (BTreeMap::new(), Some(BookedPlace::default()));
    while let Some(place) = next {
        let (lines, behind) = bank
            .payments()
            .booked_within(span, place, page)
            .await
            .expect("lines");
        for line in lines {
            assert_eq!(
                all.insert(line.id.clone(), line.amount_fen),
                None,
                "{line:?} twice"
            );
        }
        next = behind;
    }
    all
}

/// Top-ups of this many yuan, of which two fen go back; one refund is refused by Pay and put back.
async fn tops_up(bank: &TestBank, who: &Customer) {
    for (yuan, refused) in [(11, false), (12, true)] {
        let order = ordered(who, yuan * 100).await;
        pays(bank, who, &order).await;
        bank.run_jobs().await;
        bank.world
            .faults(json!({"pay": {"refuse_refunds": refused}}))
            .await;
        let path = format!("/api/topups/{}/refund", order.text("/id"));
        who.post(&path, json!({ "amount_fen": yuan })).await.is(202);
        for _ in 0..4 {
            bank.run_jobs().await;
            bank.clock.forward(40 * SECOND);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_booked_is_read_whole_in_pages_of_any_size() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let begin = bank.now();
    for fen in [101, 102, 103] {
        bank.pays(&wang, &chen, fen).await;
        bank.clock.forward(2 * MINUTE);
    }
    tops_up(&bank, &wang).await;
    bank.clock.forward(2 * MINUTE);
    // One to another bank: booked when the clearing takes it, whenever that settles it.
    let away = form(&wang, "34567", 104).await;
    let sent = sends(&bank, &wang, away).await.is(202);
    assert_eq!(sent.text("/state"), "at_clearing");
    // A draft, and a transfer of which nothing is known.
    wang.drafts_transfer(&chen, 105).await.is(201);
    bank.sms_code(&wang).await;
    bank.clock.forward(2 * MINUTE);
    let unknown = wang.drafts_transfer(&chen, 106).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.core.every(Op::Transfer, Fault::Down);
    wang.authorises(&unknown, &wang.pay_password, &code).await.is(202);
    let end = bank.now() + 1;

    let wanted = [101, 102, 103, 104, 1_100, 1_200, 11, 12, 12];
    let whole = booked(&bank, (begin, end), 500).await;
    let mut amounts: Vec<i64> = whole.values().copied().collect();
    amounts.sort_unstable();
    let mut expected = wanted.to_vec();
    expected.sort_unstable();
    assert_eq!(amounts, expected);
    for page in [1, 2, 3] {
        assert_eq!(booked(&bank, (begin, end), page).await, whole, "pages of {page}");
    }
    assert!(booked(&bank, (end, end + DAY), 2).await.is_empty());
    assert!(booked(&bank, (begin - DAY, begin), 2).await.is_empty());

    // The clearing settles on the next day: it stays a booking of the day on which it was taken.
    bank.core.heal();
    bank.clock.forward(DAY - 10 * MINUTE);
    bank.settles().await;
    let later = booked(&bank, (begin, end), 2).await;
    assert_eq!(later, whole);
    bank.close().await;
}
