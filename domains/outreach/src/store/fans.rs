//! Fans and their windows.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::fan::Fan;
use crate::model::quota::Window;

pub(crate) async fn insert(c: &mut Conn, fan: &Fan, follows: i64) -> Result<bool> {
    c.insert_new(
        "insert into outreach_fan (openid, following, follows, scene, followed_at, unfollowed_at, last_message_at)
         values (?, ?, ?, ?, ?, ?, ?)",
        (
            &*fan.openid,
            i64::from(fan.following),
            follows,
            &*fan.scene,
            fan.followed_at,
            fan.unfollowed_at,
            fan.last_message_at,
        ),
    )
    .await
}

pub(crate) async fn fan(c: &mut Conn, openid: &str) -> Result<Option<Fan>> {
    let found: Option<(String, i64, String, i64, i64, i64)> = c
        .row(
            "select openid, following, scene, followed_at, unfollowed_at, last_message_at
             from outreach_fan where openid = ?",
            (openid,),
        )
        .await?;
    Ok(found.map(
        |(openid, following, scene, followed_at, unfollowed_at, last_message_at)| Fan {
            openid,
            following: following == 1,
            scene,
            followed_at,
            unfollowed_at,
            last_message_at,
        },
    ))
}

/// The first follow of a fan whom we knew only as not following; false when it is not the first.
pub(crate) async fn followed_first(c: &mut Conn, openid: &str, scene: &str, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update outreach_fan set following = 1, follows = 1, scene = ?, followed_at = ?
             where openid = ? and follows = 0",
            (scene, now, openid),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn followed_again(c: &mut Conn, openid: &str, scene: &str, now: Ms) -> Result<u64> {
    c.exec(
        "update outreach_fan set following = 1, follows = follows + 1, scene = ?, followed_at = ? where openid = ?",
        (scene, now, openid),
    )
    .await
}

/// Nothing is changed for a fan who has followed since `seen`.
pub(crate) async fn unfollowed(c: &mut Conn, openid: &str, seen: Ms, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update outreach_fan set following = 0, unfollowed_at = ?
             where openid = ? and following = 1 and followed_at <= ?",
            (now, openid, seen),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn wrote(c: &mut Conn, openid: &str, now: Ms) -> Result<u64> {
    c.exec(
        "update outreach_fan set last_message_at = ? where openid = ?",
        (now, openid),
    )
    .await
}

/// Who acts in the chat follows; an act that is older than the unfollow may be heard of shortly after it.
pub(crate) async fn follows_after_all(
    c: &mut Conn,
    openid: &str,
    unfollowed_before: Ms,
    now: Ms,
) -> Result<u64> {
    c.exec(
        "update outreach_fan set following = 1, followed_at = ?
         where openid = ? and following = 0 and unfollowed_at < ?",
        (now, openid, unfollowed_before),
    )
    .await
}

pub(crate) async fn insert_window(c: &mut Conn, openid: &str, w: Window, until: Ms) -> Result<bool> {
    c.insert_new(
        "insert into outreach_window (openid, kind, expires_at, left_count) values (?, ?, ?, ?)",
        (openid, w.name(), until, w.allows()),
    )
    .await
}

pub(crate) async fn reopen_window(c: &mut Conn, openid: &str, w: Window, until: Ms) -> Result<u64> {
    c.exec(
        "update outreach_window set expires_at = ?, left_count = ? where openid = ? and kind = ?",
        (until, w.allows(), openid, w.name()),
    )
    .await
}

/// Takes one message from a window; false when it is closed or used up. Two nodes can't take the last one both.
pub(crate) async fn draw(c: &mut Conn, openid: &str, w: Window, now: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update outreach_window set left_count = left_count - 1
             where openid = ? and kind = ? and expires_at > ? and left_count > 0",
            (openid, w.name(), now),
        )
        .await?;
    Ok(n == 1)
}

/// Closes every window of a user.
pub(crate) async fn close_windows(c: &mut Conn, openid: &str) -> Result<u64> {
    c.exec(
        "update outreach_window set left_count = 0 where openid = ?",
        (openid,),
    )
    .await
}

pub(crate) async fn outdated_windows(c: &mut Conn, before: Ms) -> Result<Vec<(String, String)>> {
    c.rows(
        "select openid, kind from outreach_window where expires_at < ? order by expires_at limit 200",
        (before,),
    )
    .await
}

pub(crate) async fn remove_window(c: &mut Conn, openid: &str, kind: &str, before: Ms) -> Result<u64> {
    c.exec(
        "delete from outreach_window where openid = ? and kind = ? and expires_at < ?",
        (openid, kind, before),
    )
    .await
}
