//! What came in, or goes back, and does not get on by itself: people are told, look at it, and end what only they can end.
//! A payment or a refund of which nothing is heard for long is told too; it ends by the word of the core or of Pay alone.

use audit::Actor;
use identity::{CustomerId, mask};
use kit::clock::Ms;
use kit::db::Conn;
use kit::events;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::PayIns;
use crate::error::Error;
use crate::model::payin::{Origin, PayIn, PayInId, PayInState, Refund, RefundId, RefundState, number_of};
use crate::store;

/// Published once for each that does not get on: `{payin, refund?, twice?}`.
const STUCK: &str = "payments.payin_stuck";
/// Published when one that people may know of has ended: `{payin, refund?}`.
const UNSTUCK: &str = "payments.payin_unstuck";

/// A payment or a refund as staff see it: masked. Amounts are fen, instants ms UTC, 0 for not yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PayInFile {
    pub id: PayInId,
    /// What it was for, as the payer read it.
    pub what: String,
    /// The customer of a top-up; none at the counter.
    #[schema(value_type = Option<String>)]
    pub customer: Option<CustomerId>,
    pub account_masked: String,
    pub amount_fen: i64,
    /// Our number at WeChat Pay 商户订单号.
    pub number: String,
    /// WeChat Pay's own number 微信支付订单号.
    pub transaction_id: String,
    pub paid_at: Ms,
    pub state_text: &'static str,
    /// How often it was asked for in vain.
    pub asked: i64,
    pub refund: Option<RefundFile>,
}

/// The refund that the file is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefundFile {
    pub id: RefundId,
    /// Our number at WeChat Pay 商户退款单号.
    pub number: String,
    pub amount_fen: i64,
    pub state_text: &'static str,
    /// Pay's or the core's code; empty when there is none.
    pub reason: String,
    /// A person may end it.
    pub for_people: bool,
    pub created_at: Ms,
}

/// How one has ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayInEnd {
    /// In the account.
    Credited,
    /// The account could not take it; its refund goes its own way.
    Uncredited,
    /// With whoever paid.
    GivenBack,
    /// In the account again.
    PutBack,
    /// Nothing was moved.
    Refused,
}

impl PayIns {
    /// Tells people of a payment that the core has not answered about for long.
    pub(super) async fn long_unknown(&self, c: &mut Conn, payin: &PayIn) -> Result<(), Error> {
        if !self.is_known_to_people(payin.paid_at) {
            return Ok(());
        }
        let fact = json!({"payin": payin.id});
        Ok(events::publish(c, &self.cx, STUCK, &payin.id.to_string(), &fact).await?)
    }

    /// The same of a refund, `patience` ms later.
    pub(super) async fn refund_long_unknown(
        &self,
        c: &mut Conn,
        refund: &Refund,
        patience: Ms,
    ) -> Result<(), Error> {
        if self.is_known_to_people(refund.created_at + patience) {
            self.refund_stuck(c, refund).await?;
        }
        Ok(())
    }

    /// Tells people of a refund that does not get on.
    pub(super) async fn refund_stuck(&self, c: &mut Conn, refund: &Refund) -> Result<(), Error> {
        let fact = json!({"payin": refund.payin, "refund": refund.id});
        Ok(events::publish(c, &self.cx, STUCK, &refund.id.to_string(), &fact).await?)
    }

    /// Tells people of money that the payer may have twice: in the account again or by a person's hand, and from Pay.
    pub(super) async fn given_back_twice(&self, refund: &Refund) -> Result<(), Error> {
        tracing::error!(refund = %refund.id, "pay gave back what was put back into the account");
        let (this, given) = (self.clone(), refund.clone());
        self.cx
            .db
            .tx(async move |c| {
                let fact = json!({"payin": given.payin, "refund": given.id, "twice": true});
                let key = format!("{}:twice", given.id);
                Ok(events::publish(c, &this.cx, STUCK, &key, &fact).await?)
            })
            .await
    }

    /// What has ended is taken off people's list, if it can be on it.
    pub(super) async fn payin_unstuck(&self, c: &mut Conn, payin: &PayIn) -> Result<(), Error> {
        if !self.is_known_to_people(payin.paid_at) {
            return Ok(());
        }
        let fact = json!({"payin": payin.id});
        Ok(events::publish(c, &self.cx, UNSTUCK, &payin.id.to_string(), &fact).await?)
    }

    /// The same of a refund as it stood before it ended.
    pub(super) async fn refund_unstuck(&self, c: &mut Conn, refund: &Refund) -> Result<(), Error> {
        let told = refund.state.needs_a_person() || refund.state == RefundState::Returning;
        if !told && !self.is_known_to_people(refund.created_at) {
            return Ok(());
        }
        let fact = json!({"payin": refund.payin, "refund": refund.id});
        Ok(events::publish(c, &self.cx, UNSTUCK, &refund.id.to_string(), &fact).await?)
    }

    fn is_known_to_people(&self, since: Ms) -> bool {
        self.now() - since >= self.settings.case_after
    }

    /// One payment, or one refund of it, for a case; the caller audits the reading.
    pub async fn file(&self, payin: PayInId, refund: Option<RefundId>) -> Result<Option<PayInFile>, Error> {
        let Some(found) = self.find(payin).await? else {
            return Ok(None);
        };
        let refund = match refund {
            Some(id) => self.find_refund(id).await?,
            None => None,
        };
        Ok(Some(file_of(&found, refund)))
    }

    /// The payment of a refund.
    pub async fn payin_of(&self, refund: RefundId) -> Result<Option<PayInId>, Error> {
        Ok(self.find_refund(refund).await?.map(|refund| refund.payin))
    }

    /// How a refund has ended by itself; none while it has not.
    pub async fn end_of_refund(&self, id: RefundId) -> Result<Option<PayInEnd>, Error> {
        let state = self.find_refund(id).await?.map(|refund| refund.state);
        Ok(match state {
            Some(RefundState::Done) => Some(PayInEnd::GivenBack),
            Some(RefundState::Returned) => Some(PayInEnd::PutBack),
            Some(RefundState::Refused) => Some(PayInEnd::Refused),
            _ => None,
        })
    }

    /// The same of a payment.
    pub async fn end_of(&self, payin: PayInId) -> Result<Option<PayInEnd>, Error> {
        let state = self.find(payin).await?.map(|payin| payin.state);
        Ok(match state {
            Some(PayInState::Credited) => Some(PayInEnd::Credited),
            Some(PayInState::Uncredited) => Some(PayInEnd::Uncredited),
            _ => None,
        })
    }

    /// Asks at once about a payment, as the next question of the loop would, and writes down what is said.
    pub async fn ask_now(&self, id: PayInId) -> Result<(), Error> {
        self.credit(id).await.map(drop)
    }

    /// The same about a refund.
    pub async fn ask_refund_now(&self, id: RefundId) -> Result<(), Error> {
        self.carry_refund(id).await.map(drop)
    }

    /// Whether this refund may be ended by a person.
    pub async fn is_for_people(c: &mut Conn, refund: RefundId) -> Result<bool, Error> {
        let row = store::refund(c, refund).await?;
        let state = row.and_then(|row| RefundState::parse(&row.state));
        Ok(state.is_some_and(RefundState::needs_a_person))
    }

    /// A person has ended it outside, in the caller's transaction; false when it is not for people, or no more.
    pub async fn handled(&self, c: &mut Conn, refund: RefundId) -> Result<bool, Error> {
        let Some(row) = store::refund(c, refund).await? else {
            return Ok(false);
        };
        if !RefundState::parse(&row.state).is_some_and(RefundState::needs_a_person) {
            return Ok(false);
        }
        // Why it got stuck is kept: the day's bill of Pay has what Pay could not deliver.
        let way = (&*row.state, RefundState::Handled.name());
        if !store::refund_moved(c, refund, way, &row.reason, self.now()).await? {
            return Ok(false);
        }
        let subject = format!("refund:{refund}");
        let told = ("refund.handled", subject, "ok");
        self.trail(
            c,
            Actor::System("office"),
            told,
            json!({"payin": row.payin, "reason": row.reason}),
        )
        .await?;
        Ok(true)
    }
}

fn file_of(payin: &PayIn, refund: Option<Refund>) -> PayInFile {
    PayInFile {
        id: payin.id,
        what: payin.description().to_owned(),
        customer: match payin.origin {
            Origin::TopUp { customer, .. } => Some(customer),
            Origin::Counter { .. } => None,
        },
        account_masked: mask::card(&payin.account_no),
        amount_fen: payin.amount,
        number: number_of(payin.id),
        transaction_id: payin.transaction_id.clone(),
        paid_at: payin.paid_at,
        state_text: payin.state.text(),
        asked: refund.as_ref().map_or(payin.checks, |refund| refund.checks),
        refund: refund.map(|refund| RefundFile {
            id: refund.id,
            number: number_of(refund.id),
            amount_fen: refund.amount,
            state_text: refund.state.staff_text(),
            for_people: refund.state.needs_a_person(),
            reason: refund.reason,
            created_at: refund.created_at,
        }),
    }
}
