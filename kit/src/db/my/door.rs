//! The pools of connections and how one is lent.
//!
//! The pool's settings decide the throughput more than anything else here:
//! * as many connections kept as allowed — otherwise each one above the minimum is closed when returned, and
//!   a transaction costs a login;
//! * no reset on return — it drops every prepared statement. Safe, because a connection that comes back with an
//!   unfinished transaction is rolled back or thrown away;
//! * nothing is sent to begin a transaction — sessions for writing don't commit by themselves, and a glance is one
//!   statement in a session that does;
//! * a semaphore in front — a waiter that times out inside the driver's own queue loses its wake-up.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, TxOpts};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::dialect::Server;
use super::{Link, Stained, Wire, Write, within};
use crate::db::conn::{self, Conn};
use crate::db::error::{Error, Result};

/// Prepared statements kept by each connection; see the same number for SQLite.
const STATEMENTS: usize = 512;

/// Longest wait for TCP, TLS and login.
const CONNECT: Duration = Duration::from_secs(3);

/// A pool of connections of one kind.
pub(super) struct Door {
    pool: Pool,
    free: Semaphore,
    deadline: Option<Duration>,
    patience: Duration,
    stained: Stained,
}

/// A connection, and the place that it takes until it is given back.
pub(super) type Lent<'a> = (Conn, SemaphorePermit<'a>);

impl Door {
    /// `size` connections whose sessions begin with these statements.
    pub(super) fn open(
        opts: &Opts,
        (size, session): (usize, Vec<String>),
        deadline: Option<Duration>,
        patience: Duration,
    ) -> Result<Door> {
        Ok(Door {
            pool: pool(opts, size, session)?,
            free: Semaphore::new(size),
            deadline,
            patience,
            stained: Stained::default(),
        })
    }

    /// For statements that stand for themselves.
    pub(super) async fn glances(&self) -> Result<Lent<'_>> {
        let (conn, permit) = self.lend(|| self.pool.get_conn()).await?;
        Ok((self.conn(Wire::Glances(conn)), permit))
    }

    pub(super) async fn snapshot(&self) -> Result<Lent<'_>> {
        let mut begin = TxOpts::default();
        begin.with_consistent_snapshot(true);
        let (tx, permit) = self.lend(|| self.pool.start_transaction(begin.clone())).await?;
        Ok((self.conn(Wire::Snapshot(tx)), permit))
    }

    /// For a transaction, which its first statement begins.
    pub(super) async fn write(&self) -> Result<Lent<'_>> {
        let (conn, permit) = self.lend(|| self.unstained()).await?;
        Ok((self.conn(Wire::Write(Write::begin(conn, &self.stained))), permit))
    }

    async fn unstained(&self) -> mysql_async::Result<mysql_async::Conn> {
        loop {
            let conn = self.pool.get_conn().await?;
            if !self.stained.take(conn.id()) {
                return Ok(conn);
            }
            conn.disconnect().await?;
        }
    }

    /// Waits for its turn. A connection that died while idle shows only now. Nothing has happened yet, so another one
    /// is tried.
    async fn lend<T, F>(&self, fetch: impl Fn() -> F) -> Result<(T, SemaphorePermit<'_>)>
    where
        F: Future<Output = mysql_async::Result<T>>,
    {
        let Ok(permit) = tokio::time::timeout(self.patience, self.free.acquire()).await else {
            return Err(Error::Unavailable("waited too long for a free connection".into()));
        };
        let permit = permit.map_err(|_| Error::Closed)?;
        let mut left = 3;
        loop {
            left -= 1;
            match within(Some(CONNECT), fetch()).await {
                Ok(found) => return Ok((found, permit)),
                Err(fault) if left == 0 => return Err(fault.error),
                Err(_) => {}
            }
        }
    }

    fn conn(&self, wire: Wire) -> Conn {
        Conn::new(conn::Link::My(Link::new(wire, self.deadline)))
    }

    pub(super) async fn close(&self) {
        // Connections that are still lent end with their borrowers.
        if tokio::time::timeout(CONNECT, self.pool.clone().disconnect())
            .await
            .is_err()
        {
            tracing::warn!("database connections still in use at close");
        }
    }
}

/// The address is never echoed in an error: it holds the password.
pub(super) fn options_of(url: &str) -> Result<Opts> {
    if !url.starts_with("mysql://") {
        return Err(Error::Options(
            "the address must begin with sqlite:// or mysql://".into(),
        ));
    }
    let opts = Opts::from_url(url).map_err(|_| Error::Options("the address cannot be parsed".into()))?;
    // On loopback the driver would ask the server for its socket file and connect to whatever is there.
    let socket_wanted = url.contains("prefer_socket=");
    let builder = OptsBuilder::from_opts(opts.clone())
        .prefer_socket(socket_wanted && opts.prefer_socket())
        .client_found_rows(true)
        .stmt_cache_size(STATEMENTS)
        .tcp_nodelay(true)
        .tcp_keepalive(Some(Duration::from_secs(30)));
    Ok(builder.into())
}

fn pool(opts: &Opts, size: usize, session: Vec<String>) -> Result<Pool> {
    let constraints = PoolConstraints::new(size, size).ok_or_else(|| Error::Options("pool size".into()))?;
    let pool = PoolOpts::default()
        .with_constraints(constraints)
        .with_reset_connection(false);
    Ok(Pool::new(
        OptsBuilder::from_opts(opts.clone()).pool_opts(pool).init(session),
    ))
}

pub(super) async fn probe(opts: &Opts) -> Result<Server> {
    let ask = async {
        let mut conn = mysql_async::Conn::new(opts.clone()).await?;
        let version: Option<String> = conn.query_first("select version()").await?;
        conn.disconnect().await?;
        Ok(version.unwrap_or_default())
    };
    let version = within(Some(CONNECT), ask).await.map_err(|fault| fault.error)?;
    Ok(Server::of_version(&version))
}

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
