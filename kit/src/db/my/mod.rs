//! MySQL's protocol: MySQL, MariaDB, Galera, TiDB. [`lanes`] runs the transactions, [`door`] lends the connections, this
//! file speaks to one of them; [`dialect`] knows what the server's errors mean.

mod dialect;
mod door;
mod lanes;
mod solo;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Params, Transaction, Value};

pub(super) use lanes::Lanes;
pub(super) use solo::Solo;

use super::args::{Cell, Cols, Source, Val};
use super::error::{Error, Fate, Fault, Result};

/// One pooled connection and how its statements belong together.
pub(super) struct Link {
    wire: Wire,
    /// Longest wait for an answer: the server's own limit plus a margin, so it strikes only when the network
    /// or the server is dead.
    deadline: Option<Duration>,
}

pub(super) enum Wire {
    /// Statements of one snapshot. Dropping it unfinished marks the connection, and the pool rolls back before
    /// lending it again.
    Snapshot(Transaction<'static>),
    /// Statements that each see a moment of their own: nothing to begin and nothing to end.
    Glances(mysql_async::Conn),
    /// A transaction that its first statement begins.
    Write(Write),
}

/// A connection whose session does not commit by itself: the first statement begins the transaction, so beginning costs
/// no round trip.
pub(super) struct Write {
    conn: mysql_async::Conn,
    ended: bool,
    stained: Stained,
}

impl Write {
    pub(super) fn begin(conn: mysql_async::Conn, stained: &Stained) -> Write {
        Write {
            conn,
            ended: false,
            stained: stained.clone(),
        }
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        if !self.ended {
            self.stained.add(self.conn.id());
        }
    }
}

/// The connections that came back with a transaction neither committed nor rolled back. The driver does not know of it,
/// so they must not be lent again.
#[derive(Clone, Default)]
pub(super) struct Stained(Arc<Mutex<HashSet<u32>>>);

impl Stained {
    fn add(&self, connection: u32) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(connection);
    }

    /// Whether it was one of them; it is forgotten then.
    fn take(&self, connection: u32) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&connection)
    }
}

impl Link {
    pub(super) fn new(wire: Wire, deadline: Option<Duration>) -> Link {
        Link { wire, deadline }
    }

    pub(super) async fn exec(
        &mut self,
        sql: &'static str,
        vals: &[Val<'_>],
    ) -> std::result::Result<u64, Fault> {
        self.in_step()?;
        let sql = dialect::locks(sql);
        let (params, deadline) = (params(vals), self.deadline);
        let call = async {
            match &mut self.wire {
                Wire::Snapshot(tx) => tx.exec_drop(sql.as_ref(), params).await?,
                Wire::Glances(conn) | Wire::Write(Write { conn, .. }) => {
                    conn.exec_drop(sql.as_ref(), params).await?;
                }
            }
            Ok(self.wire.conn().affected_rows())
        };
        within(deadline, call).await
    }

    pub(super) async fn each(
        &mut self,
        sql: &'static str,
        vals: &[Val<'_>],
        take: &mut (dyn FnMut(&Cols<'_>) -> Result<()> + Send),
    ) -> std::result::Result<(), Fault> {
        self.in_step()?;
        let sql = dialect::locks(sql);
        let params = params(vals);
        let wire = &mut self.wire;
        let call = async {
            let mut found = match wire {
                Wire::Snapshot(tx) => tx.exec_iter(sql.as_ref(), params).await?,
                Wire::Glances(conn) | Wire::Write(Write { conn, .. }) => {
                    conn.exec_iter(sql.as_ref(), params).await?
                }
            };
            while let Some(row) = found.next().await? {
                // In a statement of its own: the columns must not live across the await below.
                let taken = take(&Cols(Source::My(&row)));
                if let Err(e) = taken {
                    found.drop_result().await?;
                    return Ok(Err(e));
                }
            }
            Ok(Ok(()))
        };
        within(self.deadline, call).await?.map_err(Fault::alone)
    }

    /// A call that was given up half-way leaves its answer on the wire, where the next call would take it for
    /// its own. The driver knows, but only its pool looks.
    fn in_step(&self) -> std::result::Result<(), Fault> {
        if self.wire.conn().is_disconnected() {
            return Err(Fault::fatal(Error::Unavailable(
                "the connection was lost or a call given up".into(),
            )));
        }
        Ok(())
    }

    /// COMMIT. Whatever goes wrong here except a conflict leaves the outcome open.
    pub(super) async fn commit(mut self) -> std::result::Result<(), Fault> {
        self.in_step()?;
        match self.end("COMMIT").await {
            Err(fault) if fault.fate != Fate::Again => Err(Fault::fatal(Error::CommitUnknown)),
            done => done,
        }
    }

    /// ROLLBACK, awaited so that the locks are gone when the caller hears of the failure. If it fails, so has
    /// the connection, and the server rolls back by itself.
    pub(super) async fn rollback(mut self) {
        if self.in_step().is_ok() {
            drop(self.end("ROLLBACK").await);
        }
    }

    /// Ends the transaction of a write; a read has none that its session would not end.
    async fn end(&mut self, word: &'static str) -> std::result::Result<(), Fault> {
        let Wire::Write(write) = &mut self.wire else {
            return Ok(());
        };
        let done = within(self.deadline, write.conn.query_drop(word)).await;
        if let Err(Fault {
            fate: Fate::Again, ..
        }) = &done
        {
            // The conflict is the answer; what is left of the transaction goes.
            within(self.deadline, write.conn.query_drop("ROLLBACK")).await?;
        } else if done.is_err() {
            return done;
        }
        write.ended = true;
        done
    }
}

impl Wire {
    fn conn(&self) -> &mysql_async::Conn {
        match self {
            Wire::Snapshot(tx) => tx,
            Wire::Glances(conn) | Wire::Write(Write { conn, .. }) => conn,
        }
    }
}

/// Runs a driver call. One that is given up half-way leaves the connection marked as broken by the driver.
async fn within<T>(
    deadline: Option<Duration>,
    call: impl Future<Output = std::result::Result<T, mysql_async::Error>>,
) -> std::result::Result<T, Fault> {
    let done = match deadline {
        Some(deadline) => match tokio::time::timeout(deadline, call).await {
            Ok(done) => done,
            Err(_) => {
                return Err(Fault::fatal(Error::Unavailable(
                    "no answer from the server".into(),
                )));
            }
        },
        None => call.await,
    };
    done.map_err(|e| dialect::fault(&e))
}

fn params(vals: &[Val<'_>]) -> Params {
    if vals.is_empty() {
        return Params::Empty;
    }
    let value = |val: &Val<'_>| match val {
        Val::Null => Value::NULL,
        Val::Int(n) => Value::Int(*n),
        Val::Text(text) => Value::Bytes(text.as_bytes().to_vec()),
        Val::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    };
    Params::Positional(vals.iter().map(value).collect())
}

pub(super) fn cell(row: &mysql_async::Row, at: usize) -> Result<Cell<'_>> {
    match row.as_ref(at) {
        Some(Value::NULL) => Ok(Cell::Null),
        Some(Value::Int(n)) => Ok(Cell::Int(*n)),
        Some(Value::UInt(n)) => i64::try_from(*n)
            .map(Cell::Int)
            .map_err(|_| Error::Row("integer out of range of i64".into())),
        Some(Value::Bytes(bytes)) => Ok(Cell::Bytes(bytes)),
        Some(Value::Float(_) | Value::Double(_)) => Err(Error::Row("a floating-point number".into())),
        Some(Value::Date(..) | Value::Time(..)) => Err(Error::Row("a date or time of the server".into())),
        None => Err(Error::Row("no such column".into())),
    }
}
