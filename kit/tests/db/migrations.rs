//! The schema's history on both engines.

use kit::db::migrate::{Applied, Migration, run, status};
use kit::db::{Db, Error};
use kit::testing::{mariadb, sqlite};
use tokio::task::JoinSet;

use crate::bank::{number, options};

const ONE: Migration = Migration {
    version: 1,
    name: "first",
    sql: "-- the first; table\ncreate table a (\n  id bigint not null primary key\n);\n\ninsert into a (id) values (1);\n",
};
const TWO: Migration = Migration {
    version: 2,
    name: "second",
    sql: "insert into a (id) values (2);",
};
const THREE: Migration = Migration {
    version: 3,
    name: "third",
    sql: "insert into a (id) values (3);",
};

async fn on_fresh(test: impl AsyncFn(Db)) {
    for url in [sqlite(), mariadb().await.fresh_database().await] {
        let db = Db::open(&options(&url)).await.unwrap();
        test(db.clone()).await;
        db.close().await;
    }
}

fn applied(before: i64, versions: &[i64]) -> Applied {
    Applied {
        before,
        versions: versions.to_vec(),
    }
}

fn refused(outcome: &Result<Applied, Error>, words: &str) {
    assert!(
        matches!(outcome, Err(Error::Migration(why)) if why.contains(words)),
        "{words}: {outcome:?}"
    );
}

#[tokio::test]
async fn what_is_missing_is_applied_once() {
    on_fresh(async |db| {
        assert_eq!(status(&db, &[ONE]).await.unwrap()[0].applied_at, None);
        assert_eq!(run(&db, &[TWO, ONE]).await, Ok(applied(0, &[1, 2])));
        assert_eq!(run(&db, &[ONE, TWO]).await, Ok(applied(2, &[])));
        assert_eq!(run(&db, &[ONE, TWO, THREE]).await, Ok(applied(2, &[3])));
        assert_eq!(number(&db, "select count(*) from a").await, 3);
        let standing = status(&db, &[ONE, TWO, THREE]).await.unwrap();
        assert_eq!(standing.iter().map(|s| s.version).collect::<Vec<_>>(), [1, 2, 3]);
        let day = 24 * 3_600_000;
        assert!(
            standing
                .iter()
                .all(|s| s.applied_at.is_some_and(|at| at > 20_000 * day)),
            "{standing:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_history_that_does_not_fit_is_refused() {
    on_fresh(async |db| {
        run(&db, &[ONE, THREE]).await.unwrap();
        let altered = Migration {
            sql: "create table a (id bigint not null);",
            ..ONE
        };
        refused(&run(&db, &[altered, THREE]).await, "altered");
        refused(&run(&db, &[ONE]).await, "does not know");
        refused(&run(&db, &[ONE, TWO, THREE]).await, "slipped in");
        refused(&run(&db, &[ONE, ONE, THREE]).await, "twice");
        assert!(status(&db, &[altered, THREE]).await.is_err());
        assert_eq!(number(&db, "select count(*) from a").await, 2);
    })
    .await;
}

#[tokio::test]
async fn line_ends_of_another_system_are_no_alteration() {
    on_fresh(async |db| {
        run(&db, &[ONE]).await.unwrap();
        let windows: &'static str = ONE.sql.replace('\n', "\r\n").leak();
        assert_eq!(
            run(&db, &[Migration { sql: windows, ..ONE }]).await,
            Ok(applied(1, &[]))
        );
    })
    .await;
}

#[tokio::test]
async fn a_run_that_broke_off_goes_on_where_it_stopped() {
    on_fresh(async |db| {
        let broken = Migration {
            version: 2,
            name: "broken",
            sql: "create table b (id bigint not null primary key);\ninsert into b (id) values (1);\n\
                  insert into b (id) select id from missing;\ninsert into b (id) values (3);\n",
        };
        refused(&run(&db, &[ONE, broken]).await, "2 broken, statement 3");
        refused(&run(&db, &[ONE, broken]).await, "2 broken, statement 3");
        // The cause is outside the migration, as when the disk was full.
        db.tx(async |c| {
            c.exec("create table missing (id bigint not null primary key)", ())
                .await
        })
        .await
        .unwrap();
        let versions: &[i64] = if db.engine() == kit::db::Engine::Sqlite {
            &[1, 2]
        } else {
            &[2]
        };
        assert_eq!(run(&db, &[ONE, broken]).await.unwrap().versions, versions);
        assert_eq!(number(&db, "select count(*) from b").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_nodes_that_start_together_one_migrates() {
    for url in [sqlite(), mariadb().await.fresh_database().await] {
        let mut nodes = JoinSet::new();
        for _ in 0..6 {
            let options = options(&url);
            nodes.spawn(async move {
                let db = Db::open(&options).await.unwrap();
                run(&db, &[ONE, TWO, THREE]).await.unwrap().versions.len()
            });
        }
        let mut counts = nodes.join_all().await;
        counts.sort_unstable();
        assert_eq!(counts, [0, 0, 0, 0, 0, 3]);
    }
}
