//! Scheduled transfers on their day: told the day before, sent in the morning, or skipped with a reason.
//!
//! One row a day in `payments_schedule_run`, written in the transaction that makes the transfer: no day is paid twice,
//! whatever nodes die or look at the same time.

use std::time::Duration;

use accounts::Accounts;
use corebank::{Answer, PayeeStatus};
use identity::mask;
use kit::clock::Ms;
use kit::db::Conn;
use kit::events;
use kit::jobs::{self, NewJob};
use kit::money::Money;
use serde_json::json;

use super::Payments;
use super::rounds::customer_by_customer;
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::rules::same_name;
use crate::model::schedule::{
    Run, Schedule, ScheduleId, Stage, Step, TOLD_BEFORE, TRY_UNTIL, due_at, skipped_text, warning_text,
};
use crate::model::transfer::{State, Transfer, TransferId, ask_again_after};
use crate::store::{self, ScheduleRow};

/// Schedules looked at in one round.
const BATCH: i64 = 100;
const ROUND: Duration = Duration::from_secs(20);
/// Between rounds while more is due than one of them takes, as on the morning of a day on which everybody pays rent.
const BREATH: Duration = Duration::from_secs(1);

/// What a message about a scheduled transfer needs.
#[derive(Clone, Debug)]
pub struct PlanNotice {
    pub customer: identity::CustomerId,
    pub amount: Money,
    pub payee_masked: String,
    pub account_tail: String,
    /// When the due day's transfer leaves or should have left.
    pub at: Ms,
    /// What happened, in the bank's words; empty when nothing speaks against it.
    pub text: &'static str,
    /// What would stop it, said the day before, to be put behind the sentence; empty when nothing does.
    pub warning: &'static str,
}

/// What can be known before a due transfer is made.
enum Outlook {
    Good,
    /// Why not, as in [`skipped_text`].
    Bad(&'static str),
    /// The core does not answer.
    Unknown,
}

/// Whether a batch took as much as it may.
fn is_full(taken: usize) -> bool {
    i64::try_from(taken).is_ok_and(|taken| taken == BATCH)
}

/// Tells and sends what is due, on every worker, all day.
pub async fn keep_scheduling(payments: Payments) {
    while !payments.cx.tasks.is_stopping() {
        let rest = match payments.run_schedules().await {
            Ok(more) if more => BREATH,
            Ok(_) => ROUND,
            Err(error) => {
                tracing::warn!(cause = %error, "scheduled transfers could not be looked at; trying again");
                ROUND
            }
        };
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = payments.cx.tasks.stopping() => {}
        }
    }
}

impl Payments {
    /// One look at everything that is due or will be tomorrow, bills under auto-repay included; doing it twice has one effect.
    /// Answers whether there may be more than it took.
    pub async fn run_schedules(&self) -> Result<bool, Error> {
        let now = self.cx.clock.now();
        let (due, near) = self
            .cx
            .db
            .read(async move |c| {
                let near = store::schedules_to_tell(c, (now, now + TOLD_BEFORE), BATCH).await?;
                Ok::<_, kit::db::Error>((store::schedules_due(c, now, BATCH).await?, near))
            })
            .await?;
        let more = is_full(near.len()) || is_full(due.len());
        let whose = |row: ScheduleRow| (row.customer, row);
        customer_by_customer(near.into_iter().map(whose), |row| self.tell_row(row)).await;
        customer_by_customer(due.into_iter().map(whose), |row| self.send_row(row)).await;
        Ok(is_full(self.run_autorepay(BATCH).await?) || more)
    }

    /// One that fails must not keep the others from being told.
    async fn tell_row(&self, row: ScheduleRow) {
        let id = row.id;
        let told = match self.open_schedule(row) {
            Ok(schedule) => self.tell(&schedule).await,
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            tracing::warn!(schedule = %id, cause = %error, "scheduled transfer could not be told; trying again");
        }
    }

    /// Nor from being sent.
    async fn send_row(&self, row: ScheduleRow) {
        let id = row.id;
        let sent = match self.open_schedule(row) {
            Ok(schedule) => self.run(&schedule).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::warn!(schedule = %id, cause = %error, "scheduled transfer failed; trying again");
        }
    }

    /// The day before: whether it would work now, so that the customer can mend it.
    async fn tell(&self, s: &Schedule) -> Result<(), Error> {
        let word = match self.outlook(s).await? {
            Outlook::Bad(reason) => reason,
            Outlook::Good | Outlook::Unknown => "",
        };
        let (this, s) = (self.clone(), s.clone());
        self.cx
            .db
            .tx(async move |c| {
                let day = s.next.to_string();
                if store::schedule_told(c, s.id, &day).await? {
                    let body = json!({"schedule": s.id, "customer": s.customer, "day": day, "reason": word});
                    let key = format!("{}.{day}", s.id);
                    events::publish(c, &this.cx, "payments.schedule_tomorrow", &key, &body).await?;
                }
                Ok(())
            })
            .await
    }

    async fn run(&self, s: &Schedule) -> Result<(), Error> {
        let late = self.cx.clock.now() > s.due_at + TRY_UNTIL;
        match self.outlook(s).await? {
            _ if late => self.skip(s, "missed").await,
            Outlook::Unknown => Ok(()),
            Outlook::Bad(reason) => self.skip(s, reason).await,
            Outlook::Good => match self.make(s).await {
                Err(Error::LimitSingle | Error::LimitDay { .. } | Error::LimitYear { .. }) => {
                    self.skip(s, "limit").await
                }
                Err(Error::AccountBlocked) => self.skip(s, "blocked").await,
                // Called off, or done by another node, a moment ago.
                Err(Error::WrongState) => Ok(()),
                other => other,
            },
        }
    }

    /// Would it work now? Whom it would reach, and whether there is money.
    async fn outlook(&self, s: &Schedule) -> Result<Outlook, Error> {
        let account = s.account;
        let blocked = self
            .cx
            .db
            .glance(async move |c| Accounts::looks_blocked(c, account).await)
            .await?;
        if blocked {
            return Ok(Outlook::Bad("blocked"));
        }
        if s.bank.is_ours() {
            match self.core.payee(&s.to_no).await {
                Answer::Done(payee)
                    if payee.status == PayeeStatus::Blocked || !same_name(&s.to_name, &payee.name) =>
                {
                    return Ok(Outlook::Bad("payee"));
                }
                Answer::Done(_) => {}
                Answer::Refused(_) => return Ok(Outlook::Bad("payee")),
                Answer::Unknown => return Ok(Outlook::Unknown),
            }
        }
        Ok(match self.core.balance(&s.from_no).await {
            Answer::Done(balance) if balance.available.fen() >= s.amount_fen => Outlook::Good,
            Answer::Done(_) => Outlook::Bad("insufficient"),
            Answer::Refused(_) => Outlook::Bad("blocked"),
            Answer::Unknown => Outlook::Unknown,
        })
    }

    /// Makes the day's transfer and sends it.
    async fn make(&self, s: &Schedule) -> Result<(), Error> {
        let id: TransferId = self.cx.ids.make();
        let now = self.cx.clock.now();
        let transfer = Transfer {
            from_no: s.from_no.clone(),
            from_name: self.identity.name_of(s.customer).await?,
            to_no: s.to_no.clone(),
            to_idx: s.to_idx.clone(),
            to_name: s.to_name.clone(),
            bank: s.bank.clone(),
            amount_fen: s.amount_fen,
            memo: s.memo.clone(),
            state: State::Processing,
            challenge: s.challenge.clone(),
            bound: s.bound.clone(),
            expires_at: s.expires_at,
            business_date: self.cx.clock.today().to_string(),
            created_at: now,
            authorised_at: now,
            sent_at: now,
            next_check_at: now + ask_again_after(0),
            schedule: s.id.to_string(),
            ..Transfer::blank(id, s.customer, s.account)
        };
        let (this, s) = (self.clone(), s.clone());
        self.cx
            .db
            .tx(async move |c| this.write_run(c, &s, &transfer).await)
            .await?;
        kit::failpoint::reach("payments.schedule_made");
        self.settle_now(id).await
    }

    /// Day, limit, transfer, trail and job in one transaction; only while the schedule is still at this turn.
    async fn write_run(&self, c: &mut Conn, s: &Schedule, t: &Transfer) -> Result<(), Error> {
        let now = t.authorised_at;
        self.turn(c, s, now).await?;
        if Accounts::is_blocked(c, t.account).await? {
            return Err(Error::AccountBlocked);
        }
        let id = t.id.to_string();
        let run = Run {
            due_on: s.next.to_string(),
            transfer: id.clone(),
            result: "sent".to_owned(),
            reason: String::new(),
            at: now,
        };
        if !store::insert_run(c, s.id, &run).await? {
            return Err(Error::WrongState);
        }
        Self::take_limit(c, (t.customer, t.account), t.amount_fen, now).await?;
        store::insert(c, &self.seal(t)).await?;
        self.note(c, t.customer, "transfer.scheduled", t.id, "ok").await?;
        let job = NewJob {
            kind: SETTLE,
            key: &id,
            payload: &id,
            run_at: t.next_check_at,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }

    async fn skip(&self, s: &Schedule, reason: &'static str) -> Result<(), Error> {
        let (this, s, now) = (self.clone(), s.clone(), self.cx.clock.now());
        let done = self
            .cx
            .db
            .tx(async move |c| {
                this.turn(c, &s, now).await?;
                let day = s.next.to_string();
                let run = Run {
                    due_on: day.clone(),
                    transfer: String::new(),
                    result: "skipped".to_owned(),
                    reason: reason.to_owned(),
                    at: now,
                };
                if store::insert_run(c, s.id, &run).await? {
                    let body =
                        json!({"schedule": s.id, "customer": s.customer, "day": day, "reason": reason});
                    let key = format!("{}.{day}", s.id);
                    events::publish(c, &this.cx, "payments.schedule_skipped", &key, &body).await?;
                }
                Ok(())
            })
            .await;
        match done {
            Err(Error::WrongState) => Ok(()),
            other => other,
        }
    }

    /// Turns to the next due day or ends, if the schedule is still where it was seen.
    async fn turn(&self, c: &mut Conn, s: &Schedule, now: Ms) -> Result<(), Error> {
        let moved = if let Some(next) = s.plan.day(s.turn + 1) {
            store::schedule_turns(c, s.id, s.turn, (&next.to_string(), due_at(next))).await?
        } else {
            let ended = Stage::Active.after(Step::End).ok_or(Error::WrongState)?;
            store::schedule_ends(c, s.id, (Stage::Active, ended), now).await?
        };
        if moved { Ok(()) } else { Err(Error::WrongState) }
    }

    /// What a message about a schedule's due day needs; `reason` is why it was or would be skipped.
    pub async fn plan_notice(&self, id: &str, day: &str, reason: &str) -> Result<Option<PlanNotice>, Error> {
        let (Ok(id), Ok(day)) = (id.parse::<ScheduleId>(), day.parse()) else {
            return Ok(None);
        };
        let row = self
            .cx
            .db
            .glance(async move |c| store::schedule(c, id).await)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let s = self.open_schedule(row)?;
        Ok(Some(PlanNotice {
            customer: s.customer,
            amount: Money::cny(s.amount_fen),
            payee_masked: mask::name(&s.to_name),
            account_tail: mask::tail(&s.from_no),
            at: due_at(day),
            text: if reason.is_empty() {
                ""
            } else {
                skipped_text(reason)
            },
            warning: warning_text(reason),
        }))
    }
}
