//! A server across a network: connections break, the server restarts, answers get lost.

use std::time::{Duration, Instant};

use kit::db::{self, Conn, Db, Error, Options};
use kit::testing::{MariaDb, mariadb};
use tokio::task::JoinSet;

use crate::bank;
use crate::proxy::{Proxy, Wire};

/// A database behind a wire that can be cut.
async fn wired() -> (Db, Proxy) {
    let url = mariadb().await.fresh_database().await;
    bank::open(&bank::options(&url)).await.close().await;
    let (before, rest) = url.rsplit_once(':').unwrap();
    let (port, name) = rest.split_once('/').unwrap();
    let proxy = Proxy::to(port.parse().unwrap()).await;
    let options = Options {
        limit: Duration::from_secs(1),
        patience: Duration::from_secs(2),
        ..Options::new(format!("{before}:{}/{name}", proxy.port))
    };
    (Db::open(&options).await.unwrap(), proxy)
}

async fn claim(db: &Db, key: &'static str) -> db::Result<bool> {
    db.tx(async move |c| bank::claim(c, key).await).await
}

#[tokio::test]
async fn a_lost_answer_to_commit_is_an_unknown_outcome() {
    let (db, proxy) = wired().await;
    proxy.set(Wire::LoseAnswer);
    assert_eq!(claim(&db, "kept").await, Err(Error::CommitUnknown));
    proxy.set(Wire::LoseCommit);
    assert_eq!(claim(&db, "lost").await, Err(Error::CommitUnknown));
    proxy.set(Wire::Whole);
    // Asking again with the same key finds out.
    assert_eq!(claim(&db, "kept").await, Ok(false));
    assert_eq!(claim(&db, "lost").await, Ok(true));
}

#[tokio::test]
async fn a_silent_network_is_noticed_and_survived() {
    let (db, proxy) = wired().await;
    claim(&db, "warm").await.unwrap();
    proxy.set(Wire::Silent);
    let begun = Instant::now();
    let silent = claim(&db, "silent").await;
    assert!(matches!(silent, Err(Error::Unavailable(_))), "{silent:?}");
    let read: db::Result<i64> = db.read(async |c| bank::balance(c, 1).await).await;
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    proxy.set(Wire::Whole);
    assert_eq!(claim(&db, "after").await, Ok(true));
    db.ping().await.unwrap();
    assert_eq!(bank::keys(&db).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_before_commit_changes_nothing_even_if_swallowed() {
    let mut server = MariaDb::start().await;
    let db = bank::open(&bank::options(&server.fresh_database().await)).await;
    for swallow in [false, true] {
        let writer = db.clone();
        let mut call = JoinSet::new();
        call.spawn(async move {
            writer
                .tx(async move |c: &mut Conn| {
                    bank::claim(c, "half").await?;
                    match c.row::<(i64,)>("select sleep(1)", ()).await {
                        Err(_) if swallow => Ok(()),
                        done => done.map(drop),
                    }
                })
                .await
        });
        tokio::time::sleep(Duration::from_millis(400)).await;
        server.kill_connections().await;
        let outcome = call.join_next().await.unwrap().unwrap();
        assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
        assert_eq!(bank::keys(&db).await, 0);
    }
    assert_eq!(claim(&db, "after").await, Ok(true));
    server.crash();
    let gone = claim(&db, "gone").await;
    assert!(matches!(gone, Err(Error::Unavailable(_))), "{gone:?}");
    assert!(matches!(db.ping().await, Err(Error::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_server_under_load_heals_by_itself_and_keeps_every_answer() {
    let mut server = MariaDb::start().await;
    let db = bank::open(&bank::options(&server.fresh_database().await)).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut callers = JoinSet::new();
    for caller in 0..16 {
        let (db, stopped) = (db.clone(), stopped.clone());
        callers.spawn(async move {
            let (mut kept, mut unknown, mut failed) = (Vec::new(), 0, 0);
            for n in 0.. {
                if *stopped.borrow() {
                    break;
                }
                let key = format!("{caller}-{n}");
                let name = key.clone();
                match db.tx(async move |c| bank::claim(c, &name).await).await {
                    Ok(true) => kept.push(key),
                    Err(Error::CommitUnknown) => unknown += 1,
                    Err(Error::Unavailable(_)) => {
                        failed += 1;
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    other => panic!("{other:?}"),
                }
            }
            (kept, unknown, failed)
        });
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.crash();
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.recover().await;
    let back = Instant::now();
    while db.ping().await.is_err() {
        assert!(back.elapsed() < Duration::from_secs(5));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.send(true).unwrap();
    let (mut kept, mut unknown, mut failed) = (Vec::new(), 0, 0);
    for (k, u, f) in callers.join_all().await {
        kept.extend(k);
        unknown += u;
        failed += f;
    }
    println!("{} kept, {unknown} unknown, {failed} failed", kept.len());
    assert!(failed > 0, "the crash was felt");
    let rows: db::Result<Vec<(String,)>> = db.read(async |c| c.rows("select k from idem", ()).await).await;
    let rows: std::collections::HashSet<String> = rows.unwrap().into_iter().map(|r| r.0).collect();
    assert!(
        kept.iter().all(|key| rows.contains(key)),
        "an answered transaction was lost"
    );
    assert!(
        rows.len() <= kept.len() + unknown,
        "a refused transaction was kept"
    );
}

#[tokio::test]
async fn sessions_behave_as_the_house_expects() {
    let url = mariadb().await.fresh_database().await;
    let db = bank::open(&bank::options(&url)).await;
    let sql = "select @@tx_isolation, @@time_zone, cast(@@max_statement_time * 1000 as signed),
               @@innodb_lock_wait_timeout";
    let writes: db::Result<Option<(String, String, i64, i64)>> = db.tx(async |c| c.row(sql, ()).await).await;
    assert_eq!(
        writes.unwrap().unwrap(),
        ("READ-COMMITTED".into(), "+00:00".into(), 2_000, 1)
    );
    let reads: db::Result<Option<(String, String, i64, i64)>> = db.read(async |c| c.row(sql, ()).await).await;
    assert_eq!(
        reads.unwrap().unwrap(),
        ("REPEATABLE-READ".into(), "+00:00".into(), 2_000, 1)
    );
    let reports: db::Result<Option<(String, String, i64, i64)>> =
        db.report(async |c| c.row(sql, ()).await).await;
    assert_eq!(reports.unwrap().unwrap().2, 0);
}

#[tokio::test]
async fn a_wrong_address_does_not_show_its_password() {
    for url in [
        "mysql://user:secret@127.0.0.1:1/db",
        "mysql://user:secret@127.0.0.1:notaport/db",
    ] {
        let refused = Db::open(&Options::new(url)).await.unwrap_err();
        assert!(
            !format!("{refused} {refused:?}").contains("secret"),
            "{refused:?}"
        );
    }
}
