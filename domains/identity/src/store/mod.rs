//! Every SQL statement of identity, one function each, by table.

pub(crate) mod bindings;
pub(crate) mod challenges;
pub(crate) mod customers;
pub(crate) mod sessions;
pub(crate) mod staff;
pub(crate) mod throttle;
