//! The two sides of a comparison as lines: the core's file or feed, and our own transfers.

use std::collections::BTreeSet;

use corebank::{Change, LineKind, StatementLine};
use kit::clock::{DAY, MINUTE, Ms, date_of};
use payments::{BookedPlace, OurLine};

use crate::error::Error;
use crate::model::matching::{BOOKED, Line, PENDING, REFUSED};
use crate::service::Office;

/// Transfers read at once.
const PAGE: i64 = 500;
/// A transfer that is younger is still on its ordinary way; the core's booking and ours need not meet yet.
const YOUNG: Ms = 10 * MINUTE;

/// Our line of a returned transfer's second booking.
pub(super) fn return_id(id: &str) -> String {
    format!("{id}/return")
}

/// The closed file: what was taken from customers, and what came back. A settlement moves nothing of a customer's.
pub(super) fn of_file(lines: &[StatementLine]) -> Vec<Line> {
    let line = |l: &StatementLine| {
        let id = l.order_id.to_string();
        let id = match l.kind {
            LineKind::Transfer | LineKind::Post => id,
            LineKind::Return => return_id(&id),
            LineKind::Settlement => return None,
        };
        Some(booked(id, l.amount.fen()))
    };
    lines.iter().filter_map(line).collect()
}

/// The feed: the payer's side of every order of ours, and what came back to a payer.
pub(super) fn of_feed(changes: &[Change]) -> Vec<Line> {
    let line = |change: &Change| {
        let order = change.order_id?.to_string();
        let fen = change.entry.amount.fen();
        match (order == change.entry.id, fen < 0) {
            (_, true) => Some(booked(order, fen.saturating_abs())),
            (false, false) => Some(booked(return_id(&order), fen)),
            // The payee's side of the same booking.
            (true, false) => None,
        }
    };
    changes.iter().filter_map(line).collect()
}

fn booked(id: String, amount: i64) -> Line {
    Line {
        id,
        amount,
        state: BOOKED.to_owned(),
        reference: String::new(),
    }
}

/// What our books say of one of their ids; none when we do not know it, or when it can't be judged yet.
pub(super) enum Ours {
    Known(Line),
    Unknown,
    /// Still on its way, and young.
    Later,
}

impl Office {
    pub(super) async fn ours(&self, id: &str) -> Result<Ours, Error> {
        let (order, returned) = match id.split_once('/') {
            Some((order, _)) => (order, true),
            None => (id, false),
        };
        let Some(known) = self.0.payments.line_of(order).await? else {
            return Ok(Ours::Unknown);
        };
        let now = self.0.cx.clock.now();
        if known.state == "processing" && now - known.authorised_at < YOUNG {
            return Ok(Ours::Later);
        }
        if returned && known.state != "returned" {
            return Ok(if now - known.authorised_at < DAY {
                Ours::Later
            } else {
                Ours::Unknown
            });
        }
        Ok(Ours::Known(as_line(id, &known)))
    }

    /// What we booked within the span and is not among `seen`.
    pub(super) async fn ours_beside(
        &self,
        span: (Ms, Ms),
        seen: &BTreeSet<String>,
    ) -> Result<Vec<OurLine>, Error> {
        let (mut found, mut next) = (Vec::new(), Some(BookedPlace::default()));
        while let Some(place) = next {
            let (page, behind) = self.0.payments.booked_within(span, place, PAGE).await?;
            found.extend(page.into_iter().filter(|line| !seen.contains(&line.id)));
            next = behind;
        }
        Ok(found)
    }

    /// A booking of ours that the other side's list of this span does not have: is it on another day's list, or
    /// nowhere? The core is asked by id. `None`: it belongs to another span.
    pub(super) async fn missing_there(
        &self,
        ours: &OurLine,
        (from, to): (Ms, Ms),
    ) -> Result<Option<Line>, Error> {
        let line = as_line(&ours.id, ours);
        if line.state != BOOKED {
            return Ok(None);
        }
        let id = ours.id.parse().map_err(|_| Error::Row("id of a transfer"))?;
        let word = self.0.payments.core_word(id).await;
        match (word.state, word.at) {
            ("silent", _) => Err(Error::CoreSilent),
            (_, Some(at)) if !(from..to).contains(&at) => {
                tracing::debug!(day = %date_of(at), "a transfer of another day's list");
                Ok(None)
            }
            // Money that came back was booked, on the day of its own line.
            ("returned", _) => Ok(None),
            _ => Ok(Some(line)),
        }
    }
}

/// The words of payments in those of the comparison.
fn as_line(id: &str, ours: &OurLine) -> Line {
    let state = match ours.state {
        "succeeded" | "at_clearing" | "returned" => BOOKED,
        "processing" => PENDING,
        _ => REFUSED,
    };
    Line {
        id: id.to_owned(),
        amount: ours.amount_fen,
        state: state.to_owned(),
        reference: String::new(),
    }
}
