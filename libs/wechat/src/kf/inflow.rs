//! Pulling after a doorbell. Several doorbells ring for one message, on several nodes; a page may be empty although
//! there are more; the process may die between pull and storing. So: one pull at a time for each account in this
//! process, the cursor moves only together with the messages it stands for, and only from where the pull began.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};

use super::message::KfMessage;
use super::{Kf, MAX_PULL};
use crate::client::CallError;

/// The host's store failed.
#[derive(Debug, thiserror::Error)]
#[error("the ledger failed: {0}")]
pub struct LedgerError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why pulling stopped. What was kept before stays kept; the next doorbell or a sweeper goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum InflowError {
    /// WeCom.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The store.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// WeCom says that there are more messages and gives neither any nor a new cursor.
    #[error("the cursor does not move")]
    Stuck,
}

/// Where messages and cursors are kept.
pub trait Ledger: Send + Sync + 'static {
    /// Where the next pull of this account starts; nothing for the first.
    fn cursor<'a>(&'a self, open_kf_id: &'a str) -> BoxFuture<'a, Result<Option<String>, LedgerError>>;

    /// Stores the messages and moves the cursor from `before` to `after`, in **one** transaction. False, and nothing
    /// stored, when the cursor is not at `before` any more: another node was quicker.
    fn keep<'a>(
        &'a self,
        open_kf_id: &'a str,
        moved: Moved<'a>,
        messages: &'a [KfMessage],
    ) -> BoxFuture<'a, Result<bool, LedgerError>>;
}

/// From where to where a cursor moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved<'a> {
    /// Where the pull began.
    pub before: Option<&'a str>,
    /// Where the next one begins.
    pub after: &'a str,
}

/// What ringing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// Pulled until there was no more; so many messages were kept.
    Pulled(usize),
    /// Somebody else is waiting to pull this account and will see what this doorbell rang for.
    Joined,
}

/// Pulls accounts into a ledger. Cheap to clone.
#[derive(Clone)]
pub struct Inflow(Arc<Parts>);

struct Parts {
    kf: Kf,
    ledger: Arc<dyn Ledger>,
    doors: Mutex<HashMap<String, Arc<Door>>>,
}

#[derive(Default)]
struct Door {
    /// Held while an account is being pulled.
    pulling: tokio::sync::Mutex<()>,
    /// Somebody waits for it.
    waiting: AtomicBool,
}

impl Inflow {
    /// Pulls with this client into this ledger.
    pub fn new(kf: Kf, ledger: Arc<dyn Ledger>) -> Self {
        let doors = Mutex::default();
        Self(Arc::new(Parts { kf, ledger, doors }))
    }

    /// A doorbell rang, with its token (ten minutes); or, without one, a sweeper comes by, which WeCom limits strictly.
    /// Returns when everything that was there has been kept.
    pub async fn ring(&self, open_kf_id: &str, token: Option<&str>) -> Result<Rung, InflowError> {
        let door = self.door(open_kf_id);
        if door.waiting.swap(true, Ordering::SeqCst) {
            return Ok(Rung::Joined);
        }
        let _one = door.pulling.lock().await;
        // From here on a new doorbell may ring for something that this pull does not see.
        door.waiting.store(false, Ordering::SeqCst);
        self.drain(open_kf_id, token).await.map(Rung::Pulled)
    }

    async fn drain(&self, account: &str, token: Option<&str>) -> Result<usize, InflowError> {
        let mut kept = 0;
        loop {
            let before = self.0.ledger.cursor(account).await?;
            let page = self
                .0
                .kf
                .pull(account, before.as_deref(), token, MAX_PULL)
                .await?;
            let moved = page
                .next_cursor
                .as_deref()
                .filter(|next| Some(*next) != before.as_deref());
            match moved {
                Some(after) => {
                    let moved = Moved {
                        before: before.as_deref(),
                        after,
                    };
                    if self.0.ledger.keep(account, moved, &page.messages).await? {
                        kept += page.messages.len();
                    } else {
                        tracing::debug!(account, "another node was quicker; going on from its cursor");
                        continue;
                    }
                }
                None if page.has_more || !page.messages.is_empty() => return Err(InflowError::Stuck),
                None => {}
            }
            if !page.has_more {
                return Ok(kept);
            }
        }
    }

    fn door(&self, account: &str) -> Arc<Door> {
        let mut doors = lock(&self.0.doors);
        Arc::clone(doors.entry(account.to_owned()).or_default())
    }
}

/// A ledger in memory: for one process, lost at its end.
#[derive(Debug, Default)]
pub struct MemoryLedger(Mutex<HashMap<String, (Option<String>, Vec<KfMessage>)>>);

impl MemoryLedger {
    /// Everything kept for an account, in order.
    pub fn messages(&self, open_kf_id: &str) -> Vec<KfMessage> {
        lock(&self.0)
            .get(open_kf_id)
            .map(|(_, kept)| kept.clone())
            .unwrap_or_default()
    }
}

impl Ledger for MemoryLedger {
    fn cursor<'a>(&'a self, open_kf_id: &'a str) -> BoxFuture<'a, Result<Option<String>, LedgerError>> {
        let cursor = lock(&self.0)
            .get(open_kf_id)
            .and_then(|(cursor, _)| cursor.clone());
        ready(Ok(cursor)).boxed()
    }

    fn keep<'a>(
        &'a self,
        open_kf_id: &'a str,
        moved: Moved<'a>,
        messages: &'a [KfMessage],
    ) -> BoxFuture<'a, Result<bool, LedgerError>> {
        let mut accounts = lock(&self.0);
        let (cursor, kept) = accounts.entry(open_kf_id.to_owned()).or_default();
        let mine = cursor.as_deref() == moved.before;
        if mine {
            *cursor = Some(moved.after.to_owned());
            for message in messages {
                if !kept.iter().any(|known| known.id == message.id) {
                    kept.push(message.clone());
                }
            }
        }
        ready(Ok(mine)).boxed()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is a few assignments that cannot fail between them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
