//! The reference core: customers, accounts and restrictions in its own tables, money in the ledger.
//!
//! It stands in for a bank's core in the demo and in tests and shows what the port means. Names,
//! numbers and memos are sealed and found by blind index; amounts stay integers in SQL, because the
//! database itself must guard them. The business day is the calendar day: there is no end-of-day
//! run yet.

mod banks;
mod bill;
mod books;
mod clearing;
mod closing;
mod codes;
mod feed;
mod group;
mod movers;
mod moves;
mod open;
mod outward;
mod read;
mod restrict;
mod secret;
mod status;
mod store;

use std::sync::Arc;

use futures_util::FutureExt as _;
use jiff::civil::Date;
use kit::{clock::Clock, crypto::Vault, db, db::Db};
use uuid::Uuid;
use weigui_ledger as ledger;

pub use books::Books;
pub use clearing::ClearingHouse;
pub use open::{CounterBooking, Internal, NewCoreAccount, NewCoreCustomer, Side};
pub use store::SEALED;

use crate::{
    answer::{Answer, RefusalCode},
    port::{CoreBank, Reply},
    types::{
        Balance, Bank, Booking, CardBill, ChangePage, CoreAccount, CoreCustomer, EntryPage, EntryQuery,
        HoldOrder, Payee, PostOrder, Posted, RestrictionOrder, StatementPage, TransferOrder, TransferStatus,
        VerifyCustomer, VoidOrder,
    },
};

/// Cheap to clone.
#[derive(Clone)]
pub struct EmbeddedCore {
    db: Db,
    vault: Vault,
    clock: Clock,
    poster: Arc<ledger::Poster<group::Counter>>,
}

impl EmbeddedCore {
    pub fn new(db: Db, vault: Vault, clock: Clock) -> Self {
        let counter = group::Counter {
            db: db.clone(),
            vault: vault.clone(),
        };
        Self {
            db,
            vault,
            clock,
            poster: Arc::new(ledger::Poster::new(counter, GROUP)),
        }
    }

    /// Walks the ledger's invariants over one snapshot.
    pub async fn verify_books(&self) -> Result<ledger::Report, Fail> {
        self.db
            .report(async |c| Ok(ledger::verify(&mut Books(c)).await?))
            .await
    }

    /// Frees the money of holds whose time is over; answers how many. Call it every few seconds.
    pub async fn expire_holds(&self) -> Result<u64, Fail> {
        let now = self.clock.now();
        self.db
            .tx(async move |c| Ok(ledger::expire_due(&mut Books(c), now, EXPIRE).await?))
            .await
    }
}

/// Commands posted in one transaction at most: what queued up during the last commit, up to this many.
const GROUP: usize = 64;
/// Holds freed in one transaction.
const EXPIRE: i64 = 100;

/// Why the core has no answer, or which refusal rolls its transaction back.
#[derive(Debug, thiserror::Error)]
pub enum Fail {
    #[error("refused: {}", .0.as_str())]
    Refused(RefusalCode),
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error(transparent)]
    Ledger(ledger::Error),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
    /// Of the group that the command was posted in.
    #[error(transparent)]
    Group(Arc<Fail>),
    #[error("row of the core has a shape it can't have: {0}")]
    Row(&'static str),
}

/// What the ledger's statements complain about are our database's own errors.
impl From<ledger::Error> for Fail {
    fn from(error: ledger::Error) -> Self {
        match error {
            ledger::Error::Sql(fault) => match fault.downcast::<db::Error>() {
                Ok(error) => Self::Db(*error),
                Err(fault) => Self::Ledger(ledger::Error::Sql(fault)),
            },
            other => Self::Ledger(other),
        }
    }
}

/// Turns the inside's result into the port's answer; what went wrong is logged here, once.
fn answer<T>(operation: &'static str, result: Result<T, Fail>) -> Answer<T> {
    match result {
        Ok(value) => Answer::Done(value),
        Err(Fail::Refused(code)) => Answer::refused(code),
        Err(fail) => {
            tracing::error!(operation, cause = %fail, "embedded core has no answer");
            Answer::Unknown
        }
    }
}

fn flat<T>(operation: &'static str, result: Result<Answer<T>, Fail>) -> Answer<T> {
    match answer(operation, result) {
        Answer::Done(inner) => inner,
        Answer::Refused(refusal) => Answer::Refused(refusal),
        Answer::Unknown => Answer::Unknown,
    }
}

impl CoreBank for EmbeddedCore {
    fn verify_customer<'a>(&'a self, ask: &'a VerifyCustomer) -> Reply<'a, CoreCustomer> {
        async move { answer("verify_customer", self.verify_inner(ask).await) }.boxed()
    }

    fn customer<'a>(&'a self, customer_no: &'a str) -> Reply<'a, CoreCustomer> {
        async move { answer("customer", self.customer_inner(customer_no).await) }.boxed()
    }

    fn accounts<'a>(&'a self, customer_no: &'a str) -> Reply<'a, Vec<CoreAccount>> {
        async move { answer("accounts", self.accounts_inner(customer_no).await) }.boxed()
    }

    fn balance<'a>(&'a self, account_no: &'a str) -> Reply<'a, Balance> {
        async move { answer("balance", self.balance_inner(account_no).await) }.boxed()
    }

    fn entries<'a>(&'a self, query: &'a EntryQuery) -> Reply<'a, EntryPage> {
        async move { answer("entries", self.entries_inner(query).await) }.boxed()
    }

    fn payee<'a>(&'a self, account_or_card_no: &'a str) -> Reply<'a, Payee> {
        async move { answer("payee", self.payee_inner(account_or_card_no).await) }.boxed()
    }

    fn banks(&self) -> Reply<'_, Vec<Bank>> {
        async move { Answer::Done(banks::all()) }.boxed()
    }

    fn card_bill<'a>(&'a self, account_no: &'a str) -> Reply<'a, CardBill> {
        async move { answer("card_bill", self.card_bill_inner(account_no).await) }.boxed()
    }

    fn transfer<'a>(&'a self, order: &'a TransferOrder) -> Reply<'a, Booking> {
        async move { flat("transfer", self.transfer_inner(order).await) }.boxed()
    }

    fn hold<'a>(&'a self, order: &'a HoldOrder) -> Reply<'a, Posted> {
        async move { flat("hold", self.hold_inner(order).await) }.boxed()
    }

    fn post<'a>(&'a self, order: &'a PostOrder) -> Reply<'a, Posted> {
        async move { flat("post", self.post_inner(order).await) }.boxed()
    }

    fn void<'a>(&'a self, order: &'a VoidOrder) -> Reply<'a, Posted> {
        async move { flat("void", self.void_inner(order).await) }.boxed()
    }

    fn transfer_status(&self, id: Uuid) -> Reply<'_, TransferStatus> {
        async move { answer("transfer_status", self.status_inner(id).await) }.boxed()
    }

    fn restrict<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        async move { flat("restrict", self.restrict_inner(account_no, *order).await) }.boxed()
    }

    fn lift<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()> {
        async move { flat("lift", self.lift_inner(account_no, *order).await) }.boxed()
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>, limit: u32) -> Reply<'a, ChangePage> {
        async move { answer("changes", self.changes_inner(cursor, limit).await) }.boxed()
    }

    fn statement_file(&self, business_date: Date, page: u32) -> Reply<'_, StatementPage> {
        async move { answer("statement_file", self.statement_inner(business_date, page).await) }.boxed()
    }

    fn now_business_date(&self) -> Reply<'_, Date> {
        async move { Answer::Done(self.clock.today()) }.boxed()
    }

    fn health(&self) -> Reply<'_, ()> {
        async move { answer("health", self.health_inner().await) }.boxed()
    }
}
