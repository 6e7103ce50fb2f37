//! Paying a bill 生活缴费: the billers, what is owed under a number, and a payment that waits for its proof.

use std::sync::Arc;

use billers::{BillerHub, Found};
use corebank::AccountKind;
use identity::Customer;
use kit::db::Conn;
use kit::idem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Payments;
use super::draft::Wish;
use super::key::Key;
use super::look::TransferState;
use super::payee::{NameCheck, Resolved};
use crate::error::Error;
use crate::model::bill::{Biller, PaidBill, Stage, period_text};
use crate::model::purpose::Purpose;
use crate::model::transfer::{Arrival, Bank, Transfer, TransferId};
use crate::store;

/// A bill to be paid, as it was shown.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBillPayment)]
pub(crate) struct PayBill {
    /// A current account 活期账户 of the customer's.
    pub(crate) from_account_id: accounts::AccountId,
    /// Code of the biller, from `/api/billers`.
    pub(crate) biller: String,
    /// 户号
    pub(crate) number: String,
    /// Which bill, from `/api/bills/query`.
    pub(crate) bill_no: String,
    /// Fen, as it was shown; another amount by now is refused.
    #[schema(minimum = 1)]
    pub(crate) amount_fen: i64,
}

/// What is owed under a number.
pub(crate) struct OwedState {
    pub(crate) biller: Biller,
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) bills: Vec<billers::Bill>,
}

impl Payments {
    /// The billers that can be paid; none where the bank has no hub.
    pub async fn billers(&self) -> Result<Vec<Biller>, Error> {
        if self.hub.is_none() {
            return Ok(Vec::new());
        }
        Ok(self.cx.db.glance(async |c| store::billers(c).await).await?)
    }

    /// Adds a biller, in this place of the list; false when its code is taken.
    pub async fn add_biller(&self, biller: Biller, place: i64) -> Result<bool, Error> {
        Ok(self
            .cx
            .db
            .tx(async move |c| store::insert_biller(c, &biller, place).await)
            .await?)
    }

    /// What is open under a number. Bills that are being paid are left out.
    pub(crate) async fn owed_to(
        &self,
        who: &Customer,
        biller: &str,
        number: &str,
    ) -> Result<OwedState, Error> {
        // Who walks through numbers learns names; this makes it slow.
        self.checks
            .check(&who.id.to_string())
            .map_err(|wait| Error::TooMany {
                retry_after: wait.seconds(),
            })?;
        let code = biller.to_owned();
        let biller = self
            .cx
            .db
            .glance(async move |c| store::biller(c, &code).await)
            .await?;
        let biller = biller.ok_or(Error::BillerUnknown)?;
        let number = biller.number(number).ok_or(Error::BadNumber)?;
        let owed = match self.hub()?.query(&biller.code, &number).await {
            Found::Owed(owed) => owed,
            Found::NoSuchNumber => return Err(Error::NumberUnknown),
            Found::Unknown => return Err(Error::BillerUnavailable),
        };
        let (code, all) = (biller.code.clone(), owed.bills);
        let bills = self
            .cx
            .db
            .read(async move |c| {
                let mut open = Vec::with_capacity(all.len());
                for bill in &all {
                    if !store::bill_taken(c, &code, &bill.bill_no, "").await? {
                        open.push(bill.clone());
                    }
                }
                Ok::<_, Error>(open)
            })
            .await?;
        Ok(OwedState {
            biller,
            number,
            name: owed.name,
            bills,
        })
    }

    /// Drafts the payment of a bill. The same key and content give the same draft.
    pub(crate) async fn pay_bill(
        &self,
        who: &Customer,
        key: &str,
        ask: &PayBill,
    ) -> Result<TransferState, Error> {
        let key = Key {
            scope: format!("bill:{}", who.id),
            key: key.to_owned(),
            hash: self.cx.vault.tag("bill.ask", &[&idem::hash_of(ask)]),
        };
        if let Some(earlier) = self.earlier(who, &key).await? {
            return Ok(earlier);
        }
        let (transfer, paid) = self.bill_payment(who, ask).await?;
        self.drafted(who, key, (transfer, Some(paid))).await
    }

    /// Every refusal that can be known now is given now.
    async fn bill_payment(&self, who: &Customer, ask: &PayBill) -> Result<(Transfer, PaidBill), Error> {
        let own = self.payer(who, ask.from_account_id).await?;
        if own.kind != AccountKind::Demand {
            return Err(Error::BadPayer);
        }
        let owed = self.owed_to(who, &ask.biller, &ask.number).await?;
        let bill = owed.bills.iter().find(|bill| bill.bill_no == ask.bill_no);
        let bill = bill.ok_or(Error::BillGone)?;
        if bill.amount_fen != ask.amount_fen {
            return Err(Error::BillChanged);
        }
        self.allowance(who.id, own.id).await?.check(bill.amount_fen)?;
        self.affordable(&own.account_no, bill.amount_fen).await?;
        let wish = Wish {
            amount_fen: bill.amount_fen,
            memo: format!("{}{}", owed.biller.kind, period_text(&bill.period)),
            arrival: Arrival::Realtime,
            cooling: false,
            purpose: Purpose::Bill,
        };
        let payee = Resolved {
            number: owed.biller.settle_no.clone(),
            account_no: owed.biller.settle_no.clone(),
            name: owed.biller.name.clone(),
            name_check: NameCheck::Matched,
            bank: Bank::default(),
        };
        let transfer = self.transfer(who, own, payee, wish)?;
        let paid = PaidBill {
            id: transfer.id,
            biller: owed.biller.code.clone(),
            bill_no: bill.bill_no.clone(),
            number: owed.number.clone(),
            period: bill.period.clone(),
            stage: Stage::Unsent,
            reference: String::new(),
        };
        Ok((transfer, paid))
    }

    /// A bill that is being paid or has been paid is not paid again.
    pub(crate) async fn not_taken(&self, c: &mut Conn, t: &Transfer) -> Result<(), Error> {
        if t.purpose != Purpose::Bill {
            return Ok(());
        }
        let Some((id, biller, bill_no, ..)) = store::bill(c, t.id).await? else {
            return Err(Error::NotFound);
        };
        if store::bill_taken(c, &biller, &bill_no, &id.to_string()).await? {
            return Err(Error::BillGone);
        }
        Ok(())
    }

    /// The same in the transaction that pays it, against everybody who pays it at this moment.
    pub(crate) async fn takes_bill(&self, c: &mut Conn, t: &Transfer) -> Result<(), Error> {
        if t.purpose != Purpose::Bill {
            return Ok(());
        }
        let (_, biller, bill_no, ..) = store::bill(c, t.id).await?.ok_or(Error::NotFound)?;
        store::take_turn(c, &kit::crypto::sha256(&format!("bill|{biller}|{bill_no}"))).await?;
        self.not_taken(c, t).await
    }

    pub(crate) fn hub(&self) -> Result<Arc<dyn BillerHub>, Error> {
        self.hub.clone().ok_or(Error::BillerUnknown)
    }

    /// What a transfer pays, if it pays a bill.
    pub(crate) async fn bill_of(&self, t: &Transfer) -> Result<Option<PaidBill>, Error> {
        if t.purpose != Purpose::Bill {
            return Ok(None);
        }
        let id = t.id;
        let row = self.cx.db.glance(async move |c| store::bill(c, id).await).await?;
        row.map(|row| self.open_bill(row)).transpose()
    }

    pub(crate) fn seal_bill(&self, b: &PaidBill) -> store::BillColumns {
        let number = self.cx.vault.seal(&bill_aad(b.id), &b.number);
        (
            b.id,
            b.biller.clone(),
            b.bill_no.clone(),
            number,
            b.period.clone(),
            b.stage.name().to_owned(),
            b.reference.clone(),
        )
    }

    fn open_bill(&self, row: store::BillColumns) -> Result<PaidBill, Error> {
        let (id, biller, bill_no, number, period, stage, reference) = row;
        Ok(PaidBill {
            number: self.cx.vault.open(&bill_aad(id), &number)?,
            stage: Stage::parse(&stage),
            id,
            biller,
            bill_no,
            period,
            reference,
        })
    }
}

fn bill_aad(id: TransferId) -> String {
    format!("payments_bill.number|{id}")
}
