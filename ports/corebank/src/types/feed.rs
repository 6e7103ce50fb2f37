//! The feed of changes: every entry of every customer's account, each once, in one order.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::CoreEntry;

/// The cursor that stands for "from now on".
pub const FEED_END: &str = "end";

/// One entry of one account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    pub account_no: String,
    pub entry: CoreEntry,
    /// Our id of the order behind it: of the transfer, the post, or the transfer that came back. None for
    /// what was booked without us (card payments, cash, interest).
    #[schema(value_type = Option<String>, format = "uuid")]
    pub order_id: Option<Uuid>,
}

/// A page of the feed, oldest first. Entries of one account come in the order of their balances; across
/// accounts the order is the core's, the same for every reader and for good. Nothing is ever put in
/// before a cursor that was handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangePage {
    pub items: Vec<Change>,
    /// The cursor for what comes after this page, also when the page is empty. Keep it with what was done.
    pub next: String,
}
