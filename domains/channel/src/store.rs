//! Every SQL statement of the channel: the inbox.

use kit::clock::Ms;
use kit::db::{Conn, Result};
use kit::reseal::SealedColumn;
use kit::sealed;

/// Every sealed column of this domain, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("channel_inbox", "push", "k"),
    sealed!("channel_inbox", "reply", "k"),
];

/// A push's row.
pub(crate) struct Row {
    pub(crate) state: String,
    pub(crate) fence: i64,
    pub(crate) lease_until: Ms,
    pub(crate) reply: String,
}

pub(crate) async fn begin(c: &mut Conn, key: &str, push: &str, lease_until: Ms, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into channel_inbox (k, state, fence, lease_until, push, reply, created_at, done_at)
         values (?, 'processing', 1, ?, ?, '', ?, 0)",
        (key, lease_until, push, now),
    )
    .await
}

pub(crate) async fn look(c: &mut Conn, key: &str) -> Result<Option<Row>> {
    let found: Option<(String, i64, i64, String)> = c
        .row(
            "select state, fence, lease_until, reply from channel_inbox where k = ?",
            (key,),
        )
        .await?;
    Ok(found.map(|(state, fence, lease_until, reply)| Row {
        state,
        fence,
        lease_until,
        reply,
    }))
}

/// Takes over a push whose owner has been silent for too long.
pub(crate) async fn take_over(c: &mut Conn, key: &str, fence: i64, lease_until: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update channel_inbox set fence = fence + 1, lease_until = ?
             where k = ? and fence = ? and state in ('processing', 'late')",
            (lease_until, key, fence),
        )
        .await?;
    Ok(n == 1)
}

/// Stores the reply for every delivery, if the owner is still the owner and in time.
pub(crate) async fn answer(c: &mut Conn, key: &str, fence: i64, reply: &str, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update channel_inbox set state = 'done', reply = ?, push = '', done_at = ?
             where k = ? and fence = ? and state = 'processing'",
            (reply, now, key, fence),
        )
        .await?;
    Ok(n == 1)
}

/// Ends a push whose reply goes by the late channel.
pub(crate) async fn answered_late(c: &mut Conn, key: &str, fence: i64, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update channel_inbox set state = 'done', push = '', done_at = ? where k = ? and fence = ? and state = 'late'",
            (now, key, fence),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn hand_over(c: &mut Conn, key: &str, fence: i64, lease_until: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update channel_inbox set state = 'late', lease_until = ? where k = ? and fence = ? and state = 'processing'",
            (lease_until, key, fence),
        )
        .await?;
    Ok(n == 1)
}

/// Pushes whose owner died, with what was pushed.
pub(crate) async fn orphans(
    c: &mut Conn,
    state: &str,
    before: Ms,
    limit: i64,
) -> Result<Vec<(String, i64, String)>> {
    c.rows(
        "select k, fence, push from channel_inbox where state = ? and lease_until < ? order by lease_until limit ?",
        (state, before, limit),
    )
    .await
}

pub(crate) async fn count_since(c: &mut Conn, since: Ms) -> Result<i64> {
    let found: Option<(i64,)> = c
        .row(
            "select count(*) from channel_inbox where created_at >= ?",
            (since,),
        )
        .await?;
    Ok(found.map_or(0, |(n,)| n))
}

/// Empties replies that no delivery can ask for any more; looks at one hour's rows only.
pub(crate) async fn forget_replies(c: &mut Conn, from: Ms, before: Ms) -> Result<u64> {
    c.exec(
        "update channel_inbox set reply = '' where created_at >= ? and created_at < ? and state = 'done' and reply <> ''",
        (from, before),
    )
    .await
}

/// Ends pushes that nobody could answer for an hour.
pub(crate) async fn give_up(c: &mut Conn, before: Ms) -> Result<u64> {
    c.exec(
        "update channel_inbox set state = 'done', push = '' where state in ('processing', 'late') and created_at < ?",
        (before,),
    )
    .await
}

/// Some rows that are older than the statistics need.
pub(crate) async fn outdated(c: &mut Conn, before: Ms, limit: i64) -> Result<Vec<(String,)>> {
    c.rows(
        "select k from channel_inbox where created_at < ? and state = 'done' order by created_at limit ?",
        (before, limit),
    )
    .await
}

pub(crate) async fn remove(c: &mut Conn, key: &str) -> Result<u64> {
    c.exec("delete from channel_inbox where k = ?", (key,)).await
}

/// What was pushed, as long as it waits for its late answer.
pub(crate) async fn pushed(c: &mut Conn, key: &str, fence: i64) -> Result<Option<String>> {
    let found: Option<(String,)> = c
        .row(
            "select push from channel_inbox where k = ? and fence = ? and state = 'late'",
            (key, fence),
        )
        .await?;
    Ok(found.map(|(push,)| push))
}
