//! The words of payments: pure types and rules.

pub(crate) mod autorepay;
pub(crate) mod bill;
pub(crate) mod capital;
pub(crate) mod collection;
pub(crate) mod history;
pub(crate) mod payin;
pub(crate) mod purpose;
pub(crate) mod rules;
pub(crate) mod schedule;
pub(crate) mod timeline;
pub(crate) mod told;
pub(crate) mod transfer;
