//! Carrying a bill's payment to its biller: the money is held, the biller is told, and only then is it posted or freed.
//!
//! The biller is told under the transfer's own id, and again only when it says that it has never seen that id. While it
//! is silent the money stays held, the transfer is 处理中 and is asked for; after a while it becomes a case for people.

use std::time::Duration;

use accounts::Accounts;
use billers::{Payment, Word};
use corebank::RefusalCode;
use kit::db::Conn;

use super::Payments;
use crate::error::Error;
use crate::model::bill::{PaidBill, Stage, reason_name};
use crate::model::transfer::{Hold, Move, State, Transfer, ask_again_after};
use crate::store;

/// How long the customer's request waits for the biller.
const PATIENCE: Duration = Duration::from_millis(3_500);

impl Payments {
    /// Holds the money, asks the biller, and writes down what it said. A confirmed bill is on its way to be posted then.
    pub(crate) async fn carry(&self, t: &Transfer) -> Result<(), Error> {
        if t.hold == Hold::Wanted {
            self.hold(t).await?;
        }
        let Some(t) = self.load(t.id).await? else {
            return Ok(());
        };
        if t.state != State::Waiting || t.hold != Hold::Held {
            return Ok(());
        }
        let bill = self.bill_of(&t).await?.ok_or(Error::NotFound)?;
        if bill.stage == Stage::Unsent && !self.may_be_sent(&t).await? {
            return Ok(());
        }
        let word = tokio::time::timeout(PATIENCE, self.ask_biller(&t, &bill))
            .await
            .unwrap_or(Ok(Word::Unknown))?;
        kit::failpoint::reach("payments.biller_asked");
        self.biller_said(&t, word).await
    }

    /// From here on only the biller's word ends it. A payer who is blocked by now pays nothing.
    async fn may_be_sent(&self, t: &Transfer) -> Result<bool, Error> {
        let (this, given, now) = (self.clone(), t.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if Accounts::is_blocked(c, given.account).await? {
                    this.refused(c, &given, RefusalCode::AccountRestricted, now)
                        .await?;
                    return Ok(false);
                }
                // Whoever was faster tells the biller; it is told once.
                Ok(store::bill_is(c, given.id, (Stage::Unsent, Stage::Sent), "", now).await?)
            })
            .await
    }

    async fn ask_biller(&self, t: &Transfer, bill: &PaidBill) -> Result<Word, Error> {
        let (hub, id) = (self.hub()?, t.id.to_string());
        if bill.stage != Stage::Unsent {
            match hub.status(&id).await {
                Word::NotSeen => {}
                said => return Ok(said),
            }
        }
        let payment = Payment {
            id: &id,
            biller: &bill.biller,
            number: &bill.number,
            bill_no: &bill.bill_no,
            amount_fen: t.amount_fen,
        };
        Ok(hub.pay(payment).await)
    }

    async fn biller_said(&self, t: &Transfer, word: Word) -> Result<(), Error> {
        let (this, given, now) = (self.clone(), t.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| match &word {
                Word::Confirmed { reference } => confirmed(c, &given, reference, now).await,
                Word::Refused(why) => {
                    store::bill_is(c, given.id, (Stage::Sent, Stage::Refused), "", now).await?;
                    this.refused_for(c, &given, reason_name(*why), now).await
                }
                Word::NotSeen | Word::Pending | Word::Unknown => this.still_unknown(c, &given, now).await,
            })
            .await
    }
}

async fn confirmed(c: &mut Conn, t: &Transfer, reference: &str, now: kit::clock::Ms) -> Result<(), Error> {
    if t.state.after(Move::Send).is_none() {
        return Err(Error::WrongState);
    }
    store::bill_is(c, t.id, (Stage::Sent, Stage::Confirmed), reference, now).await?;
    store::leaves(c, t.id, now, now + ask_again_after(0)).await?;
    Ok(())
}
