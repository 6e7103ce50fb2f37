//! What the day's bill of Pay is held against: our side of a day, and Pay's.

use rails::Answer;
use rails::wechat::BillLine;

use super::TopUps;
use crate::error::Error;
use crate::model::topup::number_of;
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

impl BillDay {
    /// What only we have, what only they have (or with another amount), and the difference of the sums in fen.
    pub fn differences(&self) -> (Vec<&Expected>, Vec<&BillLine>, i64) {
        let same = |a: &Expected, b: &BillLine| {
            a.number == b.number && a.refund_number == b.refund_number && a.amount == b.amount
        };
        let only_ours = self
            .ours
            .iter()
            .filter(|a| !self.theirs.iter().any(|b| same(a, b)));
        let only_theirs = self
            .theirs
            .iter()
            .filter(|b| !self.ours.iter().any(|a| same(a, b)));
        let ours: i64 = self.ours.iter().map(|a| a.amount).sum();
        let theirs: i64 = self.theirs.iter().map(|b| b.amount).sum();
        (only_ours.collect(), only_theirs.collect(), theirs - ours)
    }
}

impl TopUps {
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
        // What Pay refused it does not list.
        let accepted = refunded
            .into_iter()
            .filter(|(.., state)| state == "sending" || state == "done" || state == "manual");
        ours.extend(accepted.map(|(id, topup, amount, _)| Expected {
            number: number_of(topup),
            refund_number: Some(number_of(id)),
            amount: -amount,
        }));
        Ok(Some(BillDay { ours, theirs }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(number: &str, amount: i64) -> Expected {
        Expected {
            number: number.to_owned(),
            refund_number: (amount < 0).then(|| "R".to_owned()),
            amount,
        }
    }

    fn theirs(number: &str, amount: i64) -> BillLine {
        BillLine {
            number: number.to_owned(),
            refund_number: (amount < 0).then(|| "R".to_owned()),
            transaction_id: "42".to_owned(),
            amount,
        }
    }

    #[test]
    fn a_day_that_agrees_and_days_that_do_not() {
        let day = |a: &[Expected], b: &[BillLine]| BillDay {
            ours: a.to_vec(),
            theirs: b.to_vec(),
        };
        let good = day(
            &[ours("A", 100), ours("A", -30)],
            &[theirs("A", -30), theirs("A", 100)],
        );
        assert_eq!(good.differences(), (vec![], vec![], 0));
        let missing = day(&[ours("A", 100)], &[theirs("A", 100), theirs("B", 5)]);
        assert_eq!(missing.differences().1.len(), 1);
        assert_eq!(missing.differences().2, 5);
        let other_amount = day(&[ours("A", 100)], &[theirs("A", 99)]);
        let (a, b, sum) = other_amount.differences();
        assert_eq!((a.len(), b.len(), sum), (1, 1, -1));
    }
}
