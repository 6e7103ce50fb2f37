//! Credit cards: the bill, and repaying it. A repayment is authorised, shown and receipted as a transfer.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::Customer;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id, IdempotencyKey};
use serde::Serialize;
use utoipa::ToSchema;

use super::views::TransferView;
use crate::service::{BillState, Payments, Repay};

/// 信用卡账单. Amounts are fen and never negative.
#[derive(Serialize, ToSchema)]
#[schema(as = CardBillView)]
pub(super) struct CardBillView {
    account_id: accounts::AccountId,
    product: String,
    no_masked: String,
    tail: String,
    /// 账单日, `YYYY-MM-DD`.
    statement_date: String,
    /// 到期还款日, inclusive.
    due_date: String,
    /// The due date is over and the minimum has not been repaid.
    overdue: bool,
    /// 本期应还: what was owed at the statement date.
    statement_fen: i64,
    /// 最低还款额
    min_fen: i64,
    /// Paid in since the statement date.
    paid_fen: i64,
    /// 本期剩余应还
    remaining_fen: i64,
    /// What is still missing from the minimum.
    min_remaining_fen: i64,
    /// 未出账: spent since the statement date.
    unbilled_fen: i64,
    /// Everything owed now, billed or not.
    owed_fen: i64,
    /// Repayments that are being processed.
    under_way_fen: i64,
    /// The largest repayment that is accepted: owed, less what is under way.
    most_fen: i64,
}

impl From<BillState> for CardBillView {
    fn from(state: BillState) -> Self {
        let (most_fen, bill) = (state.most(), state.bill);
        let due_date = bill.due_date.to_string();
        Self {
            account_id: state.card.id,
            product: state.card.product,
            no_masked: state.card.no_masked,
            tail: state.card.tail,
            statement_date: bill.statement_date.to_string(),
            overdue: due_date < state.today && bill.min_remaining.fen() > 0,
            due_date,
            statement_fen: bill.statement_balance.fen(),
            min_fen: bill.min_payment.fen(),
            paid_fen: bill.paid.fen(),
            remaining_fen: bill.remaining.fen(),
            min_remaining_fen: bill.min_remaining.fen(),
            unbilled_fen: bill.unbilled.fen(),
            owed_fen: state.owed_fen,
            under_way_fen: state.under_way_fen,
            most_fen,
        }
    }
}

/// The last bill of an own credit card, and what of it is still to be repaid.
#[utoipa::path(get, path = "/api/cards/{id}/bill", tag = "payments", params(("id" = accounts::AccountId, Path)),
    responses((status = 200, body = CardBillView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn bill(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<accounts::AccountId>,
) -> Answer<Json<CardBillView>> {
    Ok(Json(payments.bill(&who, id).await?.into()))
}

/// Drafts a repayment; no money moves before it is authorised at `/api/transfers/{id}/authorise`.
#[utoipa::path(post, path = "/api/repayments", tag = "payments", request_body = Repay,
    params(("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = TransferView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn repay(
    State(payments): State<Payments>,
    who: Customer,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<Repay>,
) -> Answer<(StatusCode, Json<TransferView>)> {
    let draft = payments.repay(&who, &key, &ask).await?;
    Ok((StatusCode::CREATED, Json(draft.into())))
}
