//! Types, states and texts of accounts: pure.

pub(crate) mod account;
pub(crate) mod category;
pub(crate) mod dispute;
pub(crate) mod loss;
pub(crate) mod statement;
pub(crate) mod text;
