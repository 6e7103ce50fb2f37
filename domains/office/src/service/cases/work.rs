//! Working a case: claim, give back, note, ask the core again, close with an outcome.

use identity::Staff;
use kit::db::Conn;

use super::{Hand, Happened, checked};
use crate::error::Error;
use crate::model::case::{Case, CaseId, CaseKind, Step};
use crate::service::Office;

/// How a case ends without a correction of money.
#[derive(Clone, Debug)]
pub(crate) struct Resolution {
    pub(crate) outcome: String,
    /// For the file.
    pub(crate) reason: String,
    /// For the customer; a dispute needs one.
    pub(crate) answer: String,
}

impl Office {
    /// Takes a case for this person. Two at once: one gets it, the other is told.
    pub(crate) async fn claim(&self, staff: &Staff, id: CaseId, seen: i64) -> Result<(), Error> {
        let (this, hand) = (self.clone(), Hand::of(staff));
        self.0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.held(c, id, seen).await?;
                case.owner.clone_from(&hand.id);
                case.owner_name.clone_from(&hand.name);
                let happened = Happened {
                    what: "claimed",
                    action: "case.claim",
                    text: "",
                };
                this.step(c, &mut case, Step::Claim, &hand, &happened).await?;
                this.taken_up(c, &case).await
            })
            .await
    }

    /// Gives a case back to the list.
    pub(crate) async fn release(&self, staff: &Staff, id: CaseId, seen: i64, why: &str) -> Result<(), Error> {
        let why = checked(why, "text")?.to_owned();
        let (this, hand) = (self.clone(), Hand::of(staff));
        self.0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.own(c, id, seen, &hand).await?;
                case.owner.clear();
                case.owner_name.clear();
                let happened = Happened {
                    what: "released",
                    action: "case.release",
                    text: &why,
                };
                this.step(c, &mut case, Step::Release, &hand, &happened).await
            })
            .await
    }

    /// Adds to the history. Anybody who may work cases may note, whoever owns it.
    pub(crate) async fn note_case(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        text: &str,
    ) -> Result<(), Error> {
        let text = checked(text, "text")?.to_owned();
        let (this, hand) = (self.clone(), Hand::of(staff));
        self.0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.held(c, id, seen).await?;
                let happened = Happened {
                    what: "noted",
                    action: "case.note",
                    text: &text,
                };
                this.remark(c, &mut case, &hand, &happened).await
            })
            .await
    }

    /// Asks the core, or WeChat Pay, now instead of waiting for the next question of the loop. What it says is recorded by
    /// payments and closes the case when it decides it.
    pub(crate) async fn ask_core(&self, staff: &Staff, id: CaseId, seen: i64) -> Result<(), Error> {
        let (this, hand) = (self.clone(), Hand::of(staff));
        let case = self
            .0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.held(c, id, seen).await?;
                if !case.kind.is_asked_for() {
                    return Err(Error::WrongState);
                }
                let happened = Happened {
                    what: "asked",
                    action: "case.ask",
                    text: "",
                };
                this.remark(c, &mut case, &hand, &happened).await?;
                Ok(case)
            })
            .await?;
        if case.kind == CaseKind::PayIn {
            return self.ask_of_payin(&case).await;
        }
        let transfer = case
            .subject_id()
            .parse()
            .map_err(|_| Error::Row("transfer of a case"))?;
        self.0.payments.ask_now(transfer).await?;
        self.settle_if_known(transfer).await
    }

    /// Closes a case without moving money.
    pub(crate) async fn resolve(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        how: Resolution,
    ) -> Result<(), Error> {
        let reason = checked(&how.reason, "text")?.to_owned();
        let (this, hand) = (self.clone(), Hand::of(staff));
        self.0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.own(c, id, seen, &hand).await?;
                let known = case.kind.outcomes().iter().any(|(code, _)| *code == how.outcome);
                if !known {
                    return Err(Error::BadOutcome);
                }
                if case.kind == CaseKind::PayIn {
                    Self::may_be_resolved(&case)?;
                }
                // Only the core decides an unknown transfer, and then the case closes by itself.
                if case.kind == CaseKind::UnknownTransfer {
                    return Err(Error::StillUnknown);
                }
                case.outcome.clone_from(&how.outcome);
                let happened = Happened {
                    what: "resolved",
                    action: "case.resolve",
                    text: &reason,
                };
                this.step(c, &mut case, Step::Resolve, &hand, &happened).await?;
                this.closes(c, &case, &how.answer).await
            })
            .await
    }

    /// The case, if this person works on it.
    pub(crate) async fn own(&self, c: &mut Conn, id: CaseId, seen: i64, hand: &Hand) -> Result<Case, Error> {
        let case = self.held(c, id, seen).await?;
        if case.owner == hand.id {
            Ok(case)
        } else {
            Err(Error::NotOwner)
        }
    }

    /// A dispute shows its customer that somebody has it in hand.
    async fn taken_up(&self, c: &mut Conn, case: &Case) -> Result<(), Error> {
        if case.kind == CaseKind::Dispute {
            let dispute = case
                .subject_id()
                .parse()
                .map_err(|_| Error::Row("dispute of a case"))?;
            self.0.accounts.dispute_taken(c, dispute).await?;
        }
        Ok(())
    }

    /// What a person's closing of a case brings, in its transaction: a dispute is answered, a stuck refund is ended.
    pub(crate) async fn closes(&self, c: &mut Conn, case: &Case, answer: &str) -> Result<(), Error> {
        match case.kind {
            CaseKind::Dispute => {
                let answer = checked(answer, "answer")?;
                let dispute = case
                    .subject_id()
                    .parse()
                    .map_err(|_| Error::Row("dispute of a case"))?;
                let accounts = &self.0.accounts;
                Ok(accounts.dispute_answer(c, dispute, &case.outcome, answer).await?)
            }
            CaseKind::PayIn => self.end_payin(c, case).await,
            CaseKind::UnknownTransfer | CaseKind::Difference | CaseKind::ReconFile => Ok(()),
        }
    }
}
