//! Corrections of money 更正: one person proposes, another approves what was shown; nobody approves their own.
//!
//! An approved correction is the voucher against which the core's own staff book it; nothing is booked from here.

use identity::Staff;
use kit::db::Conn;

use super::{Hand, Happened, checked};
use crate::error::Error;
use crate::model::case::{CORRECTED, Case, CaseId, CaseKind, CorrectionId, Direction, Step, correction_hash};
use crate::service::Office;
use crate::store::corrections::{self, CorrectionRow};

/// The largest correction that one case may carry. Fen; a hundred million yuan.
const MOST: i64 = 10_000_000_000;

/// A correction as its maker proposes it.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    pub(crate) direction: Direction,
    /// Fen.
    pub(crate) amount_fen: i64,
    pub(crate) reason: String,
}

/// The second person's word.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) correction: CorrectionId,
    pub(crate) approve: bool,
    /// Of what was shown.
    pub(crate) hash: String,
    pub(crate) reason: String,
    /// For the customer; the approval of a dispute's correction needs one.
    pub(crate) answer: String,
}

impl Office {
    pub(crate) async fn propose(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        what: &Proposal,
    ) -> Result<(), Error> {
        let reason = checked(&what.reason, "text")?.to_owned();
        if !(1..=MOST).contains(&what.amount_fen) {
            return Err(Error::BadAmount);
        }
        let (this, hand) = (self.clone(), Hand::of(staff));
        let money = (what.direction, what.amount_fen);
        self.0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.own(c, id, seen, &hand).await?;
                match case.kind {
                    CaseKind::UnknownTransfer => return Err(Error::StillUnknown),
                    // No money differs by a file that is not there.
                    CaseKind::ReconFile => return Err(Error::WrongState),
                    CaseKind::PayIn => this.may_be_corrected(c, &case, money).await?,
                    CaseKind::Difference | CaseKind::Dispute => {}
                }
                let row = this.correction_row(&case, &hand, money, &reason);
                corrections::insert(c, &row).await?;
                let happened = Happened {
                    what: "proposed",
                    action: "case.correction_propose",
                    text: &reason,
                };
                this.step(c, &mut case, Step::Propose, &hand, &happened).await
            })
            .await
    }

    /// Approves a correction, which closes the case, or sends it back to its maker.
    pub(crate) async fn check(&self, staff: &Staff, id: CaseId, seen: i64, word: Check) -> Result<(), Error> {
        let reason = checked(&word.reason, "text")?.to_owned();
        let (this, hand, approve) = (self.clone(), Hand::of(staff), word.approve);
        self.0
            .cx
            .db
            .tx(async move |c| {
                let mut case = this.held(c, id, seen).await?;
                this.decide(c, &case, &hand, &word).await?;
                if !word.approve {
                    let happened = Happened {
                        what: "returned",
                        action: "case.correction_return",
                        text: &reason,
                    };
                    return this.step(c, &mut case, Step::SendBack, &hand, &happened).await;
                }
                case.outcome = CORRECTED.to_owned();
                let happened = Happened {
                    what: "approved",
                    action: "case.correction_approve",
                    text: &reason,
                };
                this.step(c, &mut case, Step::Approve, &hand, &happened).await?;
                this.closes(c, &case, &word.answer).await
            })
            .await?;
        if approve {
            return Ok(());
        }
        self.decided_meanwhile(id).await
    }

    async fn decide(&self, c: &mut Conn, case: &Case, hand: &Hand, word: &Check) -> Result<(), Error> {
        let known = corrections::of_case(c, case.id).await?;
        let row = known
            .into_iter()
            .find(|row| row.id == word.correction && row.state == "waiting")
            .ok_or(Error::WrongState)?;
        if row.maker == hand.id {
            return Err(Error::SamePerson);
        }
        let shown = self.open_correction(&row)?;
        let direction = Direction::parse(&row.direction).ok_or(Error::Row("direction of a correction"))?;
        let hash = correction_hash(case.id, direction, row.amount, &shown);
        if hash != row.hash || hash != word.hash {
            return Err(Error::Changed);
        }
        let decided = CorrectionRow {
            state: if word.approve { "approved" } else { "returned" }.to_owned(),
            checker: hand.id.clone(),
            checker_name: hand.name.clone(),
            checked_at: self.0.cx.clock.now(),
            ..row
        };
        if corrections::decide(c, &decided).await? {
            Ok(())
        } else {
            Err(Error::CaseMoved)
        }
    }

    fn correction_row(
        &self,
        case: &Case,
        hand: &Hand,
        (direction, amount): (Direction, i64),
        reason: &str,
    ) -> CorrectionRow {
        let id: CorrectionId = self.0.cx.ids.make();
        CorrectionRow {
            id,
            case: case.id,
            direction: direction.name().to_owned(),
            amount,
            reason: self.0.cx.vault.seal(&aad(id), reason),
            hash: correction_hash(case.id, direction, amount, reason),
            state: "waiting".to_owned(),
            maker: hand.id.clone(),
            maker_name: hand.name.clone(),
            checker: String::new(),
            checker_name: String::new(),
            made_at: self.0.cx.clock.now(),
            checked_at: 0,
        }
    }

    pub(crate) fn open_correction(&self, row: &CorrectionRow) -> Result<String, Error> {
        Ok(self.0.cx.vault.open(&aad(row.id), &row.reason)?)
    }
}

fn aad(id: CorrectionId) -> String {
    format!("office_correction.reason|{id}")
}
