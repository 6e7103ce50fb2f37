//! The money of a transfer that waits: held in the core until its time, posted then, freed when it is taken back.
//!
//! A hold is asked for again under its own id until the core has answered, so it has one effect. To free it, it is
//! first made sure that the core has it or has refused it: a hold that is still under way can't arrive later.

use corebank::{Answer, HoldOrder, PostOrder, RefusalCode, TransferStatus, VoidOrder};
use kit::clock::{DAY, Ms};
use kit::db::Conn;
use kit::ids::export::Uuid;
use kit::jobs::{self, NewJob};
use kit::money::Money;

use super::Payments;
use super::settle::{PATIENCE, Word, in_time};
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::purpose::Purpose;
use crate::model::transfer::{Hold, Move, Transfer, ask_again_after};
use crate::store;

/// The core frees the money by itself so long after it should have left: a bank that is gone for days holds nobody's
/// money for ever.
const SAFETY: Ms = 3 * DAY;

/// What the core says of a hold.
enum Held {
    Yes,
    No(RefusalCode),
    Unknown,
}

impl Payments {
    /// Holds the money of a transfer that waits.
    pub(crate) async fn hold(&self, t: &Transfer) -> Result<(), Error> {
        let word = self.ask_hold(t).await;
        kit::failpoint::reach("payments.held");
        let (this, given, now) = (self.clone(), t.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| match &word {
                Held::Yes => {
                    store::hold_is(c, given.id, (Hold::Wanted, Hold::Held)).await?;
                    Ok(())
                }
                Held::No(code) => {
                    store::hold_is(c, given.id, (Hold::Wanted, Hold::Over)).await?;
                    let without = Transfer {
                        hold: Hold::Over,
                        ..given.clone()
                    };
                    this.refused(c, &without, *code, now).await
                }
                Held::Unknown => {
                    store::asked(c, given.id, now + ask_again_after(given.checks)).await?;
                    Ok(())
                }
            })
            .await?;
        self.accounts.touched([&t.from_no; 2]).await;
        Ok(())
    }

    /// Its time has come: on its way, unless the account has been blocked meanwhile.
    pub(crate) async fn leave(&self, t: &Transfer) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), t.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if accounts::Accounts::is_blocked(c, given.account).await? {
                    return this.refused(c, &given, RefusalCode::AccountRestricted, now).await;
                }
                if given.state.after(Move::Send).is_none() {
                    return Err(Error::WrongState);
                }
                store::leaves(c, given.id, now, now + ask_again_after(0)).await?;
                Ok(())
            })
            .await?;
        kit::failpoint::reach("payments.leaves");
        Ok(())
    }

    /// Posts what is held, under the transfer's own id.
    pub(crate) async fn post(&self, t: &Transfer) -> Word {
        if t.hold == Hold::Wanted {
            match self.ask_hold(t).await {
                Held::Yes => {}
                Held::No(code) => return Word::Refused(code),
                Held::Unknown => return Word::Unknown,
            }
        }
        let Ok(hold) = t.hold_id.parse() else {
            return Word::Unknown;
        };
        let order = PostOrder {
            id: t.id.into(),
            hold,
            amount: None,
        };
        match in_time(self.core.post(&order)).await {
            Answer::Done(posted) => Word::Booked(posted),
            Answer::Refused(refusal) => Word::Refused(refusal.code),
            Answer::Unknown => Word::Unknown,
        }
    }

    /// Marks the money of a transfer as no longer needed and lets the job free it at once.
    pub(crate) async fn unwanted(&self, c: &mut Conn, t: &Transfer) -> Result<(), Error> {
        for seen in [Hold::Wanted, Hold::Held] {
            store::hold_is(c, t.id, (seen, Hold::Unwanted)).await?;
        }
        let id = t.id.to_string();
        jobs::cancel(c, SETTLE, &id).await?;
        let job = NewJob {
            kind: SETTLE,
            key: &id,
            payload: &id,
            run_at: self.cx.clock.now(),
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }

    /// Frees the money of a transfer that will not be sent.
    pub(crate) async fn free(&self, t: &Transfer) -> Result<(), Error> {
        let freed = match self.ask_hold(t).await {
            Held::Yes => self.void(t).await,
            // Never held, so there is nothing to free.
            Held::No(_) => true,
            Held::Unknown => false,
        };
        kit::failpoint::reach("payments.freed");
        let (id, checks, now) = (t.id, t.checks, self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if freed {
                    store::hold_is(c, id, (Hold::Unwanted, Hold::Over)).await?;
                } else {
                    store::asked(c, id, now + ask_again_after(checks)).await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
        self.accounts.touched([&t.from_no; 2]).await;
        Ok(())
    }

    async fn void(&self, t: &Transfer) -> bool {
        let (Ok(id), Ok(hold)) = (t.void_id.parse(), t.hold_id.parse()) else {
            return false;
        };
        let order = VoidOrder { id, hold };
        match in_time(self.core.void(&order)).await {
            // Refused: resolved or run out before, so free either way.
            Answer::Done(_) | Answer::Refused(_) => true,
            Answer::Unknown => false,
        }
    }

    async fn ask_hold(&self, t: &Transfer) -> Held {
        let Ok(hold_id) = t.hold_id.parse::<Uuid>() else {
            return Held::Unknown;
        };
        let order = HoldOrder {
            id: hold_id,
            debit_account: t.from_no.clone(),
            credit_account: t.to_no.clone(),
            amount: Money::cny(t.amount_fen),
            memo: t.memo.clone(),
            business_date: t.business_date.parse().unwrap_or(self.cx.clock.today()),
            // What a biller may have been told of is held until it has spoken.
            timeout_ms: (t.purpose != Purpose::Bill).then_some(t.execute_at - t.authorised_at + SAFETY),
        };
        match tokio::time::timeout(PATIENCE, self.core.hold(&order)).await {
            Ok(Answer::Done(_)) => Held::Yes,
            // Other words stand under the id, as after a rule of ours was changed: what became of that hold counts.
            Ok(Answer::Refused(refusal)) if refusal.code == RefusalCode::IdReused => {
                self.hold_stands(hold_id).await
            }
            Ok(Answer::Refused(refusal)) => Held::No(refusal.code),
            Ok(Answer::Unknown) | Err(_) => Held::Unknown,
        }
    }

    async fn hold_stands(&self, id: Uuid) -> Held {
        tracing::error!(hold = %id, "the core knows another hold under this id; what it says of that is taken");
        match in_time(self.core.transfer_status(id)).await {
            Answer::Done(TransferStatus::Held | TransferStatus::Posted(_)) => Held::Yes,
            Answer::Done(TransferStatus::Refused(refusal)) => Held::No(refusal.code),
            Answer::Done(TransferStatus::Voided) => Held::No(RefusalCode::Declined),
            _ => Held::Unknown,
        }
    }
}
