//! What the day's bill of Pay is held against: our side of a day, and Pay's.

use rails::Answer;
use rails::wechat::BillLine;

use super::PayIns;
use crate::error::Error;
use crate::model::payin::{ABNORMAL, RefundState, number_of};
use crate::store;

/// A line that the bill should have by our books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Our number of the payment.
    pub number: String,
    /// Our number of the refund, of a refund's line.
    pub refund_number: Option<String>,
    /// Fen: positive for a payment, negative for a refund.
    pub amount: i64,
}

/// A day, seen from both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillDay {
    pub ours: Vec<Expected>,
    pub theirs: Vec<BillLine>,
}

impl PayIns {
    /// Whether the bank has an account at WeChat Pay, and so a bill every morning.
    pub fn has_bills(&self) -> bool {
        self.rail.is_open()
    }

    /// A day `YYYY-MM-DD` from both sides; nothing while Pay has not made its bill (before ten the next morning).
    pub async fn bill_day(&self, day: &str) -> Result<Option<BillDay>, Error> {
        let date = day.parse().map_err(|_| Error::NoTopUp)?;
        let (begins, ends) = kit::clock::day_bounds(date);
        let Answer::Done(theirs) = self.rail.bill(day).await else {
            return Ok(None);
        };
        let (paid, refunded) = self
            .cx
            .db
            .read(async move |c| {
                let paid = store::paid_between(c, begins, ends).await?;
                let refunded = store::refunded_between(c, begins, ends).await?;
                Ok::<_, kit::db::Error>((paid, refunded))
            })
            .await?;
        let mut ours: Vec<Expected> = paid
            .into_iter()
            .map(|(id, _, amount)| Expected {
                number: number_of(id),
                refund_number: None,
                amount,
            })
            .collect();
        // What Pay refused or closed it does not list; what it could not deliver it does.
        let accepted = refunded
            .into_iter()
            .filter(|(.., state, reason)| match RefundState::parse(state) {
                Some(RefundState::Sending | RefundState::Done | RefundState::Manual) => true,
                Some(RefundState::Handled) => reason == ABNORMAL,
                _ => false,
            });
        ours.extend(accepted.map(|(id, payin, amount, ..)| Expected {
            number: number_of(payin),
            refund_number: Some(number_of(id)),
            amount: -amount,
        }));
        Ok(Some(BillDay { ours, theirs }))
    }
}
