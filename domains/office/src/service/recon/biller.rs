//! The day's file of a biller against the bills that we have paid to it, line by line.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kit::clock::Ms;
use payments::BillerDay;

use crate::error::Error;
use crate::model::matching::{BOOKED, Line, PENDING, REFUSED, compare};
use crate::model::recon::{Recon, Trouble};
use crate::service::Office;

impl Office {
    /// Compares; gives the time of the next try while there is no whole file, or while a payment on it is under way
    /// here. After the file's deadline what is under way is told as it stands.
    pub(super) async fn reconcile_biller(&self, run: Recon) -> Result<Option<Ms>, Error> {
        let day: Date = run.scope.parse().map_err(|_| Error::Row("day of a run"))?;
        let at_last = self.0.cx.clock.now() >= run.due_at();
        let sides = match self.0.payments.biller_day(&run.party, day, at_last).await? {
            BillerDay::Whole(sides) => sides,
            BillerDay::NotYet => return self.without_file(&run, Trouble::Late).await,
            BillerDay::Broken => return self.without_file(&run, Trouble::Broken).await,
            BillerDay::UnderWay => return Ok(Some(self.later(run.started_at))),
        };
        let bills: BTreeMap<&str, &str> = sides
            .ours
            .iter()
            .map(|payment| (payment.id.as_str(), payment.bill_no.as_str()))
            .collect();
        let here: Vec<Line> = sides
            .ours
            .iter()
            .map(|payment| Line {
                id: payment.id.clone(),
                amount: payment.amount_fen,
                state: match (payment.is_paid(), payment.is_under_way()) {
                    (true, _) => BOOKED,
                    (false, true) => PENDING,
                    (false, false) => REFUSED,
                }
                .to_owned(),
                reference: payment.reference.clone(),
            })
            .collect();
        let there: Vec<Line> = sides
            .theirs
            .iter()
            .map(|line| Line {
                id: line_id(&line.id, &line.bill_no, bills.get(line.id.as_str()).copied()),
                amount: line.amount_fen,
                state: if line.paid { BOOKED } else { REFUSED }.to_owned(),
                reference: line.reference.clone(),
            })
            .collect();
        let comparison = compare(&here, &there);
        let mut done = run;
        done.file_hash.clone_from(&sides.file_hash);
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.close_run(c, &done, &comparison).await)
            .await?;
        Ok(None)
    }
}

/// Their line's id. A payment that stands there against another bill than ours is another line.
fn line_id(id: &str, bill_no: &str, ours: Option<&str>) -> String {
    match ours {
        Some(known) if known != bill_no => format!("{id}/{bill_no}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::line_id;

    #[test]
    fn a_payment_against_another_bill_is_another_line() {
        assert_eq!(line_id("a", "1", Some("1")), "a");
        assert_eq!(line_id("a", "2", Some("1")), "a/2");
        assert_eq!(
            line_id("a", "2", None),
            "a",
            "a payment that we do not know at all"
        );
    }
}
