//! Checks of what a core does: once, truthfully, and never beyond what is there.

use futures_util::{FutureExt as _, future::join_all};
use uuid::Uuid;

use super::{Bank, Check, Seen, done, equal, holds, refused};
use crate::{
    answer::{Answer, RefusalCode},
    types::{
        HoldOrder, PostOrder, RestrictionKind, RestrictionOrder, RestrictionSource, TransferOrder,
        TransferStatus, VoidOrder,
    },
};
use kit::money::Money;

pub(super) const ALL: &[(&str, Check)] = &[
    ("a transfer moves its amount once", |b| transfer(b).boxed()),
    ("the same id twenty times at once moves once", |b| {
        crowd(b).boxed()
    }),
    ("an id used for something else is refused", |b| reused(b).boxed()),
    ("a refusal stays and is told by status", |b| refusal(b).boxed()),
    ("senseless orders are refused", |b| senseless(b).boxed()),
    ("a hold reserves, a partial post frees the rest", |b| {
        hold(b).boxed()
    }),
    ("a voided hold is free and done with", |b| void(b).boxed()),
    ("holds count against the limit", |b| limit(b).boxed()),
    ("a restricted account pays nothing and still receives", |b| {
        restriction(b).boxed()
    }),
    ("a late repeat does not restrict again", |b| {
        late_repeat(b).boxed()
    }),
];

async fn transfer(b: &Bank) -> Seen {
    let order = b.order(123);
    equal(
        "status before",
        done("status", b.core.transfer_status(order.id).await)?,
        TransferStatus::NotSeen,
    )?;
    let change = b.change(async {
        let first = done("transfer", b.core.transfer(&order).await)?;
        let again = done("transfer again", b.core.transfer(&order).await)?;
        equal("the same answer", &again, &first)?;
        let status = done("status", b.core.transfer_status(order.id).await)?;
        equal("status after", status, TransferStatus::Posted(first.proof()))
    });
    equal("payer and payee changed by", change.await?, (-123, 123))?;
    let change = b.change(async { done("transfer back", b.core.transfer(&b.back(123)).await).map(drop) });
    equal("the way back", change.await?, (123, -123))
}

async fn crowd(b: &Bank) -> Seen {
    let order = b.order(7);
    let change = b.change(async {
        let answers = join_all((0..20).map(|_| b.core.transfer(&order))).await;
        for answer in answers {
            // A core may say "unknown" to a repeat that is under way, but never "refused".
            holds("a repeat is refused", !matches!(answer, Answer::Refused(_)))?;
        }
        done("transfer", b.core.transfer(&order).await).map(drop)
    });
    equal("payer and payee changed by", change.await?, (-7, 7))?;
    done("transfer back", b.core.transfer(&b.back(7)).await).map(drop)
}

async fn reused(b: &Bank) -> Seen {
    let order = b.order(5);
    done("transfer", b.core.transfer(&order).await)?;
    let change = b.change(async {
        let more = TransferOrder {
            amount: Money::cny(6),
            ..order.clone()
        };
        refused(
            "another amount",
            b.core.transfer(&more).await,
            RefusalCode::IdReused,
        )?;
        let other = TransferOrder {
            memo: "别的".to_owned(),
            ..order.clone()
        };
        refused(
            "another memo",
            b.core.transfer(&other).await,
            RefusalCode::IdReused,
        )
    });
    equal("payer and payee changed by", change.await?, (0, 0))?;
    done("transfer back", b.core.transfer(&b.back(5)).await).map(drop)
}

async fn refusal(b: &Bank) -> Seen {
    let (payer, _) = b.balances().await?;
    let order = b.order(payer.available.fen() + 1);
    let change = b.change(async {
        refused(
            "too much",
            b.core.transfer(&order).await,
            RefusalCode::InsufficientFunds,
        )?;
        refused(
            "too much again",
            b.core.transfer(&order).await,
            RefusalCode::InsufficientFunds,
        )?;
        let status = done("status", b.core.transfer_status(order.id).await)?;
        let told = matches!(status, TransferStatus::Refused(no) if no.code == RefusalCode::InsufficientFunds);
        holds("status does not tell the refusal", told)
    });
    equal("payer and payee changed by", change.await?, (0, 0))
}

async fn senseless(b: &Bank) -> Seen {
    refused(
        "zero",
        b.core.transfer(&b.order(0)).await,
        RefusalCode::AmountInvalid,
    )?;
    refused(
        "less than zero",
        b.core.transfer(&b.order(-1)).await,
        RefusalCode::AmountInvalid,
    )?;
    let own = TransferOrder {
        credit_account: b.payer.clone(),
        ..b.order(1)
    };
    refused(
        "to oneself",
        b.core.transfer(&own).await,
        RefusalCode::SameAccount,
    )?;
    let nobody = TransferOrder {
        credit_account: "0000".to_owned(),
        ..b.order(1)
    };
    refused(
        "to nobody",
        b.core.transfer(&nobody).await,
        RefusalCode::PayeeNotFound,
    )?;
    let nobody = TransferOrder {
        debit_account: "0000".to_owned(),
        ..b.order(1)
    };
    refused(
        "from nobody",
        b.core.transfer(&nobody).await,
        RefusalCode::AccountNotFound,
    )
}

fn hold_order(b: &Bank, fen: i64) -> HoldOrder {
    let order = b.order(fen);
    HoldOrder {
        id: order.id,
        debit_account: order.debit_account,
        credit_account: order.credit_account,
        amount: order.amount,
        memo: order.memo,
        business_date: order.business_date,
        timeout_ms: None,
    }
}

async fn hold(b: &Bank) -> Seen {
    let (before, _) = b.balances().await?;
    let order = hold_order(b, 1_000);
    done("hold", b.core.hold(&order).await)?;
    done("hold again", b.core.hold(&order).await)?;
    let (held, _) = b.balances().await?;
    equal("posted while held", held.posted, before.posted)?;
    equal(
        "available while held",
        held.available.fen(),
        before.available.fen() - 1_000,
    )?;
    equal(
        "status",
        done("status", b.core.transfer_status(order.id).await)?,
        TransferStatus::Held,
    )?;
    let post = PostOrder {
        id: b.ids.make::<Uuid>(),
        hold: order.id,
        amount: Some(Money::cny(400)),
    };
    let too_much = PostOrder {
        id: b.ids.make::<Uuid>(),
        amount: Some(Money::cny(1_001)),
        ..post
    };
    refused(
        "more than held",
        b.core.post(&too_much).await,
        RefusalCode::ExceedsHold,
    )?;
    done("post", b.core.post(&post).await)?;
    done("post again", b.core.post(&post).await)?;
    let (after, _) = b.balances().await?;
    equal("posted", after.posted.fen(), before.posted.fen() - 400)?;
    equal("available", after.available.fen(), before.available.fen() - 400)?;
    let status = done("status", b.core.transfer_status(order.id).await)?;
    holds(
        "the hold is not posted by status",
        matches!(status, TransferStatus::Posted(_)),
    )?;
    let second = PostOrder {
        id: b.ids.make::<Uuid>(),
        ..post
    };
    refused(
        "posted twice",
        b.core.post(&second).await,
        RefusalCode::HoldResolved,
    )?;
    done("transfer back", b.core.transfer(&b.back(400)).await).map(drop)
}

async fn void(b: &Bank) -> Seen {
    let (before, _) = b.balances().await?;
    let order = hold_order(b, 2_000);
    done("hold", b.core.hold(&order).await)?;
    let void = VoidOrder {
        id: b.ids.make::<Uuid>(),
        hold: order.id,
    };
    done("void", b.core.void(&void).await)?;
    done("void again", b.core.void(&void).await)?;
    let (after, _) = b.balances().await?;
    equal("available", after.available, before.available)?;
    equal(
        "status",
        done("status", b.core.transfer_status(order.id).await)?,
        TransferStatus::Voided,
    )?;
    let post = PostOrder {
        id: b.ids.make::<Uuid>(),
        hold: order.id,
        amount: None,
    };
    refused(
        "post after void",
        b.core.post(&post).await,
        RefusalCode::HoldResolved,
    )?;
    let nothing = VoidOrder {
        id: b.ids.make::<Uuid>(),
        hold: b.ids.make::<Uuid>(),
    };
    refused(
        "void of nothing",
        b.core.void(&nothing).await,
        RefusalCode::HoldNotFound,
    )
}

async fn limit(b: &Bank) -> Seen {
    let (before, _) = b.balances().await?;
    let order = hold_order(b, before.available.fen());
    done("hold of everything", b.core.hold(&order).await)?;
    refused(
        "one fen more",
        b.core.hold(&hold_order(b, 1)).await,
        RefusalCode::InsufficientFunds,
    )?;
    refused(
        "a fen by transfer",
        b.core.transfer(&b.order(1)).await,
        RefusalCode::InsufficientFunds,
    )?;
    let void = VoidOrder {
        id: b.ids.make::<Uuid>(),
        hold: order.id,
    };
    done("void", b.core.void(&void).await).map(drop)
}

fn loss(b: &Bank, source: RestrictionSource) -> RestrictionOrder {
    RestrictionOrder {
        id: b.ids.make::<Uuid>(),
        kind: RestrictionKind::LossReport,
        source,
    }
}

async fn restriction(b: &Bank) -> Seen {
    done(
        "loss report",
        b.core
            .restrict(&b.payer, &loss(b, RestrictionSource::Customer))
            .await,
    )?;
    done(
        "loss report again",
        b.core
            .restrict(&b.payer, &loss(b, RestrictionSource::Customer))
            .await,
    )?;
    let tried = while_lost(b).await;
    done(
        "lift",
        b.core.lift(&b.payer, &loss(b, RestrictionSource::Customer)).await,
    )?;
    tried?;
    done("a debit after the lift", b.core.transfer(&b.order(1)).await)?;
    let report = loss(b, RestrictionSource::Customer);
    done(
        "loss report of the payee",
        b.core.restrict(&b.payee, &report).await,
    )?;
    let received = done("a credit when lost", b.core.transfer(&b.order(1)).await);
    let lift = loss(b, RestrictionSource::Customer);
    done("lift", b.core.lift(&b.payee, &lift).await)?;
    received?;
    done("transfer back", b.core.transfer(&b.back(2)).await)?;
    let nobody = b
        .core
        .restrict("0000", &loss(b, RestrictionSource::Customer))
        .await;
    refused("loss report of no account", nobody, RefusalCode::AccountNotFound)
}

async fn while_lost(b: &Bank) -> Seen {
    let debit = b.core.transfer(&b.order(1)).await;
    refused("a debit when lost", debit, RefusalCode::AccountRestricted)?;
    let hold = b.core.hold(&hold_order(b, 1)).await;
    refused("a hold when lost", hold, RefusalCode::AccountRestricted)?;
    let accounts = done("accounts", b.core.accounts(&b.customer_no).await)?;
    let ours = accounts
        .iter()
        .find(|a| a.account_no == b.payer)
        .ok_or("the account is gone")?;
    let shown = ours
        .restrictions
        .iter()
        .filter(|r| r.kind == RestrictionKind::LossReport);
    equal("restrictions shown", shown.count(), 1)?;
    let other = b.core.lift(&b.payer, &loss(b, RestrictionSource::Judicial)).await;
    refused("lifted by another source", other, RefusalCode::NotRestricted)
}

async fn late_repeat(b: &Bank) -> Seen {
    let (report, lift) = (
        loss(b, RestrictionSource::Customer),
        loss(b, RestrictionSource::Customer),
    );
    done("loss report", b.core.restrict(&b.payer, &report).await)?;
    done("lift", b.core.lift(&b.payer, &lift).await)?;
    done("lift again", b.core.lift(&b.payer, &lift).await)?;
    done("the report comes again", b.core.restrict(&b.payer, &report).await)?;
    done("a debit", b.core.transfer(&b.order(1)).await)?;
    done("transfer back", b.core.transfer(&b.back(1)).await).map(drop)
}
