//! SE03 · The key of the stored data is changed while the bank serves; old data stays readable.

use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn keys_rotate_under_the_customers_feet() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let had = wang.balance().await;
    let old = bank.cx.vault.active_kid();
    let new = bank.rotates_keys().await;
    assert!(new > old);
    assert!(
        kit::keys::ensure_settled(&bank.cx).await.is_err(),
        "not every node has the new key"
    );
    bank.clock.forward(kit::keys::SETTLE + 1);
    assert_eq!(bank.cx.vault.active_kid(), new);
    assert!(kit::keys::ensure_settled(&bank.cx).await.is_ok());
    // Old rows are read, new ones are written under the new key, blind indexes still find both.
    bank.pays(&wang, &chen, 100).await;
    assert_eq!(wang.balance().await, had - 100);
    let teller = bank.staff("teller01").await;
    let found = teller
        .post(
            "/api/office/customers/search",
            serde_json::json!({ "by": "phone", "value": chen.phone }),
        )
        .await
        .ok();
    assert_eq!(found.list("/items").len(), 1);

    bank.reseals().await;
    assert!(bank.retires_key(new + 1).await.is_err(), "there is no such key");
    assert!(bank.retires_key(new).await.is_err(), "in use");
    bank.retires_key(old).await.expect("retired");
    assert_eq!(wang.balance().await, had - 100, "nothing needed the old key");
    for (table, column) in [
        ("identity_customer", "name"),
        ("identity_customer", "phone"),
        ("core_customer", "name"),
    ] {
        for sealed in bank.column(table, column).await {
            assert_eq!(
                kit::crypto::kid_of(&sealed).ok(),
                Some(new),
                "{table}.{column} under an old key"
            );
        }
    }
    bank.close().await;
}
