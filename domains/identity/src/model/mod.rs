//! The words of identity: pure types and rules.

pub mod challenge;
pub mod forms;
pub mod people;
pub mod roles;
