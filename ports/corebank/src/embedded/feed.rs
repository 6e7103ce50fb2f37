//! The feed of changes. A booking leaves a row for each entry of a customer's account, in its own
//! transaction and without a place in the feed; places are given afterwards, under one lock. So the order is
//! without gaps on any number of nodes, and bookings never wait for each other because of the feed.
//!
//! Entries of one account become visible in their order (the account's row is locked until the commit), and
//! places within an account are given in that order.

use std::collections::{BTreeMap, VecDeque};

use kit::db::Conn;
use uuid::Uuid;

use super::{EmbeddedCore, Fail, read::entry_of, secret, store};
use crate::{
    answer::RefusalCode,
    types::{Change, ChangePage, FEED_END},
};

/// The longest page a caller gets.
const PAGE: u32 = 500;
/// Entries that get their place in one transaction.
const BATCH: i64 = 500;
/// Transactions that one question may start: a reader far behind gets what has a place already.
const ROUNDS: usize = 20;

impl EmbeddedCore {
    pub(super) async fn changes_inner(&self, cursor: Option<&str>, limit: u32) -> Result<ChangePage, Fail> {
        let bad = || Fail::Refused(RefusalCode::BadRequest);
        let after = match cursor {
            None => Some(0),
            Some(FEED_END) => None,
            Some(text) => Some(text.parse::<i64>().ok().filter(|n| *n >= 0).ok_or_else(bad)?),
        };
        self.give_places().await?;
        let limit = i64::from(limit.clamp(1, PAGE));
        self.db
            .read(async |c| {
                let head = store::feed_head(c).await?;
                let after = after.unwrap_or(head);
                if after > head {
                    return Err(bad());
                }
                let rows = store::changes_after(c, after, limit).await?;
                let next = rows.last().map_or(after, |row| row.feed).to_string();
                let items = self.changes_of(c, &rows).await?;
                Ok(ChangePage { items, next })
            })
            .await
    }

    async fn changes_of(&self, c: &mut Conn, rows: &[store::FedEntry]) -> Result<Vec<Change>, Fail> {
        let entries: Vec<_> = rows.iter().map(|row| row.entry.clone()).collect();
        let details = self.details(c, &entries).await?;
        let mut numbers: BTreeMap<&str, String> = BTreeMap::new();
        let mut out = Vec::with_capacity(rows.len());
        for (entry, detail) in entries.iter().zip(details) {
            let account = entry.account.as_str();
            if !numbers.contains_key(account) {
                let row = store::account(c, account)
                    .await?
                    .ok_or(Fail::Row("entry without an account"))?;
                let number = secret::open(&self.vault, "core_account.account_no", &row.id, &row.account_no)?;
                numbers.insert(account, number);
            }
            out.push(Change {
                account_no: numbers.get(account).cloned().unwrap_or_default(),
                entry: entry_of(entry, detail)?,
                order_id: order_behind(c, entry.transfer.as_str()).await?,
            });
        }
        Ok(out)
    }

    async fn give_places(&self) -> Result<(), Fail> {
        for _ in 0..ROUNDS {
            let waiting = self
                .db
                .read(async |c| Ok::<_, Fail>(store::feed_waits(c).await?))
                .await?;
            if !waiting {
                return Ok(());
            }
            self.db.tx(async move |c| number(c).await).await?;
        }
        Ok(())
    }
}

async fn number(c: &mut Conn) -> Result<(), Fail> {
    let mut place = store::lock_feed(c).await?;
    for row in in_order(store::changes_waiting(c, BATCH).await?) {
        place += 1;
        store::give_place(c, &row.account, row.seq, place).await?;
    }
    store::set_feed_head(c, place).await?;
    Ok(())
}

/// By time of booking, but those of one account always by their number. Rows come in account order.
fn in_order(rows: Vec<store::WaitingChange>) -> Vec<store::WaitingChange> {
    let mut by_time: Vec<(i64, String, String)> = rows
        .iter()
        .map(|row| (row.at, row.transfer.clone(), row.account.clone()))
        .collect();
    by_time.sort();
    let mut queues: BTreeMap<String, VecDeque<store::WaitingChange>> = BTreeMap::new();
    for row in rows {
        queues.entry(row.account.clone()).or_default().push_back(row);
    }
    let turns = by_time.into_iter();
    turns
        .filter_map(|(_, _, account)| queues.get_mut(&account)?.pop_front())
        .collect()
}

/// The order under one of our ids: the transfer's own, or that of the transfer whose money came back.
async fn order_behind(c: &mut Conn, transfer: &str) -> Result<Option<Uuid>, Fail> {
    let id = if store::order(c, transfer).await?.is_some() {
        Some(transfer.to_owned())
    } else {
        store::returned_order(c, transfer).await?
    };
    id.map(|id| id.parse().map_err(|_| Fail::Row("order id")))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_keeps_its_order_when_the_clock_does_not() {
        let row = |account: &str, seq, at| store::WaitingChange {
            account: account.to_owned(),
            seq,
            transfer: format!("{account}{seq}"),
            at,
        };
        let rows = vec![row("a", 1, 30), row("a", 2, 10), row("b", 7, 20)];
        let order: Vec<_> = in_order(rows).into_iter().map(|r| (r.account, r.seq)).collect();
        assert_eq!(order, [("a".into(), 1), ("b".into(), 7), ("a".into(), 2)]);
    }
}
