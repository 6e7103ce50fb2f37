//! What the database tells about itself. The handles are made when the database is opened, because looking
//! them up by name costs more than the rest of the façade: install the recorder first.

use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use super::{Engine, Error};

#[derive(Clone)]
pub(super) struct Meter {
    engine: &'static str,
    transactions: Counter,
    restarts: Counter,
    reads: Counter,
    batch: Histogram,
    wait: Histogram,
}

impl Meter {
    pub(super) fn new(engine: Engine) -> Meter {
        let engine = engine.name();
        Meter {
            engine,
            transactions: counter!("db_transactions_total", "engine" => engine),
            restarts: counter!("db_restarts_total", "engine" => engine),
            reads: counter!("db_reads_total", "engine" => engine),
            batch: histogram!("db_batch_jobs", "engine" => engine),
            wait: histogram!("db_wait_seconds", "engine" => engine),
        }
    }

    /// A transaction was answered by the engine, kept or refused by its own body.
    pub(super) fn committed(&self) {
        self.transactions.increment(1);
    }

    /// A transaction starts over after a deadlock or a write conflict.
    pub(super) fn restarted(&self) {
        self.restarts.increment(1);
    }

    pub(super) fn read(&self) {
        self.reads.increment(1);
    }

    /// So many transactions share one COMMIT.
    pub(super) fn batch(&self, jobs: usize) {
        self.batch.record(u32::try_from(jobs).unwrap_or(u32::MAX));
    }

    /// So long did a transaction wait for the writer or for a connection.
    pub(super) fn waited(&self, wait: Duration) {
        self.wait.record(wait);
    }

    pub(super) fn failed(&self, error: &Error) {
        counter!("db_errors_total", "engine" => self.engine, "kind" => error.kind()).increment(1);
    }
}
