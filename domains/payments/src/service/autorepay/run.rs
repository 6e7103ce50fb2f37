//! Looking at the bills of agreements in force: nothing yet, tell the customer, repay, try again, or give up.

use accounts::{Accounts, OwnAccount};
use corebank::{Answer, RefusalCode};
use jiff::civil::Date;
use kit::clock::Ms;

use super::super::Payments;
use super::super::payee::Resolved;
use super::super::rounds::customer_by_customer;
use crate::error::Error;
use crate::model::autorepay::{Agreement, LOOK_AFTER, Open, Run, Turn, try_again, turn};
use crate::model::transfer::State;
use crate::store;

/// A bill as a look finds it.
pub(super) struct Bill {
    pub(super) payer: OwnAccount,
    pub(super) card: OwnAccount,
    pub(super) due: Date,
    /// Before it was asked for.
    pub(super) seen_at: Ms,
    pub(super) open: Open,
    /// What is still to be repaid under the agreement. Fen.
    pub(super) fen: i64,
    /// What became of it so far.
    pub(super) run: Option<Run>,
}

/// What a look finds.
enum Seen {
    Bill(Box<Bill>),
    /// Why there is none to look at, as in `paused_text`.
    Gone(&'static str),
    /// The core does not answer.
    Silent,
}

/// Whether a bill could be repaid now.
pub(super) enum Outlook {
    Good(Resolved),
    /// Not enough money.
    Short,
    /// Why it never will be before the customer has mended something.
    Stopped(&'static str),
    Unknown,
}

impl Payments {
    /// One look at up to `most` agreements whose time has come; doing it twice has one effect. Answers how many they were.
    pub(crate) async fn run_autorepay(&self, most: i64) -> Result<usize, Error> {
        let now = self.cx.clock.now();
        let found = self
            .cx
            .db
            .glance(async move |c| store::agreements_to_look_at(c, now, most).await)
            .await?;
        let taken = found.len();
        let found = found.into_iter().map(|a| (a.customer, a));
        customer_by_customer(found, |a| self.look_at_one(a)).await;
        Ok(taken)
    }

    /// One that fails must not keep the others from being repaid.
    async fn look_at_one(&self, a: Agreement) {
        match self.look_at(&a).await {
            // Ended, or dealt with by another node, a moment ago.
            Ok(()) | Err(Error::AgreementState) => {}
            Err(error) => {
                tracing::warn!(agreement = %a.id, cause = %error, "auto-repay failed; trying again");
                let at = self.cx.clock.now() + LOOK_AFTER;
                self.later(&a, at).await.ok();
            }
        }
    }

    async fn look_at(&self, a: &Agreement) -> Result<(), Error> {
        let now = self.cx.clock.now();
        let bill = match self.seen(a).await? {
            Seen::Bill(bill) => bill,
            Seen::Gone(why) => return self.pause(a, why, 0).await,
            Seen::Silent => return self.later(a, now + LOOK_AFTER).await,
        };
        match turn(a, bill.due, now) {
            Turn::Wait(until) => self.later(a, until).await,
            Turn::Tell => self.tell_tomorrow(a, &bill).await,
            Turn::Repay => self.deal_with(a, &bill, false).await,
            Turn::Late => self.deal_with(a, &bill, true).await,
        }
    }

    async fn seen(&self, a: &Agreement) -> Result<Seen, Error> {
        let seen_at = self.cx.clock.now();
        let payer = match self.accounts.own(a.customer, a.account).await {
            Ok(payer) => payer,
            Err(accounts::Error::NotFound) => return Ok(Seen::Gone("account")),
            Err(error) => return Err(error.into()),
        };
        let state = match self.card(a.customer, a.card).await {
            Ok(card) => self.card_bill(card).await,
            Err(error) => Err(error),
        };
        let state = match state {
            Ok(state) => state,
            Err(Error::NoCard) => return Ok(Seen::Gone("card")),
            Err(Error::CoreUnavailable) => return Ok(Seen::Silent),
            Err(error) => return Err(error),
        };
        let open = Open {
            bill: state.bill.remaining.fen(),
            minimum: state.bill.min_remaining.fen(),
            owed: state.owed_fen,
            under_way: state.under_way_fen,
        };
        let (card, due) = (a.card, state.bill.due_date);
        let day = due.to_string();
        let run = self
            .cx
            .db
            .glance(async move |c| store::bill_run(c, card, &day).await)
            .await?;
        Ok(Seen::Bill(Box::new(Bill {
            payer,
            card: state.card,
            due,
            seen_at,
            fen: open.due(a.kind),
            open,
            run,
        })))
    }

    /// The due day has come, or is over when `late`.
    async fn deal_with(&self, a: &Agreement, bill: &Bill, late: bool) -> Result<(), Error> {
        let now = self.cx.clock.now();
        let earlier = bill.run.as_ref();
        // What is on its way, by hand or by us, is known first, however long it takes: it may still fail.
        if bill.open.under_way > 0 {
            return self.later(a, now + LOOK_AFTER).await;
        }
        match earlier.map(|run| &*run.result) {
            Some("sent") => match self.outcome_of(earlier).await? {
                Some((state, _)) if state.in_flight() => return self.later(a, now + LOOK_AFTER).await,
                Some((State::Succeeded, _)) => return self.dealt_with(a, bill).await,
                Some((_, reason)) if bill.fen > 0 => {
                    let short = reason == RefusalCode::InsufficientFunds.as_str();
                    if !short {
                        return self.give_up(a, bill, "refused").await;
                    }
                    if a.tries < earlier.map_or(0, |run| run.attempt) {
                        return self.in_vain(a, bill).await;
                    }
                }
                _ => return self.dealt_with(a, bill).await,
            },
            Some(_) => return self.dealt_with(a, bill).await,
            None => {}
        }
        if bill.fen == 0 {
            return self.dealt_with(a, bill).await;
        }
        match self.outlook_of(a, bill).await? {
            _ if late => self.give_up(a, bill, "missed").await,
            Outlook::Good(payee) => self.repay_bill(a, bill, payee).await,
            Outlook::Short => self.in_vain(a, bill).await,
            Outlook::Stopped(why) => self.pause(a, why, bill.fen).await,
            Outlook::Unknown => self.later(a, now + LOOK_AFTER).await,
        }
    }

    /// Where the transfer of a run stands, and why.
    async fn outcome_of(&self, run: Option<&Run>) -> Result<Option<(State, String)>, Error> {
        let Some(id) = run.and_then(|run| run.transfer.parse().ok()) else {
            return Ok(None);
        };
        Ok(self.load(id).await?.map(|t| (t.state, t.reason)))
    }

    /// Would it work now? Somebody to act for, an account that pays, a card that takes, and enough money.
    pub(super) async fn outlook_of(&self, a: &Agreement, bill: &Bill) -> Result<Outlook, Error> {
        if self.identity.openids_of(a.customer).await?.is_empty() {
            return Ok(Outlook::Stopped("binding"));
        }
        let account = a.account;
        let blocked = self
            .cx
            .db
            .glance(async move |c| Accounts::looks_blocked(c, account).await)
            .await?;
        if blocked {
            return Ok(Outlook::Stopped("account"));
        }
        let payee = match self.card_as_payee(bill.card.clone()).await {
            Ok(payee) => payee,
            Err(Error::CardBlocked | Error::NoCard) => return Ok(Outlook::Stopped("card")),
            Err(Error::CoreUnavailable) => return Ok(Outlook::Unknown),
            Err(error) => return Err(error),
        };
        Ok(match self.core.balance(&bill.payer.account_no).await {
            Answer::Done(balance) if balance.available.fen() >= bill.fen => Outlook::Good(payee),
            Answer::Done(_) => Outlook::Short,
            Answer::Refused(_) => Outlook::Stopped("account"),
            Answer::Unknown => Outlook::Unknown,
        })
    }

    /// Not enough money: again later the same day, or it is told that the customer has to.
    async fn in_vain(&self, a: &Agreement, bill: &Bill) -> Result<(), Error> {
        let tries = a.tries + 1;
        match try_again(bill.due, tries, self.cx.clock.now()) {
            Some(look_at) => {
                self.write_turn(&Agreement {
                    tries,
                    look_at,
                    ..a.clone()
                })
                .await
            }
            None => self.give_up(a, bill, "insufficient").await,
        }
    }

    pub(super) async fn later(&self, a: &Agreement, look_at: Ms) -> Result<(), Error> {
        self.write_turn(&Agreement { look_at, ..a.clone() }).await
    }

    /// This bill needs nothing more.
    async fn dealt_with(&self, a: &Agreement, bill: &Bill) -> Result<(), Error> {
        self.write_turn(&after(a, bill, self.cx.clock.now())).await
    }

    async fn write_turn(&self, a: &Agreement) -> Result<(), Error> {
        let a = a.clone();
        let written = self
            .cx
            .db
            .tx(async move |c| store::agreement_turns(c, &a).await)
            .await?;
        if written {
            Ok(())
        } else {
            Err(Error::AgreementState)
        }
    }
}

/// The agreement after a bill.
pub(super) fn after(a: &Agreement, bill: &Bill, now: Ms) -> Agreement {
    let done = Agreement {
        done_for: bill.due.to_string(),
        tries: 0,
        ..a.clone()
    };
    let look_at = match turn(&done, bill.due, now) {
        Turn::Wait(until) => until,
        Turn::Tell | Turn::Repay | Turn::Late => now + LOOK_AFTER,
    };
    Agreement { look_at, ..done }
}
