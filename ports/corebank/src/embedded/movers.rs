//! The accounts between which a group moves money: found by number, locked in id order, asked whether each may do
//! its part. Whole groups at a time, so that the round trips don't grow with the group.

use std::collections::{BTreeMap, BTreeSet};

use kit::{crypto::Vault, db::Conn};
use weigui_ledger::Action;

use super::{
    Fail,
    moves::{Way, Wish, account_id, kind_stops_credit, spends},
    secret::{self, Detail, Party},
    store::{self, MoverRow},
};
use crate::answer::RefusalCode;

/// Who is named in a group, by blind index of the number.
pub(super) struct Movers(BTreeMap<String, MoverRow>);

/// Both accounts of one movement.
pub(super) struct Sides {
    debit: MoverRow,
    credit: MoverRow,
}

impl Movers {
    pub(super) async fn find<'w>(c: &mut Conn, wishes: impl Iterator<Item = &'w Wish>) -> Result<Self, Fail> {
        let named: BTreeSet<&str> = wishes
            .flat_map(|wish| [wish.debit_ix.as_str(), wish.credit_ix.as_str()])
            .collect();
        Ok(Self(store::movers(c, &named).await?))
    }

    pub(super) fn sides(&self, wish: &Wish) -> Result<Sides, RefusalCode> {
        let found = |ix: &str, missing| self.0.get(ix).cloned().ok_or(missing);
        let debit = found(&wish.debit_ix, RefusalCode::AccountNotFound)?;
        let credit = found(&wish.credit_ix, RefusalCode::PayeeNotFound)?;
        if debit.id == credit.id {
            return Err(RefusalCode::SameAccount);
        }
        Ok(Sides { debit, credit })
    }
}

/// What forbids what, of accounts that are locked: postings and restrictions meet at the lock, so that none slips
/// past the other.
pub(super) struct Restrictions(BTreeMap<String, Vec<String>>);

impl Restrictions {
    /// Locks the accounts first, in id order.
    pub(super) async fn under_lock<'s>(
        c: &mut Conn,
        sides: impl Iterator<Item = &'s Sides>,
    ) -> Result<Self, Fail> {
        let ids: BTreeSet<&str> = sides
            .flat_map(|sides| [sides.debit.id.as_str(), sides.credit.id.as_str()])
            .collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        store::lock_movers(c, &ids).await?;
        let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (account, kind) in store::restrictions_of(c, &ids).await? {
            of.entry(account).or_default().push(kind);
        }
        Ok(Self(of))
    }

    pub(super) fn allow(&self, sides: &Sides) -> Result<(), RefusalCode> {
        if !spends(&sides.debit.kind) || self.0.contains_key(&sides.debit.id) {
            return Err(RefusalCode::AccountRestricted);
        }
        let there = self.0.get(&sides.credit.id);
        if there.is_some_and(|kinds| kinds.iter().any(|kind| kind_stops_credit(kind))) {
            return Err(RefusalCode::PayeeRestricted);
        }
        Ok(())
    }
}

impl Sides {
    pub(super) fn action(&self, wish: &Wish) -> Result<Action, Fail> {
        let (debit, credit) = (account_id(&self.debit.id)?, account_id(&self.credit.id)?);
        let (amount, ccy) = (wish.amount, wish.ccy.to_owned());
        Ok(match wish.way {
            Way::Move => Action::Direct {
                debit,
                credit,
                amount,
                ccy,
            },
            Way::Hold { timeout_ms } => Action::Hold {
                debit,
                credit,
                amount,
                ccy,
                timeout_ms,
            },
        })
    }

    pub(super) fn detail(&self, vault: &Vault, memo: &str) -> Result<Detail, Fail> {
        Ok(Detail {
            debit: party(vault, &self.debit)?,
            credit: party(vault, &self.credit)?,
            memo: memo.to_owned(),
            place: None,
        })
    }
}

fn party(vault: &Vault, of: &MoverRow) -> Result<Party, Fail> {
    Ok(Party {
        account: of.id.clone(),
        name: secret::open(vault, "core_customer.name", &of.customer_id, &of.name)?,
        number: secret::open(vault, "core_account.account_no", &of.id, &of.account_no)?,
    })
}
