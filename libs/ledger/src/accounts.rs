//! Opening, closing and asking: everything about accounts that moves no money.

use crate::{
    model::{
        Account, AccountId, Entry, EntryFilter, HoldState, NewAccount, Opened, Position, Recorded, TransferId,
    },
    refusal::Refusal,
    rules,
    sql::{Error, Sql},
    store,
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
    let same = there.ccy == new.ccy && there.limited == new.limited && there.capped == new.capped;
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
    Ok(store::hold(s, id).await?.map(|h| h.held.state))
}

/// Entries of one account, newest first.
pub async fn entries(s: &mut dyn Sql, filter: &EntryFilter) -> Result<Vec<Entry>> {
    store::entries(s, filter).await
}

/// The entries of one account after a place, oldest first, without a gap.
pub async fn history(
    s: &mut dyn Sql,
    id: &AccountId,
    after: Option<Position>,
    limit: i64,
) -> Result<Vec<Entry>> {
    store::entries_after(s, id, after, limit).await
}

/// The balance as it stood after the last entry recorded before this instant; 0 before the first.
pub async fn balance_at(s: &mut dyn Sql, id: &AccountId, at: i64) -> Result<i64> {
    let last = EntryFilter {
        account: id.clone(),
        from: None,
        to: Some(at),
        code: None,
        direction: None,
        min: None,
        max: None,
        before: None,
        limit: 1,
    };
    let last = store::entries(s, &last).await?;
    Ok(last.first().map_or(0, |entry| entry.balance_after))
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
