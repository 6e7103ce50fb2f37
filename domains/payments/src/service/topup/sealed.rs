//! Sealing and opening a top-up's account number.

use super::TopUps;
use crate::error::Error;
use crate::model::topup::{RefundState, TopUp, TopUpId, TopUpRefund, TopUpState};
use crate::store::{TopUpRefundRow, TopUpRow};

impl TopUps {
    pub(super) fn seal(&self, t: &TopUp) -> TopUpRow {
        TopUpRow {
            id: t.id,
            customer: t.customer,
            account: t.account,
            openid: t.openid.clone(),
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

    pub(super) fn open(&self, r: TopUpRow) -> Result<TopUp, Error> {
        Ok(TopUp {
            account_no: self.cx.vault.open(&aad(r.id), &r.account_no)?,
            id: r.id,
            customer: r.customer,
            account: r.account,
            openid: r.openid,
            amount: r.amount,
            refunded: r.refunded,
            // A state that we do not know is shown as under way.
            state: TopUpState::parse(&r.state).unwrap_or(TopUpState::Paid),
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

pub(super) fn refund_of(r: TopUpRefundRow) -> TopUpRefund {
    TopUpRefund {
        id: r.id,
        topup: r.topup,
        back: r.back,
        amount: r.amount,
        debits: r.debits != 0,
        state: RefundState::parse(&r.state).unwrap_or(RefundState::Manual),
        business_date: r.business_date,
        created_at: r.created_at,
        checks: r.checks,
    }
}

fn aad(id: TopUpId) -> String {
    format!("payments_topup.account_no|{id}")
}
