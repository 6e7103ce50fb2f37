//! The single writer of SQLite: jobs share a COMMIT, and one that spoils it is sorted out.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use kit::db::{self, Db, Error};
use tokio::task::JoinSet;

use crate::bank;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_queue_share_one_commit() {
    let db = bank::open(&bank::options(&kit::testing::sqlite())).await;
    let (release, held) = std::sync::mpsc::channel();
    let held = Mutex::new(held);
    let ran = Arc::new(AtomicBool::new(false));
    let last = Arc::clone(&ran);
    // The first holds the writer until the others are queued behind it.
    let mut first = pin!(db.tx(async move |_| {
        held.lock().unwrap().recv().unwrap();
        db::Result::Ok(())
    }));
    let mut quick = pin!(db.tx(async |c| bank::claim(c, "quick").await));
    let mut later = pin!(db.tx(async move |c| {
        let done = bank::claim(c, "later").await;
        last.store(true, Ordering::SeqCst);
        done
    }));
    assert!(first.as_mut().now_or_never().is_none());
    assert!(quick.as_mut().now_or_never().is_none());
    assert!(later.as_mut().now_or_never().is_none());
    release.send(()).unwrap();
    assert_eq!(quick.await, Ok(true));
    // The quick one was answered only when the COMMIT that it shares with the later one was done.
    assert!(ran.load(Ordering::SeqCst));
    assert_eq!((first.await, later.await), (Ok(()), Ok(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_commit_fails_does_not_take_the_batch_with_it() {
    let db = bank::open(&bank::options(&kit::testing::sqlite())).await;
    db.tx(async |c| {
        c.exec(
            "create table late (id integer primary key, account integer not null
             references account (id) deferrable initially deferred)",
            (),
        )
        .await
    })
    .await
    .unwrap();
    let mut calls = JoinSet::new();
    for n in 0..60_i64 {
        let db = db.clone();
        calls.spawn(async move {
            let account = if n % 20 == 7 { 99 } else { 1 };
            let sql = "insert into late (account) values (?)";
            (n, db.tx(async move |c| c.exec(sql, (account,)).await).await)
        });
    }
    while let Some(outcome) = calls.join_next().await {
        let (n, outcome) = outcome.unwrap();
        if n % 20 == 7 {
            assert!(matches!(outcome, Err(Error::Constraint(_))), "{outcome:?}");
        } else {
            assert_eq!(outcome, Ok(1));
        }
    }
    assert_eq!(bank::number(&db, "select count(*) from late").await, 57);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_hits_only_the_job_that_needs_the_room() {
    let db = bank::open(&bank::options(&kit::testing::sqlite())).await;
    // The page limit stands in for the disk; it holds for the writer's connection.
    let pages: db::Result<Option<(i64,)>> = db
        .tx(async |c| {
            c.exec("create table big (x blob not null)", ()).await?;
            c.row("pragma max_page_count = 60", ()).await
        })
        .await;
    assert_eq!(pages, Ok(Some((60,))));
    let mut calls = JoinSet::new();
    for n in 0..60 {
        let db = db.clone();
        let size = if n % 20 == 7 { 1_000_000_usize } else { 10 };
        let job = async move |c: &mut db::Conn| {
            c.exec("insert into big (x) values (?)", (vec![0_u8; size],))
                .await
        };
        calls.spawn(async move { (n, db.tx(job).await) });
    }
    while let Some(outcome) = calls.join_next().await {
        let (n, outcome) = outcome.unwrap();
        if n % 20 == 7 {
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
        } else {
            assert_eq!(outcome, Ok(1), "job {n}");
        }
    }
}

/// What runs after SQLite has given the transaction up would be committed on its own.
#[tokio::test]
async fn a_job_that_swallows_a_rollback_by_sqlite_keeps_nothing() {
    let db = bank::open(&bank::options(&kit::testing::sqlite())).await;
    let outcome = db
        .tx(async |c| {
            bank::claim(c, "before").await?;
            let twice = c
                .exec("insert or rollback into account (id, balance) values (1, 1)", ())
                .await;
            assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
            assert!(bank::claim(c, "after").await.is_err());
            db::Result::Ok(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    assert_eq!(bank::keys(&db).await, 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_named() {
    let missing = Db::open(&bank::options("sqlite:///nowhere/at/all.db")).await;
    assert!(
        matches!(&missing, Err(Error::Unavailable(why)) if why.contains("/nowhere/at/all.db")),
        "{missing:?}"
    );
    let scheme = Db::open(&bank::options("postgres://host/db")).await;
    assert!(matches!(scheme, Err(Error::Options(_))), "{scheme:?}");
}

/// What fails after it wrote something costs the others of its batch a second run, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_late_leaves_nothing_and_takes_nothing_along() {
    let db = bank::open(&bank::options(&kit::testing::sqlite())).await;
    let (release, held) = std::sync::mpsc::channel();
    let held = Mutex::new(held);
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let mut first = pin!(db.tx(async move |_| {
        held.lock().unwrap().recv().unwrap();
        db::Result::Ok(())
    }));
    let mut good = pin!(db.tx(async move |c| {
        counted.fetch_add(1, Ordering::SeqCst);
        bank::claim(c, "good").await
    }));
    let mut bad = pin!(db.tx(async |c| {
        bank::claim(c, "bad").await?;
        // A reader of its own transaction saw the other one; its answer waits until that is a fact.
        db::Result::<bool>::Err(Error::Duplicate(format!("{}", bank::claim(c, "good").await?)))
    }));
    let mut idle = pin!(db.tx(async |_| db::Result::<bool>::Err(Error::TooSlow)));
    for waiting in [
        first.as_mut().now_or_never().is_none(),
        good.as_mut().now_or_never().is_none(),
        bad.as_mut().now_or_never().is_none(),
        idle.as_mut().now_or_never().is_none(),
    ] {
        assert!(waiting);
    }
    // Once for each run: the bad one takes the first with it as well.
    release.send(()).unwrap();
    release.send(()).unwrap();
    assert_eq!(bad.await, Err(Error::Duplicate("false".into())));
    assert_eq!(runs.load(Ordering::SeqCst), 2, "not undone with the bad one");
    assert_eq!(
        (first.await, good.await, idle.await),
        (Ok(()), Ok(true), Err(Error::TooSlow))
    );
    assert_eq!(bank::keys(&db).await, 1);
}
