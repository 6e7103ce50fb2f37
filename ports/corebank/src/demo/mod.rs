//! The demo bank's people and their history: made up, always the same, impossible to mistake for
//! real persons (ID numbers of the unassigned division 999999).

mod history;
mod numbers;
mod people;
mod rails;
mod shops;

use kit::{clock::Ms, money::Money};
use uuid::Uuid;

pub use numbers::{card_is_valid, id_no_is_valid};
pub use people::{DemoAccount, DemoPerson, people};
pub use rails::{CHARGES, WECHAT_SETTLEMENT};

use crate::{
    embedded::{EmbeddedCore, Fail, NewCoreAccount, NewCoreCustomer},
    types::CoreCustomer,
};

/// So many bookings share one transaction: long enough to be quick, short enough for everybody else.
const CHUNK: usize = 25;

/// Opens the demo's customers and accounts and books about half a year of history up to `now`.
/// Seeding again changes nothing; answers whether anything was new.
pub async fn seed(core: &EmbeddedCore, now: Ms) -> Result<bool, Fail> {
    core.prepare().await?;
    let people = people();
    let mut fresh = rails::open(core).await?;
    for person in &people {
        let customer = CoreCustomer {
            customer_no: person.customer_no.clone(),
            name: person.name.to_owned(),
            id_no: person.id_no.clone(),
            phone: person.phone.to_owned(),
        };
        fresh |= core
            .open_customer(&NewCoreCustomer {
                id: uuid(person.index, 0),
                customer,
            })
            .await?;
        for (position, account) in (1_u32..).zip(&person.accounts) {
            let new = NewCoreAccount {
                id: uuid(person.index, position),
                customer_no: person.customer_no.clone(),
                position: i64::from(position),
                account_no: account.account_no.clone(),
                card_no: account.card_no.clone(),
                kind: account.kind,
                product_name: account.product.to_owned(),
                credit_line: Money::cny(account.credit_line_fen),
                opened_on: account.opened_on,
            };
            fresh |= core.open_account(&new).await?;
        }
    }
    // The first booking of all fixes the days, so that a history broken off is completed as it began.
    let begun = core.booked_at(uuid(1, history::FIRST)).await?;
    let history = history::of(&people, begun.unwrap_or_else(|| history::beginning(now)));
    let last = history.last().map_or(uuid(1, history::FIRST), |b| b.id);
    if core.booked_at(last).await?.is_some() {
        return Ok(fresh);
    }
    for chunk in history.chunks(CHUNK) {
        core.import(chunk).await?;
    }
    Ok(true)
}

/// The demo's ids are fixed by person and number.
fn uuid(person: u32, number: u32) -> Uuid {
    let mut bytes = [0; 10];
    for (slot, byte) in bytes
        .iter_mut()
        .zip(person.to_be_bytes().into_iter().chain(number.to_be_bytes()))
    {
        *slot = byte;
    }
    // 2026-01-01T00:00:00Z: older than anything that happens in the demo.
    uuid::Builder::from_unix_timestamp_millis(1_767_225_600_000, &bytes).into_uuid()
}
