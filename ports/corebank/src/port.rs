//! The port: everything that the platform asks of a core bank.

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::{
    answer::Answer,
    types::{
        Balance, CoreAccount, CoreCustomer, EntryPage, EntryQuery, HoldOrder, Payee, PostOrder, Posted,
        RestrictionOrder, TransferOrder, TransferStatus, VerifyCustomer, VoidOrder,
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
/// * a balance counts open holds; after a restriction is `Done` no debit passes.
pub trait CoreBank: Send + Sync + 'static {
    /// Is there one customer to whom all four details belong?
    fn verify_customer<'a>(&'a self, ask: &'a VerifyCustomer) -> Reply<'a, CoreCustomer>;
    fn customer<'a>(&'a self, customer_no: &'a str) -> Reply<'a, CoreCustomer>;
    fn accounts<'a>(&'a self, customer_no: &'a str) -> Reply<'a, Vec<CoreAccount>>;
    fn balance<'a>(&'a self, account_no: &'a str) -> Reply<'a, Balance>;
    fn entries<'a>(&'a self, query: &'a EntryQuery) -> Reply<'a, EntryPage>;
    /// Who would receive money sent to this number?
    fn payee<'a>(&'a self, account_or_card_no: &'a str) -> Reply<'a, Payee>;
    fn transfer<'a>(&'a self, order: &'a TransferOrder) -> Reply<'a, Posted>;
    fn hold<'a>(&'a self, order: &'a HoldOrder) -> Reply<'a, Posted>;
    fn post<'a>(&'a self, order: &'a PostOrder) -> Reply<'a, Posted>;
    fn void<'a>(&'a self, order: &'a VoidOrder) -> Reply<'a, Posted>;
    /// What became of a transfer, hold, post or void, by our id.
    fn transfer_status(&self, id: Uuid) -> Reply<'_, TransferStatus>;
    /// Adds a restriction; adding it again is done already.
    fn restrict<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()>;
    /// Takes away the restriction of this kind and source, and no other.
    fn lift<'a>(&'a self, account_no: &'a str, order: &'a RestrictionOrder) -> Reply<'a, ()>;
    /// `Done` when the core answers.
    fn health(&self) -> Reply<'_, ()>;
}
