//! Top-ups from WeChat Pay 微信充值: the customer orders here, pays in the phone, and the money comes into the account
//! exactly once, by a transfer from the settlement account under the top-up's own id; or goes back the same way.

mod bill;
mod credit;
mod hear;
mod notice;
mod order;
mod refund;
mod sealed;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use audit::{Actor, Entry};
use corebank::{CoreBank, TransferOrder};
use kit::clock::Ms;
use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::export::Uuid;
use kit::money::Money;
use rails::wechat::WeChatPay;
use serde_json::Value;

pub(crate) use order::{NewTopUp, TopUpShown};
pub(crate) use refund::NewTopUpRefund;

use crate::error::Error;

/// How long a request or a job waits for the core or for Pay.
const PATIENCE: Duration = Duration::from_millis(3_500);

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct TopUps {
    cx: Cx,
    core: Arc<dyn CoreBank>,
    accounts: Accounts,
    rail: Arc<dyn WeChatPay>,
    /// The bank's account that stands for what WeChat Pay owes it 微信支付待清算.
    settlement: String,
}

impl TopUps {
    pub fn new(
        cx: Cx,
        core: Arc<dyn CoreBank>,
        accounts: Accounts,
        rail: Arc<dyn WeChatPay>,
        settlement: String,
    ) -> Self {
        Self {
            cx,
            core,
            accounts,
            rail,
            settlement,
        }
    }

    /// An order to the core between a customer's account and the settlement account.
    fn transfer(&self, id: Uuid, (debit, credit): (&str, &str), amount: i64, day: &str) -> TransferOrder {
        TransferOrder {
            id,
            debit_account: debit.to_owned(),
            credit_account: credit.to_owned(),
            beneficiary: None,
            amount: Money::cny(amount),
            memo: MEMO.to_owned(),
            business_date: day.parse().unwrap_or(self.cx.clock.today()),
        }
    }

    async fn trail(
        &self,
        c: &mut Conn,
        actor: Actor,
        (action, subject, result): (&'static str, String, &'static str),
        detail: Value,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor,
            action,
            subject,
            result,
            detail,
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }

    fn today(&self) -> String {
        self.cx.clock.today().to_string()
    }

    fn now(&self) -> Ms {
        self.cx.clock.now()
    }
}

/// What the statement shows.
const MEMO: &str = "微信充值";
