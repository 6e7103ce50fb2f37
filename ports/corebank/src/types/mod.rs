//! The values that travel between us and a core bank, and their JSON.
//!
//! Names, numbers and memos in here are persons' data (C2): `Debug` hides them, so that no log line
//! can show them by accident.

mod accounts;
mod bills;
mod entries;
mod feed;
mod orders;
mod statement;

use std::fmt;

pub use accounts::{
    AccountKind, Balance, CoreAccount, CoreCustomer, Payee, PayeeStatus, Restriction, RestrictionKind,
    RestrictionSource, VerifyCustomer,
};
pub use bills::{Bank, CardBill};
pub use entries::{CoreEntry, Direction, EntryKind, EntryPage, EntryQuery};
pub use feed::{Change, ChangePage, FEED_END};
pub use orders::{
    Beneficiary, Booking, HoldOrder, PostOrder, Posted, RestrictionOrder, ReturnReason, TransferOrder,
    TransferStatus, VoidOrder,
};
pub use statement::{LineKind, LineState, Statement, StatementHeader, StatementLine, StatementPage};

/// Types that hold persons' data print their name only.
macro_rules! hide {
    ($($name:ident),* $(,)?) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

hide!(
    VerifyCustomer,
    CoreCustomer,
    CoreAccount,
    CoreEntry,
    Payee,
    Beneficiary,
    TransferOrder,
    HoldOrder,
    EntryQuery,
    CardBill,
    Change,
    StatementLine,
);
