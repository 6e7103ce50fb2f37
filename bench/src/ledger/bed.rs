//! The database that is measured, of one's own, and how much CPU time it has used.

use super::Engine;
use super::till::{Fail, verified};
use crate::process::cpu_ns_of;
use anyhow::{Context, Result};
use kit::db::{Db, Options, migrate};
use kit::testing::MariaDb;
use std::time::{Duration, Instant};
use weigui_ledger::{SCHEMA_MYSQL, SCHEMA_SQLITE};

pub(crate) struct Bed {
    pub(crate) db: Db,
    /// Whose CPU time counts: the server's, or for an embedded engine this process's.
    pid: u32,
    /// Ended, and its data taken away, when dropped.
    server: Option<MariaDb>,
    _folder: Option<tempfile::TempDir>,
}

/// Connections to a server.
pub(crate) const POOLED: usize = 32;
/// Buffer pool of the server, as a small production server would have it.
const POOL: &str = "set global innodb_buffer_pool_size = 1073741824";
const LOG: &str = "set global innodb_log_file_size = 536870912";
const WRITES_ALL: &str = "set global innodb_max_dirty_pages_pct = 0";
const WRITES_AS_USUAL: &str = "set global innodb_max_dirty_pages_pct = 90";
const FEW_PAGES: i64 = 500;
const SETTLES_WITHIN: Duration = Duration::from_mins(3);

impl Bed {
    pub(crate) async fn open(engine: Engine) -> Result<Self> {
        let (mut server, mut folder) = (None, None);
        let url = match engine {
            Engine::Sqlite => {
                let made = tempfile::tempdir()?;
                let url = format!("sqlite://{}", made.path().join("ledger.db").display());
                folder = Some(made);
                url
            }
            Engine::Mysql => {
                let started = MariaDb::start().await;
                started.admin(POOL).await;
                started.admin(LOG).await;
                let url = started.fresh_database().await;
                server = Some(started);
                url
            }
        };
        let options = Options {
            pool: POOLED,
            limit: Duration::from_mins(1),
            patience: Duration::from_mins(1),
            slow: Duration::from_mins(1),
            ..Options::new(url)
        };
        let db = Db::open(&options).await?;
        migrate::run(&db, &history(engine)).await?;
        let pid = if server.is_some() {
            server_pid(&db).await?
        } else {
            std::process::id()
        };
        Ok(Self {
            db,
            pid,
            server,
            _folder: folder,
        })
    }

    /// CPU time of all threads so far, in nanoseconds.
    pub(crate) fn cpu_ns(&self) -> Result<u64> {
        cpu_ns_of(self.pid)
    }

    /// The database server; none for an embedded engine.
    pub(crate) fn server(&self) -> Option<&MariaDb> {
        self.server.as_ref()
    }

    /// Waits until the server has written what it was filled with: no bank opens its doors amid a bulk load.
    pub(crate) async fn settles(&self) -> Result<()> {
        let Some(server) = &self.server else {
            return Ok(());
        };
        server.admin(WRITES_ALL).await;
        let begun = Instant::now();
        while self.dirty_pages().await? > FEW_PAGES && begun.elapsed() < SETTLES_WITHIN {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        server.admin(WRITES_AS_USUAL).await;
        Ok(())
    }

    async fn dirty_pages(&self) -> Result<i64> {
        let sql = "select cast(variable_value as signed) from information_schema.global_status \
                   where variable_name = 'INNODB_BUFFER_POOL_PAGES_DIRTY'";
        let pages: Result<Option<(i64,)>, Fail> = self.db.read(async |c| Ok(c.row(sql, ()).await?)).await;
        Ok(pages?.context("the server does not tell its dirty pages")?.0)
    }

    pub(crate) async fn books_are_whole(&self) -> Result<bool> {
        let report = verified(&self.db).await?;
        for broken in report.broken.iter().take(5) {
            eprintln!("ledger: {broken}");
        }
        Ok(report.is_whole())
    }

    pub(crate) async fn close(&self) {
        self.db.close().await;
    }
}

/// The ledger's tables, and once more for the bare limit.
fn history(engine: Engine) -> Vec<migrate::Migration> {
    let steps = match engine {
        Engine::Sqlite => SCHEMA_SQLITE,
        Engine::Mysql => SCHEMA_MYSQL,
    };
    let bare = |sql: &str| -> &'static str { sql.replace("ledger_", "limit_").leak() };
    let texts = steps.into_iter().chain(steps.map(bare));
    let step = |(version, sql)| migrate::Migration {
        version,
        name: "ledger",
        sql,
    };
    (1..).zip(texts).map(step).collect()
}

async fn server_pid(db: &Db) -> Result<u32> {
    let file: Result<Option<(String, String)>, Fail> = db
        .read(async |c| Ok(c.row("select @@pid_file, @@datadir", ()).await?))
        .await;
    let (file, folder) = file?.context("the server has no pid file")?;
    let path = std::path::Path::new(&folder).join(file);
    Ok(std::fs::read_to_string(path)?.trim().parse()?)
}
