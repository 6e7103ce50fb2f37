//! What happens when something goes wrong, the same on both engines.

use std::time::{Duration, Instant};

use kit::db::{self, Conn, Error};
use tokio::task::JoinSet;

use crate::bank::{self, Transfer, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_belongs_to_its_caller_alone() {
    on_both(async |db| {
        let mut calls = JoinSet::new();
        for n in 0..40 {
            let db = db.clone();
            calls.spawn(async move {
                let job = async move |c: &mut Conn| {
                    bank::claim(c, &format!("k{n}")).await?;
                    assert!(n % 2 == 0, "job {n} panics on purpose");
                    db::Result::Ok(n)
                };
                db.tx(job).await
            });
        }
        let (mut fine, mut panicked) = (0, 0);
        while let Some(outcome) = calls.join_next().await {
            match outcome {
                Ok(done) => {
                    done.unwrap();
                    fine += 1;
                }
                Err(e) => {
                    assert!(e.is_panic());
                    panicked += 1;
                }
            }
        }
        assert_eq!((fine, panicked, bank::keys(&db).await), (20, 20, 20));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_read_belongs_to_its_caller_and_the_connection_is_clean() {
    on_both(async |db| {
        for _ in 0..3 {
            let mut call = JoinSet::new();
            let reader = db.clone();
            call.spawn(async move {
                let job = async |c: &mut Conn| {
                    let balance = bank::balance(c, 1).await?;
                    assert_eq!(balance, -1, "panics on purpose");
                    db::Result::Ok(())
                };
                reader.read(job).await
            });
            assert!(call.join_next().await.unwrap().unwrap_err().is_panic());
        }
        bank::transfer(
            &db,
            Transfer {
                key: "x".into(),
                from: 1,
                to: 2,
                fen: 1,
            },
        )
        .await
        .unwrap();
        assert_eq!(
            bank::number(&db, "select balance from account where id = 1").await,
            999
        );
    })
    .await;
}

const ENDLESS_LITE: &str = "insert into idem (k, id)
    with recursive n (x) as (select 1 union all select x + 1 from n) select 'n' || x, x from n";
const ENDLESS_MY: &str = "insert into idem (k, id) select concat('n', sleep(30)), 1";

async fn endless(c: &mut Conn) -> db::Result<u64> {
    let sql = if c.engine() == db::Engine::Sqlite {
        ENDLESS_LITE
    } else {
        ENDLESS_MY
    };
    c.exec(sql, ()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_statement_is_stopped_and_nobody_else_suffers() {
    on_both(async |db| {
        let mut calls = JoinSet::new();
        for n in 0..30 {
            let db = db.clone();
            calls.spawn(async move {
                let job = async move |c: &mut Conn| {
                    bank::claim(c, &format!("k{n}")).await?;
                    if n == 15 { endless(c).await } else { Ok(1) }
                };
                (n, db.tx(job).await)
            });
        }
        let begun = Instant::now();
        while let Some(outcome) = calls.join_next().await {
            let (n, outcome) = outcome.unwrap();
            let expected = if n == 15 { Err(Error::TooSlow) } else { Ok(1) };
            assert_eq!(outcome, expected, "job {n}");
        }
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
        assert_eq!(bank::keys(&db).await, 29);
    })
    .await;
}

/// SQLite has rolled everything back when it stops a write: what the job does next must not be kept either.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_swallows_the_loss_of_its_transaction_keeps_nothing() {
    on_both(async |db| {
        let job = async |c: &mut Conn| {
            bank::claim(c, "before").await?;
            assert_eq!(endless(c).await, Err(Error::TooSlow));
            let after = bank::claim(c, "after").await;
            assert_eq!(after, Err(Error::TooSlow));
            db::Result::Ok(())
        };
        assert_eq!(db.tx(job).await, Err(Error::TooSlow));
        assert_eq!(bank::keys(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_endless_read_is_stopped_and_a_report_is_not() {
    on_both(async |db| {
        // About five seconds without a limit; the limit is two.
        let long = if db.engine() == db::Engine::Sqlite {
            "with recursive n (x) as (select 1 union all select x + 1 from n where x < 25000000)
             select count(*) from n"
        } else {
            "select sleep(3)"
        };
        let read: db::Result<Option<(i64,)>> = db.read(async |c| c.row(long, ()).await).await;
        let report: db::Result<Option<(i64,)>> = db.report(async move |c| c.row(long, ()).await).await;
        assert_eq!(read, Err(Error::TooSlow));
        assert!(report.is_ok(), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_leaves_whole_transactions() {
    on_both(async |db| {
        for round in 0..5 {
            let mut calls = JoinSet::new();
            for n in 0..64_i64 {
                let db = db.clone();
                let t = Transfer {
                    key: format!("{round}-{n}"),
                    from: n % 10,
                    to: (n + 1) % 10,
                    fen: 1,
                };
                calls.spawn(async move { bank::transfer(&db, t).await });
            }
            tokio::time::sleep(Duration::from_millis(round)).await;
            calls.abort_all();
            let mut answered = 0;
            while let Some(outcome) = calls.join_next().await {
                answered += i64::from(outcome.is_ok());
            }
            assert!(bank::keys(&db).await >= answered);
        }
        // Whatever was begun is finished before this one, or at least whole.
        bank::transfer(
            &db,
            Transfer {
                key: "last".into(),
                from: 0,
                to: 1,
                fen: 1,
            },
        )
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let entries = bank::number(&db, "select count(*) from entry").await;
        assert_eq!(entries, 2 * bank::keys(&db).await);
        bank::assert_sound(&db).await;
    })
    .await;
}

#[tokio::test]
async fn a_query_given_up_inside_a_job_does_no_harm() {
    on_both(async |db| {
        let job = async |c: &mut Conn| {
            bank::claim(c, "x").await?;
            // Ready at once on SQLite; given up half-way on MySQL.
            let given_up = futures_util::FutureExt::now_or_never(bank::claim(c, "y"));
            db::Result::Ok(given_up.is_none())
        };
        match db.tx(job).await {
            Ok(given_up) => assert!(!given_up, "the outcome of a query given up must not be committed"),
            Err(e) => assert!(matches!(e, Error::Unavailable(_) | Error::CommitUnknown), "{e:?}"),
        }
        assert_eq!(db.tx(async |c| bank::claim(c, "z").await).await, Ok(true));
    })
    .await;
}
