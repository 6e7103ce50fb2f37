//! Sealing and opening the personal fields of transfers, payees and schedules.

use kit::clock::Ms;
use kit::crypto::Error;

use super::Payments;
use crate::model::purpose::Purpose;
use crate::model::schedule::{Frequency, Plan, Schedule, ScheduleId, Stage};
use crate::model::transfer::{Arrival, Bank, Hold, State, Transfer, TransferId};
use crate::store::{PayeeRow, Row, ScheduleRow};

impl Payments {
    pub(crate) fn seal(&self, t: &Transfer) -> Row {
        let seal = |column: &str, clear: &str| self.cx.vault.seal(&aad(column, t.id), clear);
        Row {
            id: t.id,
            customer: t.customer,
            account: t.account,
            from_no: seal("from_no", &t.from_no),
            from_name: seal("from_name", &t.from_name),
            to_no: seal("to_no", &t.to_no),
            to_idx: t.to_idx.clone(),
            to_name: seal("to_name", &t.to_name),
            amount: t.amount_fen,
            fee: t.fee_fen,
            memo: seal("memo", &t.memo),
            state: t.state.name().to_owned(),
            reason: t.reason.clone(),
            challenge: t.challenge.clone(),
            bound: t.bound.clone(),
            expires_at: t.expires_at,
            business_date: t.business_date.clone(),
            reference: t.reference.clone(),
            created_at: t.created_at,
            authorised_at: t.authorised_at,
            done_at: t.done_at,
            checks: t.checks,
            next_check_at: t.next_check_at,
            bank: t.bank.code.clone(),
            bank_name: t.bank.name.clone(),
            arrival: t.arrival.name().to_owned(),
            cooling: t.cooling,
            execute_at: t.execute_at,
            hold: t.hold.name().to_owned(),
            hold_id: t.hold_id.clone(),
            void_id: t.void_id.clone(),
            schedule: t.schedule.clone(),
            sent_at: t.sent_at,
            accepted_at: t.accepted_at,
            purpose: t.purpose.name().to_owned(),
        }
    }

    pub(crate) fn open(&self, r: Row) -> Result<Transfer, Error> {
        let open = |column: &str, sealed: &str| self.cx.vault.open(&aad(column, r.id), sealed);
        Ok(Transfer {
            from_no: open("from_no", &r.from_no)?,
            from_name: open("from_name", &r.from_name)?,
            to_no: open("to_no", &r.to_no)?,
            to_name: open("to_name", &r.to_name)?,
            memo: open("memo", &r.memo)?,
            // A state that we do not know is shown as under way, never as done or failed.
            state: State::parse(&r.state).unwrap_or(State::Processing),
            to_idx: r.to_idx,
            id: r.id,
            customer: r.customer,
            account: r.account,
            amount_fen: r.amount,
            fee_fen: r.fee,
            reason: r.reason,
            challenge: r.challenge,
            bound: r.bound,
            expires_at: r.expires_at,
            business_date: r.business_date,
            reference: r.reference,
            created_at: r.created_at,
            authorised_at: r.authorised_at,
            done_at: r.done_at,
            checks: r.checks,
            next_check_at: r.next_check_at,
            bank: Bank {
                code: r.bank,
                name: r.bank_name,
            },
            arrival: Arrival::parse(&r.arrival),
            cooling: r.cooling,
            execute_at: r.execute_at,
            hold: Hold::parse(&r.hold),
            hold_id: r.hold_id,
            void_id: r.void_id,
            schedule: r.schedule,
            sent_at: r.sent_at,
            accepted_at: r.accepted_at,
            purpose: Purpose::parse(&r.purpose),
        })
    }

    pub(crate) fn payee_index(&self, to_no: &str) -> String {
        self.cx.vault.index("account_no", to_no)
    }

    pub(crate) fn seal_payee(&self, id: &str, p: &KnownPayee) -> PayeeRow {
        let seal = |column: &str, clear: &str| match clear {
            "" => String::new(),
            _ => self.cx.vault.seal(&payee_aad(column, id), clear),
        };
        PayeeRow {
            id: id.to_owned(),
            to_no: seal("to_no", &p.no),
            to_name: seal("to_name", &p.name),
            bank: p.bank.code.clone(),
            bank_name: p.bank.name.clone(),
            alias: seal("alias", &p.alias),
            saved: p.saved,
            last_at: p.last_at,
        }
    }

    pub(crate) fn open_payee(&self, p: PayeeRow) -> Result<KnownPayee, Error> {
        let open = |column: &str, sealed: &str| match sealed {
            "" => Ok(String::new()),
            _ => self.cx.vault.open(&payee_aad(column, &p.id), sealed),
        };
        Ok(KnownPayee {
            no: open("to_no", &p.to_no)?,
            name: open("to_name", &p.to_name)?,
            alias: open("alias", &p.alias)?,
            bank: Bank {
                code: p.bank,
                name: p.bank_name,
            },
            saved: p.saved,
            last_at: p.last_at,
            id: p.id,
        })
    }

    pub(crate) fn seal_schedule(&self, s: &Schedule) -> ScheduleRow {
        let seal = |column: &str, clear: &str| self.cx.vault.seal(&schedule_aad(column, s.id), clear);
        ScheduleRow {
            id: s.id,
            customer: s.customer,
            account: s.account,
            from_no: seal("from_no", &s.from_no),
            to_no: seal("to_no", &s.to_no),
            to_idx: s.to_idx.clone(),
            to_name: seal("to_name", &s.to_name),
            bank: s.bank.code.clone(),
            bank_name: s.bank.name.clone(),
            amount: s.amount_fen,
            memo: seal("memo", &s.memo),
            frequency: s.plan.frequency.name().to_owned(),
            first_on: s.plan.first.to_string(),
            until_on: s.plan.until.to_string(),
            next_on: s.next.to_string(),
            turn: s.turn,
            due_at: s.due_at,
            told_for: s.told_for.clone(),
            state: s.stage.name().to_owned(),
            challenge: s.challenge.clone(),
            bound: s.bound.clone(),
            expires_at: s.expires_at,
            created_at: s.created_at,
        }
    }

    pub(crate) fn open_schedule(&self, r: ScheduleRow) -> Result<Schedule, crate::error::Error> {
        let open = |column: &str, sealed: &str| self.cx.vault.open(&schedule_aad(column, r.id), sealed);
        let day = |text: &str| text.parse().map_err(|_| crate::error::Error::NotFound);
        Ok(Schedule {
            from_no: open("from_no", &r.from_no)?,
            to_no: open("to_no", &r.to_no)?,
            to_name: open("to_name", &r.to_name)?,
            memo: open("memo", &r.memo)?,
            plan: Plan {
                frequency: Frequency::parse(&r.frequency),
                first: day(&r.first_on)?,
                until: day(&r.until_on)?,
            },
            next: day(&r.next_on)?,
            stage: Stage::parse(&r.state),
            bank: Bank {
                code: r.bank,
                name: r.bank_name,
            },
            id: r.id,
            customer: r.customer,
            account: r.account,
            to_idx: r.to_idx,
            amount_fen: r.amount,
            turn: r.turn,
            due_at: r.due_at,
            told_for: r.told_for,
            challenge: r.challenge,
            bound: r.bound,
            expires_at: r.expires_at,
            created_at: r.created_at,
        })
    }
}

/// A payee paid or saved before, in clear.
#[derive(Clone)]
pub(crate) struct KnownPayee {
    pub(crate) id: String,
    pub(crate) no: String,
    pub(crate) name: String,
    pub(crate) bank: Bank,
    pub(crate) alias: String,
    pub(crate) saved: bool,
    pub(crate) last_at: Ms,
}

fn aad(column: &str, id: TransferId) -> String {
    format!("payments_transfer.{column}|{id}")
}

fn payee_aad(column: &str, id: &str) -> String {
    format!("payments_payee.{column}|{id}")
}

fn schedule_aad(column: &str, id: ScheduleId) -> String {
    format!("payments_schedule.{column}|{id}")
}
