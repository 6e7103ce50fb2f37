//! Values and SQL that mean the same on both engines.

use jiff::civil::{Date, date};
use kit::db::{self, Error, Val};
use uuid::Uuid;

use crate::bank::on_both;

type Row = (i64, i32, u32, bool, String, Vec<u8>, Option<String>, Uuid, Date);

#[tokio::test]
async fn every_kind_of_value_survives_the_round_trip() {
    on_both(async |db| {
        let id = Uuid::from_u128(7);
        let text = "微柜 \\n 'quoted' %_ 😀";
        let row: db::Result<Option<Row>> = db
            .read(async |c| {
                let bytes: &[u8] = &[0, 159, 146, 150];
                // Cast to the kind: a bare `?` has no type of its own on MariaDB.
                let sql = "select cast(? as signed), cast(? as signed), cast(? as signed), cast(? as signed),
                           ?, ?, ?, ?, ?";
                let day = date(2026, 11, 23);
                c.row(
                    sql,
                    (
                        i64::MIN,
                        -5_i32,
                        u32::MAX,
                        true,
                        text,
                        bytes,
                        None::<&str>,
                        id,
                        day,
                    ),
                )
                .await
            })
            .await;
        let expected = (
            i64::MIN,
            -5,
            u32::MAX,
            true,
            text.into(),
            vec![0, 159, 146, 150],
            None,
            id,
            date(2026, 11, 23),
        );
        assert_eq!(row, Ok(Some(expected)));
    })
    .await;
}

#[tokio::test]
async fn standard_sql_means_what_it_says() {
    on_both(async |db| {
        let row: db::Result<Option<(String, i64, String, i64)>> = db
            .read(async |c| {
                c.row(
                    r#"select 'a' || 'b', 'A' = 'a', "balance" || '\', 'x\y' like '%\y' from
                       (select 'text' as "balance") t /*lock*/"#,
                    (),
                )
                .await
            })
            .await;
        // The lock on a derived table in a read-only session is nothing, on both.
        assert_eq!(row.map(Option::unwrap), Ok(("ab".into(), 0, "text\\".into(), 1)));
    })
    .await;
}

#[tokio::test]
async fn the_lock_token_locks_or_means_nothing() {
    on_both(async |db| {
        let found: db::Result<Vec<(i64,)>> = db
            .tx(async |c| {
                c.rows(
                    "select id from account where id < ? order by id /*lock*/",
                    (3_i64,),
                )
                .await
            })
            .await;
        assert_eq!(found, Ok(vec![(0,), (1,), (2,)]));
    })
    .await;
}

#[tokio::test]
async fn wrong_shapes_and_wrong_statements_are_errors_with_their_text() {
    on_both(async |db| {
        let wrong_kind: db::Result<Option<(i64,)>> =
            db.read(async |c| c.row("select 'text'", ()).await).await;
        assert!(
            matches!(&wrong_kind, Err(Error::Row(why)) if why.contains("select 'text'")),
            "{wrong_kind:?}"
        );
        let null: db::Result<Option<(i64,)>> = db.read(async |c| c.row("select null", ()).await).await;
        assert!(matches!(null, Err(Error::Row(_))), "{null:?}");
        let count: db::Result<Option<(i64, i64)>> = db.read(async |c| c.row("select 1", ()).await).await;
        assert!(matches!(count, Err(Error::Row(_))), "{count:?}");
        let syntax = db.tx(async |c| c.exec("selec 1", ()).await).await;
        assert!(
            matches!(syntax, Err(Error::Statement { sql: "selec 1", .. })),
            "{syntax:?}"
        );
        let params = db
            .tx(async |c| {
                c.exec("update account set balance = ? where id = ?", (1_i64,))
                    .await
            })
            .await;
        assert!(matches!(params, Err(Error::Statement { .. })), "{params:?}");
        let no_account = db
            .tx(async |c| {
                c.exec("insert into entry (transfer, account, fen) values (1, 99, 1)", ())
                    .await
            })
            .await;
        assert!(matches!(no_account, Err(Error::Constraint(_))), "{no_account:?}");
        let null = db
            .tx(async |c| c.exec("insert into idem (k, id) values ('a', null)", ()).await)
            .await;
        assert!(matches!(null, Err(Error::Constraint(_))), "{null:?}");
        let twice = db
            .tx(async |c| {
                c.exec("insert into account (id, balance) values (1, 1)", ())
                    .await
            })
            .await;
        assert!(matches!(twice, Err(Error::Duplicate(_))), "{twice:?}");
    })
    .await;
}

#[tokio::test]
async fn rows_can_be_taken_one_by_one_and_lists_of_values_bound() {
    on_both(async |db| {
        let sum: db::Result<i64> = db
            .read(async |c| {
                let mut sum = 0;
                let vals = [Val::Int(2), Val::Int(5)];
                c.each(
                    "select id from account where id between ? and ?",
                    &vals,
                    &mut |cols| {
                        sum += cols.get::<i64>(0)?;
                        Ok(())
                    },
                )
                .await?;
                Ok(sum)
            })
            .await;
        assert_eq!(sum, Ok(14));
        // An error of the taker ends the statement, and the connection is good for another one.
        let after: db::Result<i64> = db
            .tx(async |c| {
                let stopped = c
                    .each("select id from account", &[], &mut |_| {
                        Err(Error::Row("enough".into()))
                    })
                    .await;
                assert!(matches!(stopped, Err(Error::Row(_))));
                crate::bank::balance(c, 1).await
            })
            .await;
        assert_eq!(after, Ok(1_000));
    })
    .await;
}
