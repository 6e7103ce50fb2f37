//! The words of payments: pure types and rules.

pub(crate) mod capital;
pub(crate) mod rules;
pub(crate) mod transfer;
