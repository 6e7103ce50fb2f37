//! Reading the core's feed of changes: each reader has a place in SQL that moves with what was made of the page, in one
//! transaction, so that a page is never done twice and never left out, whichever node dies when.

use std::convert::Infallible;
use std::time::Duration;

use corebank::{Answer, Change, FEED_END};
use identity::CustomerId;
use kit::{
    clock::{Ms, SECOND},
    db::Conn,
};

use super::Accounts;
use crate::{
    error::Error,
    model::account::OwnAccount,
    store::feed::{self, ReaderRow},
};

/// Entries in one page.
const PAGE: u32 = 200;
/// How long a silent reader keeps others out. Short: a posting is told within seconds of it.
const LEASE: Ms = 4 * SECOND;
/// How often a long reading says that it is still at it.
const RENEWAL: Duration = Duration::from_secs(1);

/// What a node remembers of its own lease.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeedLease {
    fence: i64,
    until: Ms,
}

/// The lease under which a turn was read.
#[derive(Clone, Copy, Debug)]
pub struct KeptLease {
    name: &'static str,
    fence: i64,
}

/// Pages of the feed that are this reader's to do.
pub struct FeedTurn {
    name: &'static str,
    fence: i64,
    from: String,
    /// The cursor behind the last change.
    next: String,
    pub changes: Vec<Change>,
    /// When this reader began; what is older is history.
    pub began_at: Ms,
}

impl FeedTurn {
    pub fn kept(&self) -> KeptLease {
        KeptLease {
            name: self.name,
            fence: self.fence,
        }
    }
}

impl Accounts {
    /// The next page for this reader; none when nothing happened, when another node reads, or when the core is silent.
    pub async fn feed_turn(
        &self,
        name: &'static str,
        lease: &mut FeedLease,
    ) -> Result<Option<FeedTurn>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| feed::reader(c, name).await)
            .await?;
        let Some(row) = row else {
            self.begin_feed(name).await?;
            return Ok(None);
        };
        if !self.leased(name, &row, lease).await? {
            return Ok(None);
        }
        let Answer::Done(page) = self.core.changes(Some(&row.place), PAGE).await else {
            return Ok(None);
        };
        Ok((!page.items.is_empty()).then_some(FeedTurn {
            name,
            fence: lease.fence,
            from: row.place,
            next: page.next,
            changes: page.items,
            began_at: row.began_at,
        }))
    }

    /// Does what takes longer than a lease: nobody else reads meanwhile. A lease that was lost all the same is found out by
    /// [`Self::feed_done`].
    pub async fn keeping<T>(&self, lease: KeptLease, work: impl Future<Output = T>) -> T {
        tokio::select! {
            done = work => done,
            never = self.renews(lease) => match never {},
        }
    }

    async fn renews(&self, KeptLease { name, fence }: KeptLease) -> Infallible {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let now = self.cx.clock.now();
            let renewed = self
                .cx
                .db
                .tx(async move |c| feed::lease(c, name, (fence, fence), now, now + LEASE).await)
                .await;
            match renewed {
                Ok(true) => {}
                Ok(false) => tracing::warn!(reader = name, "a reader of the feed was overtaken"),
                Err(error) => tracing::warn!(reader = name, cause = %error, "a lease could not be renewed"),
            }
        }
    }

    /// Reads on in the same turn; false at the end of the feed.
    pub async fn feed_more(&self, turn: &mut FeedTurn) -> Result<bool, Error> {
        let Answer::Done(page) = self.core.changes(Some(&turn.next), PAGE).await else {
            return Err(Error::CoreUnavailable);
        };
        turn.next = page.next;
        let more = !page.items.is_empty();
        turn.changes.extend(page.items);
        Ok(more)
    }

    /// Moves the reader behind what was read, in the transaction that does it. False: another node was faster, and
    /// the caller must undo what it did.
    pub async fn feed_done(&self, c: &mut Conn, turn: &FeedTurn) -> Result<bool, Error> {
        let place = (turn.from.as_str(), turn.next.as_str());
        Ok(feed::move_on(c, turn.name, turn.fence, place, self.cx.clock.now()).await?)
    }

    /// Whose account this is, if it is a customer's of the channel.
    pub async fn holder(&self, account_no: &str) -> Result<Option<(CustomerId, OwnAccount)>, Error> {
        let idx = self.number_idx(account_no);
        let row = self
            .cx
            .db
            .glance(async move |c| crate::store::by_number(c, &idx).await)
            .await?;
        row.map(|row| Ok((row.customer, self.open(&row)?))).transpose()
    }

    /// A new reader begins at the end of the feed: nobody is told of last year.
    async fn begin_feed(&self, name: &'static str) -> Result<(), Error> {
        let Answer::Done(page) = self.core.changes(Some(FEED_END), 1).await else {
            return Ok(());
        };
        let now = self.cx.clock.now();
        self.cx
            .db
            .tx(async move |c| feed::begin(c, name, &page.next, now).await)
            .await?;
        Ok(())
    }

    /// Whether this node may read now; takes a lease that has run out, renews its own in time.
    async fn leased(
        &self,
        name: &'static str,
        row: &ReaderRow,
        lease: &mut FeedLease,
    ) -> Result<bool, Error> {
        let now = self.cx.clock.now();
        let ours = lease.fence == row.fence && lease.until > 0;
        if ours && now + LEASE / 2 < row.lease_until {
            return Ok(true);
        }
        if !ours && now < row.lease_until {
            return Ok(false);
        }
        let (seen, fence, until) = (row.fence, row.fence + 1, now + LEASE);
        let won = self
            .cx
            .db
            .tx(async move |c| feed::lease(c, name, (seen, fence), now, until).await)
            .await?;
        *lease = if won {
            FeedLease { fence, until }
        } else {
            FeedLease::default()
        };
        Ok(won)
    }
}
