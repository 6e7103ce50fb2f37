//! What the reference core promises beyond the port.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod world;

use corebank::{CoreBank, EntryKind, EntryQuery, demo};
use world::{NOW, World};

#[test]
fn the_migrations_carry_the_ledgers_own_tables() {
    let pairs = [
        (
            include_str!("../../../migrations/sqlite/0004_core.sql"),
            weigui_ledger::SCHEMA_SQLITE,
        ),
        (
            include_str!("../../../migrations/mysql/0004_core.sql"),
            weigui_ledger::SCHEMA_MYSQL,
        ),
    ];
    for (migration, schema) in pairs {
        assert!(migration.contains(schema));
    }
}

on_both_engines!(
    seeding_again_changes_nothing_even_days_later,
    everybody_has_a_life_that_reads_well,
    nothing_of_a_person_is_stored_in_clear,
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
