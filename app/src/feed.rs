//! 动账通知: whatever moves money on a customer's account, at the counter or in a shop, is told within seconds.
//!
//! The feed's place moves in the transaction that writes the notices, and each notice has a key of its own: a killed
//! node loses none and doubles none. What this channel sends itself is told by its own reactions, and not again here.

use std::time::Duration;

use accounts::FeedLease;
use corebank::{Change, EntryKind};
use outreach::{Notice, NoticeKind};

use crate::wire::Bank;

const READER: &str = "notices";
const EVERY: Duration = Duration::from_secs(1);

/// Tells until the process ends.
pub(crate) async fn keep_telling(bank: Bank) {
    let mut lease = FeedLease::default();
    while !bank.cx.tasks.is_stopping() {
        match tell_changes(&bank, &mut lease).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(cause = %error, "balance changes could not be told; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = bank.cx.tasks.stopping() => return,
        }
    }
}

/// Tells one page of the feed; answers how many changes it held.
pub async fn tell_changes(bank: &Bank, lease: &mut FeedLease) -> anyhow::Result<usize> {
    let Some(turn) = bank.accounts.feed_turn(READER, lease).await? else {
        return Ok(0);
    };
    let mut notices = Vec::new();
    for change in &turn.changes {
        notices.extend(notice_of(bank, change).await?);
    }
    let (count, inside) = (turn.changes.len(), bank.clone());
    bank.cx
        .db
        .tx(async move |c| {
            for notice in &notices {
                inside.outreach.notice(c, notice).await?;
            }
            let first = inside.accounts.feed_done(c, &turn).await?;
            anyhow::ensure!(first, "another node has told this page");
            Ok(())
        })
        .await?;
    Ok(count)
}

/// None for accounts of others, for customers without WeChat here, and for what our own reactions tell.
async fn notice_of(bank: &Bank, change: &Change) -> anyhow::Result<Option<Notice>> {
    if let Some(order) = change.order_id
        && bank.payments.line_of(&order.to_string()).await?.is_some()
    {
        return Ok(None);
    }
    let Some((customer, account)) = bank.accounts.holder(&change.account_no).await? else {
        return Ok(None);
    };
    if bank.identity.openids_of(customer).await?.is_empty() {
        return Ok(None);
    }
    let entry = &change.entry;
    Ok(Some(Notice {
        customer,
        kind: NoticeKind::BalanceChange {
            what: word_of(entry.kind, entry.amount.fen() >= 0),
            amount: kit::money::Money::cny(entry.amount.fen().saturating_abs()),
            balance: entry.balance_after,
            account_tail: account.tail.clone(),
            at: entry.at,
        },
        dedupe_key: format!("change.{}.{}", account.id, entry.id),
        link: Some(format!("/h5/accounts/{}", account.id)),
    }))
}

/// At most five characters: WeChat's field for a phrase takes no more.
fn word_of(kind: EntryKind, came_in: bool) -> &'static str {
    match (kind, came_in) {
        (EntryKind::Transfer, true) => "转入",
        (EntryKind::Transfer, false) => "转出",
        (EntryKind::Deposit, _) => "存入",
        (EntryKind::Withdrawal, _) => "取现",
        (EntryKind::Payment, false) => "消费",
        (EntryKind::Payment, true) => "收款",
        (EntryKind::Interest, true) => "利息入账",
        (EntryKind::Interest, false) => "利息支出",
        (EntryKind::Fee, false) => "手续费",
        (EntryKind::Fee, true) => "退手续费",
        (EntryKind::Refund, true) => "退款",
        (EntryKind::Refund, false) => "退款撤销",
    }
}
