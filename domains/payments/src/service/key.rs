//! The key that a caller makes before the first send: the same key and content make one thing, however often they come.

use std::fmt::Display;
use std::str::FromStr;

use kit::clock::Ms;
use kit::db::Conn;
use kit::idem::{self, Claim};

use super::Payments;
use crate::error::Error;

/// The caller's key for one command.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) scope: String,
    pub(crate) key: String,
    pub(crate) hash: String,
}

impl Key {
    /// Takes the key for `id`, in the transaction that makes it; gives what was made under it before, if anything was.
    pub(super) async fn claim<Id: Display + FromStr>(
        &self,
        c: &mut Conn,
        id: &Id,
        now: Ms,
    ) -> Result<Option<Id>, Error> {
        let whole = (&*self.scope, &*self.key, &*self.hash);
        made(idem::claim_with(c, whole, &id.to_string(), now).await?)
    }
}

impl Payments {
    /// What was made under this key before, if anything was.
    pub(super) async fn made_before<Id: FromStr>(&self, key: &Key) -> Result<Option<Id>, Error> {
        let (key, now) = (key.clone(), self.cx.clock.now());
        let known = self
            .cx
            .db
            .glance(async move |c| idem::look(c, &key.scope, &key.key, &key.hash, now).await);
        made(known.await?)
    }
}

fn made<Id: FromStr>(claim: Claim) -> Result<Option<Id>, Error> {
    match claim {
        Claim::New => Ok(None),
        Claim::Done(id) => id.parse().map(Some).map_err(|_| Error::NotFound),
        Claim::Different => Err(Error::KeyReused),
        Claim::Running { .. } | Claim::Stalled => Err(Error::InProgress { retry_after: 1 }),
    }
}
