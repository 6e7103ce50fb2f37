//! The fsync of the log. A COMMIT is answered when it is on the disk; while the disk works, the writer runs the next
//! jobs, so that cores and disk are busy at the same time. ADR 0026.
//!
//! SQLite itself writes the log without an fsync (`synchronous = normal`), and this file fsyncs it: what SQLite would do
//! inside a COMMIT (`full`) and make everybody wait for. One batch at most is on its way to the disk: the next is run
//! meanwhile and committed only when that one has arrived. So nobody is answered by what could still be lost, and
//! batches grow while the disk is slow.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use super::inbox::Order;
use crate::db::error::{Error, Result};
use crate::db::job::Job;
use crate::db::meter::Meter;

/// The file beside the database to which SQLite appends.
struct Log {
    path: PathBuf,
    file: Option<File>,
}

impl Log {
    fn beside(database: &Path) -> Log {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log {
            path: path.into(),
            file: None,
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.sync_data(),
            none => none.insert(File::open(&self.path)?).sync_data(),
        }
    }
}

/// Jobs whose COMMIT is written and not yet on the disk.
struct Batch {
    jobs: Vec<Box<dyn Job>>,
    /// Who is told that it has arrived, or that it has not.
    told: Arc<Sender<Order>>,
}

/// Makes COMMITs durable and answers their jobs: in the writer's thread, or in one beside it.
pub(super) struct Syncer {
    log: Log,
    meter: Meter,
    beside: Sender<Batch>,
    thread: JoinHandle<()>,
}

impl Syncer {
    pub(super) fn start(database: &Path, meter: Meter) -> Result<Syncer> {
        let (beside, batches) = channel();
        let (log, answering) = (Log::beside(database), meter.clone());
        let thread = thread::Builder::new()
            .name("db-sync".into())
            .spawn(move || serve(&batches, log, &answering))
            .map_err(|e| Error::Unavailable(e.to_string()))?;
        Ok(Syncer {
            log: Log::beside(database),
            meter,
            beside,
            thread,
        })
    }

    /// Here and now, for a caller alone; false when the disk refused.
    pub(super) fn now(&mut self, jobs: Vec<Box<dyn Job>>) -> bool {
        answer(jobs, self.log.sync(), &self.meter)
    }

    /// In the other thread, which tells `told` when it is done.
    pub(super) fn beside(&self, jobs: Vec<Box<dyn Job>>, told: Arc<Sender<Order>>) {
        if let Err(lost) = self.beside.send(Batch { jobs, told }) {
            let gone = Err(io::Error::other("the thread that fsyncs the log has gone"));
            answer(lost.0.jobs, gone, &self.meter);
            lost.0.told.send(Order::Synced(false)).ok();
        }
    }

    /// After the last batch has arrived.
    pub(super) fn end(self) {
        drop(self.beside);
        if self.thread.join().is_err() {
            tracing::error!("the fsync of the database's log ended in a panic");
        }
    }
}

fn serve(batches: &Receiver<Batch>, mut log: Log, meter: &Meter) {
    while let Ok(batch) = batches.recv() {
        let arrived = answer(batch.jobs, log.sync(), meter);
        // A writer that has gone needs no word.
        batch.told.send(Order::Synced(arrived)).ok();
    }
}

/// After a failed fsync nobody can say what a crash would find in the log.
fn answer(jobs: Vec<Box<dyn Job>>, synced: io::Result<()>, meter: &Meter) -> bool {
    let arrived = synced.is_ok();
    if let Err(error) = synced {
        tracing::error!(%error, jobs = jobs.len(), "the database's log could not be fsynced");
    }
    for mut job in jobs {
        if arrived {
            meter.committed();
        } else {
            meter.failed(&Error::CommitUnknown);
            job.fail(Error::CommitUnknown);
        }
        job.settle();
    }
    arrived
}

#[cfg(test)]
#[path = "sync_tests.rs"]
mod tests;
