//! The shape: handlers can hold it, transactions keep or lose everything, reads are snapshots.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use kit::db::{self, Db, Error};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::bank::{self, Refusal, Transfer, on_both};

struct Desk {
    db: Db,
    note: String,
}

async fn balance_of(State(desk): State<Arc<Desk>>, Path(id): Path<i64>) -> String {
    // Captured by reference: the account, the desk, and a borrowed part of it.
    let note = desk.note.as_str();
    let found = desk
        .db
        .read(async |c| {
            let balance = bank::balance(c, id).await?;
            let all: Vec<(i64, i64)> = c
                .rows(
                    "select id, balance from account where id <> ? order by id",
                    (&id,),
                )
                .await?;
            db::Result::Ok(format!("{note}{balance} of {}", all.len() + 1))
        })
        .await;
    found.unwrap()
}

async fn pay(State(desk): State<Arc<Desk>>, Path((from, to)): Path<(i64, i64)>) -> String {
    let key = format!("{from}-{to}");
    let done = bank::transfer(
        &desk.db,
        Transfer {
            key,
            from,
            to,
            fen: 100,
        },
    )
    .await;
    let count = desk.db.report(async move |c| bank::balance(c, to).await).await;
    format!("{done:?} {}", count.unwrap())
}

#[tokio::test]
async fn an_axum_router_holds_transactions_reads_and_reports() {
    on_both(async |db| {
        let desk = Arc::new(Desk {
            db,
            note: "balance ".into(),
        });
        let app = Router::new()
            .route("/balance/{id}", get(balance_of))
            .route("/pay/{from}/{to}", post(pay))
            .with_state(desk);
        for (method, path, answer) in [
            ("POST", "/pay/1/2", "Ok(true) 1100"),
            ("POST", "/pay/1/2", "Ok(false) 1100"),
            ("GET", "/balance/1", "balance 900 of 10"),
        ] {
            let request = axum::http::Request::builder()
                .method(method)
                .uri(path)
                .body(axum::body::Body::empty());
            let response = app.clone().oneshot(request.unwrap()).await.unwrap();
            let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
            assert_eq!(std::str::from_utf8(&body).unwrap(), answer);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_good_and_three_hundred_bad_transfers_at_once_keep_apart() {
    on_both(async |db| {
        let mut calls = JoinSet::new();
        for n in 0..600_i64 {
            let db = db.clone();
            // The bad ones ask for more than there is, after having claimed a key and moved one leg.
            let fen = if n % 2 == 0 { 1 } else { 1_000_000 };
            let t = Transfer {
                key: format!("k{n}"),
                from: n % 10,
                to: (n + 3) % 10,
                fen,
            };
            calls.spawn(async move { bank::transfer(&db, t).await });
        }
        let outcomes = calls.join_all().await;
        assert_eq!(outcomes.iter().filter(|o| **o == Ok(true)).count(), 300);
        assert_eq!(
            outcomes.iter().filter(|o| **o == Err(Refusal::Funds)).count(),
            300
        );
        assert_eq!(bank::keys(&db).await, 300);
        bank::assert_sound(&db).await;
    })
    .await;
}

#[tokio::test]
async fn the_second_use_of_a_key_leaves_the_transaction_usable() {
    on_both(async |db| {
        let both: db::Result<(bool, bool, bool)> = db
            .tx(async |c| {
                Ok((
                    bank::claim(c, "a").await?,
                    bank::claim(c, "a").await?,
                    bank::claim(c, "b").await?,
                ))
            })
            .await;
        assert_eq!(both, Ok((true, false, true)));
        assert_eq!(bank::keys(&db).await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_update_counts_the_rows_it_matched() {
    on_both(async |db| {
        let counts: db::Result<(u64, u64)> = db
            .tx(async |c| {
                let sql = "update account set balance = ? where id < ?";
                Ok((
                    c.exec(sql, (1_000_i64, 3_i64)).await?,
                    c.exec(sql, (1_000_i64, -1_i64)).await?,
                ))
            })
            .await;
        assert_eq!(counts, Ok((3, 0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_sees_one_moment() {
    on_both(async |db| {
        let (seen, go) = std::sync::mpsc::channel();
        let (written, done) = std::sync::mpsc::channel();
        let writer = db.clone();
        let mut side = JoinSet::new();
        side.spawn(async move {
            tokio::task::block_in_place(|| go.recv().unwrap());
            bank::transfer(
                &writer,
                Transfer {
                    key: "x".into(),
                    from: 1,
                    to: 2,
                    fen: 500,
                },
            )
            .await
            .unwrap();
            written.send(()).unwrap();
        });
        let done = std::sync::Mutex::new(done);
        let pair: db::Result<(i64, i64)> = db
            .read(async |c| {
                let before = bank::balance(c, 1).await?;
                seen.send(()).unwrap();
                tokio::task::block_in_place(|| done.lock().unwrap().recv().unwrap());
                Ok((before, bank::balance(c, 1).await?))
            })
            .await;
        assert_eq!(pair, Ok((1_000, 1_000)));
        side.join_all().await;
        assert_eq!(
            bank::number(&db, "select balance from account where id = 1").await,
            500
        );
    })
    .await;
}

#[tokio::test]
async fn a_glance_is_one_statement_and_cannot_write() {
    on_both(async |db| {
        let one: db::Result<i64> = db.glance(async |c| bank::balance(c, 1).await).await;
        assert_eq!(one, Ok(1_000));
        let two: db::Result<i64> = db
            .glance(async |c| Ok(bank::balance(c, 1).await? + bank::balance(c, 2).await?))
            .await;
        assert_eq!(two, Err(Error::Misuse));
        let wrote: db::Result<bool> = db.glance(async |c| bank::claim(c, "k").await).await;
        assert!(wrote.is_err(), "{wrote:?}");
        // The connections are as good as before, for glances and for whole reads.
        let read: db::Result<i64> = db
            .read(async |c| Ok(bank::balance(c, 1).await? + bank::balance(c, 2).await?))
            .await;
        assert_eq!(read, Ok(2_000));
        assert_eq!(bank::keys(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_read_cannot_write() {
    on_both(async |db| {
        for limited in [true, false] {
            let job = async |c: &mut db::Conn| bank::claim(c, "a").await;
            let done = if limited {
                db.read(job).await
            } else {
                db.report(job).await
            };
            assert!(
                matches!(done, Err(Error::Statement { .. } | Error::Unavailable(_))),
                "{done:?}"
            );
        }
        assert_eq!(bank::keys(&db).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_connection_can_be_awaited_in_a_job() {
    on_both(async |db| {
        let inner = db.clone();
        let tx_in_tx = db.tx(async move |c| {
            bank::claim(c, "outer").await?;
            inner.tx(async |c| bank::claim(c, "inner").await).await
        });
        assert_eq!(tx_in_tx.await, Err(Error::Misuse));

        let inner = db.clone();
        let read_in_tx = db.tx(async move |_| inner.read(async |c| bank::balance(c, 1).await).await);
        assert_eq!(read_in_tx.await, Err(Error::Misuse));

        let inner = db.clone();
        let report_in_tx = db.tx(async move |_| inner.report(async |c| bank::balance(c, 1).await).await);
        assert_eq!(report_in_tx.await, Err(Error::Misuse));

        let sleep_in_tx = db.tx(async move |c| {
            bank::claim(c, "sleeper").await?;
            tokio::time::sleep(Duration::from_hours(1)).await;
            db::Result::Ok(())
        });
        assert_eq!(sleep_in_tx.await, Err(Error::Misuse));

        let inner = db.clone();
        let tx_in_read = db.read(async move |_| inner.tx(async |c| bank::claim(c, "inner").await).await);
        assert_eq!(tx_in_read.await, Err(Error::Misuse));

        let sleep_in_read = db.read(async |_| {
            tokio::time::sleep(Duration::from_hours(1)).await;
            db::Result::Ok(())
        });
        assert_eq!(sleep_in_read.await, Err(Error::Misuse));

        assert_eq!(bank::keys(&db).await, 0);
        assert_eq!(db.tx(async |c| bank::claim(c, "after").await).await, Ok(true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn close_answers_what_was_taken_and_refuses_the_rest() {
    for url in [
        kit::testing::sqlite(),
        kit::testing::mariadb().await.fresh_database().await,
    ] {
        let db = bank::open(&bank::options(&url)).await;
        let mut calls = JoinSet::new();
        for n in 0..400 {
            let db = db.clone();
            calls.spawn(async move { db.tx(async move |c| bank::claim(c, &format!("k{n}")).await).await });
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        let begun = Instant::now();
        db.close().await;
        assert!(begun.elapsed() < Duration::from_secs(10));
        let outcomes = calls.join_all().await;
        let kept = outcomes.iter().filter(|o| **o == Ok(true)).count();
        assert!(
            outcomes
                .iter()
                .all(|o| matches!(o, Ok(true) | Err(Error::Closed))),
            "{outcomes:?}"
        );
        assert_eq!(
            db.tx(async |c| bank::claim(c, "late").await).await,
            Err(Error::Closed)
        );
        assert_eq!(db.ping().await, Err(Error::Closed));
        let again = bank::open(&bank::options(&url)).await;
        assert_eq!(bank::keys(&again).await, i64::try_from(kept).unwrap());
        again.close().await;
    }
}
