//! The words of identity: pure types and rules.

pub(crate) mod challenge;
pub mod forms;
pub(crate) mod people;
pub(crate) mod roles;
