//! What became of an id: of a transfer, a hold, a post or a void, and of money on its way to another bank.

use kit::db::Conn;
use uuid::Uuid;
use weigui_ledger as ledger;

use super::{
    EmbeddedCore, Fail,
    books::Books,
    moves::{reference_of, transfer_id},
    store,
};
use crate::{
    answer::{Refusal, RefusalCode},
    types::{Posted, ReturnReason, TransferStatus},
};

impl EmbeddedCore {
    pub(super) async fn status_inner(&self, id: Uuid) -> Result<TransferStatus, Fail> {
        let id = id.to_string();
        self.db
            .read(async |c| {
                let Some(seen) = store::order(c, &id).await? else {
                    return Ok(TransferStatus::NotSeen);
                };
                let posted = Posted {
                    reference: seen.reference,
                    at: seen.at,
                };
                Ok(match seen.state.as_str() {
                    "refused" => {
                        let code = RefusalCode::parse(&seen.refusal.unwrap_or_default());
                        TransferStatus::Refused(Refusal { code })
                    }
                    _ if seen.op == "hold" => held(c, &id, posted).await?,
                    "pending" => on_its_way(c, &id, posted).await?,
                    "voided" => TransferStatus::Voided,
                    _ => TransferStatus::Posted(posted),
                })
            })
            .await
    }
}

async fn held(c: &mut Conn, id: &str, posted: Posted) -> Result<TransferStatus, Fail> {
    let state = ledger::hold_state(&mut Books(c), &transfer_id(id)?).await?;
    Ok(match state {
        Some(ledger::HoldState::Open) => TransferStatus::Held,
        Some(ledger::HoldState::Posted) => TransferStatus::Posted(posted),
        Some(ledger::HoldState::Voided | ledger::HoldState::Expired) => TransferStatus::Voided,
        None => return Err(Fail::Row("hold order without a hold")),
    })
}

async fn on_its_way(c: &mut Conn, id: &str, original: Posted) -> Result<TransferStatus, Fail> {
    let row = store::clearing(c, id)
        .await?
        .ok_or(Fail::Row("pending order without a payment at the clearing"))?;
    Ok(match row.state.as_str() {
        "settled" => TransferStatus::Posted(original),
        "returned" => TransferStatus::Returned {
            original,
            returned: row.returned()?,
            reason: ReturnReason::parse(&row.reason),
        },
        _ => TransferStatus::Pending(original),
    })
}

impl store::ClearingRow {
    /// The booking that brought the money back.
    pub(super) fn returned(&self) -> Result<Posted, Fail> {
        let id = self.return_id.as_deref().and_then(|id| id.parse().ok());
        match (id, self.ended_at) {
            (Some(id), Some(at)) => Ok(Posted {
                reference: reference_of(id, at),
                at,
            }),
            _ => Err(Fail::Row("returned without a booking")),
        }
    }
}
