//! TP01 IN01 · The core sends money to other banks through the clearing outside: settled, returned, or silent
//! until it is asked; the books stay whole meanwhile.

use corebank::{Beneficiary, Booking, CoreBank, ReturnReason, TransferOrder, TransferStatus};
use serde_json::json;
use testkit::TestBank;

async fn sends(bank: &TestBank, account: &str) -> TransferOrder {
    let order = TransferOrder {
        id: bank.cx.ids.make(),
        debit_account: corebank::demo::people()
            .into_iter()
            .find(|person| person.name == "王建国")
            .expect("a person")
            .card_no,
        credit_account: account.to_owned(),
        beneficiary: Some(Beneficiary {
            bank_code: "102100099996".to_owned(),
            bank_name: "中国工商银行".to_owned(),
            name: "钱多多".to_owned(),
        }),
        amount: kit::money::Money::cny(12_300),
        memo: "货款".to_owned(),
        business_date: bank.cx.clock.today(),
    };
    let booking = bank.core.transfer(&order).await.done().expect("booked");
    assert!(matches!(booking, Booking::Pending(_)), "{booking:?}");
    order
}

async fn status(bank: &TestBank, order: &TransferOrder) -> TransferStatus {
    bank.core
        .transfer_status(order.id)
        .await
        .done()
        .expect("a status")
}

/// Seconds pass, and the core looks after what is on its way.
async fn passes(bank: &TestBank, seconds: i64) {
    for _ in 0..seconds {
        bank.clock.forward(kit::clock::SECOND);
        bank.run_jobs().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_account_decides_and_each_end_is_told() {
    let bank = TestBank::open().await;
    let settled = sends(&bank, "6222020200112230000").await;
    let returned = sends(&bank, "6222020200112239992").await;
    let silent = sends(&bank, "6222020200112239995").await;
    let refused = sends(&bank, "6222020200112239997").await;
    bank.run_jobs().await;
    assert!(matches!(
        status(&bank, &settled).await,
        TransferStatus::Pending(_)
    ));
    passes(&bank, 10).await;
    assert!(matches!(status(&bank, &settled).await, TransferStatus::Posted(_)));
    assert!(matches!(status(&bank, &silent).await, TransferStatus::Posted(_)));
    for (order, why) in [
        (&returned, ReturnReason::NameMismatch),
        (&refused, ReturnReason::BankUnavailable),
    ] {
        let end = status(&bank, order).await;
        assert!(
            matches!(end, TransferStatus::Returned { reason, .. } if reason == why),
            "{end:?}"
        );
    }
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clearing_that_is_away_gets_the_payment_later_and_once() {
    let bank = TestBank::open().await;
    let switch = async |down: bool| {
        let set = json!({ "clearing": { "down": down } });
        bank.world.faults(set).await;
    };
    switch(true).await;
    let order = sends(&bank, "6222020200112230000").await;
    passes(&bank, 8).await;
    assert!(matches!(status(&bank, &order).await, TransferStatus::Pending(_)));
    switch(false).await;
    passes(&bank, 70).await;
    assert!(matches!(status(&bank, &order).await, TransferStatus::Posted(_)));
    bank.close().await;
}
