//! What stands on the wire: paths, headers, bodies. The same words serve client, server and the published
//! contract.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{answer::Refusal, op::Op, types::RestrictionOrder};

pub(super) const PREFIX: &str = "/core/v1";
/// The id of the order, made before the first send.
pub(super) const KEY: &str = "idempotency-key";
pub(super) const CHANNEL: &str = "x-channel";
/// The sender's business day.
pub(super) const DATE: &str = "x-biz-date";

pub(super) fn path_of(op: Op) -> String {
    format!("{PREFIX}/{}", op.name())
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct Number {
    pub(super) number: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct ById {
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: Uuid,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct Restrict {
    pub(super) number: String,
    pub(super) order: RestrictionOrder,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct FeedFrom {
    pub(super) cursor: Option<String>,
    pub(super) limit: u32,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct DayPage {
    #[schema(value_type = String, format = Date)]
    pub(super) business_date: jiff::civil::Date,
    pub(super) page: u32,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct Nothing {}

/// What a body says, whatever its status.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wire<T> {
    Done(T),
    Refused(Refusal),
    Pending { status: String, id: Uuid },
}
