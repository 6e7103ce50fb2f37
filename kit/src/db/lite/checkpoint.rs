//! Carrying the log's pages over into the database file, beside the writer instead of within its COMMITs: whoever
//! waits for a COMMIT must not wait for thousands of pages of others.
//!
//! A page that many COMMITs change lies in the log many times and is carried over once, so [`DUE`] new pages are waited
//! for. Only a log that is carried over to its very end can begin anew, and under load without a pause there always is
//! a COMMIT more. So once the log has grown [`LONG`] its end is run after, and the writer carries over the little that
//! is left, if it is little; and however much it is when the log has grown [`TOO_LONG`], which is the brake on a writer
//! that is faster than the disk takes pages. A reader that holds its snapshot for long keeps the log from ending; the
//! log grows until it goes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Link;
use crate::db::error::{Error, Result};

/// New pages in the log at which they are carried over; fewer and a page is carried more often, more and recovery after
/// a crash takes longer.
const DUE: i32 = 4_000;
/// Pages at which the log is to begin anew: 96 MiB.
const LONG: i32 = 24_000;
/// As many of a long log's pages the writer carries over itself.
const FEW: i32 = 500;
/// Pages at which the writer helps in any case: 384 MiB.
const TOO_LONG: i32 = 4 * LONG;
/// How often in a row the end of the log is run after.
const RUNS: usize = 4;

/// The thread that carries over; ends with its writer.
pub(super) struct Checkpointer(JoinHandle<()>);

impl Checkpointer {
    /// Takes the place of SQLite's own checkpoints at COMMIT.
    ///
    /// `wrote` is set by each COMMIT that wrote something.
    pub(super) fn beside(writer: &mut Link, path: &Path, wrote: Arc<AtomicBool>) -> Result<Self> {
        let refused = |e: rusqlite::Error| Error::Unavailable(format!("{}: {e}", path.display()));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(refused)?;
        // The file must be on the disk before the log is written over.
        db.execute_batch("pragma synchronous = full;").map_err(refused)?;
        let (ring, rings) = sync_channel(1);
        let bell = Bell {
            ring,
            carried: Arc::default(),
        };
        let carried = Arc::clone(&bell.carried);
        writer
            .db
            .wal_hook(Some(move |wal: &mut Wal, pages| {
                wrote.store(true, Ordering::Relaxed);
                bell.look(wal, pages);
                Ok(())
            }))
            .map_err(refused)?;
        thread::Builder::new()
            .name("db-checkpoint".into())
            .spawn(move || serve(&db, &rings, &carried))
            .map(Self)
            .map_err(|e| Error::Unavailable(e.to_string()))
    }

    /// Waits for what is being carried over.
    pub(super) fn end(self, writer: &mut Link) {
        let unhooked = writer
            .db
            .wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>);
        if unhooked.is_ok() && self.0.join().is_err() {
            tracing::error!("carrying over the database's log ended in a panic");
        }
    }
}

/// What the writer has of the other thread.
struct Bell {
    ring: SyncSender<()>,
    /// Pages of the log that it had carried over when it last was done.
    carried: Arc<AtomicI32>,
}

impl Bell {
    /// After each COMMIT. The transaction is kept whatever happens here.
    fn look(&self, wal: &mut Wal, pages: i32) {
        let carried = self.carried.load(Ordering::Relaxed);
        // A log that is shorter than what was carried over has begun anew since.
        let left = if carried > pages { pages } else { pages - carried };
        if left < DUE && pages < LONG {
            return;
        }
        let alone = matches!(self.ring.try_send(()), Err(TrySendError::Disconnected(())));
        let few = pages >= LONG && left < FEW;
        // Busy while the other thread is at it: then the next COMMIT looks again.
        if (alone || few || pages >= TOO_LONG)
            && let Err(error) = wal.checkpoint()
            && error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy)
        {
            failed(&error);
        }
    }
}

fn serve(db: &Connection, rings: &Receiver<()>, carried: &AtomicI32) {
    while rings.recv().is_ok() {
        for _ in 0..RUNS {
            match run(db) {
                Ok((pages, done)) => {
                    carried.store(done, Ordering::Relaxed);
                    if done >= pages || pages < LONG {
                        break;
                    }
                }
                Err(error) => {
                    failed(&error);
                    break;
                }
            }
        }
    }
}

/// Pages in the log, and how many of them are carried over.
fn run(db: &Connection) -> rusqlite::Result<(i32, i32)> {
    db.query_row("pragma wal_checkpoint(passive)", (), |row| {
        Ok((row.get(1)?, row.get(2)?))
    })
}

fn failed(error: &rusqlite::Error) {
    tracing::warn!(%error, "carrying over the database's log failed; the next COMMIT tries again");
}
