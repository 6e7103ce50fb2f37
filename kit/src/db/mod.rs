//! The database: one SQL text, two engines — SQLite embedded, and whatever speaks MySQL's protocol.
//!
//! A store function is written once, `async fn(c: &mut Conn, …)`, one statement each. A use case runs as
//! `db.tx(async move |c| post(c, &order).await)`; its body may run more than once, so it uses its captures by
//! reference and has no effect outside its connection. `db.read` is a consistent snapshot, `db.glance` a single
//! statement, and `db.report` a read without a time limit for exports.
//!
//! Rules that the engines enforce alike:
//! * A job awaits nothing but its connection; sleep, network calls, `tx` and `read` inside one are
//!   [`Error::Misuse`].
//! * A transaction that began is finished, even if its caller hangs up; one that did not begin is dropped.
//! * Deadlocks and write conflicts restart the whole job. That does not cure a wrong lock order: touch rows
//!   in the order of their ids.
//! * After [`Error::CommitUnknown`] ask again with the same idempotency key; after any other error nothing
//!   was kept.
//!
//! `AsyncFn` (not `FnOnce`) is the bound because SQLite can lose a whole batch and MySQL a deadlock: either
//! way the body runs again.
//!
//! SQL that means the same on both engines: `?` for values, no `returning`, no `/`, no `length()` of text,
//! `cast(sum(x) as signed)`, `"name"` quotes a name, backslash is an ordinary character. The token `/*lock*/`
//! at the end of a select becomes `FOR UPDATE` on MySQL and means nothing on SQLite, whose writer is alone.

mod args;
mod conn;
mod error;
mod job;
mod lite;
mod meter;
pub mod migrate;
mod my;
mod panics;

use std::future::Future;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

pub use args::{Args, Bind, Cell, Cols, FromCol, FromRow, Val};
pub use conn::Conn;
pub use error::{Error, Result};

use job::{Job, Parcel, refuse_nesting};
use lite::inbox::Order;
use meter::Meter;

/// Exports at a time; more wait for their turn.
const REPORTS: usize = 2;

/// Which database is behind a [`Db`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    /// MySQL, MariaDB, Galera, TiDB.
    MySql,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::MySql => "mysql",
        }
    }
}

/// How to reach the database and how long anything may take.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:///var/lib/weigui/weigui.db`, `sqlite://weigui.db` (relative) or
    /// `mysql://user:password@host:3306/name`, with `?require_ssl=true` for TLS.
    pub url: String,
    /// MySQL: connections of this node for transactions; half as many more serve reads. Times 512 cached
    /// statements, times the nodes, this must stay below the server's `max_prepared_stmt_count`.
    pub pool: usize,
    /// Longest run of a transaction on SQLite, of a statement on MySQL, and of a read.
    pub limit: Duration,
    /// Longest wait for the writer or for a free connection; the call is refused after it.
    pub patience: Duration,
    /// A transaction slower than this is logged with the place of its `tx` call.
    pub slow: Duration,
}

impl Options {
    pub fn new(url: impl Into<String>) -> Options {
        Options {
            url: url.into(),
            pool: 16,
            limit: Duration::from_secs(3),
            patience: Duration::from_secs(5),
            slow: Duration::from_millis(250),
        }
    }

    fn sqlite_path(&self) -> Option<PathBuf> {
        self.url
            .strip_prefix("sqlite://")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
    }
}

/// A handle on the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    options: Options,
    closed: AtomicBool,
    reports: Semaphore,
    meter: Meter,
    link: Link,
}

/// What a read sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// One statement, which sees one moment by itself.
    Glance,
    /// Statements that each see a moment of their own.
    Glances,
    Snapshot,
    /// A snapshot without a time limit.
    Report,
}

impl Sight {
    /// All statements see the same moment.
    fn is_whole(self) -> bool {
        matches!(self, Sight::Snapshot | Sight::Report)
    }
}

enum Link {
    Lite {
        writer: Arc<std::sync::mpsc::Sender<Order>>,
        readers: Arc<lite::Readers>,
    },
    My(Box<my::Lanes>),
}

impl Db {
    /// Opens the database; fails at once when it cannot be reached.
    pub async fn open(options: &Options) -> Result<Db> {
        let engine = if options.sqlite_path().is_some() {
            Engine::Sqlite
        } else {
            Engine::MySql
        };
        let meter = Meter::new(engine);
        let link = match options.sqlite_path() {
            Some(path) => {
                let writer = lite::writer::start(&path, options, meter.clone())?;
                Link::Lite {
                    writer,
                    readers: Arc::new(lite::Readers::new(path, options.limit)),
                }
            }
            None => Link::My(Box::new(my::Lanes::open(options, &meter).await?)),
        };
        let inner = Inner {
            options: options.clone(),
            closed: AtomicBool::new(false),
            reports: Semaphore::new(REPORTS),
            meter,
            link,
        };
        Ok(Db {
            inner: Arc::new(inner),
        })
    }

    pub fn engine(&self) -> Engine {
        match self.inner.link {
            Link::Lite { .. } => Engine::Sqlite,
            Link::My(_) => Engine::MySql,
        }
    }

    /// Runs `body` as one transaction: COMMIT when it returns `Ok`, ROLLBACK when it returns `Err`.
    #[track_caller]
    pub fn tx<T, E, F>(
        &self,
        body: F,
    ) -> impl Future<Output = std::result::Result<T, E>> + Send + use<'_, T, E, F>
    where
        F: AsyncFn(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = Location::caller();
        async move {
            refuse_nesting()?;
            let (parcel, answer) = Parcel::new(body, place);
            self.ship(Box::new(parcel))?;
            match answer.await {
                Ok(Ok(result)) => result,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => Err(Error::Closed.into()),
            }
        }
    }

    /// Runs `body` on one consistent snapshot. On SQLite it runs in place, so it must be short.
    pub async fn read<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.see(body, Sight::Snapshot).await
    }

    /// Runs a `body` of one statement, which sees one moment by itself: a single round trip, where [`Db::read`] takes
    /// three. A second statement is refused as [`Error::Misuse`].
    pub async fn glance<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.see(body, Sight::Glance).await
    }

    /// Runs a `body` whose statements each see a moment of their own, for what need not fit together: each costs one
    /// round trip, and nothing is begun or ended.
    pub async fn glances<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.see(body, Sight::Glances).await
    }

    async fn see<T, E, F>(&self, body: F, sight: Sight) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E>,
        E: From<Error>,
    {
        self.open_for_use()?;
        self.inner.meter.read();
        match &self.inner.link {
            Link::Lite { readers, .. } => readers.read(body, sight).await,
            Link::My(lanes) => lanes.read(body, sight).await,
        }
    }

    /// Like [`Db::read`], but off the runtime and without a time limit: statements and exports.
    pub async fn report<T, E, F>(&self, body: F) -> std::result::Result<T, E>
    where
        F: AsyncFnOnce(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.open_for_use()?;
        let _turn = self.inner.reports.acquire().await.map_err(|_| Error::Closed)?;
        match &self.inner.link {
            Link::Lite { readers, .. } => {
                let readers = Arc::clone(readers);
                let ready = move || futures_util::FutureExt::now_or_never(readers.read(body, Sight::Report));
                match tokio::task::spawn_blocking(ready).await {
                    Ok(Some(result)) => result,
                    Ok(None) => Err(Error::Misuse.into()),
                    Err(e) => match e.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(_) => Err(Error::Closed.into()),
                    },
                }
            }
            Link::My(lanes) => lanes.read(body, Sight::Report).await,
        }
    }

    /// Runs a bounded sweep in one transaction after the other until it finds nothing more; how many rows went.
    pub async fn drain<F>(&self, sweep: F) -> Result<u64>
    where
        F: AsyncFn(&mut Conn) -> Result<u64> + Clone + Send + 'static,
    {
        let mut gone = 0;
        loop {
            match self.tx(sweep.clone()).await? {
                0 => return Ok(gone),
                some => gone += some,
            }
        }
    }

    /// Whether the database answers now; for readiness.
    pub async fn ping(&self) -> Result<()> {
        self.glance(async |c| c.row::<(i64,)>("select 1", ()).await.map(drop))
            .await
    }

    /// Takes no more work, finishes what was taken, and returns when the last COMMIT has been answered.
    pub async fn close(&self) {
        if self.inner.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        match &self.inner.link {
            Link::Lite { writer, readers } => {
                let (told, done) = oneshot::channel();
                if writer.send(Order::Stop(told)).is_ok() {
                    // An error means that the writer is already gone.
                    drop(done.await);
                }
                readers.close();
            }
            Link::My(lanes) => lanes.close().await,
        }
    }

    fn open_for_use(&self) -> Result<()> {
        refuse_nesting()?;
        if self.inner.closed.load(Ordering::Acquire) {
            Err(Error::Closed)
        } else {
            Ok(())
        }
    }

    fn ship(&self, job: Box<dyn Job>) -> Result<()> {
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        match &self.inner.link {
            Link::Lite { writer, .. } => writer.send(Order::Run(job)).map_err(|_| Error::Closed),
            Link::My(lanes) => lanes.ship(job),
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("engine", &self.engine())
            .finish_non_exhaustive()
    }
}
