//! The operations: lock, decide by the rules, write. All writes come after the decision, so that a
//! refusal leaves the caller's transaction as it was.

use crate::{
    intent::{Intent, fingerprint},
    model::{
        Account, AccountId, Action, Entry, EntryFilter, HoldState, NewAccount, Opened, Order, Outcome,
        Recorded, Refusal, TransferId, When,
    },
    rules::{self, Held},
    sql::{Error, Sql},
    store::{self, HoldRow, TransferRow},
};

type Result<T> = std::result::Result<T, Error>;

/// Opens an empty account; opening it again with the same terms is [`Opened::Exists`].
pub async fn open(s: &mut dyn Sql, new: &NewAccount, now: i64) -> Result<Opened> {
    if let Err(refusal) = rules::line(new.limited, new.credit_line) {
        return Ok(Opened::Refused(refusal));
    }
    if store::insert_account(s, new, now).await? {
        return Ok(Opened::Created);
    }
    let there = store::account(s, &new.id)
        .await?
        .ok_or(Error::Broken("duplicate account id without a row"))?;
    let same = there.ccy == new.ccy && there.limited == new.limited;
    Ok(if same {
        Opened::Exists
    } else {
        Opened::Refused(Refusal::ExistsWithDifferentFields)
    })
}

/// The account as it stands.
pub async fn account(s: &mut dyn Sql, id: &AccountId) -> Result<Option<Account>> {
    store::account(s, id).await
}

/// A recorded transfer, asked for by the caller's id.
pub async fn find(s: &mut dyn Sql, id: &TransferId) -> Result<Option<Recorded>> {
    Ok(store::transfer(s, id).await?.map(|t| t.body))
}

/// The state of a hold; `None` when there is no hold of this id.
pub async fn hold_state(s: &mut dyn Sql, id: &TransferId) -> Result<Option<HoldState>> {
    Ok(store::resolver(s, id).await?.map(|(state, _)| state))
}

/// Entries of one account, newest first.
pub async fn entries(s: &mut dyn Sql, filter: &EntryFilter) -> Result<Vec<Entry>> {
    store::entries(s, filter).await
}

/// Changes the credit line of a limited account; what is already used or held must fit in.
pub async fn credit_line(
    s: &mut dyn Sql,
    id: &AccountId,
    line: i64,
) -> Result<std::result::Result<(), Refusal>> {
    if let Err(refusal) = rules::line(true, line) {
        return Ok(Err(refusal));
    }
    if store::set_line(s, id, line).await? {
        return Ok(Ok(()));
    }
    Ok(Err(match store::account(s, id).await? {
        None => Refusal::DebitNotFound,
        Some(a) if !a.limited => Refusal::CreditLineInvalid,
        Some(_) => Refusal::InsufficientFunds,
    }))
}

/// Closes an empty account for good.
pub async fn close(s: &mut dyn Sql, id: &AccountId) -> Result<std::result::Result<(), Refusal>> {
    if store::close(s, id).await? {
        return Ok(Ok(()));
    }
    let there = store::account(s, id).await?;
    Ok(Err(if there.is_some() {
        Refusal::NotEmpty
    } else {
        Refusal::DebitNotFound
    }))
}

/// Runs one order.
pub async fn apply(s: &mut dyn Sql, order: &Order, when: &When) -> Result<Outcome> {
    if order.reference.chars().count() > rules::REFERENCE_CHARS {
        return refuse(s, order, Refusal::ReferenceTooLong).await;
    }
    match &order.action {
        Action::Direct {
            debit,
            credit,
            amount,
            ccy,
        } => {
            let wish = Wish {
                debit,
                credit,
                amount: *amount,
                ccy,
            };
            direct(s, order, when, wish).await
        }
        Action::Hold {
            debit,
            credit,
            amount,
            ccy,
            timeout_ms,
        } => {
            let wish = Wish {
                debit,
                credit,
                amount: *amount,
                ccy,
            };
            reserve(s, order, when, wish, *timeout_ms).await
        }
        Action::Post { hold, amount } => resolve(s, order, when, hold, Way::Post(*amount)).await,
        Action::Void { hold } => resolve(s, order, when, hold, Way::Void).await,
    }
}

/// Releases up to `limit` holds whose time is over; answers how many. Call until it answers less than `limit`.
pub async fn expire_due(s: &mut dyn Sql, now: i64, limit: i64) -> Result<u64> {
    let mut due = store::due(s, now, limit).await?;
    // Accounts are locked in id order here as everywhere.
    due.sort_by(|a, b| (&a.account, &a.id).cmp(&(&b.account, &b.id)));
    let mut count = 0;
    for hold in due {
        store::lock(s, &hold.account, &hold.account).await?;
        if store::resolve(s, &hold.id, HoldState::Expired, None, now).await? {
            store::release(s, &hold.account, hold.held.amount).await?;
            count += 1;
        }
    }
    Ok(count)
}

#[derive(Clone, Copy)]
struct Wish<'a> {
    debit: &'a AccountId,
    credit: &'a AccountId,
    amount: i64,
    ccy: &'a str,
}

#[derive(Clone, Copy)]
enum Way {
    Post(Option<i64>),
    Void,
}

async fn direct(s: &mut dyn Sql, order: &Order, when: &When, wish: Wish<'_>) -> Result<Outcome> {
    let locked = store::lock(s, wish.debit, wish.credit).await?;
    let decision = rules::amount(wish.amount).and_then(|()| {
        let (debit, credit) = rules::sides(pick(&locked, wish.debit), pick(&locked, wish.credit), wish.ccy)?;
        rules::outgoing(debit, wish.amount)?;
        rules::incoming(credit, wish.amount)
    });
    if let Err(refusal) = decision {
        return refuse(s, order, refusal).await;
    }
    let row = recorded(order, when, "direct", wish);
    if !store::insert_transfer(s, &row).await? {
        return replay(s, order).await;
    }
    if wish.debit < wish.credit {
        store::take(s, wish.debit, wish.amount).await?;
        store::give(s, wish.credit, wish.amount).await?;
    } else {
        store::give(s, wish.credit, wish.amount).await?;
        store::take(s, wish.debit, wish.amount).await?;
    }
    store::insert_entries(s, &row.body).await?;
    Ok(Outcome::Created(row.body))
}

async fn reserve(
    s: &mut dyn Sql,
    order: &Order,
    when: &When,
    wish: Wish<'_>,
    timeout_ms: Option<i64>,
) -> Result<Outcome> {
    let locked = store::lock(s, wish.debit, wish.credit).await?;
    let decision = rules::amount(wish.amount).and_then(|()| {
        let (debit, credit) = rules::sides(pick(&locked, wish.debit), pick(&locked, wish.credit), wish.ccy)?;
        rules::reserve(debit, wish.amount)?;
        rules::incoming(credit, wish.amount)?;
        rules::expiry(when.now, timeout_ms)
    });
    let expires_at = match decision {
        Ok(at) => at,
        Err(refusal) => return refuse(s, order, refusal).await,
    };
    let mut row = recorded(order, when, "hold", wish);
    row.timeout_ms = timeout_ms;
    if !store::insert_transfer(s, &row).await? {
        return replay(s, order).await;
    }
    store::reserve(s, wish.debit, wish.amount).await?;
    let held = Held {
        amount: wish.amount,
        state: HoldState::Open,
        expires_at,
    };
    store::insert_hold(
        s,
        &HoldRow {
            id: order.id.clone(),
            account: wish.debit.clone(),
            held,
        },
    )
    .await?;
    Ok(Outcome::Created(row.body))
}

async fn resolve(
    s: &mut dyn Sql,
    order: &Order,
    when: &When,
    hold: &TransferId,
    way: Way,
) -> Result<Outcome> {
    // The sides of a hold never change: read them first, so that locks are taken accounts before holds.
    let Some(origin) = store::transfer(s, hold).await?.filter(|t| t.kind == "hold") else {
        return refuse(s, order, Refusal::HoldNotFound).await;
    };
    let origin = origin.body;
    let locked = store::lock(s, &origin.debit, &origin.credit).await?;
    let row = store::hold(s, hold)
        .await?
        .ok_or(Error::Broken("hold transfer without hold row"))?;
    let decision = match way {
        Way::Void => rules::resolvable(row.held, when.now).map(|()| origin.amount),
        Way::Post(part) => rules::post(row.held, part, when.now).and_then(|part| {
            let (_, credit) = rules::sides(
                pick(&locked, &origin.debit),
                pick(&locked, &origin.credit),
                &origin.ccy,
            )?;
            rules::incoming(credit, part).map(|()| part)
        }),
    };
    let amount = match decision {
        Ok(amount) => amount,
        Err(refusal) => return refuse(s, order, refusal).await,
    };
    let wish = Wish {
        debit: &origin.debit,
        credit: &origin.credit,
        amount,
        ccy: &origin.ccy,
    };
    let (kind, state) = match way {
        Way::Post(_) => ("post", HoldState::Posted),
        Way::Void => ("void", HoldState::Voided),
    };
    let mut transfer = recorded(order, when, kind, wish);
    transfer.body.hold = Some(hold.clone());
    if !store::insert_transfer(s, &transfer).await? {
        return replay(s, order).await;
    }
    if !store::resolve(s, hold, state, Some(&order.id), when.now).await? {
        return Err(Error::Broken("open hold could not be resolved"));
    }
    match way {
        Way::Void => store::release(s, &origin.debit, row.held.amount).await?,
        Way::Post(_) => settle(s, &transfer.body, row.held.amount).await?,
    }
    Ok(Outcome::Created(transfer.body))
}

async fn settle(s: &mut dyn Sql, t: &Recorded, held: i64) -> Result<()> {
    if t.debit < t.credit {
        store::settle(s, &t.debit, held, t.amount).await?;
        store::give(s, &t.credit, t.amount).await?;
    } else {
        store::give(s, &t.credit, t.amount).await?;
        store::settle(s, &t.debit, held, t.amount).await?;
    }
    store::insert_entries(s, t).await
}

/// A replay of a done order must not be refused for what the first run itself changed: look before refusing.
async fn refuse(s: &mut dyn Sql, order: &Order, refusal: Refusal) -> Result<Outcome> {
    Ok(match store::transfer(s, &order.id).await? {
        Some(there) => compare(order, there),
        None => Outcome::Refused(refusal),
    })
}

async fn replay(s: &mut dyn Sql, order: &Order) -> Result<Outcome> {
    let there = store::transfer(s, &order.id).await?;
    Ok(compare(
        order,
        there.ok_or(Error::Broken("duplicate transfer id without a row"))?,
    ))
}

fn compare(order: &Order, there: TransferRow) -> Outcome {
    if fingerprint(&Intent::of(order)) == there.fingerprint {
        Outcome::Exists(there.body)
    } else {
        Outcome::Refused(Refusal::ExistsWithDifferentFields)
    }
}

fn pick<'a>(locked: &'a [Account], id: &AccountId) -> Option<&'a Account> {
    locked.iter().find(|a| a.id == *id)
}

fn recorded(order: &Order, when: &When, kind: &'static str, wish: Wish<'_>) -> TransferRow {
    let body = Recorded {
        id: order.id.clone(),
        debit: wish.debit.clone(),
        credit: wish.credit.clone(),
        amount: wish.amount,
        ccy: wish.ccy.to_owned(),
        code: order.code,
        reference: order.reference.clone(),
        hold: None,
        business_date: when.business_date.clone(),
        value_date: order.value_date.clone(),
        created_at: when.now,
    };
    TransferRow {
        kind,
        fingerprint: fingerprint(&Intent::of(order)),
        timeout_ms: None,
        body,
    }
}
