//! Money for another bank: taken from the payer at once, kept on the in-transit account until the clearing
//! has settled or returned it. What is in transit always equals the sum of the payments on their way.

use serde::{Deserialize, Serialize};
use weigui_ledger::Action;

use super::{
    EmbeddedCore, Fail, banks,
    moves::{Claim, account_id, ledger_says, may_pay, order_of, party, refuse},
    open::Internal,
    secret::{self, Detail, Party},
    store,
};
use crate::{
    answer::{Answer, RefusalCode},
    types::{Beneficiary, Booking, TransferOrder},
};

/// What the clearing is told; kept sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Instruction {
    pub(super) debit_account: String,
    pub(super) debit_name: String,
    pub(super) credit_account: String,
    pub(super) beneficiary: Beneficiary,
    pub(super) memo: String,
}

/// Digits of an account number at any bank.
const NUMBER: std::ops::RangeInclusive<usize> = 6..=32;

impl EmbeddedCore {
    pub(super) async fn outward(&self, o: &TransferOrder, to: &Beneficiary) -> Result<Answer<Booking>, Fail> {
        let amount = o.amount.fen().to_string();
        let ccy = o.amount.ccy().code();
        let fields = [
            &o.debit_account,
            &o.credit_account,
            amount.as_str(),
            ccy,
            &o.memo,
            &to.bank_code,
            &to.bank_name,
            &to.name,
        ];
        let claim = self.claim("transfer", o.id, "pending", &fields);
        let (this, order, to) = (self.clone(), o.clone(), to.clone());
        self.db
            .tx(async move |c| {
                if let Some(earlier) = claim.make(c).await? {
                    return Ok(earlier.map(Booking::Pending));
                }
                match this.send_out(c, &claim, &order, &to).await? {
                    Ok(()) => Ok(Answer::Done(Booking::Pending(claim.posted()))),
                    Err(code) => refuse(c, &claim.id, code).await,
                }
            })
            .await
    }

    async fn send_out(
        &self,
        c: &mut kit::db::Conn,
        claim: &Claim,
        o: &TransferOrder,
        to: &Beneficiary,
    ) -> Result<Result<(), RefusalCode>, Fail> {
        if !banks::is_known(&to.bank_code) {
            return Ok(Err(RefusalCode::BankNotFound));
        }
        let digits = o.credit_account.bytes().all(|b| b.is_ascii_digit());
        if !digits || !NUMBER.contains(&o.credit_account.len()) || to.name.trim().is_empty() {
            return Ok(Err(RefusalCode::PayeeNotFound));
        }
        let ix = secret::number_ix(&self.vault, &o.debit_account);
        let Some(debit) = store::account_by_no(c, &ix).await? else {
            return Ok(Err(RefusalCode::AccountNotFound));
        };
        store::lock_accounts(c, &debit.id, &debit.id).await?;
        if !may_pay(c, &debit).await? {
            return Ok(Err(RefusalCode::AccountRestricted));
        }
        let action = Action::Direct {
            debit: account_id(&debit.id)?,
            credit: account_id(Internal::InTransit.id())?,
            amount: o.amount.fen(),
            ccy: o.amount.ccy().code().to_owned(),
        };
        if let Err(code) = ledger_says(c, &order_of(claim, action)?, &claim.when()?).await? {
            return Ok(Err(code));
        }
        let payer = party(c, &self.vault, &debit).await?;
        let instruction = Instruction {
            debit_account: payer.number.clone(),
            debit_name: payer.name.clone(),
            credit_account: o.credit_account.clone(),
            beneficiary: to.clone(),
            memo: o.memo.clone(),
        };
        let detail = Detail {
            debit: payer,
            credit: Party {
                account: Internal::InTransit.id().to_owned(),
                name: to.name.clone(),
                number: o.credit_account.clone(),
            },
            memo: o.memo.clone(),
            place: None,
        };
        store::insert_postings(c, &[(&claim.id, detail.seal(&self.vault, &claim.id)?)]).await?;
        store::insert_changes(c, &[&claim.id]).await?;
        let sealed = instruction.seal(&self.vault, &claim.id)?;
        let row = store::NewClearing {
            id: &claim.id,
            bank_code: &to.bank_code,
            amount: o.amount.fen(),
            detail: &sealed,
            at: claim.at,
        };
        store::insert_clearing(c, row).await?;
        Ok(Ok(()))
    }
}

impl Instruction {
    fn seal(&self, vault: &kit::crypto::Vault, id: &str) -> Result<String, Fail> {
        let json = serde_json::to_string(self).map_err(|_| Fail::Row("clearing detail"))?;
        Ok(secret::seal(vault, "core_clearing.detail", id, &json))
    }

    pub(super) fn open(vault: &kit::crypto::Vault, id: &str, sealed: &str) -> Result<Self, Fail> {
        let json = secret::open(vault, "core_clearing.detail", id, sealed)?;
        serde_json::from_str(&json).map_err(|_| Fail::Row("clearing detail"))
    }
}
