//! The words of outreach: pure types and rules.

pub(crate) mod catalogue;
pub(crate) mod fan;
pub(crate) mod notice;
pub(crate) mod pattern;
pub(crate) mod quota;
pub(crate) mod send;
