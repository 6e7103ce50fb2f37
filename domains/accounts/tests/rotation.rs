//! A key is rotated while the bank serves: nothing is lost when the old one goes.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "an answer reads best by its names")]

mod world;

use kit::{clock::HOUR, keys};
use world::World;

on_both_engines!(everything_opens_under_the_new_key_alone);

async fn everything_opens_under_the_new_key_alone(w: World) {
    let who = w.customer("陈晓明").await;
    let (_, before) = w.get(&who, "/api/accounts").await;
    let id = before["accounts"][0]["id"].as_str().unwrap();
    let (_, entries) = w
        .get(&who, &format!("/api/accounts/{id}/entries?limit=100"))
        .await;
    let (status, _, code) = w
        .file(
            &who,
            &format!("/api/accounts/{id}/statement.xlsx?from=2026-11-01&to=2026-11-20"),
        )
        .await;
    assert_eq!(status, 200);
    let check = format!("/api/statements/verify?code={code}");
    let (_, issued) = w.get(&who, &check).await;

    let new = keys::rotate(&w.cx, &world::master()).await.unwrap();
    w.hand.forward(HOUR);
    assert_eq!(w.cx.vault.active_kid(), new);
    let columns = [accounts::SEALED, corebank::embedded::SEALED, identity::SEALED].concat();
    assert!(kit::reseal::columns(&w.cx, &columns).await.unwrap() > 500);
    assert_eq!(kit::reseal::columns(&w.cx, &columns).await.unwrap(), 0);
    keys::retire(&w.cx, &world::master(), 1).await.unwrap();

    let who = w.customer("陈晓明").await;
    // What was cached under the old key is simply loaded anew.
    let (status, after) = w.get(&who, "/api/accounts").await;
    assert_eq!(
        (status, &after["assets_fen"], &after["debts_fen"]),
        (200, &before["assets_fen"], &before["debts_fen"])
    );
    assert_eq!(after["accounts"][0]["id"], id);
    let (_, again) = w
        .get(&who, &format!("/api/accounts/{id}/entries?limit=100"))
        .await;
    assert_eq!(again, entries);
    assert_eq!(w.get(&who, &check).await.1, issued);
    w.stub.all(corebank::stub::Fault::Down);
    w.accounts.touched([&w.person("陈晓明").card_no; 2]).await;
    let (_, old) = w.get(&who, "/api/accounts").await;
    assert_eq!(
        old["accounts"][0]["balance_fen"], before["accounts"][0]["balance_fen"],
        "the snapshot opens too"
    );
}
