//! Transfers as the client sees them: masked, with the state in words and the way so far.

use identity::{ChallengeView, Factor, mask};
use kit::clock::Ms;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::bill::{PaidBill, period_text};
use crate::model::purpose::Purpose;
use crate::model::rules::Warning;
use crate::model::timeline::{Mark, timeline};
use crate::model::transfer::{Arrival, State, TransferId};
use crate::service::{Checked, NameCheck, TransferState, payee_shown, reason_of, receipt_no};

#[derive(Serialize, ToSchema)]
pub(super) struct TransferCheck {
    payee_name_masked: String,
    payee_no_masked: String,
    /// The payee's bank; null for our own.
    bank_name: Option<String>,
    /// Null for another bank: it compares the name when the money arrives, and sends it back otherwise.
    name_matches: Option<bool>,
    first_time: bool,
    fee_fen: i64,
    day_limit_fen: i64,
    day_left_fen: i64,
    per_transfer_limit_fen: i64,
    warnings: Vec<Warning>,
    factors: Vec<Factor>,
    arrivals: Vec<ArrivalView>,
    /// What is chosen unless the customer says otherwise: the next day in elder mode.
    default_arrival: Arrival,
    /// The transfer would wait two hours before it is sent, and could be taken back.
    cooling_off: bool,
}

/// A way to arrive.
#[derive(Serialize, ToSchema)]
pub(super) struct ArrivalView {
    arrival: Arrival,
    text: &'static str,
    /// How long it can be taken back. Milliseconds.
    wait_ms: Ms,
}

impl From<Checked> for TransferCheck {
    fn from(c: Checked) -> Self {
        let arrivals = [Arrival::Realtime, Arrival::Ordinary, Arrival::NextDay];
        Self {
            payee_name_masked: mask::name(&c.payee.name),
            payee_no_masked: mask::card(&c.payee.number),
            name_matches: match c.payee.name_check {
                NameCheck::Matched => Some(true),
                NameCheck::Mismatch => Some(false),
                NameCheck::AtArrival => None,
            },
            bank_name: Some(c.payee.bank.name).filter(|name| !name.is_empty()),
            first_time: c.first_time,
            fee_fen: 0,
            day_limit_fen: c.allowance.per_day(),
            day_left_fen: c.allowance.left(),
            per_transfer_limit_fen: c.allowance.per_transfer(),
            warnings: c.warnings,
            factors: c.factors,
            arrivals: arrivals
                .map(|arrival| ArrivalView {
                    arrival,
                    text: arrival.text(),
                    wait_ms: arrival.wait(),
                })
                .into(),
            default_arrival: c.default_arrival,
            cooling_off: c.cooling,
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
    /// Null for our own bank.
    bank_name: Option<String>,
}

/// What a payment to a biller pays.
#[derive(Serialize, ToSchema)]
pub(super) struct BillFacts {
    period_text: String,
    number_masked: String,
    /// The biller's own number of the payment.
    reference: Option<String>,
}

impl From<PaidBill> for BillFacts {
    fn from(bill: PaidBill) -> Self {
        Self {
            period_text: period_text(&bill.period),
            number_masked: mask::card(&bill.number),
            reference: Some(bill.reference).filter(|reference| !reference.is_empty()),
        }
    }
}

/// A transfer.
#[derive(Serialize, ToSchema)]
pub(super) struct TransferView {
    id: TransferId,
    purpose: Purpose,
    state: State,
    state_text: &'static str,
    /// Why it failed or came back.
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
    /// When the bank will ask again what became of it, while it is under way.
    next_check_at: Option<Ms>,
    arrival: Arrival,
    arrival_text: &'static str,
    /// It waits because a large first payment at night does.
    cooling_off: bool,
    /// When it leaves, while it waits and can be taken back.
    execute_at: Option<Ms>,
    /// The schedule that made it.
    schedule_id: Option<String>,
    /// The way so far and what comes next.
    timeline: Vec<Mark>,
    receipt_no: Option<String>,
    /// What it pays at a biller; in lists null.
    bill: Option<BillFacts>,
    /// The proof that it waits for.
    challenge: Option<ChallengeView>,
}

impl From<TransferState> for TransferView {
    fn from(s: TransferState) -> Self {
        let TransferState {
            transfer: t,
            state,
            challenge,
            bill,
        } = s;
        let some = |at: Ms| (at > 0).then_some(at);
        let reason = reason_of(&t).map(|(code, text)| TransferReason { code, text });
        let timeline = timeline(&t, state);
        Self {
            id: t.id,
            state,
            purpose: t.purpose,
            state_text: t.purpose.state_text(state),
            reason,
            receipt_no: (state == State::Succeeded).then(|| receipt_no(&t)),
            from: TransferFrom {
                account_id: t.account,
                no_masked: mask::card(&t.from_no),
            },
            to: TransferTo {
                name_masked: payee_shown(&t),
                no_masked: mask::card(&t.to_no),
                bank_name: Some(t.bank.name).filter(|name| !name.is_empty()),
            },
            amount_fen: t.amount_fen,
            fee_fen: t.fee_fen,
            memo: Some(t.memo).filter(|memo| !memo.is_empty()),
            created_at: t.created_at,
            done_at: some(t.done_at),
            next_check_at: some(t.next_check_at).filter(|_| t.purpose.is_under_way(state)),
            arrival: t.arrival,
            arrival_text: t.arrival.text(),
            cooling_off: t.cooling,
            execute_at: some(t.execute_at).filter(|_| state == State::Waiting && t.purpose != Purpose::Bill),
            schedule_id: Some(t.schedule).filter(|id| !id.is_empty()),
            timeline,
            bill: bill.map(Into::into),
            challenge: challenge.map(Into::into),
        }
    }
}
