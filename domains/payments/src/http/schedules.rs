//! Scheduled transfers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use identity::{ChallengeView, Customer, Proof, mask};
use kit::clock::Ms;
use kit::problem::{Answer, Problem};
use kit::web::{Body, Id, IdempotencyKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::schedule::{Frequency, Run, ScheduleId, Stage, skipped_text};
use crate::service::{NewSchedule, Payments, ScheduleState};

/// What became of a due day.
#[derive(Serialize, ToSchema)]
pub(super) struct ScheduleRun {
    /// `YYYY-MM-DD`
    due_on: String,
    /// `sent` or `skipped`.
    result: String,
    /// The transfer that was made; null when the day was skipped.
    transfer_id: Option<String>,
    /// Why it was skipped.
    reason_text: Option<&'static str>,
    at: Ms,
}

impl From<Run> for ScheduleRun {
    fn from(run: Run) -> Self {
        let skipped = run.result == "skipped";
        Self {
            due_on: run.due_on,
            reason_text: skipped.then(|| skipped_text(&run.reason)),
            transfer_id: Some(run.transfer).filter(|id| !id.is_empty()),
            result: run.result,
            at: run.at,
        }
    }
}

/// A scheduled transfer.
#[derive(Serialize, ToSchema)]
pub(super) struct ScheduleView {
    id: ScheduleId,
    state: Stage,
    state_text: &'static str,
    account_id: accounts::AccountId,
    from_no_masked: String,
    to_name_masked: String,
    to_no_masked: String,
    /// Null for our own bank.
    bank_name: Option<String>,
    /// Fen, each time.
    amount_fen: i64,
    memo: Option<String>,
    frequency: Frequency,
    /// `每月5日，至2027-05-05，共6次`
    plan_text: String,
    first_on: String,
    until_on: String,
    /// The next due day while active.
    next_on: Option<String>,
    /// When the next one leaves. Milliseconds UTC.
    next_at: Option<Ms>,
    created_at: Ms,
    /// The proof that it waits for.
    challenge: Option<ChallengeView>,
    /// The last days that were due, newest first; only when one schedule is asked for.
    runs: Vec<ScheduleRun>,
}

impl From<ScheduleState> for ScheduleView {
    fn from(state: ScheduleState) -> Self {
        let ScheduleState {
            schedule: s,
            stage,
            challenge,
            runs,
        } = state;
        let active = stage == Stage::Active;
        Self {
            id: s.id,
            state: stage,
            state_text: stage.text(),
            account_id: s.account,
            from_no_masked: mask::card(&s.from_no),
            to_name_masked: mask::name(&s.to_name),
            to_no_masked: mask::card(&s.to_no),
            bank_name: Some(s.bank.name).filter(|name| !name.is_empty()),
            amount_fen: s.amount_fen,
            memo: Some(s.memo).filter(|memo| !memo.is_empty()),
            frequency: s.plan.frequency,
            plan_text: s.plan.text(),
            first_on: s.plan.first.to_string(),
            until_on: s.plan.until.to_string(),
            next_on: active.then(|| s.next.to_string()),
            next_at: active.then_some(s.due_at),
            created_at: s.created_at,
            challenge: challenge.map(Into::into),
            runs: runs.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct ScheduleList {
    items: Vec<ScheduleView>,
}

/// Plans a transfer; it begins with the customer's proof.
#[utoipa::path(post, path = "/api/schedules", tag = "payments", request_body = NewSchedule,
    params(("Idempotency-Key" = String, Header, description = "made before the first send; 8 to 64 of [0-9A-Za-z_-]")),
    responses((status = 201, body = ScheduleView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn plan(
    State(payments): State<Payments>,
    who: Customer,
    IdempotencyKey(key): IdempotencyKey,
    Body(ask): Body<NewSchedule>,
) -> Answer<(StatusCode, Json<ScheduleView>)> {
    let planned = payments.plan(&who, &key, &ask).await?;
    Ok((StatusCode::CREATED, Json(planned.into())))
}

/// The customer's scheduled transfers, newest first.
#[utoipa::path(get, path = "/api/schedules", tag = "payments",
    responses((status = 200, body = ScheduleList), (status = 401, body = Problem)))]
pub(super) async fn list(State(payments): State<Payments>, who: Customer) -> Answer<Json<ScheduleList>> {
    let items = payments.schedules(&who).await?;
    Ok(Json(ScheduleList {
        items: items.into_iter().map(Into::into).collect(),
    }))
}

/// One scheduled transfer, with what became of its days.
#[utoipa::path(get, path = "/api/schedules/{id}", tag = "payments", params(("id" = ScheduleId, Path)),
    responses((status = 200, body = ScheduleView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<ScheduleId>,
) -> Answer<Json<ScheduleView>> {
    Ok(Json(payments.schedule(&who, id).await?.into()))
}

/// The proof for one schedule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginSchedule {
    challenge_id: String,
    password: Option<String>,
    sms_code: Option<String>,
}

/// Begins a schedule with the customer's proof; repeating it changes nothing.
#[utoipa::path(post, path = "/api/schedules/{id}/authorise", tag = "payments", request_body = BeginSchedule,
    params(("id" = ScheduleId, Path)),
    responses((status = 200, body = ScheduleView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 422, body = Problem),
        (status = 423, body = Problem)))]
pub(super) async fn begin(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<ScheduleId>,
    Body(ask): Body<BeginSchedule>,
) -> Answer<Json<ScheduleView>> {
    let proof = Proof {
        password: ask.password,
        sms_code: ask.sms_code,
    };
    Ok(Json(
        payments.begin(&who, id, (ask.challenge_id, &proof)).await?.into(),
    ))
}

/// Ends a schedule.
#[utoipa::path(post, path = "/api/schedules/{id}/cancel", tag = "payments", params(("id" = ScheduleId, Path)),
    responses((status = 200, body = ScheduleView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(super) async fn cancel(
    State(payments): State<Payments>,
    who: Customer,
    Id(id): Id<ScheduleId>,
) -> Answer<Json<ScheduleView>> {
    Ok(Json(payments.call_off(&who, id).await?.into()))
}
