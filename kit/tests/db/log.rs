//! The log of SQLite is carried over beside the writer, and begins anew.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use kit::db::{self, Db};

use crate::bank;

struct Files {
    db: Db,
    log: PathBuf,
}

impl Files {
    async fn open() -> Self {
        let url = kit::testing::sqlite();
        let main = url.trim_start_matches("sqlite://");
        let db = bank::open(&bank::options(&url)).await;
        let table = "create table big (x blob not null)";
        db.tx(async move |c| c.exec(table, ()).await).await.unwrap();
        Self {
            db,
            log: format!("{main}-wal").into(),
        }
    }

    async fn write(&self, mib: u64) {
        for _ in 0..mib {
            let job =
                async |c: &mut db::Conn| c.exec("insert into big (x) values (zeroblob(1048576))", ()).await;
            assert_eq!(self.db.tx(job).await, Ok(1));
        }
    }

    /// How often the log has begun anew: the fourth number of its head.
    fn beginnings(&self) -> u32 {
        let mut head = [0; 16];
        File::open(&self.log).unwrap().read_exact(&mut head).unwrap();
        u32::from_be_bytes(*head.last_chunk().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_carried_over_without_the_writer_and_begins_anew() {
    let files = Files::open().await;
    files.write(17).await;
    let before = files.beginnings();
    let mut written = 17;
    while files.beginnings() == before {
        // The writer itself would help at 96 MiB.
        assert!(written < 80, "nobody carries over");
        tokio::time::sleep(Duration::from_millis(100)).await;
        files.write(1).await;
        written += 1;
    }
    files.db.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_written_without_a_pause_begins_anew() {
    let files = Files::open().await;
    files.write(50).await;
    let (before, mut written) = (files.beginnings(), 50);
    while files.beginnings() == before {
        assert!(written < 1_000, "it has no end");
        files.write(50).await;
        written += 50;
    }
    let sql = "select count(*) from big";
    assert_eq!(u64::try_from(bank::number(&files.db, sql).await), Ok(written));
    files.db.close().await;
}
