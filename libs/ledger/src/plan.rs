//! An order that may be done, and the row that records it.

use crate::{
    model::{AccountId, Order, Recorded, TransferId, When},
    store::{HoldRow, TransferRow},
};

/// First order and size of the linked orders; nothing for an order alone.
pub(crate) type Link<'a> = Option<(&'a TransferId, i64)>;

#[derive(Clone)]
pub(crate) struct Sides {
    pub(crate) debit: AccountId,
    pub(crate) credit: AccountId,
    pub(crate) ccy: String,
}

impl Sides {
    pub(crate) fn of(debit: &AccountId, credit: &AccountId, ccy: &str) -> Self {
        Self {
            debit: debit.clone(),
            credit: credit.clone(),
            ccy: ccy.to_owned(),
        }
    }

    pub(crate) fn from(origin: &Recorded) -> Self {
        Self::of(&origin.debit, &origin.credit, &origin.ccy)
    }
}

/// An order that may be done.
pub(crate) struct Plan {
    pub(crate) kind: &'static str,
    pub(crate) sides: Sides,
    pub(crate) amount: i64,
    pub(crate) timeout_ms: Option<i64>,
    pub(crate) expires_at: i64,
    /// The hold that it ends.
    pub(crate) hold: Option<HoldRow>,
    pub(crate) reverses: Option<TransferId>,
}

impl Plan {
    pub(crate) fn new(kind: &'static str, sides: Sides, amount: i64) -> Self {
        Self {
            kind,
            sides,
            amount,
            timeout_ms: None,
            expires_at: i64::MAX,
            hold: None,
            reverses: None,
        }
    }
}

pub(crate) fn record(
    order: &Order,
    when: &When,
    plan: &Plan,
    fingerprint: String,
    link: Link<'_>,
) -> TransferRow {
    let body = Recorded {
        id: order.id.clone(),
        debit: plan.sides.debit.clone(),
        credit: plan.sides.credit.clone(),
        amount: plan.amount,
        ccy: plan.sides.ccy.clone(),
        code: order.code,
        reference: order.reference.clone(),
        hold: plan.hold.as_ref().map(|h| h.id.clone()),
        reverses: plan.reverses.clone(),
        link: link.map(|(first, _)| first.clone()),
        business_date: when.business_date.clone(),
        value_date: order.value_date.clone(),
        created_at: when.now,
    };
    TransferRow {
        kind: plan.kind,
        fingerprint,
        timeout_ms: plan.timeout_ms,
        linked: link.map_or(0, |(_, size)| size),
        body,
    }
}
