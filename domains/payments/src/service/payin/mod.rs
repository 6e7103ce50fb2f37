//! What comes in through WeChat Pay 微信收款, whatever it is for: ordered here, paid in a phone, heard of once or asked for,
//! and brought into its account exactly once, by a transfer from the settlement account under the payment's own id; or
//! given back the same way. `service::topup` and `service::collection` say who orders what.

mod bill;
mod credit;
mod hear;
mod order;
mod people;
mod refund;
mod sealed;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use audit::{Actor, Entry};
use corebank::{Answer, Booking, CoreBank, Posted, Refusal, RefusalCode, TransferOrder, TransferStatus};
use kit::clock::Ms;
use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::export::Uuid;
use kit::limits::{Limiter, Quota};
use kit::money::Money;
use rails::wechat::WeChatPay;
use serde_json::Value;

pub(super) use order::{asked, pay_order};
pub use people::{PayInEnd, PayInFile, RefundFile};
pub(super) use sealed::refund_of;
pub(super) use watch::Word;

use crate::error::Error;
use crate::model::collection::Charge;
use crate::model::payin::PayIn;

/// How long a request or a job waits for the core or for Pay.
const PATIENCE: Duration = Duration::from_millis(3_500);

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct PayIns {
    pub(super) cx: Cx,
    core: Arc<dyn CoreBank>,
    pub(super) accounts: Accounts,
    pub(super) rail: Arc<dyn WeChatPay>,
    pub(super) settings: Arc<PayInSettings>,
    /// A page that looks every few seconds is one reading.
    pub(super) viewings: Limiter,
}

/// What the bank has decided about what comes in.
#[derive(Clone, Debug, Default)]
pub struct PayInSettings {
    /// The bank's account that stands for what WeChat Pay owes it 微信支付待清算.
    pub settlement: String,
    /// What is not heard of for so long is told to people. Milliseconds.
    pub case_after: Ms,
    /// What the counter may collect, and nothing else.
    pub charges: Vec<Charge>,
}

impl PayIns {
    pub fn new(
        cx: Cx,
        core: Arc<dyn CoreBank>,
        accounts: Accounts,
        rail: Arc<dyn WeChatPay>,
        settings: PayInSettings,
    ) -> Self {
        Self {
            cx,
            core,
            accounts,
            rail,
            settings: Arc::new(settings),
            viewings: Limiter::new(Quota {
                burst: 1,
                per: Duration::from_mins(10),
            }),
        }
    }

    /// Books an order of ours. When other words stand under its id, as after the settlement account was changed, what became
    /// of the first order is asked for: money has moved by it or not, whatever this one says.
    async fn book(&self, order: &TransferOrder) -> Answer<Posted> {
        let booked = match tokio::time::timeout(PATIENCE, self.core.transfer(order)).await {
            Ok(Answer::Done(Booking::Posted(posted))) => Answer::Done(posted),
            Ok(Answer::Refused(refusal)) => Answer::Refused(refusal),
            Ok(Answer::Done(Booking::Pending(_)) | Answer::Unknown) | Err(_) => Answer::Unknown,
        };
        match booked {
            Answer::Refused(Refusal {
                code: RefusalCode::IdReused,
                ..
            }) => self.stands(order.id).await,
            said => said,
        }
    }

    async fn stands(&self, id: Uuid) -> Answer<Posted> {
        tracing::error!(order = %id, "the core knows another order under this id; what it says of that is taken");
        match tokio::time::timeout(PATIENCE, self.core.transfer_status(id)).await {
            Ok(Answer::Done(TransferStatus::Posted(posted))) => Answer::Done(posted),
            Ok(Answer::Done(TransferStatus::Refused(refusal))) => Answer::Refused(refusal),
            _ => Answer::Unknown,
        }
    }

    /// An order to the core to bring this much of a payment into its account.
    fn inward(&self, payin: &PayIn, id: Uuid, (amount, day): (i64, &str)) -> TransferOrder {
        TransferOrder {
            id,
            debit_account: self.settings.settlement.clone(),
            credit_account: payin.account_no.clone(),
            beneficiary: None,
            amount: Money::cny(amount),
            memo: payin.memo().to_owned(),
            business_date: day.parse().unwrap_or(self.cx.clock.today()),
        }
    }

    /// The other way.
    fn outward(&self, payin: &PayIn, id: Uuid, of: (i64, &str)) -> TransferOrder {
        let inward = self.inward(payin, id, of);
        TransferOrder {
            debit_account: inward.credit_account,
            credit_account: inward.debit_account,
            ..inward
        }
    }

    pub(super) async fn trail(
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

    pub(super) fn today(&self) -> String {
        self.cx.clock.today().to_string()
    }

    pub(super) fn now(&self) -> Ms {
        self.cx.clock.now()
    }
}
