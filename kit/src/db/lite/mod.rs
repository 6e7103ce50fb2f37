//! SQLite, embedded: one file, one writer thread ([`writer`]), and read-only connections used in place.
//!
//! Reads run on the caller's own thread. A hop to another thread costs 50 µs for a read of 2 to 22 µs, and
//! halves the rate under load; in place stays within the time a tokio task may take between two awaits. The
//! time limit guards the rest, and statements and exports go through `report`, off the runtime.
//!
//! Each read is one BEGIN … COMMIT: a consistent snapshot, and the WAL lock is taken once, not per statement.

mod checkpoint;
pub(super) mod inbox;
mod sync;
pub(super) mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Sight;
use super::args::{Cell, Cols, Source, Val};
use super::conn::{self, Conn};
use super::error::{Error, Fate, Fault, Result};
use super::job::{Stopped, watched};

/// An LRU cache smaller than the working set never hits: 300 statements in turn cost 6.9 µs each with room
/// for 128 and 2.9 µs with room for 512.
const STATEMENTS: usize = 512;

/// How many steps of SQLite's machine pass between two looks at the clock (some 10 µs of work).
const STEPS: i32 = 1_000;

/// One connection with its time limit.
pub(in crate::db) struct Link {
    db: Connection,
    limit: Arc<Limit>,
}

/// The instant at which the running job is interrupted, in nanoseconds after `base`; 0 = never.
struct Limit {
    base: Instant,
    until: AtomicU64,
}

impl Limit {
    fn passed(&self) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        until != 0 && self.base.elapsed().as_nanos() > u128::from(until)
    }
}

impl Link {
    pub(in crate::db) fn open_writer(path: &Path) -> Result<Link> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let link = Link::open(path, flags)?;
        // The log is fsynced by `sync`, so SQLite need not.
        // A larger cache costs more than it saves: after every split of a page COMMIT walks all of it, because the
        // page number with which SQLite swaps pages lies at 1 GiB, far beyond the end of most files.
        // What SQLite keeps for rolling a savepoint back goes to a temporary file as soon as it exceeds 64 kB, which
        // costs far more than the memory.
        link.pragmas(
            "pragma temp_store = memory;
             pragma journal_mode = wal;
             pragma synchronous = normal;
             pragma foreign_keys = on;
             pragma cache_size = -16384;",
        )?;
        Ok(link)
    }

    fn open_reader(path: &Path) -> Result<Link> {
        let link = Link::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        link.pragmas("pragma query_only = on; pragma cache_size = -16384;")?;
        Ok(link)
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Link> {
        // A connection is used by one thread at a time, so SQLite's own mutexes would only cost.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let refused = |e: rusqlite::Error| Error::Unavailable(format!("{}: {e}", path.display()));
        let mut db = Connection::open_with_flags(path, flags).map_err(refused)?;
        db.busy_timeout(Duration::from_secs(5)).map_err(refused)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        // "x" is a name on both engines, never a text.
        for old_habit in [
            DbConfig::SQLITE_DBCONFIG_DQS_DML,
            DbConfig::SQLITE_DBCONFIG_DQS_DDL,
        ] {
            db.set_db_config(old_habit, false).map_err(refused)?;
        }
        // Plans don't depend on the values bound. Otherwise SQLite, once its tables have been analysed, makes a
        // statement anew at every execution, which costs more than running it.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(refused)?;
        let limit = Arc::new(Limit {
            base: Instant::now(),
            until: AtomicU64::new(0),
        });
        let watch = Arc::clone(&limit);
        db.progress_handler(STEPS, Some(move || watch.passed()))
            .map_err(refused)?;
        Ok(Link { db, limit })
    }

    fn pragmas(&self, text: &str) -> Result<()> {
        self.db.execute_batch(text).map_err(|e| fault(&e).error)
    }

    /// Interrupts whatever still runs after `limit`; `None` lifts the limit.
    fn set_limit(&self, limit: Option<Duration>) {
        let until = limit.map_or(0, |limit| {
            u64::try_from(self.limit.base.elapsed().saturating_add(limit).as_nanos()).unwrap_or(u64::MAX)
        });
        self.limit.until.store(until, Ordering::Relaxed);
    }

    /// A statement of our own: BEGIN, SAVEPOINT, COMMIT and their kin.
    fn control(&self, sql: &'static str) -> std::result::Result<(), rusqlite::Error> {
        self.db.prepare_cached(sql)?.raw_execute().map(drop)
    }

    /// Rows changed since the connection was opened.
    fn changes(&self) -> u64 {
        self.db.total_changes()
    }

    /// False once SQLite has rolled the transaction back on its own.
    fn in_transaction(&self) -> bool {
        !self.db.is_autocommit()
    }

    pub(in crate::db) fn exec(
        &mut self,
        sql: &'static str,
        vals: &[Val<'_>],
    ) -> std::result::Result<u64, Fault> {
        let run = || -> std::result::Result<usize, rusqlite::Error> {
            let mut statement = self.db.prepare_cached(sql)?;
            bind(&mut statement, vals)?;
            statement.raw_execute()
        };
        match run() {
            Ok(changed) => Ok(u64::try_from(changed).unwrap_or(u64::MAX)),
            Err(e) => Err(self.judge(&e)),
        }
    }

    pub(in crate::db) fn each(
        &mut self,
        sql: &'static str,
        vals: &[Val<'_>],
        take: &mut (dyn FnMut(&Cols<'_>) -> Result<()> + Send),
    ) -> std::result::Result<(), Fault> {
        let mut run = || -> std::result::Result<Result<()>, rusqlite::Error> {
            let mut statement = self.db.prepare_cached(sql)?;
            bind(&mut statement, vals)?;
            let count = statement.column_count();
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if let Err(e) = take(&Cols(Source::Lite(row, count))) {
                    return Ok(Err(e));
                }
            }
            Ok(Ok(()))
        };
        match run() {
            Ok(taken) => taken.map_err(Fault::alone),
            Err(e) => Err(self.judge(&e)),
        }
    }

    /// An interrupted or failed write can make SQLite roll back the whole transaction, savepoints and all.
    fn judge(&self, e: &rusqlite::Error) -> Fault {
        let mut fault = fault(e);
        if !self.in_transaction() && fault.fate == Fate::Fine {
            // Not the error itself: a later insert must not take it for a duplicate of its own.
            fault.fate = Fate::Dead(Error::Unavailable("SQLite rolled the transaction back".into()));
        }
        fault
    }
}

/// A connection for the migration runner: no time limit, and foreign keys are checked at the end, not on the
/// way, so that a table can be rebuilt.
pub(super) fn open_for_migration(path: &Path) -> Result<Connection> {
    let refused = |e: rusqlite::Error| Error::Unavailable(format!("{}: {e}", path.display()));
    let conn = Connection::open(path).map_err(refused)?;
    conn.busy_timeout(Duration::from_mins(5)).map_err(refused)?;
    conn.execute_batch("pragma foreign_keys = off; pragma synchronous = full;")
        .map_err(refused)?;
    Ok(conn)
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, vals: &[Val<'_>]) -> rusqlite::Result<()> {
    let wanted = statement.parameter_count();
    if wanted != vals.len() {
        return Err(rusqlite::Error::InvalidParameterCount(vals.len(), wanted));
    }
    for (place, val) in (1_usize..).zip(vals) {
        match val {
            Val::Null => statement.raw_bind_parameter(place, rusqlite::types::Null),
            Val::Int(n) => statement.raw_bind_parameter(place, n),
            Val::Text(text) => statement.raw_bind_parameter(place, text.as_ref()),
            Val::Blob(bytes) => statement.raw_bind_parameter(place, bytes.as_ref()),
        }?;
    }
    Ok(())
}

pub(super) fn cell<'a>(row: &'a rusqlite::Row<'_>, at: usize) -> Result<Cell<'a>> {
    match row.get_ref(at) {
        Ok(ValueRef::Null) => Ok(Cell::Null),
        Ok(ValueRef::Integer(n)) => Ok(Cell::Int(n)),
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => Ok(Cell::Bytes(bytes)),
        Ok(ValueRef::Real(_)) => Err(Error::Row("a floating-point number".into())),
        Err(_) => Err(Error::Row("no such column".into())),
    }
}

/// What SQLite's error means. Its messages name tables and columns, never values.
fn fault(e: &rusqlite::Error) -> Fault {
    use rusqlite::ffi;
    let rusqlite::Error::SqliteFailure(code, text) = e else {
        return Fault::alone(Error::Statement {
            sql: "",
            detail: e.to_string(),
        });
    };
    let detail = text.clone().unwrap_or_else(|| e.to_string());
    match (code.code, code.extended_code) {
        (
            _,
            ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => {
            let key = detail.rsplit(": ").next().unwrap_or_default().to_owned();
            Fault::alone(Error::Duplicate(key))
        }
        (ErrorCode::ConstraintViolation, _) => Fault::alone(Error::Constraint(detail)),
        (ErrorCode::OperationInterrupted, _) => Fault::fatal(Error::TooSlow),
        (
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::ReadOnly,
            _,
        ) => Fault::fatal(Error::Unavailable(detail)),
        _ => Fault::alone(Error::Statement { sql: "", detail }),
    }
}

/// The read-only connections that are not in use. They are opened on demand and never exceed the number of
/// threads that read at once, because a read never leaves its thread.
pub(super) struct Readers {
    path: PathBuf,
    limit: Duration,
    idle: Mutex<Vec<Conn>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, limit: Duration) -> Readers {
        Readers {
            path,
            limit,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Runs a read on this thread, without waiting for anything.
    pub(super) async fn read<T, E, F>(&self, body: F, sight: Sight) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        let mut conn = self.take()?;
        if sight == Sight::Glance {
            conn = conn.glancing();
        }
        begin(&mut conn, sight, self.limit)?;
        let pulse = conn.pulse();
        let outcome = watched(&pulse, async { body(&mut conn).await }).await;
        // A connection that cannot end its transaction is dropped, not reused.
        if end(&mut conn, sight) {
            self.give(conn.whole());
        }
        match outcome {
            Ok(result) => result,
            Err(Stopped::Foreign) => Err(Error::Misuse.into()),
            Err(Stopped::Panicked(payload)) => std::panic::resume_unwind(payload),
        }
    }

    /// Closes the idle connections.
    pub(super) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn take(&self) -> Result<Conn> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(conn) => Ok(conn),
            None => Ok(Conn::new(conn::Link::Lite(Link::open_reader(&self.path)?))),
        }
    }

    fn give(&self, conn: Conn) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(conn);
    }
}

fn begin(conn: &mut Conn, sight: Sight, limit: Duration) -> Result<()> {
    let Some(link) = conn.lite() else {
        return Err(Error::Closed);
    };
    if sight.is_whole() {
        link.control("begin").map_err(|e| fault(&e).error)?;
    }
    link.set_limit((sight != Sight::Report).then_some(limit));
    Ok(())
}

fn end(conn: &mut Conn, sight: Sight) -> bool {
    drop(conn.take_fate());
    let Some(link) = conn.lite() else { return false };
    link.set_limit(None);
    !sight.is_whole() || link.control("commit").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus::RePrepare;

    /// Numbers of which one is far more frequent than the others: what the planner could want to know.
    const UNEVEN: &str = "create table t (id integer primary key, a integer, b integer);
         create index t_a on t (a);
         create index t_b on t (b);
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
             insert into t select i, iif(i < 4000, 1, i), i % 7 from n;
         analyze;";

    #[test]
    fn a_statement_is_made_once_also_when_tables_have_been_analysed() {
        let path = crate::testing::scratch("made-once").join("test.db");
        Link::open_writer(&path)
            .and_then(|link| link.pragmas(UNEVEN))
            .expect("filled");
        let mut link = Link::open_reader(&path).expect("a reader");
        let sql = "select count(*) from t where a = ? and b > ?";
        for n in 0..10 {
            let asked = [Val::Int(n), Val::Int(1)];
            link.each(sql, &asked, &mut |_| Ok(()))
                .map_err(|fault| fault.error)
                .expect("counted");
        }
        let statement = link.db.prepare_cached(sql).expect("in the cache");
        assert_eq!(statement.get_status(RePrepare), 0);
    }
}
