//! What the reference core promises beyond the port.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod world;

use corebank::{
    Answer, CoreBank, EntryKind, EntryQuery, HoldOrder, RefusalCode, TransferOrder, TransferStatus, demo,
};
use futures_util::future::join_all;
use world::{NOW, World};

#[test]
fn the_migrations_carry_the_ledgers_own_tables() {
    let first = [
        (
            include_str!("../../../migrations/sqlite/0004_core.sql"),
            weigui_ledger::SCHEMA_SQLITE[0],
        ),
        (
            include_str!("../../../migrations/mysql/0004_core.sql"),
            weigui_ledger::SCHEMA_MYSQL[0],
        ),
    ];
    for (migration, step) in first {
        assert!(migration.contains(step));
    }
    let later = [
        (
            include_str!("../../../migrations/sqlite/0011_ledger.sql"),
            weigui_ledger::SCHEMA_SQLITE[1],
        ),
        (
            include_str!("../../../migrations/mysql/0011_ledger.sql"),
            weigui_ledger::SCHEMA_MYSQL[1],
        ),
        (
            include_str!("../../../migrations/sqlite/0023_ledger_order.sql"),
            weigui_ledger::SCHEMA_SQLITE[2],
        ),
        (
            include_str!("../../../migrations/mysql/0023_ledger_order.sql"),
            weigui_ledger::SCHEMA_MYSQL[2],
        ),
    ];
    for (migration, step) in later {
        assert_eq!(migration, step);
    }
}

on_both_engines!(
    seeding_again_changes_nothing_even_days_later,
    everybody_has_a_life_that_reads_well,
    nothing_of_a_person_is_stored_in_clear,
    a_crowd_keeps_the_books_whole,
    a_hold_ends_by_itself,
);

async fn seeding_again_changes_nothing_even_days_later(world: World) {
    let before = world.core.verify_books().await.unwrap();
    assert!(!demo::seed(&world.core, NOW).await.unwrap());
    assert!(!demo::seed(&world.core, NOW + 40 * kit::clock::DAY).await.unwrap());
    assert_eq!(
        world.core.verify_books().await.unwrap().transfers,
        before.transfers
    );
}

async fn everybody_has_a_life_that_reads_well(world: World) {
    for person in &world.people {
        let page = world
            .core
            .entries(&EntryQuery::all(&person.card_no, 500))
            .await
            .done()
            .unwrap();
        assert!(
            page.items.len() > 80,
            "{} has {} entries",
            person.name,
            page.items.len()
        );
        assert!(page.items.iter().all(|e| e.at < NOW));
        assert!(page.items.iter().any(|e| e.place.is_some()));
        assert!(page.items.iter().any(|e| e.kind == EntryKind::Interest));
        let balance = world.core.balance(&person.card_no).await.done().unwrap();
        assert!(
            balance.available.fen() > 500_000,
            "{} has {}",
            person.name,
            balance.available
        );
        let accounts = world.core.accounts(&person.customer_no).await.done().unwrap();
        assert_eq!(accounts.len(), person.accounts.len());
    }
}

/// Everybody pays everybody at once, some of it held first: no answer is lost, no fen made.
async fn a_crowd_keeps_the_books_whole(world: World) {
    let cards: Vec<&str> = world.people.iter().map(|p| p.card_no.as_str()).collect();
    let before = total(&world, &cards).await;
    let orders: Vec<TransferOrder> = (0..160_usize)
        .map(|n| TransferOrder {
            debit_account: (*cards.get(n % 5).unwrap()).to_owned(),
            credit_account: (*cards.get((n / 5 + n + 1) % 5).unwrap()).to_owned(),
            ..world.order(i64::try_from(n).unwrap() + 1)
        })
        .collect();
    let answers = join_all(orders.iter().map(|order| world.core.transfer(order))).await;
    for (order, answer) in orders.iter().zip(answers) {
        let own = order.debit_account == order.credit_account;
        let wanted = if own { Some(RefusalCode::SameAccount) } else { None };
        match answer {
            Answer::Done(_) => assert_eq!(wanted, None),
            Answer::Refused(no) => assert_eq!(Some(no.code), wanted),
            Answer::Unknown => panic!("a transfer has no answer"),
        }
    }
    assert_eq!(total(&world, &cards).await, before);
    world.books_are_whole().await;
}

async fn total(world: &World, cards: &[&str]) -> i64 {
    let mut sum = 0;
    for card in cards {
        sum += world.core.balance(card).await.done().unwrap().posted.fen();
    }
    sum
}

async fn a_hold_ends_by_itself(world: World) {
    let order = world.order(700);
    let hold = HoldOrder {
        id: order.id,
        debit_account: order.debit_account.clone(),
        credit_account: order.credit_account,
        amount: order.amount,
        memo: String::new(),
        business_date: order.business_date,
        timeout_ms: Some(60_000),
    };
    let free = async || {
        world
            .core
            .balance(&order.debit_account)
            .await
            .done()
            .unwrap()
            .available
            .fen()
    };
    let before = free().await;
    world.core.hold(&hold).await.done().unwrap();
    world.hand.forward(59_999);
    assert_eq!(
        (world.core.expire_holds().await.unwrap(), free().await),
        (0, before - 700)
    );
    world.hand.forward(1);
    assert_eq!(
        (world.core.expire_holds().await.unwrap(), free().await),
        (1, before)
    );
    assert_eq!(
        world.core.transfer_status(hold.id).await,
        Answer::Done(TransferStatus::Voided)
    );
    world.books_are_whole().await;
}

async fn nothing_of_a_person_is_stored_in_clear(world: World) {
    let rows: Vec<(String, String, String)> = world
        .db
        .read(async |c| {
            let mut rows = c
                .rows("select customer_no, id_no, name from core_customer", ())
                .await?;
            rows.extend(
                c.rows("select phone, phone, phone from core_customer", ())
                    .await?,
            );
            rows.extend(
                c.rows("select account_no, account_no, no_ix from core_account", ())
                    .await?,
            );
            rows.extend(
                c.rows("select detail, detail, detail from core_posting limit 50", ())
                    .await?,
            );
            Ok::<_, kit::db::Error>(rows)
        })
        .await
        .unwrap();
    let all = format!("{rows:?}");
    for person in &world.people {
        for secret in [
            person.name,
            person.phone,
            &person.id_no,
            &person.card_no,
            &person.customer_no,
        ] {
            assert!(!all.contains(secret), "{secret} is stored in clear");
        }
    }
    assert!(!format!("{:?}", world.order(1)).contains(&world.bank().payer));
}
