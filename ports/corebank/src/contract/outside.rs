//! Checks of what reaches beyond one account: other banks, card bills, the feed of changes, closed days.

use futures_util::FutureExt as _;
use uuid::Uuid;

use super::{Bank, Check, Seen, done, equal, holds, refused};
use crate::{
    answer::{Answer, RefusalCode},
    statement::fetch_statement,
    types::{Beneficiary, Booking, CardBill, Change, FEED_END, TransferOrder, TransferStatus},
};

pub(super) const ALL: &[(&str, Check)] = &[
    ("the banks that can be paid are told", |b| banks(b).boxed()),
    ("money for another bank leaves once and is on its way", |b| {
        outward(b).boxed()
    }),
    ("an unfit payment to another bank moves nothing", |b| {
        unfit(b).boxed()
    }),
    ("a repayment lowers what is left of the card's bill", |b| {
        card_bill(b).boxed()
    }),
    ("the feed shows every entry once and in order", |b| {
        feed(b).boxed()
    }),
    ("a closed day's file adds up, an open day has none", |b| {
        closed_day(b).boxed()
    }),
];

async fn banks(b: &Bank) -> Seen {
    let banks = done("banks", b.core.banks().await)?;
    let well = |code: &str| code.len() == 12 && code.bytes().all(|d| d.is_ascii_digit());
    holds(
        "a bank has no 12-digit code",
        banks.iter().all(|bank| well(&bank.code)),
    )?;
    let ours = banks.iter().filter(|bank| bank.code == b.beneficiary.bank_code);
    equal("the beneficiary's bank is listed", ours.count(), 1)
}

fn to_elsewhere(b: &Bank, fen: i64) -> TransferOrder {
    TransferOrder {
        credit_account: b.beneficiary_account.clone(),
        beneficiary: Some(b.beneficiary.clone()),
        ..b.order(fen)
    }
}

async fn outward(b: &Bank) -> Seen {
    let order = to_elsewhere(b, 1);
    let change = b.change(async {
        let first = done("transfer", b.core.transfer(&order).await)?;
        let again = done("transfer again", b.core.transfer(&order).await)?;
        equal("the same answer", &again, &first)?;
        let status = done("status", b.core.transfer_status(order.id).await)?;
        let known = match (&first, status) {
            (Booking::Pending(p), TransferStatus::Pending(s))
            | (Booking::Pending(p) | Booking::Posted(p), TransferStatus::Posted(s)) => *p == s,
            (Booking::Pending(p), TransferStatus::Returned { original, .. }) => *p == original,
            _ => false,
        };
        holds("status tells something else", known)
    });
    equal("payer and a stranger changed by", change.await?, (-1, 0))
}

async fn unfit(b: &Bank) -> Seen {
    let order = to_elsewhere(b, 1);
    done("transfer", b.core.transfer(&order).await)?;
    let change = b.change(async {
        let other = with(&order, |to| to.name.push('某'));
        refused(
            "another name under the id",
            b.core.transfer(&other).await,
            RefusalCode::IdReused,
        )?;
        let inside = TransferOrder {
            beneficiary: None,
            ..order.clone()
        };
        refused(
            "no name under the id",
            b.core.transfer(&inside).await,
            RefusalCode::IdReused,
        )?;
        let nowhere = with(&to_elsewhere(b, 1), |to| to.bank_code = "000000000000".to_owned());
        refused(
            "to no bank",
            b.core.transfer(&nowhere).await,
            RefusalCode::BankNotFound,
        )?;
        let nothing = to_elsewhere(b, 0);
        refused(
            "nothing",
            b.core.transfer(&nothing).await,
            RefusalCode::AmountInvalid,
        )?;
        let (payer, _) = b.balances().await?;
        let much = to_elsewhere(b, payer.available.fen() + 1);
        refused(
            "too much",
            b.core.transfer(&much).await,
            RefusalCode::InsufficientFunds,
        )
    });
    equal("payer and payee changed by", change.await?, (0, 0))
}

fn with(order: &TransferOrder, change: impl FnOnce(&mut Beneficiary)) -> TransferOrder {
    let mut order = order.clone();
    if let Some(to) = &mut order.beneficiary {
        change(to);
    }
    order
}

async fn card_bill(b: &Bank) -> Seen {
    let before = done("bill", b.core.card_bill(&b.card).await)?;
    adds_up(&before)?;
    let order = TransferOrder {
        credit_account: b.card.clone(),
        ..b.order(100)
    };
    done("repayment", b.core.transfer(&order).await)?;
    let after = done("bill", b.core.card_bill(&b.card).await)?;
    adds_up(&after)?;
    equal("paid", after.paid.fen(), before.paid.fen() + 100)?;
    equal(
        "remaining",
        after.remaining.fen(),
        (before.remaining.fen() - 100).max(0),
    )?;
    let none = b.core.card_bill(&b.payer).await;
    refused("bill of no card", none, RefusalCode::NoCardBill)?;
    let nobody = b.core.card_bill("0000").await;
    refused("bill of no account", nobody, RefusalCode::AccountNotFound)
}

fn adds_up(bill: &CardBill) -> Seen {
    let left = |of: i64| (of - bill.paid.fen()).max(0);
    equal(
        "remaining",
        bill.remaining.fen(),
        left(bill.statement_balance.fen()),
    )?;
    equal(
        "minimum left",
        bill.min_remaining.fen(),
        left(bill.min_payment.fen()),
    )?;
    holds("due before the statement", bill.due_date > bill.statement_date)?;
    let amounts = [bill.statement_balance, bill.min_payment, bill.paid, bill.unbilled];
    holds("an amount below zero", amounts.iter().all(|m| m.fen() >= 0))?;
    holds(
        "the minimum is more than the whole",
        bill.min_payment.fen() <= bill.statement_balance.fen(),
    )
}

async fn feed(b: &Bank) -> Seen {
    let start = done("end of the feed", b.core.changes(Some(FEED_END), 10).await)?;
    holds("the end of the feed has entries", start.items.is_empty())?;
    let mut orders = Vec::new();
    for fen in [21, 22, 23] {
        let order = b.order(fen);
        done("transfer", b.core.transfer(&order).await)?;
        orders.push(order.id);
    }
    let first = read(b, &start.next).await?;
    let second = read(b, &start.next).await?;
    holds("two readers see two feeds", first == second)?;
    for (account, sign) in [(&b.payer, -1), (&b.payee, 1)] {
        let seen: Vec<(Option<Uuid>, i64)> = first
            .iter()
            .filter(|change| change.account_no == *account)
            .map(|change| (change.order_id, change.entry.amount.fen()))
            .collect();
        let wanted: Vec<_> = orders
            .iter()
            .map(|id| Some(*id))
            .zip([21 * sign, 22 * sign, 23 * sign])
            .collect();
        holds("the feed loses, repeats or disorders entries", seen == wanted)?;
    }
    let madeup = b.core.changes(Some("not a cursor"), 1).await;
    refused("a made-up cursor", madeup, RefusalCode::BadRequest)?;
    done("transfer back", b.core.transfer(&b.back(66)).await).map(drop)
}

/// All that came after a cursor, two by two.
async fn read(b: &Bank, from: &str) -> Result<Vec<Change>, String> {
    let (mut seen, mut cursor) = (Vec::new(), from.to_owned());
    loop {
        let page = done("changes", b.core.changes(Some(&cursor), 2).await)?;
        holds("a page holds more than asked", page.items.len() <= 2)?;
        if page.items.is_empty() {
            return Ok(seen);
        }
        seen.extend(page.items);
        cursor = page.next;
    }
}

async fn closed_day(b: &Bank) -> Seen {
    equal(
        "business date",
        done("business date", b.core.now_business_date().await)?,
        b.business_date,
    )?;
    let open = b.core.statement_file(b.business_date, 0).await;
    refused("file of an open day", open, RefusalCode::NoStatement)?;
    let day = b
        .business_date
        .yesterday()
        .map_err(|_| "the calendar begins today")?;
    let file = done("file of yesterday", fetch_statement(&*b.core, day).await)?;
    let again = match fetch_statement(&*b.core, day).await {
        Answer::Done(again) => again,
        Answer::Refused(_) | Answer::Unknown => return Err("the file is gone".to_owned()),
    };
    holds("the file changed", file == again)?;
    let beyond = b.core.statement_file(day, u32::MAX - 1).await;
    refused("a page beyond the last", beyond, RefusalCode::NoStatement)
}
