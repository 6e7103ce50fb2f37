//! 收支分析: a month of lines by category, and the customer's own word on what a line was for.

use std::collections::BTreeMap;

use audit::{Actor, Entry};
use corebank::{AccountKind, CoreEntry, EntryQuery};
use identity::{Customer, CustomerId};
use kit::clock::Ms;
use serde_json::json;

use super::Accounts;
use crate::{
    error::Error,
    model::{
        account::{AccountId, OwnAccount},
        category::{Category, LINES, Month, MonthSummary, Rule, SummaryEntry, category_of, sum_up},
        statement::EntryView,
    },
    store::labels,
};

/// Lines of one category that are shown.
const SHOWN: usize = 300;

/// Which lines: a month of all accounts, or of one.
#[derive(Clone, Debug)]
pub(crate) struct SummaryAsk {
    pub(crate) month: String,
    pub(crate) account: Option<AccountId>,
}

/// The customer's word on a line.
#[derive(Clone, Debug)]
pub(crate) struct LabelAsk {
    pub(crate) account: AccountId,
    pub(crate) entry_id: String,
    pub(crate) at: Ms,
    pub(crate) category: String,
    /// From now on for everything from or to the same other side.
    pub(crate) everywhere: bool,
}

/// Rules and the customer's own decisions, read once per question.
struct Judge {
    categories: Vec<Category>,
    rules: Vec<Rule>,
    labels: BTreeMap<String, String>,
}

impl Accounts {
    pub(crate) async fn summary(&self, who: &Customer, ask: &SummaryAsk) -> Result<MonthSummary, Error> {
        let month = Month::parse(&ask.month, self.cx.clock.today())?;
        let lines = self.lines(who, ask.account, month).await?;
        let judge = self.sorter(who.id).await?;
        let parts = lines
            .iter()
            .map(|(_, entry)| (self.decide(who.id, &judge, entry).0, entry.amount.fen()));
        sum_up(month, judge.categories.clone(), parts)
    }

    /// The lines of one category, newest first.
    pub(crate) async fn summary_entries(
        &self,
        who: &Customer,
        ask: &SummaryAsk,
        category: &str,
    ) -> Result<Vec<SummaryEntry>, Error> {
        let month = Month::parse(&ask.month, self.cx.clock.today())?;
        let mut lines = self.lines(who, ask.account, month).await?;
        lines.sort_by(|(_, a), (_, b)| b.at.cmp(&a.at).then(b.id.cmp(&a.id)));
        let judge = self.sorter(who.id).await?;
        let mut shown = Vec::new();
        for (account, entry) in &lines {
            let (decided, chosen) = self.decide(who.id, &judge, entry);
            if decided == category && shown.len() < SHOWN {
                shown.push(SummaryEntry {
                    account_id: account.id,
                    account_tail: account.tail.clone(),
                    category: decided,
                    chosen,
                    entry: EntryView::from(entry),
                });
            }
        }
        Ok(shown)
    }

    /// Keeps the customer's word; the same word again changes nothing.
    pub(crate) async fn label(&self, who: &Customer, ask: LabelAsk) -> Result<(), Error> {
        let account = self.own(who.id, ask.account).await?;
        let judge = self.sorter(who.id).await?;
        if !judge.categories.iter().any(|c| c.code == ask.category) {
            return Err(Error::NoCategory);
        }
        let entry = self.entry(&account.account_no, &ask.entry_id, ask.at).await?;
        let of_line = self.line_key(who.id, &entry);
        let of_side = self.side_key(who.id, &entry).filter(|_| ask.everywhere);
        let (this, customer, now) = (self.clone(), who.id, self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                // A wider word replaces the narrower one of this line, which would hide it.
                let key = of_side.as_ref().unwrap_or(&of_line);
                if of_side.is_some() {
                    labels::unlabel(c, customer, &of_line).await?;
                }
                if labels::relabel(c, customer, key, &ask.category, now).await? == 0 {
                    labels::label(c, customer, key, &ask.category, now).await?;
                }
                let note = Entry {
                    actor: Actor::Customer(customer.to_string()),
                    action: "account.label",
                    subject: format!("account:{}", ask.account),
                    result: "ok",
                    detail: json!({"category": ask.category, "everywhere": of_side.is_some()}),
                };
                Ok(audit::note(c, &this.cx, note).await?)
            })
            .await
    }

    /// Every line of the month; a month that is too long to add up is refused rather than cut.
    async fn lines(
        &self,
        who: &Customer,
        only: Option<AccountId>,
        month: Month,
    ) -> Result<Vec<(OwnAccount, CoreEntry)>, Error> {
        self.identity.require_level(who, "accounts.view").await?;
        let mut own = match self.list(who.id, &who.customer_no).await? {
            Some(own) => own,
            None => self.known(who.id).await?,
        };
        if let Some(id) = only {
            own.retain(|account| account.id == id);
            if own.is_empty() {
                return Err(Error::NotFound);
            }
        }
        own.retain(|account| matches!(account.kind, AccountKind::Demand | AccountKind::Credit));
        let mut lines = Vec::new();
        for account in &own {
            let mut query = EntryQuery {
                from: Some(month.from),
                to: Some(month.to),
                ..EntryQuery::all(&account.account_no, 500)
            };
            loop {
                let page = self.ask(&query).await?;
                lines.extend(page.items.into_iter().map(|entry| (account.clone(), entry)));
                if lines.len() > LINES {
                    return Err(Error::TooLong);
                }
                match page.next {
                    Some(next) => query.cursor = Some(next),
                    None => break,
                }
            }
        }
        Ok(lines)
    }

    async fn sorter(&self, customer: CustomerId) -> Result<Judge, Error> {
        let read = self.cx.db.read(async move |c| {
            Ok::<_, kit::db::Error>((
                labels::categories(c).await?,
                labels::rules(c).await?,
                labels::labels(c, customer).await?,
            ))
        });
        let (categories, rules, labels) = read.await?;
        Ok(Judge {
            categories,
            rules,
            labels: labels.into_iter().collect(),
        })
    }

    /// The category of a line, and whether the customer chose it: the word on the line, then the word on the other
    /// side, then the rules.
    fn decide(&self, customer: CustomerId, judge: &Judge, entry: &CoreEntry) -> (String, bool) {
        let said = |key: String| judge.labels.get(&key).cloned();
        let chosen =
            said(self.line_key(customer, entry)).or_else(|| self.side_key(customer, entry).and_then(said));
        match chosen {
            Some(category) => (category, true),
            None => (category_of(entry, &judge.rules).to_owned(), false),
        }
    }

    fn line_key(&self, customer: CustomerId, entry: &CoreEntry) -> String {
        let line = format!("{customer}|{}|{}", entry.id, entry.amount.fen());
        self.cx.vault.index("accounts.label.line", &line)
    }

    /// Who the other side was is nobody's business but the customer's: only its blind index is kept.
    fn side_key(&self, customer: CustomerId, entry: &CoreEntry) -> Option<String> {
        let name = entry
            .counterparty_name
            .as_deref()
            .filter(|n| !n.trim().is_empty())?;
        let sign = if entry.amount.fen() < 0 { "out" } else { "in" };
        Some(
            self.cx
                .vault
                .index("accounts.label.side", &format!("{customer}|{sign}|{name}")),
        )
    }
}
