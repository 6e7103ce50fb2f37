//! Running orders: lock in id order, decide all of them on the [`Sheet`], write everything at once. One order is a
//! group of one, so there is one path; a group costs a handful of statements however many orders it holds.

use std::collections::BTreeSet;

use crate::{
    model::{Action, Bundle, HoldState, Order, Outcome, TransferId, When},
    sheet::Sheet,
    sql::{Error, Sql},
    store,
};

type Result<T> = std::result::Result<T, Error>;

/// How often a group is decided anew because another node took one of its ids meanwhile.
const TRIES: usize = 3;

/// Runs one order.
pub async fn apply(s: &mut dyn Sql, order: &Order, when: &When) -> Result<Outcome> {
    let orders = std::slice::from_ref(order);
    let outcome = apply_linked(s, orders, when).await?.into_iter().next();
    outcome.ok_or(Error::Broken("an order without an outcome"))
}

/// Runs linked orders: all of them or none. The refused one says why, the others [`crate::Refusal::LinkedFailed`].
pub async fn apply_linked(s: &mut dyn Sql, orders: &[Order], when: &When) -> Result<Vec<Outcome>> {
    let outcomes = apply_group(s, &[Bundle { orders, when }])
        .await?
        .into_iter()
        .next();
    Ok(outcomes.unwrap_or_default())
}

/// Runs bundles in their order, each deciding for itself: a refusal leaves no trace but its own outcome. Later ones
/// see what earlier ones did, also the same id again.
pub async fn apply_group(s: &mut dyn Sql, bundles: &[Bundle<'_>]) -> Result<Vec<Vec<Outcome>>> {
    for _ in 0..TRIES {
        let mut sheet = load(s, bundles).await?;
        let outcomes = bundles.iter().map(|bundle| sheet.decide(bundle)).collect();
        if write(s, &sheet).await? {
            return Ok(outcomes);
        }
    }
    Err(Error::Clash)
}

/// Releases up to `limit` holds whose time is over; answers how many. Call until it answers less than `limit`.
pub async fn expire_due(s: &mut dyn Sql, now: i64, limit: i64) -> Result<u64> {
    let due = store::due(s, now, limit).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let mut sheet = Sheet::default();
    let sides: BTreeSet<&str> = due
        .iter()
        .flat_map(|h| [h.account.as_str(), h.credit.as_str()])
        .collect();
    lock_accounts(s, &mut sheet, &sides).await?;
    let ids: BTreeSet<&str> = due.iter().map(|h| h.id.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    // Locked only now: some may have been resolved meanwhile.
    for hold in store::lock_holds(s, &ids).await? {
        if hold.held.state == HoldState::Open {
            sheet.release(hold, HoldState::Expired, None, now);
        }
    }
    write(s, &sheet).await?;
    Ok(u64::try_from(sheet.work.resolved.len()).unwrap_or(u64::MAX))
}

/// Reads and locks all that the orders touch: accounts in id order, then holds.
async fn load(s: &mut dyn Sql, bundles: &[Bundle<'_>]) -> Result<Sheet> {
    let orders = || bundles.iter().flat_map(|b| b.orders);
    let mut sheet = Sheet::default();
    // The sides of what is posted, voided or reversed never change: read them first.
    let origins: BTreeSet<&str> = orders()
        .filter_map(|o| origin(&o.action))
        .map(TransferId::as_str)
        .collect();
    remember(s, &mut sheet, &origins).await?;
    let mut sides = BTreeSet::new();
    for order in orders() {
        match &order.action {
            Action::Direct { debit, credit, .. } | Action::Hold { debit, credit, .. } => {
                sides.extend([debit.as_str().to_owned(), credit.as_str().to_owned()]);
            }
            action => {
                let known = origin(action).and_then(|id| sheet.known.get(id));
                sides.extend(known.iter().flat_map(|t| {
                    [
                        t.body.debit.as_str().to_owned(),
                        t.body.credit.as_str().to_owned(),
                    ]
                }));
            }
        }
    }
    lock_accounts(s, &mut sheet, &sides.iter().map(String::as_str).collect()).await?;
    // Under the locks: whoever did the same order before has committed by now.
    let ids: BTreeSet<&str> = orders()
        .map(|o| o.id.as_str())
        .filter(|id| !origins.contains(id))
        .collect();
    remember(s, &mut sheet, &ids).await?;
    load_origins(s, &mut sheet, &origins).await?;
    Ok(sheet)
}

/// States of the holds and reversals that the orders name.
async fn load_origins(s: &mut dyn Sql, sheet: &mut Sheet, origins: &BTreeSet<&str>) -> Result<()> {
    let of_kind = |holds: bool| -> Vec<String> {
        let known = sheet.known.values();
        let named = known.filter(|t| origins.contains(t.body.id.as_str()) && (t.kind == "hold") == holds);
        named.map(|t| t.body.id.as_str().to_owned()).collect()
    };
    let (holds, moved) = (of_kind(true), of_kind(false));
    let holds: Vec<&str> = holds.iter().map(String::as_str).collect();
    for hold in store::lock_holds(s, &holds).await? {
        sheet.holds.insert(hold.id.clone(), hold);
    }
    let moved: Vec<&str> = moved.iter().map(String::as_str).collect();
    for reversal in store::reversals(s, &moved).await? {
        sheet.reversed.insert(reversal.original);
    }
    Ok(())
}

async fn lock_accounts(s: &mut dyn Sql, sheet: &mut Sheet, ids: &BTreeSet<&str>) -> Result<()> {
    let ids: Vec<&str> = ids.iter().copied().collect();
    for account in store::lock(s, &ids).await? {
        sheet.accounts.insert(account.id.clone(), account);
    }
    Ok(())
}

async fn remember(s: &mut dyn Sql, sheet: &mut Sheet, ids: &BTreeSet<&str>) -> Result<()> {
    let ids: Vec<&str> = ids.iter().copied().collect();
    for transfer in store::transfers(s, &ids).await? {
        sheet.known.insert(transfer.body.id.clone(), transfer);
    }
    Ok(())
}

/// The earlier transfer that an action is about.
fn origin(action: &Action) -> Option<&TransferId> {
    match action {
        Action::Direct { .. } | Action::Hold { .. } => None,
        Action::Post { hold, .. } | Action::Void { hold } => Some(hold),
        Action::Reverse { transfer } => Some(transfer),
    }
}

/// False when an id was taken by another and nothing was written.
async fn write(s: &mut dyn Sql, sheet: &Sheet) -> Result<bool> {
    let work = &sheet.work;
    if !store::insert_transfers(s, &work.transfers).await? {
        return Ok(false);
    }
    store::insert_reversals(s, &work.reversals).await?;
    store::insert_holds(s, &work.holds).await?;
    store::resolve(s, &work.resolved).await?;
    store::insert_entries(s, &work.entries).await?;
    let (mut moved, mut held) = (Vec::new(), Vec::new());
    for (id, touch) in &work.touched {
        let account = sheet.accounts.get(id);
        let account = account.ok_or(Error::Broken("an account that nobody locked"))?;
        if (touch.held, touch.held_in) != (0, 0) {
            held.push(account);
        } else if touch.moved {
            moved.push(account);
        }
        // A hold that was made and ended in one group leaves its account as it was.
    }
    store::follow_entries(s, &moved).await?;
    store::follow_holds(s, &held).await?;
    Ok(true)
}
