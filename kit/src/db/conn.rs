//! The connection that a store function is given: the same five verbs on both engines.
//!
//! `Conn` owns its driver connection instead of borrowing it. A rusqlite connection is `Send` but not `Sync`,
//! so only the owning form makes `&mut Conn`, and with it every store future, `Send`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::args::{Args, Cols, FromRow, Val};
use super::error::{Error, Fate, Fault, Result};
use super::job::Busy;
use super::{Engine, lite, my};

/// A connection inside one transaction or one read.
pub struct Conn {
    link: Link,
    fate: Fate,
    pulse: Arc<AtomicBool>,
    left: Left,
}

/// How many statements it may still run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Any,
    One,
    None,
}

pub(super) enum Link {
    Lite(lite::Link),
    My(my::Link),
}

impl Conn {
    /// Runs a statement that changes rows; the number of rows it matched, also of those that already had the
    /// new values.
    pub async fn exec(&mut self, sql: &'static str, args: impl Args) -> Result<u64> {
        self.exec_vals(sql, args.vals().as_ref()).await
    }

    /// Inserts a row unless its key exists: false then, and the transaction stays usable.
    pub async fn insert_new(&mut self, sql: &'static str, args: impl Args) -> Result<bool> {
        match self.exec(sql, args).await {
            Ok(_) => Ok(true),
            Err(Error::Duplicate(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The first row, if there is one.
    pub async fn row<T: FromRow>(&mut self, sql: &'static str, args: impl Args) -> Result<Option<T>> {
        let mut found = None;
        let mut first = |cols: &Cols<'_>| {
            if found.is_none() {
                found = Some(T::from_row(cols)?);
            }
            Ok(())
        };
        self.each(sql, args.vals().as_ref(), &mut first).await?;
        Ok(found)
    }

    /// All rows, in memory: put a `limit` into the statement.
    pub async fn rows<T: FromRow>(&mut self, sql: &'static str, args: impl Args) -> Result<Vec<T>> {
        let mut found = Vec::new();
        let mut take = |cols: &Cols<'_>| {
            found.push(T::from_row(cols)?);
            Ok(())
        };
        self.each(sql, args.vals().as_ref(), &mut take).await?;
        Ok(found)
    }

    /// Removes what is long over, a few rows at a time, so that a sweep holds few locks for a short while.
    /// `find` selects the text keys of rows older than its one value, oldest first, with a `limit`;
    /// `remove` deletes one row by its key. Returns how many went; see [`super::Db::drain`].
    pub async fn sweep(&mut self, find: &'static str, remove: &'static str, before: i64) -> Result<u64> {
        let mut gone = 0;
        for (key,) in self.rows::<(String,)>(find, (before,)).await? {
            gone += self.exec(remove, (key.as_str(),)).await?;
        }
        Ok(gone)
    }

    /// [`Conn::exec`] with a list of values instead of a tuple.
    pub async fn exec_vals(&mut self, sql: &'static str, vals: &[Val<'_>]) -> Result<u64> {
        self.sound()?;
        let done = match &mut self.link {
            Link::Lite(link) => link.exec(sql, vals),
            Link::My(link) => {
                let _busy = Busy::mark(&self.pulse);
                link.exec(sql, vals).await
            }
        };
        done.map_err(|fault| self.note(fault, sql))
    }

    /// Hands each row to `take` as it comes, without keeping the result in memory.
    pub async fn each(
        &mut self,
        sql: &'static str,
        vals: &[Val<'_>],
        take: &mut (dyn FnMut(&Cols<'_>) -> Result<()> + Send),
    ) -> Result<()> {
        self.sound()?;
        let done = match &mut self.link {
            Link::Lite(link) => link.each(sql, vals, take),
            Link::My(link) => {
                let _busy = Busy::mark(&self.pulse);
                link.each(sql, vals, take).await
            }
        };
        done.map_err(|fault| self.note(fault, sql))
    }

    /// Which engine this is; for the rare statement that cannot be written once.
    pub fn engine(&self) -> Engine {
        match self.link {
            Link::Lite(_) => Engine::Sqlite,
            Link::My(_) => Engine::MySql,
        }
    }

    pub(super) fn new(link: Link) -> Conn {
        Conn {
            link,
            fate: Fate::Fine,
            pulse: Arc::new(AtomicBool::new(false)),
            left: Left::Any,
        }
    }

    /// For a single statement.
    pub(super) fn glancing(mut self) -> Conn {
        self.left = Left::One;
        self
    }

    /// For as many statements as wanted, as it was at first.
    pub(super) fn whole(mut self) -> Conn {
        self.left = Left::Any;
        self
    }

    pub(super) fn pulse(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.pulse)
    }

    /// What became of the transaction, and a clean slate for the next one.
    pub(super) fn take_fate(&mut self) -> Fate {
        std::mem::replace(&mut self.fate, Fate::Fine)
    }

    pub(super) fn into_link(self) -> Link {
        self.link
    }

    pub(super) fn lite(&mut self) -> Option<&mut lite::Link> {
        match &mut self.link {
            Link::Lite(link) => Some(link),
            Link::My(_) => None,
        }
    }

    /// After the engine has given the transaction up, a further statement would run outside of it and be
    /// committed on its own. So every later call fails.
    fn sound(&mut self) -> Result<()> {
        match &self.fate {
            Fate::Fine => match self.left {
                Left::Any => Ok(()),
                Left::One => {
                    self.left = Left::None;
                    Ok(())
                }
                Left::None => Err(Error::Misuse),
            },
            Fate::Again => Err(Error::Conflict),
            Fate::Dead(error) => Err(error.clone()),
        }
    }

    fn note(&mut self, fault: Fault, sql: &'static str) -> Error {
        if fault.fate != Fate::Fine {
            self.fate = fault.fate;
        }
        match fault.error {
            Error::Statement { detail, .. } => Error::Statement { sql, detail },
            Error::Row(why) => Error::Row(format!("{why} in [{sql}]")),
            other => other,
        }
    }
}
