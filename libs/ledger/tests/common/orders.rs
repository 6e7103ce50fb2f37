//! Short hands for ids and orders.

use weigui_ledger::{AccountId, Action, Day, NewAccount, Order, TransferId, When};

pub(crate) fn account(n: u64) -> AccountId {
    AccountId::parse(&format!("aaaaaaaa-0000-7000-8000-{n:012x}")).unwrap()
}

pub(crate) fn transfer(n: u64) -> TransferId {
    TransferId::parse(&format!("00000000-0000-7000-8000-{n:012x}")).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn when(now: i64) -> When {
    When {
        now,
        business_date: day("2026-11-23"),
    }
}

pub(crate) fn order(id: u64, action: Action) -> Order {
    Order {
        id: transfer(id),
        action,
        code: 1,
        reference: String::new(),
        value_date: day("2026-11-23"),
    }
}

pub(crate) fn direct(id: u64, from: u64, to: u64, amount: i64) -> Order {
    order(
        id,
        Action::Direct {
            debit: account(from),
            credit: account(to),
            amount,
            ccy: "CNY".into(),
        },
    )
}

pub(crate) fn hold(id: u64, from: u64, to: u64, amount: i64, timeout_ms: Option<i64>) -> Order {
    order(
        id,
        Action::Hold {
            debit: account(from),
            credit: account(to),
            amount,
            ccy: "CNY".into(),
            timeout_ms,
        },
    )
}

pub(crate) fn post(id: u64, hold: u64, amount: Option<i64>) -> Order {
    order(
        id,
        Action::Post {
            hold: transfer(hold),
            amount,
        },
    )
}

pub(crate) fn void(id: u64, hold: u64) -> Order {
    order(id, Action::Void { hold: transfer(hold) })
}

pub(crate) fn new_account(n: u64, limited: bool, credit_line: i64) -> NewAccount {
    NewAccount {
        id: account(n),
        ccy: "CNY".into(),
        limited,
        credit_line,
        capped: false,
    }
}

pub(crate) fn reverse(id: u64, transfer_id: u64) -> Order {
    order(
        id,
        Action::Reverse {
            transfer: transfer(transfer_id),
        },
    )
}
