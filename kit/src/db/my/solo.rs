//! A single connection outside the pools, without a time limit, for the migration runner. The only place
//! where a lock of the server's session (`GET_LOCK`) is used. On Galera that lock holds for one server only:
//! let all nodes migrate through the same one.

use mysql_async::prelude::Queryable;

use super::dialect::{self, fault};
use super::door;
use crate::db::error::{Error, Result};

/// How long a node waits for another one that is migrating, in seconds.
const LOCK_WAIT: u32 = 300;

pub(in crate::db) struct Solo(mysql_async::Conn);

/// version, checksum, finished statements, finished at
type Row = (i64, String, i64, i64);

impl Solo {
    pub(in crate::db) async fn open(url: &str) -> Result<Solo> {
        let opts = door::options_of(url)?;
        let server = door::probe(&opts).await?;
        let opts = mysql_async::OptsBuilder::from_opts(opts).init(server.plain_session());
        mysql_async::Conn::new(opts)
            .await
            .map(Solo)
            .map_err(|e| fault(&e).error)
    }

    pub(in crate::db) async fn close(self) {
        if let Err(e) = self.0.disconnect().await {
            tracing::warn!(error = %e, "closing the migration connection failed");
        }
    }

    /// Waits for the turn of this node; the lock goes with the connection.
    pub(in crate::db) async fn lock(&mut self) -> Result<()> {
        let sql = "select get_lock(left(concat('migrate.', database()), 64), ?)";
        let got: Option<Option<i64>> = self
            .0
            .exec_first(sql, (LOCK_WAIT,))
            .await
            .map_err(|e| fault(&e).error)?;
        match got {
            Some(Some(1)) => Ok(()),
            _ => Err(Error::Migration(
                "another node has been migrating for too long".into(),
            )),
        }
    }

    pub(in crate::db) async fn create(&mut self, table: &str) -> Result<()> {
        let options = "engine = InnoDB default charset = utf8mb4 collate = utf8mb4_bin";
        self.run(&format!("{table} {options}")).await
    }

    pub(in crate::db) async fn history(&mut self) -> Result<Vec<Row>> {
        let sql = "select version, checksum, steps, applied_at from schema_migration order by version";
        self.0.query(sql).await.map_err(|e| fault(&e).error)
    }

    pub(in crate::db) async fn record_start(
        &mut self,
        version: i64,
        name: &str,
        checksum: &str,
    ) -> Result<()> {
        let sql = "insert into schema_migration (version, name, checksum, steps, applied_at)
                   values (?, ?, ?, 0, 0)";
        self.0
            .exec_drop(sql, (version, name, checksum))
            .await
            .map_err(|e| fault(&e).error)
    }

    pub(in crate::db) async fn record_end(&mut self, version: i64) -> Result<()> {
        let sql = "update schema_migration set applied_at = unix_timestamp() * 1000 where version = ?";
        self.0
            .exec_drop(sql, (version,))
            .await
            .map_err(|e| fault(&e).error)
    }

    /// One statement and its count. A change of rows and its count are one transaction; a change of the schema
    /// commits by itself, so with `again` it is no error that it has been done before.
    pub(in crate::db) async fn step(
        &mut self,
        sql: &str,
        version: i64,
        number: i64,
        again: bool,
    ) -> Result<()> {
        self.run("begin").await?;
        match self.0.query_drop(sql).await {
            Err(mysql_async::Error::Server(e)) if again && dialect::already_done(&e) => {
                tracing::warn!(version, number, "statement had been done by an earlier run");
            }
            done => done.map_err(|e| fault(&e).error)?,
        }
        let counted = "update schema_migration set steps = ? where version = ?";
        self.0
            .exec_drop(counted, (number, version))
            .await
            .map_err(|e| fault(&e).error)?;
        self.run("commit").await
    }

    async fn run(&mut self, sql: &str) -> Result<()> {
        self.0.query_drop(sql).await.map_err(|e| fault(&e).error)
    }
}
