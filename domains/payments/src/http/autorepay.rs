//! Auto-repay agreements of credit cards.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{ChallengeView, Customer, Proof};
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id, IdempotencyKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::autorepay::{AgreementId, Kind, Run, Stage, failed_text, paused_text};
use crate::service::{AgreementState, CardAgreement, Payments, SignAutoRepay};

/// 自动还款协议. What is due is repaid at nine in the morning of a bill's due day, Shanghai; the customer is told the day
/// before.
#[derive(Serialize, ToSchema)]
pub(super) struct AutoRepayView {
    id: AgreementId,
    state: Stage,
    state_text: &'static str,
    card_account_id: accounts::AccountId,
    /// Pays.
    account_id: accounts::AccountId,
    from_no_masked: String,
    kind: Kind,
    kind_text: &'static str,
    /// Bills that fall due after this day are repaid, `YYYY-MM-DD`: the day of signing, or the last bill dealt with.
    after_on: String,
    /// Why it is paused; null when it is not.
    paused_text: Option<&'static str>,
    created_at: Ms,
    /// The proof that it waits for.
    challenge: Option<ChallengeView>,
}

impl From<AgreementState> for AutoRepayView {
    fn from(state: AgreementState) -> Self {
        let AgreementState {
            agreement: a,
            stage,
            from_no_masked,
            challenge,
        } = state;
        Self {
            id: a.id,
            state: stage,
            state_text: stage.text(),
            card_account_id: a.card,
            account_id: a.account,
            from_no_masked,
            kind: a.kind,
            kind_text: a.kind.text(),
            after_on: a.after_on().to_owned(),
            paused_text: (stage == Stage::Paused).then(|| paused_text(&a.reason)),
            created_at: a.created_at,
            challenge: challenge.map(Into::into),
        }
    }
}

/// What became of one bill.
#[derive(Serialize, ToSchema)]
pub(super) struct AutoRepayRun {
    /// The bill's due day, `YYYY-MM-DD`.
    due_on: String,
    /// `sent` or `failed`.
    result: String,
    amount_fen: i64,
    /// The last transfer that was made, which says how it ended; null when none was.
    transfer_id: Option<String>,
    /// Why it failed.
    reason_text: Option<&'static str>,
    at: Ms,
}

impl From<Run> for AutoRepayRun {
    fn from(run: Run) -> Self {
        let failed = run.result == "failed";
        Self {
            due_on: run.due_on,
            amount_fen: run.amount_fen,
            transfer_id: Some(run.transfer).filter(|id| !id.is_empty()),
            reason_text: failed.then(|| failed_text(&run.reason)),
            result: run.result,
            at: run.at,
        }
    }
}

/// A card's agreement, in force or paused, and its last bill; null where there is none.
#[derive(Serialize, ToSchema)]
pub(super) struct CardAutoRepay {
    agreement: Option<AutoRepayView>,
    last_run: Option<AutoRepayRun>,
}

impl From<CardAgreement> for CardAutoRepay {
    fn from(card: CardAgreement) -> Self {
        Self {
            agreement: card.living.map(Into::into),
            last_run: card.last.map(Into::into),
        }
    }
}

/// The auto-repay agreement of an own credit card.
#[utoipa::path(get, path = "/api/cards/{id}/autorepay", tag = "payments", params(("id" = accounts::AccountId, Path)),
    responses((status = 200, body = CardAutoRepay), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn autorepay(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<accounts::AccountId>,
) -> Answer<Json<CardAutoRepay>> {
    Ok(Json(payments.autorepay(&who, id).await?.into()))
}

/// Drafts an agreement, or a change of the one in force; it begins with the customer's proof.
#[utoipa::path(post, path = "/api/cards/{id}/autorepay", tag = "payments", request_body = SignAutoRepay,
    params(("id" = accounts::AccountId, Path),
        ("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = AutoRepayView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn sign_autorepay(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<accounts::AccountId>,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<SignAutoRepay>,
) -> Answer<(StatusCode, Json<AutoRepayView>)> {
    let signed = payments.sign_autorepay(&who, &key, (id, &ask)).await?;
    Ok((StatusCode::CREATED, Json(signed.into())))
}

/// The proof for one agreement.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginAutoRepay {
    challenge_id: String,
    password: Option<String>,
    sms_code: Option<String>,
}

/// Puts an agreement in force with the customer's proof, in the place of the card's older one; repeating it changes
/// nothing.
#[utoipa::path(post, path = "/api/autorepay/{id}/authorise", tag = "payments", request_body = BeginAutoRepay,
    params(("id" = AgreementId, Path)),
    responses((status = 200, body = AutoRepayView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 422, body = Problem),
        (status = 423, body = Problem)))]
pub(super) async fn begin_autorepay(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<AgreementId>,
    Body(ask): Body<BeginAutoRepay>,
) -> Answer<Json<AutoRepayView>> {
    let proof = Proof {
        password: ask.password,
        sms_code: ask.sms_code,
    };
    let begun = payments
        .begin_autorepay(&who, id, (ask.challenge_id, &proof))
        .await?;
    Ok(Json(begun.into()))
}

/// Ends an agreement. A repayment that is under way goes on.
#[utoipa::path(post, path = "/api/autorepay/{id}/end", tag = "payments", params(("id" = AgreementId, Path)),
    responses((status = 200, body = AutoRepayView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn end_autorepay(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<AgreementId>,
) -> Answer<Json<AutoRepayView>> {
    Ok(Json(payments.end_autorepay(&who, id).await?.into()))
}
