//! Twelve corruptions, each planted by hand into whole books, each found under its own code.

use corebank::embedded::Books;
use kit::db::{Db, Engine};
use weigui_ledger::{Outcome, apply_linked, expire_due};

use crate::{
    damage,
    house::{self, Fail, database, group, verified, whole, with_accounts},
    orders::when,
};

#[tokio::test]
async fn each_of_twelve_corruptions_is_found_on_sqlite() {
    for (code, sql) in damage::TWELVE {
        planted(Engine::Sqlite, code, sql).await;
    }
}

#[tokio::test]
async fn each_of_twelve_corruptions_is_found_on_mariadb() {
    for (code, sql) in damage::TWELVE {
        planted(Engine::MySql, code, sql).await;
    }
}

async fn planted(engine: Engine, code: &'static str, sql: &'static str) {
    let db = books(engine).await;
    whole(&db).await;
    plant(&db, sql).await;
    let broken = verified(&db).await.broken;
    assert!(broken.iter().any(|b| b.invariant == code), "{sql}: {broken:?}");
    db.close().await;
}

async fn books(engine: Engine) -> Db {
    let db = database(&house::url(engine).await).await;
    with_accounts(&db, 3, 0).await;
    let done: Result<(), Fail> = db
        .tx(async |c| {
            let mut outcomes = group(c, &[&crate::orders::direct(1, 1, 2, 10_000)], 1).await?;
            for order in damage::orders() {
                outcomes.extend(group(c, &[&order], 1).await?);
            }
            outcomes.extend(apply_linked(&mut Books(c), &damage::linked(), &when(1)).await?);
            assert!(
                outcomes.iter().all(|o| matches!(o, Outcome::Created(_))),
                "{outcomes:?}"
            );
            assert_eq!(expire_due(&mut Books(c), damage::LATE, 10).await?, 1);
            Ok(())
        })
        .await;
    done.unwrap();
    db
}

/// As somebody with the rights of an administrator would: the tables' own checks are off.
async fn plant(db: &Db, sql: &'static str) {
    let checks = match db.engine() {
        Engine::Sqlite => [
            "pragma ignore_check_constraints = on",
            "pragma ignore_check_constraints = off",
        ],
        Engine::MySql => [
            "set session check_constraint_checks = 0",
            "set session check_constraint_checks = 1",
        ],
    };
    let matched: Result<u64, Fail> = db
        .tx(async move |c| {
            c.rows::<(i64,)>(checks[0], ()).await?;
            let matched = c.exec(sql, ()).await?;
            c.rows::<(i64,)>(checks[1], ()).await?;
            Ok(matched)
        })
        .await;
    assert!(matched.unwrap() > 0, "{sql}");
}
