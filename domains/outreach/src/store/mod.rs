//! Every SQL statement of outreach. What messages say arrives and leaves sealed.

use kit::reseal::SealedColumn;
use kit::sealed;

/// Every sealed column of this domain, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("outreach_notice", "content"),
    sealed!("outreach_send", "content"),
];

pub(crate) mod fans;
pub(crate) mod messages;
