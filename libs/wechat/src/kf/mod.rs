//! 微信客服, WeCom's customer service inside WeChat: pull what customers wrote, answer, hand over between robot, queue
//! and people, measure.
//!
//! # The rules that decide everything
//! - The callback is only a doorbell ([`Event::KfDoorbell`](crate::wecom::Event)): [`Inflow`] pulls, one pull at a time
//!   for each account, and keeps messages and cursor in one transaction of the host's [`Ledger`].
//! - After a customer has written, [`MESSAGES_PER_WINDOW`] messages may be sent within [`WINDOW_S`] (5 in 48 hours),
//!   whoever sends them; [`ReplyWindow`] keeps that account. `errcode` 0 does not mean delivered: watch
//!   [`KfEvent::SendFailed`].
//! - The API may write in states 0 and 1 only; in 2 the queue has the customer, in 3 a person ([`ServiceState`]).
//! - WeCom keeps messages for three days and never gives back what the API itself sent.

mod account;
mod customer;
mod inflow;
mod message;
mod send;
mod state;
mod statistic;
mod window;

pub use account::{KfAccount, Servicer, ServicerResult};
pub use customer::{KfCustomer, KfCustomers};
pub use inflow::{Inflow, InflowError, Ledger, LedgerError, MemoryLedger, Moved, Rung};
pub use message::{EnterSession, KfContent, KfEvent, KfMessage, Origin, SendFailure, SessionChange};
pub use send::{Link, Location, MenuItem, MiniProgram, Outgoing};
pub use state::{Service, ServiceState};
pub use statistic::{CorpDay, CorpFigures, ServicerDay, ServicerFigures};
pub use window::{MESSAGES_PER_WINDOW, ReplyWindow, WINDOW_S};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::CallError;
use crate::wecom::{Client, counted};

/// The most messages of one pull.
pub const MAX_PULL: usize = 1_000;
/// Seconds for which a doorbell's token lifts the strict limit on pulls.
pub const DOORBELL_TOKEN_S: i64 = 600;

/// 微信客服 through one app of a corporation. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Kf(Client);

/// One pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pull {
    /// Messages, oldest first; may be empty although there are more.
    pub messages: Vec<KfMessage>,
    /// Where the next pull starts.
    pub next_cursor: Option<String>,
    /// Pull again at once.
    pub has_more: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    next_cursor: String,
    has_more: i64,
    msg_list: Vec<Value>,
}

impl Kf {
    /// Speaks through this client.
    pub const fn new(client: Client) -> Self {
        Self(client)
    }

    /// The client, for calls that have no type here.
    pub const fn client(&self) -> &Client {
        &self.0
    }

    /// One page of what customers wrote and what happened. [`Inflow`] does this in the right order; call it directly
    /// only where the host keeps the cursor in another way. Without a doorbell's token WeCom limits pulls strictly.
    pub async fn pull(
        &self,
        open_kf_id: &str,
        cursor: Option<&str>,
        token: Option<&str>,
        limit: usize,
    ) -> Result<Pull, CallError> {
        counted("messages a pull", limit, MAX_PULL)?;
        let body = json!({
            "open_kfid": open_kf_id, "cursor": cursor.unwrap_or_default(), "token": token.unwrap_or_default(),
            "limit": limit, "voice_format": 0,
        });
        let page: Page = self.0.post("/cgi-bin/kf/sync_msg", &body).await?;
        Ok(Pull {
            messages: page
                .msg_list
                .into_iter()
                .map(|value| KfMessage::read(value, open_kf_id))
                .collect(),
            next_cursor: Some(page.next_cursor).filter(|cursor| !cursor.is_empty()),
            has_more: page.has_more != 0,
        })
    }
}
