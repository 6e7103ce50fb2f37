//! Receipts, found again by the code printed on them.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::transfer::TransferId;

/// False when this code was given out before, which is always for the same transfer.
pub(crate) async fn issue_receipt(
    c: &mut Conn,
    code_idx: &str,
    transfer: TransferId,
    now: Ms,
) -> Result<bool> {
    c.insert_new(
        "insert into payments_receipt (code_idx, transfer_id, issued_at) values (?, ?, ?)",
        (code_idx, transfer, now),
    )
    .await
}

pub(crate) async fn receipt_of(c: &mut Conn, code_idx: &str) -> Result<Option<TransferId>> {
    let found: Option<(TransferId,)> = c
        .row(
            "select transfer_id from payments_receipt where code_idx = ?",
            (code_idx,),
        )
        .await?;
    Ok(found.map(|(id,)| id))
}
