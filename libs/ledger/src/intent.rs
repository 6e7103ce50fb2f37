//! What makes two orders the same wish, and its fingerprint.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::{
    model::{Action, Order, TransferId},
    store::TransferRow,
};

/// What makes two orders the same wish. Instants and business dates belong to the run, not to the
/// wish: a retry after midnight is still the same transfer.
pub(crate) struct Intent<'a> {
    kind: &'a str,
    debit: &'a str,
    credit: &'a str,
    amount: Option<i64>,
    ccy: &'a str,
    hold: &'a str,
    timeout_ms: Option<i64>,
    code: i64,
    reference: &'a str,
}

impl<'a> Intent<'a> {
    pub(crate) fn of(order: &'a Order) -> Self {
        let blank = Self {
            kind: "",
            debit: "",
            credit: "",
            amount: None,
            ccy: "",
            hold: "",
            timeout_ms: None,
            code: order.code,
            reference: &order.reference,
        };
        match &order.action {
            Action::Direct {
                debit,
                credit,
                amount,
                ccy,
            } => Self {
                kind: "direct",
                debit: debit.as_str(),
                credit: credit.as_str(),
                amount: Some(*amount),
                ccy,
                ..blank
            },
            Action::Hold {
                debit,
                credit,
                amount,
                ccy,
                timeout_ms,
            } => Self {
                kind: "hold",
                debit: debit.as_str(),
                credit: credit.as_str(),
                amount: Some(*amount),
                ccy,
                timeout_ms: *timeout_ms,
                ..blank
            },
            Action::Post { hold, amount } => Self {
                kind: "post",
                hold: hold.as_str(),
                amount: *amount,
                ..blank
            },
            Action::Void { hold } => Self {
                kind: "void",
                hold: hold.as_str(),
                ..blank
            },
        }
    }

    /// The wishes that the stored row may stand for: a full post may have been asked with or without the amount.
    pub(crate) fn stored(t: &'a TransferRow) -> Vec<Self> {
        let b = &t.body;
        let hold = b.hold.as_ref().map_or("", TransferId::as_str);
        let blank = Self {
            kind: t.kind,
            debit: "",
            credit: "",
            amount: None,
            ccy: "",
            hold,
            timeout_ms: t.timeout_ms,
            code: b.code,
            reference: &b.reference,
        };
        match t.kind {
            "void" => vec![blank],
            "post" => vec![
                Self {
                    amount: Some(b.amount),
                    ..blank
                },
                Self {
                    timeout_ms: None,
                    ..blank
                },
            ],
            _ => vec![Self {
                debit: b.debit.as_str(),
                credit: b.credit.as_str(),
                amount: Some(b.amount),
                ccy: &b.ccy,
                ..blank
            }],
        }
    }
}

/// Lower-case hex of SHA-256 over the fields, each with its length: no two wishes share a spelling.
pub(crate) fn fingerprint(intent: &Intent<'_>) -> String {
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let fields = [
        intent.kind,
        intent.debit,
        intent.credit,
        &number(intent.amount),
        intent.ccy,
        intent.hold,
        &number(intent.timeout_ms),
        &intent.code.to_string(),
        intent.reference,
    ];
    let mut hash = Sha256::new();
    for field in fields {
        hash.update(field.len().to_string());
        hash.update(":");
        hash.update(field);
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String can't fail.
        write!(hex, "{byte:02x}").ok();
    }
    hex
}
