//! Everything a customer has, on one page, also while the core answers only in part.

use futures_util::future::try_join_all;
use identity::Customer;
use kit::clock::{Ms, text_of};

use super::Accounts;
use crate::{
    error::Error,
    model::account::{AccountView, Overview, totals},
};

impl Accounts {
    pub(crate) async fn overview(&self, who: &Customer) -> Result<Overview, Error> {
        self.identity.require_level(who, "accounts.view").await?;
        let listed = self.list(who.id, &who.customer_no).await?;
        let complete = listed.is_some();
        let own = match listed {
            Some(own) => own,
            None => self.known(who.id).await?,
        };
        if own.is_empty() && !complete {
            return Err(Error::CoreUnavailable);
        }
        let known = try_join_all(own.iter().map(|account| self.figures(account))).await?;
        let accounts: Vec<AccountView> = own.iter().zip(known).map(|(a, known)| a.view(known)).collect();
        Ok(assemble(accounts, complete, self.cx.clock.now()))
    }
}

fn assemble(accounts: Vec<AccountView>, complete: bool, now: Ms) -> Overview {
    let mut missing: Vec<String> = accounts.iter().filter_map(gap).collect();
    if !complete {
        missing.insert(0, "账户列表暂时无法更新，新开的账户可能没有显示".to_owned());
    }
    let (assets_fen, debts_fen) = totals(&accounts);
    Overview {
        assets_fen,
        debts_fen,
        as_of: accounts.iter().filter_map(|a| a.as_of).min().unwrap_or(now),
        partial: !missing.is_empty(),
        missing,
        accounts,
    }
}

fn gap(a: &AccountView) -> Option<String> {
    let name = format!("{}（尾号{}）", a.product, a.tail);
    match a.as_of {
        None => Some(format!("{name}的余额暂时无法查询")),
        Some(at) if a.stale => Some(format!("{name}显示的是{}的余额", text_of(at))),
        Some(_) => None,
    }
}
