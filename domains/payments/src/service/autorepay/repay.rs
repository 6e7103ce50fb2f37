//! Repaying one bill: the transfer, sent through the saga that every repayment takes.

use accounts::Accounts;
use audit::{Actor, Entry};
use kit::clock::{MINUTE, Ms};
use kit::db::Conn;
use kit::jobs::{self, NewJob};
use serde_json::json;

use super::super::Payments;
use super::super::payee::Resolved;
use super::super::repay::{takes_card, way_of};
use super::run::Bill;
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::autorepay::{Agreement, LOOK_AFTER, Run, transfer_id};
use crate::model::purpose::Purpose;
use crate::model::transfer::{State, Transfer, ask_again_after};
use crate::store;

/// By so much may the clocks of nodes differ.
const CLOCKS: Ms = MINUTE;

impl Payments {
    /// Makes the repayment of a bill and sends it.
    pub(super) async fn repay_bill(&self, a: &Agreement, bill: &Bill, payee: Resolved) -> Result<(), Error> {
        let attempt = bill.run.as_ref().map_or(0, |run| run.attempt).max(a.tries) + 1;
        let id = transfer_id(a.card, bill.due, attempt);
        let now = self.cx.clock.now();
        let from = &bill.payer;
        let transfer = Transfer {
            purpose: Purpose::Repayment,
            from_no: from.card_no.clone().unwrap_or_else(|| from.account_no.clone()),
            from_name: self.identity.name_of(a.customer).await?,
            to_idx: self.index_of(&payee),
            to_no: payee.number,
            to_name: payee.name,
            amount_fen: bill.fen,
            memo: "信用卡自动还款".to_owned(),
            state: State::Processing,
            challenge: a.challenge.clone(),
            bound: a.bound.clone(),
            expires_at: a.expires_at,
            business_date: self.cx.clock.today().to_string(),
            created_at: now,
            authorised_at: now,
            sent_at: now,
            next_check_at: now + ask_again_after(0),
            ..Transfer::blank(id, a.customer, a.account)
        };
        let run = Run {
            due_on: bill.due.to_string(),
            attempt,
            transfer: id.to_string(),
            amount_fen: bill.fen,
            result: "sent".to_owned(),
            reason: String::new(),
            at: now,
        };
        let (this, next) = (
            self.clone(),
            Agreement {
                look_at: now + LOOK_AFTER,
                ..a.clone()
            },
        );
        let (before, owed) = (bill.run.as_ref().map(|run| run.attempt), bill.open.owed);
        let since = bill.seen_at - CLOCKS;
        let made = self
            .cx
            .db
            .tx(async move |c| {
                this.write_bill_run(c, &next, (&run, before)).await?;
                this.write_repayment(c, &transfer, (owed, since)).await
            })
            .await;
        match made {
            Err(Error::AccountBlocked) => return self.pause(a, "account", bill.fen).await,
            // A repayment by hand was faster: looked at again with what is left.
            Err(Error::Overpaid { .. }) => return self.later(a, now + LOOK_AFTER).await,
            other => other?,
        }
        kit::failpoint::reach("payments.autorepay_made");
        self.settle_now(id).await
    }

    /// Only while the agreement and the bill are still where they were seen.
    pub(super) async fn write_bill_run(
        &self,
        c: &mut Conn,
        a: &Agreement,
        (run, before): (&Run, Option<i64>),
    ) -> Result<(), Error> {
        let fresh = store::agreement_turns(c, a).await?
            && match before {
                None => store::insert_bill_run(c, a, run).await?,
                Some(attempt) => store::bill_run_goes_on(c, a, run, attempt).await?,
            };
        if !fresh {
            return Err(Error::AgreementState);
        }
        let entry = Entry {
            actor: Actor::System("payments"),
            action: "autorepay.run",
            subject: format!("autorepay:{}", a.id),
            result: if run.result == "sent" { "ok" } else { "refused" },
            detail: json!({
                "customer": a.customer, "due_on": run.due_on, "attempt": run.attempt, "transfer": run.transfer,
                "reason": run.reason,
            }),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }

    /// Only while nothing else has been repaid since the bill was asked for: what was seen of it would be wrong.
    async fn write_repayment(
        &self,
        c: &mut Conn,
        t: &Transfer,
        (owed, since): (i64, Ms),
    ) -> Result<(), Error> {
        if Accounts::is_blocked(c, t.account).await? {
            return Err(Error::AccountBlocked);
        }
        takes_card(c, t).await?;
        store::insert(c, &self.seal(t)).await?;
        Self::not_more_than(c, t, owed).await?;
        if store::another_since(c, way_of(t), t.id, since).await? {
            return Err(Error::AgreementState);
        }
        let id = t.id.to_string();
        let job = NewJob {
            kind: SETTLE,
            key: &id,
            payload: &id,
            run_at: t.next_check_at,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }
}
