//! What makes two orders the same wish, and its fingerprint.

use crate::{
    digest::digest,
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
    /// First id and number of the linked orders; nothing for an order alone.
    link: Option<(&'a str, i64)>,
}

impl<'a> Intent<'a> {
    pub(crate) fn of(order: &'a Order, link: Option<(&'a TransferId, i64)>) -> Self {
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
            link: link.map(|(first, size)| (first.as_str(), size)),
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
            Action::Reverse { transfer } => Self {
                kind: "reverse",
                hold: transfer.as_str(),
                ..blank
            },
        }
    }

    /// The wishes that the stored row may stand for: a full post may have been asked with or without the amount.
    pub(crate) fn stored(t: &'a TransferRow) -> Vec<Self> {
        let b = &t.body;
        let hold = b.hold.as_ref().or(b.reverses.as_ref());
        let hold = hold.map_or("", TransferId::as_str);
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
            link: b.link.as_ref().map(|first| (first.as_str(), t.linked)),
        };
        match t.kind {
            "void" | "reverse" => vec![blank],
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

/// SHA-256 over the fields of the wish.
pub(crate) fn fingerprint(intent: &Intent<'_>) -> String {
    let number = |n: Option<i64>| n.map_or_else(String::new, |n| n.to_string());
    let (amount, timeout, code) = (
        number(intent.amount),
        number(intent.timeout_ms),
        intent.code.to_string(),
    );
    let mut fields = vec![
        intent.kind,
        intent.debit,
        intent.credit,
        &amount,
        intent.ccy,
        intent.hold,
        &timeout,
        &code,
        intent.reference,
    ];
    let size = intent.link.map_or_else(String::new, |(_, size)| size.to_string());
    // Added only when there, so that an order alone keeps the fingerprint it always had.
    if let Some((first, _)) = intent.link {
        fields.extend([first, &size]);
    }
    digest(&fields)
}
