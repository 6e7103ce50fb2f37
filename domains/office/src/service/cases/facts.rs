//! Cases that facts of other domains open and close.

use kit::db::Conn;
use payments::{State, TransferId};

use super::{Hand, Happened, NewCase};
use crate::error::Error;
use crate::model::case::{CaseKind, CaseState, FAILED, RETURNED, SUCCEEDED, Step, outcome_text};
use crate::service::Office;
use crate::store::cases;

impl Office {
    /// The core has not said for long what became of a transfer.
    pub(crate) async fn unknown_for_long(&self, id: TransferId) -> Result<(), Error> {
        let Some(file) = self.0.payments.file_of(id).await? else {
            return Ok(());
        };
        if self.outcome_of(id).await?.is_some() {
            return Ok(());
        }
        let new = NewCase {
            kind: CaseKind::UnknownTransfer,
            subject: format!("transfer:{id}"),
            customer: file.customer.to_string(),
            amount: Some(file.amount_fen),
        };
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.open_case(c, &new).await)
            .await?;
        // It may have been decided while the case was written.
        self.settle_if_known(id).await
    }

    /// A customer disputes a line.
    pub(crate) async fn disputed(&self, id: accounts::DisputeId) -> Result<(), Error> {
        let Some(file) = self.0.accounts.dispute_file(id).await? else {
            return Ok(());
        };
        let new = NewCase {
            kind: CaseKind::Dispute,
            subject: format!("dispute:{id}"),
            customer: file.customer.to_string(),
            amount: Some(file.line.amount_fen),
        };
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.open_case(c, &new).await)
            .await?;
        Ok(())
    }

    /// Closes the case of a transfer that the core has decided; the core's word is the outcome, nobody's opinion.
    pub(crate) async fn settle_if_known(&self, id: TransferId) -> Result<(), Error> {
        let Some(outcome) = self.outcome_of(id).await? else {
            return Ok(());
        };
        self.settle(format!("transfer:{id}"), outcome).await
    }

    /// The case of what has decided itself, if there is one that nobody has closed.
    pub(super) async fn settle(&self, subject: String, outcome: &'static str) -> Result<(), Error> {
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.settled(c, &subject, outcome).await)
            .await
    }

    async fn settled(&self, c: &mut Conn, subject: &str, outcome: &'static str) -> Result<(), Error> {
        let Some(known) = cases::by_subject(c, subject).await? else {
            return Ok(());
        };
        let Some(mut case) = cases::hold(c, known.id).await? else {
            return Ok(());
        };
        if !matches!(case.state, CaseState::Open | CaseState::Claimed) {
            return Ok(());
        }
        case.outcome = outcome.to_owned();
        let happened = Happened {
            what: "settled",
            action: "case.settle",
            text: outcome_text(case.kind, outcome),
        };
        self.step(c, &mut case, Step::Settle, &Hand::system(), &happened)
            .await
    }

    async fn outcome_of(&self, id: TransferId) -> Result<Option<&'static str>, Error> {
        let file = self.0.payments.file_of(id).await?;
        Ok(match file.map(|file| file.state) {
            Some(State::Succeeded) => Some(SUCCEEDED),
            Some(State::Failed) => Some(FAILED),
            Some(State::Returned) => Some(RETURNED),
            _ => None,
        })
    }
}
