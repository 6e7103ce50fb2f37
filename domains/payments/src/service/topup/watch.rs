//! An order that waits is asked for by our number: a notice may be lost. When its time is over it is closed at Pay
//! first, so that what we call closed can't be paid.

use kit::clock::{MINUTE, Ms, SECOND};
use rails::Answer;
use rails::wechat::PayState;

use super::{PATIENCE, TopUps};
use crate::error::Error;
use crate::model::topup::{TopUp, TopUpId, TopUpState, number_of};
use crate::store;

impl TopUps {
    /// Looks once; when to look again, or nothing when there is nothing more to wait for.
    pub(crate) async fn watch(&self, id: TopUpId) -> Result<Option<Ms>, Error> {
        let Some(topup) = self.find(id).await? else {
            return Ok(None);
        };
        if topup.state != TopUpState::Waiting {
            return Ok(None);
        }
        let number = number_of(id);
        let over = self.now() >= topup.expires_at;
        match tokio::time::timeout(PATIENCE, self.rail.look(&number)).await {
            Ok(Answer::Done(PayState::Paid(payment))) => {
                self.paid(&topup, &payment).await?;
                Ok(None)
            }
            Ok(Answer::Done(PayState::Closed)) => self.closed(id).await,
            // What Pay does not know nobody can pay: no order is sent in the last minute of its time.
            Ok(Answer::Done(PayState::NotSeen)) if over => self.closed(id).await,
            Ok(Answer::Done(PayState::Waiting)) if over => {
                match tokio::time::timeout(PATIENCE, self.rail.close(&number)).await {
                    Ok(Answer::Done(())) => self.closed(id).await,
                    Ok(Answer::Refused(_) | Answer::Unknown) | Err(_) => self.again(&topup).await,
                }
            }
            Ok(Answer::Done(_) | Answer::Refused(_) | Answer::Unknown) | Err(_) => self.again(&topup).await,
        }
    }

    async fn closed(&self, id: TopUpId) -> Result<Option<Ms>, Error> {
        let now = self.now();
        self.cx
            .db
            .tx(async move |c| store::topup_closed(c, id, now).await)
            .await?;
        Ok(None)
    }

    async fn again(&self, topup: &TopUp) -> Result<Option<Ms>, Error> {
        let id = topup.id;
        self.cx
            .db
            .tx(async move |c| store::topup_asked(c, id).await)
            .await?;
        let pause = match topup.checks {
            ..=3 => 20 * SECOND,
            4..=20 => MINUTE,
            _ => 10 * MINUTE,
        };
        Ok(Some(self.now() + pause))
    }
}
