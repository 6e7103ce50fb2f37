//! Planning a transfer for later: once, weekly or monthly. Proved once, for every due day; taken back at any time.

use audit::{Actor, Entry};
use identity::{Challenge, Customer, NewChallenge, Proof, mask};
use kit::db::Conn;
use kit::idem;
use kit::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Payments;
use super::draft::{memo_of, reachable};
use super::key::Key;
use super::payee::To;
use crate::error::Error;
use crate::model::schedule::{
    Frequency, MOST_ACTIVE, Plan, PlanFlaw, Run, Schedule, ScheduleId, Stage, Step, due_at,
};
use crate::store;

const LISTED: i64 = 100;
const RUNS: i64 = 24;

/// A transfer to be planned.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSchedule)]
pub(crate) struct NewSchedule {
    pub(crate) from_account_id: accounts::AccountId,
    /// The payee's card or account number, or the `account_ref` of a known payee.
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    /// The payee's bank, from `/api/banks`; none for our own.
    #[serde(default)]
    pub(crate) bank_code: Option<String>,
    /// Fen, each time.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
    /// At most 50 characters.
    #[serde(default)]
    pub(crate) memo: Option<String>,
    pub(crate) frequency: Frequency,
    /// The first day, Shanghai, `YYYY-MM-DD`: tomorrow at the earliest, a year ahead at most.
    pub(crate) first_on: String,
    /// The last day on which it may be due; not for `once`.
    #[serde(default)]
    pub(crate) until_on: Option<String>,
}

/// A schedule with the proof that it waits for and what became of its days.
pub(crate) struct ScheduleState {
    pub(crate) schedule: Schedule,
    pub(crate) stage: Stage,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) runs: Vec<Run>,
}

impl Payments {
    /// Plans a transfer that waits for the customer's proof. The same key and content give the same plan.
    pub(crate) async fn plan(
        &self,
        who: &Customer,
        key: &str,
        ask: &NewSchedule,
    ) -> Result<ScheduleState, Error> {
        let key = Key {
            scope: format!("schedule:{}", who.id),
            key: key.to_owned(),
            hash: self.cx.vault.tag("schedule.ask", &[&idem::hash_of(ask)]),
        };
        if let Some(earlier) = self.made_before(&key).await? {
            return self.schedule(who, earlier).await;
        }
        let schedule = self.planned(who, ask).await?;
        let this = self.clone();
        let id = self
            .cx
            .db
            .tx(async move |c| {
                if let Some(earlier) = key.claim(c, &schedule.id, schedule.created_at).await? {
                    return Ok::<_, Error>(earlier);
                }
                this.write_plan(c, schedule.clone()).await?;
                Ok(schedule.id)
            })
            .await?;
        self.schedule(who, id).await
    }

    async fn planned(&self, who: &Customer, ask: &NewSchedule) -> Result<Schedule, Error> {
        let memo = memo_of(ask.memo.as_deref())?;
        let plan = plan_of(ask)?;
        plan.check(self.cx.clock.today()).map_err(|flaw| match flaw {
            PlanFlaw::First => Error::BadFirstDay,
            PlanFlaw::Until => Error::BadLastDay,
        })?;
        let own = self.payer(who, ask.from_account_id).await?;
        self.allowance(who.id, own.id).await?.check_one(ask.amount_fen)?;
        let to = To {
            no: &ask.to_no,
            name: &ask.to_name,
            bank_code: ask.bank_code.as_deref().unwrap_or(""),
        };
        let payee = self.resolve(who, to).await?;
        reachable(&own.account_no, &payee)?;
        let now = self.cx.clock.now();
        let mut schedule = Schedule {
            id: self.cx.ids.make(),
            customer: who.id,
            account: own.id,
            from_no: own.card_no.unwrap_or(own.account_no),
            to_idx: self.index_of(&payee),
            to_no: payee.number,
            to_name: payee.name,
            bank: payee.bank,
            amount_fen: ask.amount_fen,
            memo,
            plan,
            next: plan.first,
            turn: 0,
            due_at: due_at(plan.first),
            told_for: String::new(),
            stage: Stage::AwaitingChallenge,
            challenge: String::new(),
            bound: String::new(),
            expires_at: now,
            created_at: now,
        };
        schedule.bound = schedule.signed();
        Ok(schedule)
    }

    async fn write_plan(&self, c: &mut Conn, mut schedule: Schedule) -> Result<(), Error> {
        if store::count_active(c, schedule.customer).await? >= MOST_ACTIVE {
            return Err(Error::TooManySchedules);
        }
        let factors = [identity::Factor::Password, identity::Factor::Sms];
        let ask = NewChallenge {
            customer: schedule.customer,
            act: "transfer",
            bound: schedule.bound.clone(),
            summary: format!(
                "设定向{}转账{}元，{}",
                mask::name(&schedule.to_name),
                Money::cny(schedule.amount_fen),
                schedule.plan.text()
            ),
            factors: factors.to_vec(),
        };
        let challenge = self.identity.challenge_open(c, ask).await?;
        schedule.challenge = challenge.id.to_string();
        schedule.expires_at = challenge.expires_at;
        store::insert_schedule(c, &self.seal_schedule(&schedule)).await?;
        self.plan_note(c, &schedule, "schedule.plan").await
    }

    /// Begins a schedule with the customer's proof.
    pub(crate) async fn begin(
        &self,
        who: &Customer,
        id: ScheduleId,
        (challenge, proof): (String, &Proof),
    ) -> Result<ScheduleState, Error> {
        let schedule = self.own_schedule(who, id).await?;
        // Asked again after an answer that was lost.
        if schedule.stage == Stage::Active && schedule.challenge == challenge {
            return self.schedule(who, id).await;
        }
        let now = self.cx.clock.now();
        if schedule.stage_at(now).after(Step::Begin).is_none() || schedule.challenge != challenge {
            return Err(Error::WrongState);
        }
        let challenge = challenge.parse().map_err(|_| Error::NotFound)?;
        let proven = self.identity.challenge_prove(who.id, challenge, proof).await?;
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| {
                if store::count_active(c, schedule.customer).await? >= MOST_ACTIVE {
                    return Err(Error::TooManySchedules);
                }
                this.identity.challenge_spend(c, proven, &schedule.bound).await?;
                if !store::schedule_begins(c, id, now).await? {
                    return Err(Error::WrongState);
                }
                this.plan_note(c, &schedule, "schedule.begin").await
            })
            .await?;
        self.schedule(who, id).await
    }

    /// Ends a schedule; what has been sent stays sent. Repeating it changes nothing.
    pub(crate) async fn call_off(&self, who: &Customer, id: ScheduleId) -> Result<ScheduleState, Error> {
        let schedule = self.own_schedule(who, id).await?;
        if schedule.stage != Stage::Cancelled {
            let to = schedule.stage.after(Step::Cancel).ok_or(Error::WrongState)?;
            let (this, now) = (self.clone(), self.cx.clock.now());
            self.cx
                .db
                .tx(async move |c| {
                    if !store::schedule_ends(c, id, (schedule.stage, to), now).await? {
                        return Err(Error::WrongState);
                    }
                    this.plan_note(c, &schedule, "schedule.cancel").await
                })
                .await?;
        }
        self.schedule(who, id).await
    }

    pub(crate) async fn schedule(&self, who: &Customer, id: ScheduleId) -> Result<ScheduleState, Error> {
        let schedule = self.own_schedule(who, id).await?;
        let stage = schedule.stage_at(self.cx.clock.now());
        let challenge = match (stage, schedule.challenge.parse()) {
            (Stage::AwaitingChallenge, Ok(id)) => Some(self.identity.challenge_view(who.id, id).await?),
            _ => None,
        };
        let runs = self
            .cx
            .db
            .glance(async move |c| store::runs_of(c, id, RUNS).await)
            .await?;
        Ok(ScheduleState {
            schedule,
            stage,
            challenge,
            runs,
        })
    }

    /// The customer's schedules, newest first; those that were never proved are left out.
    pub(crate) async fn schedules(&self, who: &Customer) -> Result<Vec<ScheduleState>, Error> {
        let customer = who.id;
        let rows = self
            .cx
            .db
            .glance(async move |c| store::schedules_of(c, customer, LISTED).await)
            .await?;
        let now = self.cx.clock.now();
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let schedule = self.open_schedule(row)?;
            all.push(ScheduleState {
                stage: schedule.stage_at(now),
                schedule,
                challenge: None,
                runs: Vec::new(),
            });
        }
        Ok(all)
    }

    /// Somebody else's schedule does not exist.
    async fn own_schedule(&self, who: &Customer, id: ScheduleId) -> Result<Schedule, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::schedule(c, id).await)
            .await?;
        self.open_schedule(row.filter(|row| row.customer == who.id).ok_or(Error::NotFound)?)
    }

    async fn plan_note(&self, c: &mut Conn, s: &Schedule, action: &'static str) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Customer(s.customer.to_string()),
            action,
            subject: format!("schedule:{}", s.id),
            result: "ok",
            detail: json!({}),
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}

fn plan_of(ask: &NewSchedule) -> Result<Plan, Error> {
    let first = ask.first_on.parse().map_err(|_| Error::BadFirstDay)?;
    let until = match (
        ask.frequency,
        ask.until_on.as_deref().filter(|text| !text.is_empty()),
    ) {
        (Frequency::Once, None) => first,
        (_, Some(text)) => text.parse().map_err(|_| Error::BadLastDay)?,
        (_, None) => return Err(Error::BadLastDay),
    };
    Ok(Plan {
        frequency: ask.frequency,
        first,
        until,
    })
}
