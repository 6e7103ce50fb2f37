//! Counters per window that guard identity.

use kit::clock::Ms;
use kit::db::{Conn, Result};

/// Takes one from a window's allowance; false when it is used up.
pub(crate) async fn take(
    c: &mut Conn,
    bucket: &str,
    key: &str,
    (max, window): (i64, Ms),
    now: Ms,
) -> Result<bool> {
    if begin(c, bucket, key, now).await? {
        return Ok(true);
    }
    if restart(c, bucket, key, now, window).await? {
        return Ok(true);
    }
    count(c, bucket, key, max).await
}

async fn begin(c: &mut Conn, bucket: &str, key: &str, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into identity_throttle (bucket, k, window_start, used) values (?, ?, ?, 1)",
        (bucket, key, now),
    )
    .await
}

async fn restart(c: &mut Conn, bucket: &str, key: &str, now: Ms, window: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update identity_throttle set window_start = ?, used = 1 where bucket = ? and k = ? and window_start <= ?",
            (now, bucket, key, now - window),
        )
        .await?;
    Ok(n == 1)
}

async fn count(c: &mut Conn, bucket: &str, key: &str, max: i64) -> Result<bool> {
    let n = c
        .exec(
            "update identity_throttle set used = used + 1 where bucket = ? and k = ? and used < ?",
            (bucket, key, max),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn outdated(c: &mut Conn, before: Ms) -> Result<Vec<(String, String)>> {
    c.rows(
        "select bucket, k from identity_throttle where window_start < ? order by window_start limit 200",
        (before,),
    )
    .await
}

pub(crate) async fn remove(c: &mut Conn, bucket: &str, key: &str, before: Ms) -> Result<u64> {
    c.exec(
        "delete from identity_throttle where bucket = ? and k = ? and window_start < ?",
        (bucket, key, before),
    )
    .await
}
