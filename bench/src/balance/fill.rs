//! Entries of other people's accounts, so that the table is large. They are never shown, so nothing stands
//! behind them; their account ids lie on both sides of the real ones.

use anyhow::Result;
use kit::db::{Db, Options};
use std::time::Duration;

/// In one transaction.
const CHUNK: i64 = 250_000;

/// Fills up to so many entries.
pub(crate) async fn to(url: String, wanted: i64) -> Result<()> {
    let options = Options {
        limit: Duration::from_mins(5),
        patience: Duration::from_mins(5),
        ..Options::new(url)
    };
    let db = Db::open(&options).await?;
    loop {
        let counted: kit::db::Result<Option<(i64,)>> = db
            .report(async |c| c.row("select count(*) from ledger_entry", ()).await)
            .await;
        let there = counted?.map_or(0, |row| row.0);
        if there >= wanted {
            db.close().await;
            return Ok(());
        }
        let (first, last) = (there + 1, (there + CHUNK).min(wanted));
        let filled: kit::db::Result<u64> = db
            .tx(async move |c| {
                c.exec(
                    "insert into ledger_entry (account, seq, transfer, amount, balance_after, code, business_date, \
                        value_date, at) \
                     with recursive n(i) as (select ? union all select i + 1 from n where i < ?) \
                     select printf('%08x-0000-7000-8000-000000000000', (i / 500) * 429496 % 4294967296), i, \
                        printf('%08x-1111-7000-8000-000000000000', i), 100, 100, 1, '2026-01-01', '2026-01-01', \
                        1767225600000 + i \
                     from n",
                    (first, last),
                )
                .await
            })
            .await;
        filled?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_table_grows_to_the_size_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/a.db", folder.path().display());
        let db = Db::open(&Options::new(&url)).await.expect("opened");
        let made: kit::db::Result<u64> = db
            .tx(async |c| {
                c.exec(
                    "create table ledger_entry (account text, seq integer, transfer text, amount integer, \
                        balance_after integer, code integer, business_date text, value_date text, at integer, \
                        primary key (account, seq)) strict, without rowid",
                    (),
                )
                .await
            })
            .await;
        made.expect("made");
        db.close().await;
        to(url.clone(), 1_000).await.expect("filled");
        to(url.clone(), 3_000).await.expect("filled");
        let db = Db::open(&Options::new(&url)).await.expect("opened");
        let counted: kit::db::Result<Option<(i64, i64)>> = db
            .read(async |c| {
                c.row("select count(*), count(distinct account) from ledger_entry", ())
                    .await
            })
            .await;
        assert_eq!(counted.expect("counted"), Some((3_000, 7)));
        db.close().await;
    }
}
