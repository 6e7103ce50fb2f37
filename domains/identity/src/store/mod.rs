//! Every SQL statement of identity, one function each, by table.

use kit::reseal::SealedColumn;
use kit::sealed;

/// Every sealed column of this domain, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("identity_customer", "customer_no"),
    sealed!("identity_customer", "name"),
    sealed!("identity_customer", "phone"),
    sealed!("identity_customer", "id_no"),
    sealed!("identity_challenge", "summary"),
    sealed!("identity_challenge", "code_sealed"),
    sealed!("identity_staff", "totp"),
];

pub(crate) mod bindings;
pub(crate) mod challenges;
pub(crate) mod customers;
pub(crate) mod sessions;
pub(crate) mod staff;
pub(crate) mod throttle;
