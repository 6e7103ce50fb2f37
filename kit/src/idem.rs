//! Commands that may arrive twice: the caller's key, the hash of what it asked, and our answer.
//!
//! The key row lives in the same transaction as the business rows. Same key and content: the same
//! answer; same key with other content: refused; still running: come back later. An answer saved
//! here holds ids, codes and masked text only.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::clock::Ms;
use crate::db::{Conn, Result};

/// What became of the claim to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The caller is the first; it goes on and calls [`finish`] when the answer is known.
    New,
    /// Done before: this is the answer that was given.
    Done(String),
    /// Another request with this key is at work.
    Running { retry_after_s: u32 },
    /// A request with this key began, and its process is gone; look at the resource itself.
    Stalled,
    /// The key was used for something else.
    Different,
}

/// Claims a key. `scope` names the command and its owner (`"transfer:CUSTOMER"`), so that no two
/// customers can meet; `lease_ms` is how long the claimer may take before it counts as gone.
pub async fn claim(c: &mut Conn, scope: &str, key: &str, hash: &str, now: Ms, lease_ms: Ms) -> Result<Claim> {
    take(c, (scope, key, hash), ("running", ""), (now, lease_ms)).await
}

/// Claims a key, given with its scope and hash, for a command whose answer is known before it begins and that is done in
/// this transaction: the answer is saved with the claim.
pub async fn claim_with(c: &mut Conn, whole: (&str, &str, &str), answer: &str, now: Ms) -> Result<Claim> {
    take(c, whole, ("done", answer), (now, 0)).await
}

async fn take(
    c: &mut Conn,
    (scope, key, hash): (&str, &str, &str),
    (state, answer): (&str, &str),
    (now, lease_ms): (Ms, Ms),
) -> Result<Claim> {
    let fresh = c
        .insert_new(
            "insert into idem (scope, k, hash, state, answer, lease_until, created_at) values (?, ?, ?, ?, ?, ?, ?)",
            (scope, key, hash, state, answer, now + lease_ms, now),
        )
        .await?;
    if fresh {
        return Ok(Claim::New);
    }
    Ok(match look(c, scope, key, hash, now).await? {
        // Gone between the two statements: whoever held it has rolled back.
        Claim::New => Claim::Running { retry_after_s: 1 },
        known => known,
    })
}

/// What is known of a key, without claiming it; [`Claim::New`] when nothing is.
pub async fn look(c: &mut Conn, scope: &str, key: &str, hash: &str, now: Ms) -> Result<Claim> {
    let row: Option<(String, String, String, i64)> = c
        .row(
            "select hash, state, answer, lease_until from idem where scope = ? and k = ?",
            (scope, key),
        )
        .await?;
    Ok(match row {
        None => Claim::New,
        Some((known, ..)) if known != hash => Claim::Different,
        Some((_, state, answer, _)) if state == "done" => Claim::Done(answer),
        Some((.., lease_until)) if lease_until > now => Claim::Running { retry_after_s: 1 },
        Some(_) => Claim::Stalled,
    })
}

/// Saves the answer, in the transaction that made it true.
pub async fn finish(c: &mut Conn, scope: &str, key: &str, answer: &str) -> Result<()> {
    c.exec(
        "update idem set state = 'done', answer = ? where scope = ? and k = ?",
        (answer, scope, key),
    )
    .await?;
    Ok(())
}

/// Forgets keys older than the reconciliation horizon, a few at a time; returns how many.
pub async fn sweep(c: &mut Conn, before: Ms) -> Result<u64> {
    let old: Vec<(String, String)> = c
        .rows(
            "select scope, k from idem where created_at < ? order by created_at limit 200",
            (before,),
        )
        .await?;
    let mut gone = 0;
    for (scope, key) in old {
        gone += c
            .exec(
                "delete from idem where scope = ? and k = ?",
                (scope.as_str(), key.as_str()),
            )
            .await?;
    }
    Ok(gone)
}

/// SHA-256 over the JSON of what was asked.
pub fn hash_of(ask: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(ask).unwrap_or_default()))
}
