//! 交易申诉: the customer disputes one line; it is attached as it stands, and a person of the bank answers within 15 days.

use audit::{Actor, Entry};
use corebank::{CoreEntry, EntryQuery};
use identity::{Customer, CustomerId};
use kit::{
    clock::Ms,
    db::Conn,
    events,
    idem::{self, Claim},
    web::{Cursor, Page},
};
use serde_json::json;

use super::Accounts;
use crate::{
    error::Error,
    model::{
        account::AccountId,
        dispute::{
            DUE_AFTER, DisputeId, DisputeReason, DisputeState, DisputeView, DisputedLine, EntryDispute,
            outcome_text, receipt_no, text_fits,
        },
        statement::EntryView,
    },
    store::disputes::{self, DisputeRow},
};

const PAGE: usize = 30;

/// A line, and what is wrong with it.
#[derive(Clone)]
pub(crate) struct DisputeAsk {
    pub(crate) key: String,
    pub(crate) entry_id: String,
    /// When the line was booked, as the line says; by it the line is found again.
    pub(crate) at: Ms,
    pub(crate) reason: DisputeReason,
    pub(crate) text: String,
}

/// A dispute as staff see it; names masked by the server.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DisputeFile {
    pub id: DisputeId,
    pub receipt_no: String,
    #[schema(value_type = String)]
    pub customer: CustomerId,
    pub customer_masked: String,
    pub account_tail: String,
    pub line: DisputedLine,
    pub reason_text: &'static str,
    /// What the customer wrote.
    pub text: String,
    pub state_text: &'static str,
    pub answer: String,
    /// Milliseconds UTC.
    pub due_at: Ms,
    pub opened_at: Ms,
}

impl Accounts {
    /// Disputes a line of the customer's own account. The same line a second time is refused.
    pub(crate) async fn dispute(
        &self,
        who: &Customer,
        id: AccountId,
        ask: DisputeAsk,
    ) -> Result<DisputeView, Error> {
        if !text_fits(ask.reason, &ask.text) {
            return Err(Error::BadDisputeText);
        }
        let account = self.own(who.id, id).await?;
        let entry = self.entry(&account.account_no, &ask.entry_id, ask.at).await?;
        let row = self.new_dispute(who.id, id, &entry, &ask)?;
        let this = self.clone();
        let row = self
            .cx
            .db
            .tx(async move |c| this.write_dispute(c, &row, &ask.key).await)
            .await?;
        self.dispute_view(&row)
    }

    pub(crate) async fn disputes(&self, who: &Customer, after: Cursor) -> Result<Page<DisputeView>, Error> {
        let (customer, more) = (who.id, i64::try_from(PAGE).unwrap_or(30) + 1);
        let rows = self
            .cx
            .db
            .read(async move |c| disputes::of_customer(c, customer, (after.at, &after.id), more).await)
            .await?;
        let page = Page::cut(rows, PAGE, |row| Cursor {
            at: row.opened_at,
            id: row.id.to_string(),
        });
        let items = page.items.iter().map(|row| self.dispute_view(row));
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }

    /// Puts the marks of disputes on the lines of a page.
    pub(crate) async fn mark(&self, id: AccountId, lines: &mut [EntryView]) -> Result<(), Error> {
        let marks = self
            .cx
            .db
            .glance(async move |c| disputes::marks(c, id).await)
            .await?;
        for line in lines {
            let mark = marks.iter().find(|(entry, ..)| *entry == line.id);
            line.dispute = mark.and_then(|(_, id, state)| {
                DisputeState::parse(state).map(|state| EntryDispute {
                    id: *id,
                    state,
                    state_text: state.text(),
                })
            });
        }
        Ok(())
    }

    /// A dispute for a case; the caller audits the reading.
    pub async fn dispute_file(&self, id: DisputeId) -> Result<Option<DisputeFile>, Error> {
        let row = self
            .cx
            .db
            .read(async move |c| disputes::by_id(c, id).await)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let view = self.dispute_view(&row)?;
        let account = self.own(row.customer, row.account).await?;
        Ok(Some(DisputeFile {
            id,
            receipt_no: view.receipt_no,
            customer: row.customer,
            customer_masked: self.identity.masked_name_of(row.customer).await?,
            account_tail: account.tail,
            line: view.line,
            reason_text: view.reason_text,
            text: view.text,
            state_text: view.state_text,
            answer: view.answer,
            due_at: view.due_at,
            opened_at: view.opened_at,
        }))
    }

    /// Somebody of the bank works on it now.
    pub async fn dispute_taken(&self, c: &mut Conn, id: DisputeId) -> Result<(), Error> {
        disputes::taken(c, id).await?;
        Ok(())
    }

    /// Answers a dispute in the transaction that closes its case; the customer is told by what follows from it.
    pub async fn dispute_answer(
        &self,
        c: &mut Conn,
        id: DisputeId,
        outcome: &str,
        answer: &str,
    ) -> Result<(), Error> {
        let row = disputes::by_id(c, id)
            .await?
            .ok_or(Error::Row("dispute of a case"))?;
        let sealed = self.cx.vault.seal(&aad("answer", id), answer);
        if !disputes::answered(c, id, (outcome, &sealed), self.cx.clock.now()).await? {
            return Ok(());
        }
        let body = json!({"customer": row.customer, "dispute": id});
        Ok(events::publish(c, &self.cx, "accounts.dispute_answered", &id.to_string(), &body).await?)
    }

    /// The line with this id, as the core tells it.
    pub(crate) async fn entry(&self, account_no: &str, id: &str, at: Ms) -> Result<CoreEntry, Error> {
        let query = EntryQuery {
            from: Some(at),
            to: Some(at.saturating_add(1)),
            ..EntryQuery::all(account_no, 500)
        };
        let page = self.ask(&query).await?;
        page.items
            .into_iter()
            .find(|entry| entry.id == id)
            .ok_or(Error::NoEntry)
    }

    fn new_dispute(
        &self,
        customer: CustomerId,
        account: AccountId,
        entry: &CoreEntry,
        ask: &DisputeAsk,
    ) -> Result<DisputeRow, Error> {
        let (id, now): (DisputeId, _) = (self.cx.ids.make(), self.cx.clock.now());
        let line = serde_json::to_string(&DisputedLine::from(entry)).map_err(|_| Error::Row("a line"))?;
        Ok(DisputeRow {
            id,
            receipt_no: receipt_no(id, now),
            customer,
            account,
            entry: entry.id.clone(),
            reason: ask.reason,
            amount: entry.amount.fen(),
            line: self.cx.vault.seal(&aad("line", id), &line),
            text: self.cx.vault.seal(&aad("text", id), ask.text.trim()),
            state: DisputeState::Received,
            outcome: String::new(),
            answer: String::new(),
            due_at: now + DUE_AFTER,
            opened_at: now,
            answered_at: 0,
        })
    }

    async fn write_dispute(&self, c: &mut Conn, row: &DisputeRow, key: &str) -> Result<DisputeRow, Error> {
        let scope = format!("dispute:{}", row.customer);
        let hash = idem::hash_of(&(row.account, &row.entry, row.reason));
        let id = row.id.to_string();
        match idem::claim_with(c, (&scope, key, &hash), &id, self.cx.clock.now()).await? {
            Claim::New => {}
            Claim::Done(id) => {
                let id = id.parse().map_err(|_| Error::Row("dispute id"))?;
                return disputes::by_id(c, id).await?.ok_or(Error::Row("dispute"));
            }
            Claim::Different => return Err(Error::KeyReused),
            Claim::Running { .. } | Claim::Stalled => return Err(Error::InProgress),
        }
        if !disputes::insert(c, row).await? {
            return Err(Error::DisputedAlready);
        }
        let entry = Entry {
            actor: Actor::Customer(row.customer.to_string()),
            action: "account.dispute",
            subject: format!("account:{}", row.account),
            result: "ok",
            detail: json!({"dispute": row.id, "entry": row.entry, "reason": row.reason}),
        };
        audit::note(c, &self.cx, entry).await?;
        let body = json!({"customer": row.customer, "dispute": row.id});
        events::publish(c, &self.cx, "accounts.disputed", &id, &body).await?;
        Ok(row.clone())
    }

    fn dispute_view(&self, row: &DisputeRow) -> Result<DisputeView, Error> {
        let open = |column: &str, sealed: &str| {
            if sealed.is_empty() {
                Ok(String::new())
            } else {
                self.cx.vault.open(&aad(column, row.id), sealed)
            }
        };
        Ok(DisputeView {
            id: row.id,
            receipt_no: row.receipt_no.clone(),
            account_id: row.account,
            entry_id: row.entry.clone(),
            line: serde_json::from_str(&open("line", &row.line)?).map_err(|_| Error::Row("disputed line"))?,
            reason: row.reason,
            reason_text: row.reason.text(),
            text: open("text", &row.text)?,
            state: row.state,
            state_text: row.state.text(),
            outcome_text: if row.state == DisputeState::Answered {
                outcome_text(&row.outcome)
            } else {
                ""
            },
            answer: open("answer", &row.answer)?,
            due_at: row.due_at,
            opened_at: row.opened_at,
            answered_at: (row.answered_at > 0).then_some(row.answered_at),
        })
    }
}

fn aad(column: &str, id: DisputeId) -> String {
    format!("accounts_dispute.{column}|{id}")
}
