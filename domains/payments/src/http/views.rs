//! Transfers as the client sees them: masked, with the state in words.

use corebank::RefusalCode;
use identity::{ChallengeView, Factor, mask};
use kit::clock::{Ms, date_of};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::told;
use crate::model::capital::capital;
use crate::model::rules::Warning;
use crate::model::transfer::{State, Transfer, TransferId};
use crate::service::{Checked, RecentPayee, TransferState};

#[derive(Serialize, ToSchema)]
pub(super) struct TransferCheck {
    payee_name_masked: String,
    payee_no_masked: String,
    name_matches: bool,
    first_time: bool,
    fee_fen: i64,
    day_limit_fen: i64,
    day_left_fen: i64,
    per_transfer_limit_fen: i64,
    warnings: Vec<Warning>,
    factors: Vec<Factor>,
}

impl From<Checked> for TransferCheck {
    fn from(c: Checked) -> Self {
        Self {
            payee_name_masked: mask::name(&c.payee.name),
            payee_no_masked: mask::card(&c.payee.number),
            name_matches: c.payee.name_matches,
            first_time: c.first_time,
            fee_fen: 0,
            day_limit_fen: c.limits.per_day,
            day_left_fen: c.left,
            per_transfer_limit_fen: c.limits.per_transfer,
            warnings: c.warnings,
            factors: c.factors,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct TransferReason {
    code: &'static str,
    text: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TransferFrom {
    account_id: accounts::AccountId,
    no_masked: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct TransferTo {
    name_masked: String,
    no_masked: String,
}

/// A transfer.
#[derive(Serialize, ToSchema)]
pub(super) struct TransferView {
    id: TransferId,
    state: State,
    state_text: &'static str,
    /// Why it failed.
    reason: Option<TransferReason>,
    from: TransferFrom,
    to: TransferTo,
    /// Fen.
    amount_fen: i64,
    fee_fen: i64,
    memo: Option<String>,
    /// Milliseconds UTC.
    created_at: Ms,
    done_at: Option<Ms>,
    /// When the core bank will be asked again, while processing.
    next_check_at: Option<Ms>,
    receipt_no: Option<String>,
    /// The proof that it waits for.
    challenge: Option<ChallengeView>,
}

impl From<TransferState> for TransferView {
    fn from(s: TransferState) -> Self {
        let TransferState {
            transfer: t,
            state,
            challenge,
        } = s;
        let some = |at: Ms| (at > 0).then_some(at);
        let reason = (state == State::Failed).then(|| {
            let (code, text) = told(RefusalCode::parse(&t.reason));
            TransferReason { code, text }
        });
        Self {
            id: t.id,
            state,
            state_text: state.text(),
            reason,
            receipt_no: (state == State::Succeeded).then(|| receipt_no(&t)),
            from: TransferFrom {
                account_id: t.account,
                no_masked: mask::card(&t.from_no),
            },
            to: TransferTo {
                name_masked: mask::name(&t.to_name),
                no_masked: mask::card(&t.to_no),
            },
            amount_fen: t.amount_fen,
            fee_fen: t.fee_fen,
            memo: Some(t.memo).filter(|memo| !memo.is_empty()),
            created_at: t.created_at,
            done_at: some(t.done_at),
            next_check_at: if state == State::Processing {
                some(t.next_check_at)
            } else {
                None
            },
            challenge: challenge.map(Into::into),
        }
    }
}

/// 电子回单.
#[derive(Serialize, ToSchema)]
pub(super) struct Receipt {
    receipt_no: String,
    /// Twelve characters over everything on the receipt; a changed receipt does not fit it.
    verify_code: String,
    payer_name_masked: String,
    payer_no_masked: String,
    payee_name_masked: String,
    payee_no_masked: String,
    amount_fen: i64,
    amount_capital: String,
    memo: Option<String>,
    at: Ms,
    /// The core bank's own number of the booking.
    reference: String,
}

impl From<(Transfer, String)> for Receipt {
    fn from((t, verify_code): (Transfer, String)) -> Self {
        Self {
            receipt_no: receipt_no(&t),
            verify_code,
            payer_name_masked: mask::name(&t.from_name),
            payer_no_masked: mask::card(&t.from_no),
            payee_name_masked: mask::name(&t.to_name),
            payee_no_masked: mask::card(&t.to_no),
            amount_fen: t.amount_fen,
            amount_capital: capital(t.amount_fen),
            memo: Some(t.memo).filter(|memo| !memo.is_empty()),
            at: t.done_at,
            reference: t.reference,
        }
    }
}

/// The day and the end of the id: short enough to be read over the phone.
fn receipt_no(t: &Transfer) -> String {
    let id = t.id.to_string().replace('-', "").to_uppercase();
    let tail = id.get(id.len().saturating_sub(12)..).unwrap_or("");
    format!("WG{}{tail}", date_of(t.done_at).strftime("%Y%m%d"))
}

#[derive(Serialize, ToSchema)]
pub(super) struct RecentPayeeView {
    name_masked: String,
    account_masked: String,
    /// May be given as `to_no` of a transfer.
    account_ref: String,
    last_at: Ms,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RecentPayees {
    pub(super) items: Vec<RecentPayeeView>,
}

impl From<RecentPayee> for RecentPayeeView {
    fn from(p: RecentPayee) -> Self {
        Self {
            name_masked: p.name_masked,
            account_masked: p.no_masked,
            account_ref: p.reference,
            last_at: p.last_at,
        }
    }
}
