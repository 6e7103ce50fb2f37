//! Deadlocks: cured by running the whole job again, whatever the job made of the error.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use kit::db::{self, Conn, Db};
use tokio::task::JoinSet;

use crate::bank::{self, Transfer, on_both};

/// Takes one account, waits until the other job has taken the other one, then wants that.
async fn crossing(
    db: Db,
    first: i64,
    second: i64,
    meet: Arc<Barrier>,
    runs: Arc<AtomicU32>,
    swallow: bool,
) -> db::Result<()> {
    let own_runs = AtomicU32::new(0);
    db.tx(async move |c: &mut Conn| {
        bank::claim(c, &format!("from {first}")).await?;
        bank::add(c, first, -10).await?;
        runs.fetch_add(1, Ordering::SeqCst);
        if own_runs.fetch_add(1, Ordering::SeqCst) == 0 {
            meet.wait();
        }
        match bank::add(c, second, 10).await {
            Err(_) if swallow => Ok(()),
            done => done.map(drop),
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_restarts_one_job_from_the_beginning() {
    for swallow in [false, true] {
        // SQLite has one writer: the jobs could never meet.
        let url = kit::testing::mariadb().await.fresh_database().await;
        let db = bank::open(&bank::options(&url)).await;
        let (meet, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
        let mut calls = JoinSet::new();
        for (first, second) in [(1, 2), (2, 1)] {
            let (db, meet, runs) = (db.clone(), Arc::clone(&meet), Arc::clone(&runs));
            calls.spawn(crossing(db, first, second, meet, runs, swallow));
        }
        for outcome in calls.join_all().await {
            outcome.unwrap();
        }
        assert_eq!(runs.load(Ordering::SeqCst), 3, "one of the two ran twice");
        assert_eq!(bank::keys(&db).await, 2);
        assert_eq!(
            bank::number(&db, "select cast(sum(balance) as signed) from account").await,
            10_000
        );
        assert_eq!(
            bank::number(&db, "select balance from account where id = 1").await,
            1_000
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_hundred_crossing_transfers_in_the_order_of_ids_all_succeed() {
    on_both(async |db| {
        let mut calls = JoinSet::new();
        for n in 0..400_i64 {
            let db = db.clone();
            let (from, to) = if n % 2 == 0 { (1, 2) } else { (2, 1) };
            calls.spawn(async move {
                bank::transfer(
                    &db,
                    Transfer {
                        key: format!("k{n}"),
                        from,
                        to,
                        fen: 1,
                    },
                )
                .await
            });
        }
        for outcome in calls.join_all().await {
            assert_eq!(outcome, Ok(true));
        }
        bank::assert_sound(&db).await;
    })
    .await;
}
