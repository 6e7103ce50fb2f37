//! Hashes: of lists of fields, of an account's chain of entries, of the whole books.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::model::Entry;

/// Lower-case hex of SHA-256 over the fields, each with its length: no two lists share a spelling.
pub(crate) fn digest(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        feed(&mut hash, field);
    }
    hex(hash)
}

/// The link of an entry: over its content and the link before it, so that no entry can be altered, taken
/// out or put in without altering all that follow and the account itself.
pub(crate) fn link(before: &str, e: &Entry) -> String {
    digest(&[
        before,
        e.account.as_str(),
        &e.seq.to_string(),
        e.transfer.as_str(),
        &e.amount.to_string(),
        &e.balance_after.to_string(),
        &e.code.to_string(),
        e.business_date.as_str(),
        e.value_date.as_str(),
        &e.at.to_string(),
    ])
}

/// Grows over the accounts in id order; the result names the state of the whole books.
pub(crate) struct Books(Sha256);

impl Books {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn add(&mut self, account: &str, seq: i64, chain: &str) {
        for field in [account, &seq.to_string(), chain] {
            feed(&mut self.0, field);
        }
    }

    pub(crate) fn finish(self) -> String {
        hex(self.0)
    }
}

fn feed(hash: &mut Sha256, field: &str) {
    hash.update(field.len().to_string());
    hash.update(":");
    hash.update(field);
}

fn hex(hash: Sha256) -> String {
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String can't fail.
        write!(hex, "{byte:02x}").ok();
    }
    hex
}
