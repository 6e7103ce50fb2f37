//! The day's bill of WeChat Pay against what came in and its refunds, line by line.

use kit::clock::Ms;
use kit::crypto::sha256;

use crate::error::Error;
use crate::model::matching::{BOOKED, Line, compare};
use crate::model::recon::{Recon, Trouble};
use crate::service::Office;

impl Office {
    /// Compares; gives the time of the next try while there is no bill.
    pub(super) async fn reconcile_pay(&self, run: Recon) -> Result<Option<Ms>, Error> {
        let Some(day) = self.0.payins.bill_day(&run.scope).await? else {
            return self.without_file(&run, Trouble::Late).await;
        };
        let here: Vec<Line> = day
            .ours
            .iter()
            .map(|line| booked(&line.number, line.refund_number.as_deref(), line.amount))
            .collect();
        let there: Vec<Line> = day
            .theirs
            .iter()
            .map(|line| booked(&line.number, line.refund_number.as_deref(), line.amount))
            .collect();
        let comparison = compare(&here, &there);
        let mut done = run;
        done.file_hash = hash_of(&there);
        let this = self.clone();
        self.0
            .cx
            .db
            .tx(async move |c| this.close_run(c, &done, &comparison).await)
            .await?;
        Ok(None)
    }
}

/// A payment is named by its number; a refund by both numbers.
fn booked(number: &str, refund: Option<&str>, amount: i64) -> Line {
    Line {
        id: refund.map_or_else(|| number.to_owned(), |refund| format!("{number}/{refund}")),
        amount: amount.saturating_abs(),
        state: BOOKED.to_owned(),
        reference: String::new(),
    }
}

/// What the bill said, so that a run can be repeated and compared.
fn hash_of(there: &[Line]) -> String {
    let lines: Vec<String> = there.iter().map(|l| format!("{}|{}", l.id, l.amount)).collect();
    sha256(&lines.join("\n"))
}
