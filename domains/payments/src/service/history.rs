//! The customer's transfers, looked through.

use identity::Customer;
use kit::web::{Cursor, Page};

use super::Payments;
use super::look::TransferState;
use crate::error::Error;
use crate::model::history::Search;
use crate::store;

/// Rows read in one go, and in one request: names are sealed, so a word is looked for here and not in SQL.
const BATCH: i64 = 100;
const MOST_READ: usize = 600;

impl Payments {
    /// The customer's transfers that fit, newest first. A page may hold fewer than asked for while `next` is set.
    pub(crate) async fn list(
        &self,
        who: &Customer,
        after: Cursor,
        (search, limit): (&Search, usize),
    ) -> Result<Page<TransferState>, Error> {
        let mut place = Cursor {
            at: after.at.min(search.begins_before()),
            ..after
        };
        let (mut items, mut read) = (Vec::with_capacity(limit), 0);
        loop {
            let batch = self.batch(who, &place).await?;
            let whole = i64::try_from(batch.len()).is_ok_and(|n| n == BATCH);
            for row in batch {
                if search.is_past(row.transfer.created_at) {
                    return Ok(Page { items, next: None });
                }
                place = place_of(&row);
                read += 1;
                if search.fits(&row.transfer, self.cx.clock.now()) {
                    items.push(row);
                }
                if items.len() == limit || read >= MOST_READ {
                    return self.cut(who, items, &place, whole).await;
                }
            }
            if !whole {
                return Ok(Page { items, next: None });
            }
        }
    }

    /// A full page has a next one only when something is left to be read.
    async fn cut(
        &self,
        who: &Customer,
        items: Vec<TransferState>,
        place: &Cursor,
        more: bool,
    ) -> Result<Page<TransferState>, Error> {
        let more = more || !self.batch(who, place).await?.is_empty();
        Ok(Page {
            items,
            next: more.then(|| place.to_text()),
        })
    }

    async fn batch(&self, who: &Customer, place: &Cursor) -> Result<Vec<TransferState>, Error> {
        let (customer, at, id) = (who.id, place.at, place.id.clone());
        let rows = self
            .cx
            .db
            .glance(async move |c| store::of_customer(c, customer, (at, &id), BATCH).await)
            .await?;
        let now = self.cx.clock.now();
        rows.into_iter()
            .map(|row| {
                let transfer = self.open(row)?;
                Ok(TransferState {
                    state: transfer.state_at(now),
                    transfer,
                    challenge: None,
                    bill: None,
                })
            })
            .collect()
    }
}

fn place_of(row: &TransferState) -> Cursor {
    Cursor {
        at: row.transfer.created_at,
        id: row.transfer.id.to_string(),
    }
}
