//! Sealing and opening the account number of what comes in.

use std::str::FromStr;

use super::PayIns;
use crate::error::Error;
use crate::model::payin::{Origin, PayIn, PayInId, PayInState, Refund, RefundState};
use crate::store::{PayInRow, RefundRow};

impl PayIns {
    pub(in crate::service) fn seal(&self, t: &PayIn) -> PayInRow {
        let (customer, account, openid, charge) = match &t.origin {
            Origin::TopUp {
                customer,
                account,
                openid,
            } => (
                customer.to_string(),
                account.to_string(),
                openid.clone(),
                String::new(),
            ),
            Origin::Counter { charge } => (String::new(), String::new(), String::new(), charge.clone()),
        };
        PayInRow {
            id: t.id,
            customer,
            account,
            openid,
            charge,
            account_no: self.cx.vault.seal(&aad(t.id), &t.account_no),
            amount: t.amount,
            refunded: t.refunded,
            state: t.state.name().to_owned(),
            transaction_id: t.transaction_id.clone(),
            business_date: t.business_date.clone(),
            reference: t.reference.clone(),
            created_at: t.created_at,
            expires_at: t.expires_at,
            paid_at: t.paid_at,
            done_at: t.done_at,
            checks: t.checks,
        }
    }

    pub(in crate::service) fn open(&self, r: PayInRow) -> Result<PayIn, Error> {
        Ok(PayIn {
            account_no: self.cx.vault.open(&aad(r.id), &r.account_no)?,
            id: r.id,
            origin: if r.charge.is_empty() {
                Origin::TopUp {
                    customer: id(&r.customer)?,
                    account: id(&r.account)?,
                    openid: r.openid,
                }
            } else {
                Origin::Counter { charge: r.charge }
            },
            amount: r.amount,
            refunded: r.refunded,
            // A state that we do not know is shown as under way.
            state: PayInState::parse(&r.state).unwrap_or(PayInState::Paid),
            transaction_id: r.transaction_id,
            business_date: r.business_date,
            reference: r.reference,
            created_at: r.created_at,
            expires_at: r.expires_at,
            paid_at: r.paid_at,
            done_at: r.done_at,
            checks: r.checks,
        })
    }
}

pub(in crate::service) fn refund_of(r: RefundRow) -> Refund {
    Refund {
        id: r.id,
        payin: r.payin,
        back: r.back,
        amount: r.amount,
        debits: r.debits != 0,
        reason: r.reason,
        state: RefundState::parse(&r.state).unwrap_or(RefundState::Manual),
        business_date: r.business_date,
        created_at: r.created_at,
        checks: r.checks,
    }
}

fn id<T: FromStr>(text: &str) -> Result<T, Error> {
    let bad = |_| kit::db::Error::Row("not an id".into());
    Ok(text.parse().map_err(bad)?)
}

fn aad(id: PayInId) -> String {
    format!("payments_topup.account_no|{id}")
}
