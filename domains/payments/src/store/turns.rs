//! Whose turn it is to pay what only one may pay: a bill, or what a card owes. A row is written, not only locked, so that a
//! cluster that compares writes turns back the second of two as a single server lets it wait.

use kit::db::{Conn, Result};

/// Takes the turn for this key, 64 hexadecimal digits, until the transaction ends.
pub(crate) async fn take_turn(c: &mut Conn, key: &str) -> Result<()> {
    if turned(c, key).await?
        || c.insert_new("insert into payments_turn (k, turn) values (?, 1)", (key,))
            .await?
    {
        return Ok(());
    }
    // Another began it meanwhile and has ended by now.
    turned(c, key).await.map(drop)
}

async fn turned(c: &mut Conn, key: &str) -> Result<bool> {
    let n = c
        .exec("update payments_turn set turn = turn + 1 where k = ?", (key,))
        .await?;
    Ok(n == 1)
}
