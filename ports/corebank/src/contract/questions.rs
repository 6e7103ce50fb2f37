//! Checks of what a core says without being changed.

use futures_util::FutureExt as _;

use super::{Bank, Check, Seen, done, equal, holds, refused};
use crate::{
    answer::RefusalCode,
    types::{CoreEntry, Direction, EntryQuery, PayeeStatus, VerifyCustomer},
};

pub(super) const ALL: &[(&str, Check)] = &[
    ("verify needs all four details", |b| verify(b).boxed()),
    ("accounts belong to their customer", |b| accounts(b).boxed()),
    ("a balance adds up", |b| balance(b).boxed()),
    ("a payee is named or refused", |b| payee(b).boxed()),
    ("entries page without loss while new ones post", |b| {
        paging(b).boxed()
    }),
    ("entries filter by time, direction, amount and text", |b| {
        filters(b).boxed()
    }),
    ("the core answers", |b| health(b).boxed()),
];

async fn verify(b: &Bank) -> Seen {
    let found = done("verify", b.core.verify_customer(&b.owner).await)?;
    equal("customer number", found.customer_no == b.customer_no, true)?;
    let owner = &b.owner;
    let wrong = [
        VerifyCustomer {
            name: format!("{}某", owner.name),
            ..owner.clone()
        },
        VerifyCustomer {
            id_no: "999999199001010016".to_owned(),
            ..owner.clone()
        },
        VerifyCustomer {
            card_no: b.payee.clone(),
            ..owner.clone()
        },
        VerifyCustomer {
            phone: "13999999999".to_owned(),
            ..owner.clone()
        },
    ];
    for (ask, what) in wrong.iter().zip(["name", "id number", "card", "phone"]) {
        let answer = b.core.verify_customer(ask).await;
        refused(
            &format!("verify with a wrong {what}"),
            answer,
            RefusalCode::CustomerMismatch,
        )?;
    }
    Ok(())
}

async fn accounts(b: &Bank) -> Seen {
    let customer = done("customer", b.core.customer(&b.customer_no).await)?;
    holds("the customer has another name", customer.name == b.owner.name)?;
    let accounts = done("accounts", b.core.accounts(&b.customer_no).await)?;
    holds(
        "the payer's account is missing",
        accounts.iter().any(|a| a.account_no == b.payer),
    )?;
    holds(
        "the payee's account is in the list",
        accounts.iter().all(|a| a.account_no != b.payee),
    )?;
    let nobody = b.core.accounts("no such customer").await;
    refused("accounts of nobody", nobody, RefusalCode::CustomerNotFound)
}

async fn balance(b: &Bank) -> Seen {
    let balance = done("balance", b.core.balance(&b.payer).await)?;
    let sum = balance.posted.fen() - balance.held.fen() + balance.credit_limit.fen();
    equal("available", balance.available.fen(), sum)?;
    holds(
        "the payer has less than 100 yuan",
        balance.available.fen() >= 10_000,
    )?;
    refused(
        "balance of no account",
        b.core.balance("0000").await,
        RefusalCode::AccountNotFound,
    )
}

async fn payee(b: &Bank) -> Seen {
    let payee = done("payee", b.core.payee(&b.payee).await)?;
    holds("the payee has another name", payee.name == b.payee_name)?;
    holds("the payee has another number", payee.account_no == b.payee)?;
    equal("status", payee.status, PayeeStatus::Ready)?;
    refused(
        "payee of no account",
        b.core.payee("0000").await,
        RefusalCode::PayeeNotFound,
    )
}

async fn paging(b: &Bank) -> Seen {
    for fen in [1, 2, 3, 4, 5] {
        done("transfer", b.core.transfer(&b.order(fen)).await)?;
    }
    let known = done("entries", b.core.entries(&EntryQuery::all(&b.payer, 5)).await)?;
    holds("fewer than five entries", known.items.len() == 5)?;
    let mut query = EntryQuery::all(&b.payer, 2);
    let mut seen: Vec<CoreEntry> = Vec::new();
    while seen.len() < 5 {
        let page = done("page", b.core.entries(&query).await)?;
        holds("a page holds more than asked", page.items.len() <= 2)?;
        seen.extend(page.items);
        query.cursor = page.next;
        holds(
            "the history ends too early",
            query.cursor.is_some() || seen.len() >= 5,
        )?;
        // Something new posts while the customer turns the page.
        done("transfer back", b.core.transfer(&b.back(1)).await)?;
    }
    seen.truncate(5);
    holds("pages lose, repeat or disorder rows", seen == known.items)?;
    let pairs = seen.iter().zip(seen.iter().skip(1));
    let chained = |(new, old): (&CoreEntry, &CoreEntry)| {
        new.at >= old.at && new.balance_after.fen() == old.balance_after.fen() + new.amount.fen()
    };
    holds(
        "balances do not follow from entries",
        pairs.into_iter().all(chained),
    )?;
    done("transfer back", b.core.transfer(&b.back(12)).await)?;
    Ok(())
}

async fn filters(b: &Bank) -> Seen {
    let order = b.order(17);
    let posted = done("transfer", b.core.transfer(&order).await)?.proof();
    done("transfer back", b.core.transfer(&b.back(17)).await)?;
    let base = EntryQuery {
        min: Some(17),
        max: Some(17),
        from: Some(posted.at),
        ..EntryQuery::all(&b.payer, 10)
    };
    let out = EntryQuery {
        direction: Some(Direction::Out),
        ..base.clone()
    };
    let items = found(b, &out).await?;
    let ours = items
        .iter()
        .find(|e| e.id == order.id.to_string())
        .ok_or("an entry is not named by our id")?;
    equal("signed amount", ours.amount.fen(), -17)?;
    let name = ours.counterparty_name.as_deref();
    holds("the counterparty is missing", name == Some(b.payee_name.as_str()))?;
    holds("the memo is missing", ours.memo == order.memo)?;
    let income = EntryQuery {
        direction: Some(Direction::In),
        ..base
    };
    let income = found(b, &income).await?;
    let all_in = income.iter().all(|e| e.amount.fen() == 17);
    holds("direction in shows what went out", all_in && !income.is_empty())?;
    let before = EntryQuery {
        from: None,
        to: Some(posted.at),
        ..out.clone()
    };
    let before = found(b, &before).await?;
    holds("`to` is not exclusive", before.iter().all(|e| e.at < posted.at))?;
    text(b, out).await
}

async fn text(b: &Bank, base: EntryQuery) -> Seen {
    let named = EntryQuery {
        counterparty: Some(b.payee_name.clone()),
        ..base.clone()
    };
    holds(
        "text does not find the payee",
        !found(b, &named).await?.is_empty(),
    )?;
    let strange = EntryQuery {
        counterparty: Some("无此对手方".to_owned()),
        ..base
    };
    holds(
        "text finds what is not there",
        found(b, &strange).await?.is_empty(),
    )?;
    let wrong = EntryQuery {
        cursor: Some("not a cursor".to_owned()),
        ..EntryQuery::all(&b.payer, 1)
    };
    refused(
        "a made-up cursor",
        b.core.entries(&wrong).await,
        RefusalCode::BadRequest,
    )
}

async fn found(b: &Bank, query: &EntryQuery) -> Result<Vec<CoreEntry>, String> {
    Ok(done("entries", b.core.entries(query).await)?.items)
}

async fn health(b: &Bank) -> Seen {
    done("health", b.core.health().await)
}
