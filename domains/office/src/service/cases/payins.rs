//! Cases of what came in through WeChat Pay, or goes back, and does not get on. The core or Pay decides most of them; only a
//! refund that neither can end is ended by people, by two of them.

use kit::db::Conn;
use payments::{PayInEnd, PayInFile, PayIns};
use serde::Serialize;
use utoipa::ToSchema;

use super::NewCase;
use crate::error::Error;
use crate::model::case::{
    Case, CaseId, CaseKind, Direction, FAILED, GIVEN_BACK, PUT_BACK, SUCCEEDED, Stuck, UNCREDITED,
};
use crate::service::Office;
use crate::store::cases;

/// What does not get on, as the page of its case shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StuckPayIn {
    #[serde(flatten)]
    pub file: PayInFile,
    /// The refund reached the payer, and the account as well.
    pub twice: bool,
}

impl Office {
    /// Something of a payment does not get on.
    pub(crate) async fn payin_stuck(&self, stuck: Stuck) -> Result<(), Error> {
        if self.end_of(stuck).await?.is_some() {
            return Ok(());
        }
        let Some(file) = self.payin_file(stuck).await? else {
            return Ok(());
        };
        let amount = file
            .refund
            .as_ref()
            .map_or(file.amount_fen, |refund| refund.amount_fen);
        let new = NewCase {
            kind: CaseKind::PayIn,
            subject: stuck.subject(),
            customer: file.customer.map_or_else(String::new, |id| id.to_string()),
            amount: Some(amount),
        };
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.open_case(c, &new).await)
            .await?;
        // It may have been decided while the case was written.
        self.payin_ended(stuck).await
    }

    /// Closes the case of what the core or Pay has decided.
    pub(crate) async fn payin_ended(&self, stuck: Stuck) -> Result<(), Error> {
        match self.end_of(stuck).await? {
            Some(outcome) => self.settle(stuck.subject(), outcome).await,
            None => Ok(()),
        }
    }

    /// Asks the core or Pay now, and closes the case when that decides it.
    pub(super) async fn ask_of_payin(&self, case: &Case) -> Result<(), Error> {
        let stuck = stuck_of(case)?;
        match stuck {
            Stuck::PayIn(id) => self.0.payins.ask_now(id).await?,
            Stuck::Refund(id) | Stuck::Twice(id) => self.0.payins.ask_refund_now(id).await?,
        }
        self.payin_ended(stuck).await
    }

    /// What the page of such a case shows.
    pub(super) async fn payin_of_case(&self, case: &Case) -> Result<Option<StuckPayIn>, Error> {
        let stuck = stuck_of(case)?;
        let file = self.payin_file(stuck).await?;
        Ok(file.map(|file| StuckPayIn {
            file,
            twice: matches!(stuck, Stuck::Twice(_)),
        }))
    }

    /// Money that two people set right: a refund that nobody else will end goes whole to whoever paid, and what came back
    /// twice goes back to the bank.
    pub(super) async fn may_be_corrected(
        &self,
        c: &mut Conn,
        case: &Case,
        (direction, amount): (Direction, i64),
    ) -> Result<(), Error> {
        let whole = case.amount == Some(amount);
        match stuck_of(case)? {
            Stuck::Twice(_) if direction == Direction::FromCustomer => Ok(()),
            Stuck::Refund(id) if PayIns::is_for_people(c, id).await? => match direction {
                Direction::ToCustomer if whole => Ok(()),
                Direction::ToCustomer | Direction::FromCustomer => Err(Error::BadRefund),
            },
            Stuck::Twice(_) => Err(Error::BadRefund),
            Stuck::Refund(_) | Stuck::PayIn(_) => Err(Error::StillUnknown),
        }
    }

    /// One person alone closes only the case of what, looked at, did not come back twice.
    pub(super) fn may_be_resolved(case: &Case) -> Result<(), Error> {
        match stuck_of(case)? {
            Stuck::Twice(_) => Ok(()),
            Stuck::Refund(_) => Err(Error::NeedsTwo),
            Stuck::PayIn(_) => Err(Error::StillUnknown),
        }
    }

    /// Two people have ended it, in the transaction that closes its case: nobody asks for it any more.
    pub(super) async fn end_payin(&self, c: &mut Conn, case: &Case) -> Result<(), Error> {
        match stuck_of(case)? {
            Stuck::Twice(_) => Ok(()),
            Stuck::Refund(id) if self.0.payins.handled(c, id).await? => Ok(()),
            Stuck::Refund(_) | Stuck::PayIn(_) => Err(Error::StillUnknown),
        }
    }

    /// What was decided while a correction waited closes its case once it is with its worker again.
    pub(super) async fn decided_meanwhile(&self, id: CaseId) -> Result<(), Error> {
        let case = self
            .0
            .cx
            .db
            .glance(async move |c| cases::by_id(c, id).await)
            .await?;
        match case {
            Some(case) if case.kind == CaseKind::PayIn => self.payin_ended(stuck_of(&case)?).await,
            _ => Ok(()),
        }
    }

    async fn payin_file(&self, stuck: Stuck) -> Result<Option<PayInFile>, Error> {
        let (payin, refund) = match stuck {
            Stuck::PayIn(id) => (Some(id), None),
            Stuck::Refund(id) | Stuck::Twice(id) => (self.0.payins.payin_of(id).await?, Some(id)),
        };
        match payin {
            Some(payin) => Ok(self.0.payins.file(payin, refund).await?),
            None => Ok(None),
        }
    }

    async fn end_of(&self, stuck: Stuck) -> Result<Option<&'static str>, Error> {
        let end = match stuck {
            Stuck::PayIn(id) => self.0.payins.end_of(id).await?,
            Stuck::Refund(id) => self.0.payins.end_of_refund(id).await?,
            // Only people can set that right.
            Stuck::Twice(_) => None,
        };
        Ok(end.map(|end| match end {
            PayInEnd::Credited => SUCCEEDED,
            PayInEnd::Uncredited => UNCREDITED,
            PayInEnd::GivenBack => GIVEN_BACK,
            PayInEnd::PutBack => PUT_BACK,
            PayInEnd::Refused => FAILED,
        }))
    }
}

fn stuck_of(case: &Case) -> Result<Stuck, Error> {
    Stuck::parse(&case.subject).ok_or(Error::Row("payment of a case"))
}
