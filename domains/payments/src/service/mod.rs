//! The use cases of payments: check, draft, authorise, hold, settle, record; look back; the payee book; schedules;
//! auto-repay.

mod at_once;
mod authorise;
mod autorepay;
mod banks;
mod biller_day;
mod bills;
mod book;
mod carry;
mod check;
mod collection;
mod draft;
mod file;
mod history;
mod hold;
mod key;
mod limits;
mod look;
mod payee;
mod payin;
mod receipt;
mod record;
mod repay;
mod rounds;
mod schedule;
mod scheduled;
mod sealed;
mod settle;
mod topup;

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use billers::BillerHub;
use corebank::CoreBank;
use identity::Identity;
use kit::clock::Ms;
use kit::cx::Cx;
use kit::limits::{Limiter, Quota};

pub use crate::store::ours::Place as BookedPlace;
pub use autorepay::AutoRepayNotice;
pub(crate) use autorepay::{AgreementState, CardAgreement, SignAutoRepay};
pub(crate) use banks::BankChoice;
use banks::Banks;
pub use biller_day::BillerDay;
pub(crate) use bills::{OwedState, PayBill};
pub(crate) use book::NewPayee;
pub(crate) use check::{Check, Checked};
pub(crate) use collection::{CheckRefund, CollectionLine, CollectionShown, NewCollection, ProposeRefund};
pub(crate) use draft::Draft;
pub use file::{CoreWord, OurLine, TransferFile};
pub use look::{Figures, Notice};
pub(crate) use look::{TransferState, payee_shown, reason_of};
pub(crate) use payee::NameCheck;
pub use payin::{PayInEnd, PayInFile, PayInSettings, PayIns, RefundFile};
pub(crate) use receipt::receipt_no;
pub(crate) use repay::{BillState, Repay};
pub(crate) use schedule::{NewSchedule, ScheduleState};
pub use scheduled::{PlanNotice, keep_scheduling};
pub(crate) use sealed::KnownPayee;
pub(crate) use topup::{NewTopUp, NewTopUpRefund, TopUpShown};

/// What the bank has decided about payments.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// An outcome that is unknown for so long becomes a case for people. Milliseconds.
    pub case_after: Ms,
}

/// The capability; cheap to clone.
#[derive(Clone)]
pub struct Payments {
    pub(crate) cx: Cx,
    pub(crate) core: Arc<dyn CoreBank>,
    pub(crate) identity: Identity,
    pub(crate) accounts: Accounts,
    /// The billers; none where the bank has no hub.
    pub(crate) hub: Option<Arc<dyn BillerHub>>,
    pub(crate) settings: Settings,
    pub(crate) banks: Arc<Banks>,
    /// Who walks through account numbers learns names; this makes it slow.
    pub(crate) checks: Limiter,
    /// Twelve letters can't be guessed; this keeps the tries from crowding out others.
    pub(crate) verifies: Limiter,
}

impl Payments {
    pub fn new(
        cx: Cx,
        core: Arc<dyn CoreBank>,
        identity: Identity,
        (accounts, hub): (Accounts, Option<Arc<dyn BillerHub>>),
        settings: Settings,
    ) -> Self {
        let quota = |per| Limiter::new(Quota { burst: 60, per });
        Self {
            cx,
            core,
            identity,
            accounts,
            hub,
            settings,
            banks: Arc::default(),
            checks: quota(Duration::from_mins(10)),
            verifies: quota(Duration::from_mins(1)),
        }
    }
}
