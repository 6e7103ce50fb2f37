//! Sealing and opening a transfer's personal fields.

use kit::clock::Ms;
use kit::crypto::Error;

use super::Payments;
use crate::model::transfer::{State, Transfer, TransferId};
use crate::store::{PayeeRow, Row};

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
        })
    }

    pub(crate) fn payee_index(&self, to_no: &str) -> String {
        self.cx.vault.index("account_no", to_no)
    }

    pub(crate) fn seal_payee(&self, id: &str, (to_no, to_name): (&str, &str), last_at: Ms) -> PayeeRow {
        let seal = |column: &str, clear: &str| self.cx.vault.seal(&payee_aad(column, id), clear);
        PayeeRow {
            id: id.to_owned(),
            to_no: seal("to_no", to_no),
            to_name: seal("to_name", to_name),
            last_at,
        }
    }

    /// Number and name of a payee paid before.
    pub(crate) fn open_payee(&self, p: &PayeeRow) -> Result<(String, String), Error> {
        let open = |column: &str, sealed: &str| self.cx.vault.open(&payee_aad(column, &p.id), sealed);
        Ok((open("to_no", &p.to_no)?, open("to_name", &p.to_name)?))
    }
}

fn aad(column: &str, id: TransferId) -> String {
    format!("payments_transfer.{column}|{id}")
}

fn payee_aad(column: &str, id: &str) -> String {
    format!("payments_payee.{column}|{id}")
}
