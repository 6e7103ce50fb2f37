//! Walks the invariants over everything that is stored, in chunks, and names what is broken.
//!
//! Run it inside one read transaction with a snapshot, or while nothing posts.

mod accounts;
mod holds;
mod transfers;

use std::fmt;

use crate::sql::{Error, Sql};

const CHUNK: i64 = 256;

/// One broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `I1` … `I12`.
    pub invariant: &'static str,
    /// The account, transfer, hold or currency that breaks it.
    pub subject: String,
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.invariant, self.subject, self.what)
    }
}

/// What was walked and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub accounts: u64,
    pub transfers: u64,
    pub entries: u64,
    /// Entries older than the hash chain.
    pub unchained: u64,
    pub open_holds: u64,
    /// Names the state of the whole books: equal for equal books. Written down outside, it shows whether they were
    /// rewritten as a whole.
    pub digest: String,
    pub broken: Vec<Broken>,
}

impl Report {
    pub fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    fn note(&mut self, invariant: &'static str, subject: &str, what: impl Into<String>) {
        self.broken.push(Broken {
            invariant,
            subject: subject.to_owned(),
            what: what.into(),
        });
    }
}

/// Walks every account, every transfer, every hold and every reversal.
pub async fn verify(s: &mut dyn Sql) -> Result<Report, Error> {
    let mut report = Report::default();
    accounts::walk(s, &mut report).await?;
    transfers::walk(s, &mut report).await?;
    holds::walk(s, &mut report).await?;
    Ok(report)
}
