//! The port: everything that the platform asks of a core bank.

use futures_util::future::BoxFuture;
use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    answer::Answer,
    types::{
        Balance, Bank, Booking, CardBill, ChangePage, CoreAccount, CoreCustomer, EntryPage, EntryQuery,
        HoldOrder, Payee, PostOrder, Posted, RestrictionOrder, StatementPage, TransferOrder, TransferStatus,
        VerifyCustomer, VoidOrder,
    },
};

/// A call under way.
pub type Reply<'a, T> = BoxFuture<'a, Answer<T>>;

/// A core bank. Numbers (`account_no`) may be account or card numbers.
///
/// What every implementation must keep, and [`crate::contract::suite`] checks:
/// * commands carry our id: the same id and content gives the same answer and has one effect, the
///   same id with other content is refused;
/// * a refusal is final for its id; `Unknown` says nothing;
/// * `transfer_status` tells the truth by our id, also about refusals;
/// * a balance counts open holds; after a restriction is `Done` no debit passes;
/// * money sent to another bank has left the payer, and comes back by a posting of its own or never;
/// * the feed shows every entry once, those of one account in their order, to every reader alike;
/// * the file of a closed day never changes.
pub trait CoreBank: Send + Sync + 'static {
    /// Is there one customer to whom all four details belong?
    fn verify_customer<'a>(&'a self, ask: &'a VerifyCustomer) -> Reply<'a, CoreCustomer>;
    fn customer<'a>(&'a self, customer_no: &'a str) -> Reply<'a, CoreCustomer>;
    fn accounts<'a>(&'a self, customer_no: &'a str) -> Reply<'a, Vec<CoreAccount>>;
    fn balance<'a>(&'a self, account_no: &'a str) -> Reply<'a, Balance>;
    fn entries<'a>(&'a self, query: &'a EntryQuery) -> Reply<'a, EntryPage>;
    /// Who would receive money sent to this number?
    fn payee<'a>(&'a self, account_or_card_no: &'a str) -> Reply<'a, Payee>;
    /// The banks that can be paid, in the order in which customers are shown them.
    fn banks(&self) -> Reply<'_, Vec<Bank>>;
    /// The last statement of a credit card and what of it is still to be paid.
    fn card_bill<'a>(&'a self, account_no: &'a str) -> Reply<'a, CardBill>;
    /// Moves money in the bank, or to another bank when the order names a beneficiary.
    fn transfer<'a>(&'a self, order: &'a TransferOrder) -> Reply<'a, Booking>;
    fn hold<'a>(&'a self, order: &'a HoldOrder) -> Reply<'a, Posted>;
    fn post<'a>(&'a self, order: &'a PostOrder) -> Reply<'a, Posted>;
    fn void<'a>(&'a self, order: &'a VoidOrder) -> Reply<'a, Posted>;
    /// What became of a transfer, hold, post or void, by our id.
    fn transfer_status(&self, id: Uuid) -> Reply<'_, TransferStatus>;
    /// Adds a restriction; adding it again is done already.
    fn restrict<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()>;
    /// Takes away the restriction of this kind and source, and no other.
    fn lift<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()>;
    /// What was booked on all customers' accounts after `cursor` (`None`: from the beginning;
    /// [`crate::FEED_END`]: from now on), at most `limit` entries.
    fn changes<'a>(&'a self, cursor: Option<&'a str>, limit: u32) -> Reply<'a, ChangePage>;
    /// A page of the closed file of a business day; page 0 is the first.
    fn statement_file(&self, business_date: Date, page: u32) -> Reply<'_, StatementPage>;
    /// The core's business day 会计日期, by which it books now.
    fn now_business_date(&self) -> Reply<'_, Date>;
    /// `Done` when the core answers.
    fn health(&self) -> Reply<'_, ()>;
}
