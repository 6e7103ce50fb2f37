//! What a biller's daily file 对账文件 is held against: a business day of one biller, seen from both sides.
//!
//! The biller counts a payment on the day on which it took it, and we hear of that later: at midnight by a second, after a
//! lost answer by hours. So what is on the file is found in our books whatever day it has there, and what we have and
//! the file has not is looked for in the files since it was authorised, before it is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use billers::{BillerHub, DayFile, FileLine, Filed};
use jiff::civil::Date;
use kit::clock::{MINUTE, Ms, date_of, day_bounds};

use super::Payments;
use crate::error::Error;
use crate::model::transfer::State;
use crate::store;

/// How far the biller's clock may be behind ours. What we heard of so shortly before midnight may stand in the next
/// day's file, and is judged with it.
const SKEW: Ms = 5 * MINUTE;
/// Payments read at once.
const PAGE: i64 = 500;
/// How many earlier files a payment is looked for in.
const EARLIER: usize = 10;

/// A payment as we know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurPayment {
    pub id: String,
    pub bill_no: String,
    /// Fen.
    pub amount_fen: i64,
    /// The biller's own number of the payment, as it was told to us; empty while it has told none.
    pub reference: String,
    stands: Stands,
    authorised_at: Ms,
}

/// Whether a bill is paid by our books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Paid,
    UnderWay,
    NotPaid,
}

impl OurPayment {
    pub fn is_paid(&self) -> bool {
        self.stands == Stands::Paid
    }

    pub fn is_under_way(&self) -> bool {
        self.stands == Stands::UnderWay
    }
}

/// Both sides of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillerSides {
    pub ours: Vec<OurPayment>,
    pub theirs: Vec<FileLine>,
    /// SHA-256 of the file.
    pub file_hash: String,
}

/// What can be said of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BillerDay {
    /// There is no file, or no answer.
    NotYet,
    /// There is a file that is not whole.
    Broken,
    /// The file has come, and a payment that it concerns is still under way here.
    UnderWay,
    Whole(BillerSides),
}

impl Payments {
    /// Codes and names of every biller that there has been.
    pub async fn biller_names(&self) -> Result<BTreeMap<String, String>, Error> {
        let names = self.cx.db.read(async |c| store::biller_names(c).await).await?;
        Ok(names.into_iter().collect())
    }

    /// Codes and names of the billers whose file of a day is asked for. One that was switched off is asked for every day
    /// on which it may have taken a payment.
    pub async fn billers_of_day(&self, day: Date) -> Result<Vec<(String, String)>, Error> {
        let (begins, ends) = day_bounds(day);
        self.billers_of_span((begins - SKEW, ends + SKEW)).await
    }

    /// Those whose file of some day is asked for.
    pub async fn billers_of_any_day(&self) -> Result<Vec<(String, String)>, Error> {
        self.billers_of_span((0, Ms::MAX)).await
    }

    async fn billers_of_span(&self, span: (Ms, Ms)) -> Result<Vec<(String, String)>, Error> {
        if self.hub.is_none() {
            return Ok(Vec::new());
        }
        let found = self
            .cx
            .db
            .read(async move |c| store::billers_of_span(c, span).await);
        Ok(found.await?)
    }

    /// A business day of one biller. `at_last`: judged as it stands, though payments are under way or an earlier file is
    /// not there.
    pub async fn biller_day(&self, biller: &str, day: Date, at_last: bool) -> Result<BillerDay, Error> {
        let Some(hub) = self.hub.clone() else {
            return Ok(BillerDay::NotYet);
        };
        let file = match hub.file(biller, &day.to_string()).await {
            Filed::Whole(file) => file,
            Filed::Broken => return Ok(BillerDay::Broken),
            Filed::NotYet | Filed::Unknown => return Ok(BillerDay::NotYet),
        };
        let mut ours = self.ours_of_file(biller, &file).await?;
        let under_way: BTreeSet<&str> = ours
            .iter()
            .filter(|p| p.is_under_way())
            .map(|p| p.id.as_str())
            .collect();
        let waits = |line: &FileLine| under_way.contains(line.id.as_str());
        if !at_last && file.lines.iter().any(waits) {
            return Ok(BillerDay::UnderWay);
        }
        let seen: BTreeSet<&str> = file.lines.iter().map(|line| line.id.as_str()).collect();
        let mut earlier = Earlier::new(hub, biller, at_last);
        for payment in self.confirmed_on(biller, day).await? {
            if seen.contains(payment.id.as_str()) {
                continue;
            }
            match earlier.has(&payment, day).await {
                Some(true) => {}
                Some(false) => ours.push(payment),
                None => return Ok(BillerDay::UnderWay),
            }
        }
        Ok(BillerDay::Whole(BillerSides {
            ours,
            theirs: file.lines,
            file_hash: file.sha256,
        }))
    }

    /// What our books say of the payments on a file; each once.
    async fn ours_of_file(&self, biller: &str, file: &DayFile) -> Result<Vec<OurPayment>, Error> {
        let ids: BTreeSet<String> = file.lines.iter().map(|line| line.id.clone()).collect();
        let biller = biller.to_owned();
        let rows = self.cx.db.read(async move |c| {
            let mut found = Vec::with_capacity(ids.len());
            for id in &ids {
                found.extend(store::bill_paid_by_id(c, &biller, id).await?);
            }
            Ok::<_, kit::db::Error>(found)
        });
        Ok(rows.await?.into_iter().map(ours).collect())
    }

    /// What the biller confirmed to us on a day, but for the minutes in which its clock may still have shown the other.
    async fn confirmed_on(&self, biller: &str, day: Date) -> Result<Vec<OurPayment>, Error> {
        let (begins, ends) = day_bounds(day);
        let (mut from, to) = ((begins - SKEW, String::new()), ends - SKEW);
        let mut found = Vec::new();
        loop {
            let (biller, after) = (biller.to_owned(), from.clone());
            let page = self
                .cx
                .db
                .glance(async move |c| {
                    store::bills_paid_until(c, &biller, (after.0, &after.1), to, PAGE).await
                })
                .await?;
            let Some((last, told_at)) = page.last() else { break };
            from = (*told_at, last.0.clone());
            found.extend(page.into_iter().map(|(columns, _)| ours(columns)));
        }
        Ok(found)
    }
}

fn ours((id, bill_no, amount_fen, state, authorised_at, reference): store::PaidColumns) -> OurPayment {
    let stands = match State::parse(&state) {
        Some(State::Succeeded) => Stands::Paid,
        Some(
            State::AwaitingChallenge | State::Failed | State::Cancelled | State::Expired | State::Returned,
        ) => Stands::NotPaid,
        // A state that we do not know is under way, never done or failed.
        Some(State::Waiting | State::Processing | State::AtClearing) | None => Stands::UnderWay,
    };
    OurPayment {
        id,
        bill_no,
        amount_fen,
        reference,
        stands,
        authorised_at,
    }
}

/// The files of earlier days, each asked for once and only when it is needed.
struct Earlier<'a> {
    hub: Arc<dyn BillerHub>,
    biller: &'a str,
    at_last: bool,
    known: BTreeMap<Date, Option<BTreeSet<String>>>,
}

impl<'a> Earlier<'a> {
    fn new(hub: Arc<dyn BillerHub>, biller: &'a str, at_last: bool) -> Self {
        Self {
            hub,
            biller,
            at_last,
            known: BTreeMap::new(),
        }
    }

    /// Whether a file between the payment's authorisation and this day has it as paid; none while a file can't be had.
    async fn has(&mut self, payment: &OurPayment, day: Date) -> Option<bool> {
        let first = date_of(payment.authorised_at - SKEW);
        let mut at = day;
        for _ in 0..EARLIER {
            let Ok(before) = at.yesterday() else { break };
            if before < first {
                break;
            }
            at = before;
            let at_last = self.at_last;
            match self.ids_of(at).await {
                Some(ids) if ids.contains(&payment.id) => return Some(true),
                None if !at_last => return None,
                _ => {}
            }
        }
        Some(false)
    }

    async fn ids_of(&mut self, day: Date) -> Option<&BTreeSet<String>> {
        if !self.known.contains_key(&day) {
            let ids = match self.hub.file(self.biller, &day.to_string()).await {
                // One that the biller took back is not there: the customer was charged for nothing.
                Filed::Whole(file) => {
                    let paid = file.lines.into_iter().filter(|line| line.paid);
                    Some(paid.map(|line| line.id).collect())
                }
                Filed::NotYet | Filed::Broken | Filed::Unknown => None,
            };
            self.known.insert(day, ids);
        }
        self.known.get(&day).and_then(Option::as_ref)
    }
}
