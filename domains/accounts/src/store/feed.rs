//! Where the readers of the core's feed stand.

use kit::clock::Ms;
use kit::db::{Conn, Result};

/// A reader's row.
#[derive(Clone, Debug)]
pub(crate) struct ReaderRow {
    pub(crate) place: String,
    pub(crate) fence: i64,
    pub(crate) lease_until: Ms,
    pub(crate) began_at: Ms,
}

pub(crate) async fn reader(c: &mut Conn, name: &str) -> Result<Option<ReaderRow>> {
    let found: Option<(String, i64, Ms, Ms)> = c
        .row(
            "select place, fence, lease_until, began_at from accounts_feed where name = ?",
            (name,),
        )
        .await?;
    Ok(found.map(|(place, fence, lease_until, began_at)| ReaderRow {
        place,
        fence,
        lease_until,
        began_at,
    }))
}

pub(crate) async fn begin(c: &mut Conn, name: &str, place: &str, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into accounts_feed (name, place, fence, lease_until, read_at, began_at) values (?, ?, 0, 0, ?, ?)",
        (name, place, now, now),
    )
    .await
}

/// Takes or renews the lease; false when another node was first.
pub(crate) async fn lease(
    c: &mut Conn,
    name: &str,
    (seen, fence): (i64, i64),
    now: Ms,
    until: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update accounts_feed set fence = ?, lease_until = ?, read_at = ? where name = ? and fence = ?",
            (fence, until, now, name, seen),
        )
        .await?;
    Ok(n == 1)
}

/// Moves the reader on, if it still stands where the page began and the lease is the caller's.
pub(crate) async fn move_on(
    c: &mut Conn,
    name: &str,
    fence: i64,
    (from, to): (&str, &str),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update accounts_feed set place = ?, read_at = ? where name = ? and fence = ? and place = ?",
            (to, now, name, fence, from),
        )
        .await?;
    Ok(n == 1)
}
