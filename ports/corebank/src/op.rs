//! The calls of the port: their names on the wire, and what kind of call each is.

use serde::{Deserialize, Serialize};

/// One call of the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    VerifyCustomer,
    Customer,
    Accounts,
    Balance,
    Entries,
    Payee,
    Banks,
    CardBill,
    Transfer,
    Hold,
    Post,
    Void,
    TransferStatus,
    Restrict,
    Lift,
    Changes,
    StatementFile,
    BusinessDate,
    Health,
}

/// Calls of one class share connections, patience and a circuit breaker, so that slow reports can't hold up
/// payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Changes something. Never sent twice by the adapter.
    Command,
    /// What became of a command.
    Status,
    /// Short questions that a customer waits for.
    Inquiry,
    /// Long answers: histories, the feed, closed days.
    Report,
}

impl Class {
    pub const ALL: [Self; 4] = [Self::Command, Self::Status, Self::Inquiry, Self::Report];

    /// As in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Status => "status",
            Self::Inquiry => "inquiry",
            Self::Report => "report",
        }
    }
}

impl Op {
    pub const ALL: [Self; 19] = [
        Self::VerifyCustomer,
        Self::Customer,
        Self::Accounts,
        Self::Balance,
        Self::Entries,
        Self::Payee,
        Self::Banks,
        Self::CardBill,
        Self::Transfer,
        Self::Hold,
        Self::Post,
        Self::Void,
        Self::TransferStatus,
        Self::Restrict,
        Self::Lift,
        Self::Changes,
        Self::StatementFile,
        Self::BusinessDate,
        Self::Health,
    ];

    /// Changes something in the core.
    pub const COMMANDS: [Self; 6] = [
        Self::Transfer,
        Self::Hold,
        Self::Post,
        Self::Void,
        Self::Restrict,
        Self::Lift,
    ];

    pub const fn class(self) -> Class {
        match self {
            Self::Transfer | Self::Hold | Self::Post | Self::Void | Self::Restrict | Self::Lift => {
                Class::Command
            }
            Self::TransferStatus => Class::Status,
            Self::Entries | Self::Changes | Self::StatementFile => Class::Report,
            Self::VerifyCustomer
            | Self::Customer
            | Self::Accounts
            | Self::Balance
            | Self::Payee
            | Self::Banks
            | Self::CardBill
            | Self::BusinessDate
            | Self::Health => Class::Inquiry,
        }
    }

    /// The last part of its path, and its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyCustomer => "verify-customer",
            Self::Customer => "customer",
            Self::Accounts => "accounts",
            Self::Balance => "balance",
            Self::Entries => "entries",
            Self::Payee => "payee",
            Self::Banks => "banks",
            Self::CardBill => "card-bill",
            Self::Transfer => "transfer",
            Self::Hold => "hold",
            Self::Post => "post",
            Self::Void => "void",
            Self::TransferStatus => "transfer-status",
            Self::Restrict => "restrict",
            Self::Lift => "lift",
            Self::Changes => "changes",
            Self::StatementFile => "statement-file",
            Self::BusinessDate => "business-date",
            Self::Health => "health",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_the_class_of_commands_and_names_are_those_of_the_wire() {
        for op in Op::ALL {
            assert_eq!(Op::COMMANDS.contains(&op), op.class() == Class::Command, "{op:?}");
            assert_eq!(serde_json::to_value(op).unwrap(), serde_json::json!(op.name()));
        }
    }
}
