//! An order that waits is asked for by our number: a notice may be lost. Whoever ends it, the clock or the counter, it is
//! closed at Pay first, so that what we call closed can't be paid; and who paid in that moment has paid.

use audit::Actor;
use kit::clock::{MINUTE, Ms, SECOND};
use kit::jobs;
use rails::Answer;
use rails::wechat::PayState;
use serde_json::json;

use super::{PATIENCE, PayIns};
use crate::error::Error;
use crate::jobs::PAYIN_WATCH;
use crate::model::payin::{PayIn, PayInId, PayInState, number_of};
use crate::store;

/// What is known of an order after Pay was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Word {
    /// Paid or closed, and written down.
    Ended,
    /// Still to be paid.
    Waiting,
    /// Pay does not say.
    Silent,
}

impl PayIns {
    /// Looks once; when to look again, or nothing when there is nothing more to wait for.
    pub(crate) async fn watch(&self, id: PayInId) -> Result<Option<Ms>, Error> {
        let Some(payin) = self.find(id).await? else {
            return Ok(None);
        };
        if payin.state != PayInState::Waiting {
            return Ok(None);
        }
        let over = self.now() >= payin.expires_at;
        let ender = over.then_some(Actor::System("payments"));
        match self.ask_pay(&payin, ender.as_ref()).await? {
            Word::Ended => Ok(None),
            Word::Waiting | Word::Silent => self.again(&payin).await,
        }
    }

    /// Asks Pay how an order stands; with somebody to end it, what nobody has paid is closed.
    pub(in crate::service) async fn ask_pay(
        &self,
        payin: &PayIn,
        ender: Option<&Actor>,
    ) -> Result<Word, Error> {
        let number = number_of(payin.id);
        // Who pays between the look and the closing is seen by the second look.
        for _ in 0..2 {
            match tokio::time::timeout(PATIENCE, self.rail.look(&number)).await {
                Ok(Answer::Done(PayState::Paid(payment))) => {
                    let noted = self.paid(payin, &payment).await?;
                    return Ok(if noted { Word::Ended } else { Word::Silent });
                }
                Ok(Answer::Done(PayState::Closed)) => {
                    let actor = ender.cloned().unwrap_or(Actor::System("payments"));
                    return self.closed(payin, actor).await;
                }
                // What Pay does not know nobody can pay: no order is sent in the last minute of its time, and none
                // is shown once the counter has closed it.
                Ok(Answer::Done(PayState::NotSeen)) => {
                    return match ender {
                        Some(actor) => self.closed(payin, actor.clone()).await,
                        None => Ok(Word::Waiting),
                    };
                }
                Ok(Answer::Done(PayState::Waiting)) => {}
                Ok(Answer::Refused(_) | Answer::Unknown) | Err(_) => return Ok(Word::Silent),
            }
            let Some(actor) = ender else {
                return Ok(Word::Waiting);
            };
            match tokio::time::timeout(PATIENCE, self.rail.close(&number)).await {
                Ok(Answer::Done(())) => return self.closed(payin, actor.clone()).await,
                Ok(Answer::Refused(_)) => {}
                Ok(Answer::Unknown) | Err(_) => return Ok(Word::Silent),
            }
        }
        Ok(Word::Silent)
    }

    async fn closed(&self, payin: &PayIn, actor: Actor) -> Result<Word, Error> {
        let (this, payin, now) = (self.clone(), payin.clone(), self.now());
        self.cx
            .db
            .tx(async move |c| {
                if !store::payin_closed(c, payin.id, now).await? {
                    return Ok(());
                }
                jobs::cancel(c, PAYIN_WATCH, &payin.id.to_string()).await?;
                let told = (payin.names().closed, payin.subject(), "ok");
                this.trail(c, actor.clone(), told, json!({})).await
            })
            .await?;
        Ok(Word::Ended)
    }

    async fn again(&self, payin: &PayIn) -> Result<Option<Ms>, Error> {
        let id = payin.id;
        self.cx
            .db
            .tx(async move |c| store::payin_asked(c, id).await)
            .await?;
        let pause = match payin.checks {
            ..=3 => 20 * SECOND,
            4..=20 => MINUTE,
            _ => 10 * MINUTE,
        };
        Ok(Some(self.now() + pause))
    }
}
