//! Types, states and texts of accounts: pure.

pub(crate) mod account;
pub(crate) mod loss;
pub(crate) mod statement;
pub(crate) mod text;
