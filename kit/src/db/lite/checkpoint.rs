//! Carrying the log's pages over into the database file, beside the writer instead of within its COMMITs: whoever
//! waits for a COMMIT must not wait for thousands of pages of others.
//!
//! Under load without a pause the log never is quite carried over, so it can't begin anew and grows. Once it has
//! grown to [`LONG`], the writer itself carries over the little that is left, and it begins anew.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};

use super::Link;
use crate::db::error::{Error, Result};

/// Pages in the log at which they are carried over; fewer and a page is carried more often, more and recovery after
/// a crash takes longer.
const DUE: i32 = 4_000;
/// Pages at which the writer helps: 96 MiB.
const LONG: i32 = 24_000;

/// The thread that carries over; ends with its writer.
pub(super) struct Checkpointer(JoinHandle<()>);

impl Checkpointer {
    /// Takes the place of SQLite's own checkpoints at COMMIT.
    pub(super) fn beside(writer: &mut Link, path: &Path) -> Result<Self> {
        let refused = |e: rusqlite::Error| Error::Unavailable(format!("{}: {e}", path.display()));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(refused)?;
        // The file must be on the disk before the log is written over.
        db.execute_batch("pragma synchronous = full;").map_err(refused)?;
        let (bell, rings) = sync_channel(1);
        writer
            .db
            .wal_hook(Some(move |wal: &mut Wal, pages| {
                look(wal, pages, &bell);
                Ok(())
            }))
            .map_err(refused)?;
        thread::Builder::new()
            .name("db-checkpoint".into())
            .spawn(move || serve(&db, &rings))
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

/// After each COMMIT. The transaction is kept whatever happens here.
fn look(wal: &mut Wal, pages: i32, bell: &SyncSender<()>) {
    if pages >= LONG {
        // Busy when the other thread is at it: then the next COMMIT looks again.
        wal.checkpoint().ok();
    } else if pages >= DUE
        && let Err(TrySendError::Disconnected(())) = bell.try_send(())
    {
        wal.checkpoint().ok();
    }
}

fn serve(db: &Connection, rings: &Receiver<()>) {
    while rings.recv().is_ok() {
        let done = db.query_row("pragma wal_checkpoint(passive)", (), |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "carrying over the database's log failed; the next COMMIT asks again");
        }
    }
}
