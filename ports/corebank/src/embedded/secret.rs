//! What the core seals, under which name, and how it is found again.

use kit::crypto::Vault;
use serde::{Deserialize, Serialize};

use super::Fail;

/// Blind index of an account or card number: both live in one space, so either finds the account.
pub(super) fn number_ix(vault: &Vault, number: &str) -> String {
    vault.index("core.account_no", number)
}

pub(super) fn customer_ix(vault: &Vault, customer_no: &str) -> String {
    vault.index("core.customer_no", customer_no)
}

pub(super) fn id_ix(vault: &Vault, id_no: &str) -> String {
    vault.index("core.id_no", &id_no.to_ascii_uppercase())
}

pub(super) fn seal(vault: &Vault, column: &str, row: &str, clear: &str) -> String {
    vault.seal(&format!("{column}|{row}"), clear)
}

pub(super) fn open(vault: &Vault, column: &str, row: &str, sealed: &str) -> Result<String, Fail> {
    Ok(vault.open(&format!("{column}|{row}"), sealed)?)
}

/// One side of a posting as the other side's statement shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Party {
    /// The ledger account.
    pub(super) account: String,
    pub(super) name: String,
    pub(super) number: String,
}

/// Everything about a posting that names persons or places.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Detail {
    pub(super) debit: Party,
    pub(super) credit: Party,
    pub(super) memo: String,
    pub(super) place: Option<String>,
}

impl Detail {
    pub(super) fn seal(&self, vault: &Vault, id: &str) -> Result<String, Fail> {
        let json = serde_json::to_string(self).map_err(|_| Fail::Row("posting detail"))?;
        Ok(seal(vault, "core_posting.detail", id, &json))
    }

    pub(super) fn open(vault: &Vault, id: &str, sealed: &str) -> Result<Self, Fail> {
        let json = open(vault, "core_posting.detail", id, sealed)?;
        serde_json::from_str(&json).map_err(|_| Fail::Row("posting detail"))
    }

    /// The side that is not `account`.
    pub(super) fn other(&self, account: &str) -> &Party {
        if self.debit.account == account {
            &self.credit
        } else {
            &self.debit
        }
    }
}
