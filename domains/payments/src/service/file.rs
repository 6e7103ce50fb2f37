//! Transfers for those who look after them: the masked file of one for a case, and lines for reconciliation.

use corebank::{Answer, TransferStatus};
use identity::mask;
use kit::clock::Ms;
use serde::Serialize;
use utoipa::ToSchema;

use super::Payments;
use super::look::{payee_shown, reason_of};
use crate::error::Error;
use crate::model::transfer::{State, TransferId};
use crate::store::ours::{self, Place};

/// A transfer as staff see it: masked, with every instant of its life. Amounts are fen, instants ms UTC, 0 for not yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransferFile {
    pub id: TransferId,
    #[schema(value_type = String)]
    pub customer: identity::CustomerId,
    pub state: State,
    pub state_text: &'static str,
    /// Why it failed, in the bank's words; empty when it did not.
    pub reason: &'static str,
    pub from_masked: String,
    pub payer_masked: String,
    pub to_masked: String,
    pub payee_masked: String,
    pub amount_fen: i64,
    /// 核心流水号; empty while not booked.
    pub reference: String,
    pub created_at: Ms,
    pub authorised_at: Ms,
    pub done_at: Ms,
    /// How often the core has been asked in vain.
    pub asked: i64,
    pub next_check_at: Ms,
}

/// What the core says of a transfer now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CoreWord {
    /// `not_seen`, `held`, `posted`, `pending`, `returned`, `voided`, `refused`, or `silent` when it does not answer.
    pub state: &'static str,
    pub text: &'static str,
    /// 核心流水号
    pub reference: Option<String>,
    /// When it was booked. Milliseconds UTC.
    pub at: Option<Ms>,
}

/// A transfer as reconciliation compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurLine {
    pub id: String,
    pub amount_fen: i64,
    /// The name of its state; one that is not known counts as under way.
    pub state: &'static str,
    pub authorised_at: Ms,
    pub done_at: Ms,
}

impl Payments {
    /// One transfer for a case; the caller audits the reading.
    pub async fn file_of(&self, id: TransferId) -> Result<Option<TransferFile>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| crate::store::by_id(c, id).await)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let t = self.open(row)?;
        Ok(Some(TransferFile {
            id: t.id,
            customer: t.customer,
            state: t.state,
            state_text: t.purpose.state_text(t.state),
            reason: reason_of(&t)
                .filter(|_| t.state == State::Failed)
                .map_or("", |(_, text)| text),
            from_masked: mask::card(&t.from_no),
            payer_masked: mask::name(&t.from_name),
            to_masked: mask::card(&t.to_no),
            payee_masked: payee_shown(&t),
            amount_fen: t.amount_fen,
            reference: t.reference,
            created_at: t.created_at,
            authorised_at: t.authorised_at,
            done_at: t.done_at,
            asked: t.checks,
            next_check_at: t.next_check_at,
        }))
    }

    /// Asks the core about a transfer at once, as the next question of the loop would, and records its word.
    pub async fn ask_now(&self, id: TransferId) -> Result<(), Error> {
        self.settle_later(id).await.map(|_| ())
    }

    /// What the core says of this id, without recording it.
    pub async fn core_word(&self, id: TransferId) -> CoreWord {
        let asked = tokio::time::timeout(PATIENCE, self.core.transfer_status(id.into())).await;
        let word = |state, text| CoreWord {
            state,
            text,
            reference: None,
            at: None,
        };
        match asked {
            Ok(Answer::Done(TransferStatus::Posted(posted))) => CoreWord {
                reference: Some(posted.reference),
                at: Some(posted.at),
                ..word("posted", "核心已记账")
            },
            Ok(Answer::Done(TransferStatus::Pending(posted))) => CoreWord {
                reference: Some(posted.reference),
                at: Some(posted.at),
                ..word("pending", "核心已扣款，正在清算")
            },
            Ok(Answer::Done(TransferStatus::Returned { .. })) => word("returned", "已退汇，款项已退回"),
            Ok(Answer::Done(TransferStatus::NotSeen)) => word("not_seen", "核心没有收到这笔"),
            Ok(Answer::Done(TransferStatus::Held)) => word("held", "核心已冻结款项，尚未入账"),
            Ok(Answer::Done(TransferStatus::Voided)) => word("voided", "核心已撤销，款项已释放"),
            Ok(Answer::Done(TransferStatus::Refused(_))) => word("refused", "核心已拒绝"),
            Ok(Answer::Refused(_) | Answer::Unknown) | Err(_) => word("silent", "核心没有回应"),
        }
    }

    /// What our books say was booked within `[from, to)`: a page from a place on, and the place behind it while there may be
    /// more.
    pub async fn booked_within(
        &self,
        span: (Ms, Ms),
        place: Place,
        limit: i64,
    ) -> Result<(Vec<OurLine>, Option<Place>), Error> {
        let now = self.cx.clock.now();
        let read = self
            .cx
            .db
            .glance(async move |c| ours::booked(c, span, (&place, limit), now).await);
        let (rows, behind) = read.await?;
        Ok((rows.into_iter().map(line).collect(), behind))
    }

    /// Our line with this id, if the id is a transfer, a top-up, a collection or a refund of ours.
    pub async fn line_of(&self, id: &str) -> Result<Option<OurLine>, Error> {
        let id = id.to_owned();
        let row = self.cx.db.read(async move |c| {
            if let Some(row) = ours::by_id(c, &id).await? {
                return Ok(Some(row));
            }
            if let Some(row) = ours::topup_by_id(c, &id).await? {
                return Ok(Some(row));
            }
            if let Some(row) = ours::refund_by_id(c, &id).await? {
                return Ok(Some(row));
            }
            ours::refund_back_by_id(c, &id).await
        });
        Ok(row.await?.map(line))
    }
}

/// How long a page waits for the core's word.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(1_500);

fn line((id, amount_fen, state, authorised_at, done_at): ours::Columns) -> OurLine {
    OurLine {
        id,
        amount_fen,
        // A state that we do not know is under way, never done or failed.
        state: State::parse(&state).unwrap_or(State::Processing).name(),
        authorised_at,
        done_at,
    }
}
