//! The closed file of a business day: made once, when it is first asked for, and kept as it was made.

use jiff::civil::Date;
use kit::{
    clock::{MINUTE, date_of, day_bounds},
    crypto::Vault,
    db::Conn,
    money::Money,
};
use uuid::Uuid;
use weigui_ledger as ledger;

use super::{
    EmbeddedCore, Fail,
    books::Books,
    moves::transfer_id,
    secret::{self, Detail},
    store,
};
use crate::{
    answer::RefusalCode,
    types::{LineKind, LineState, Statement, StatementHeader, StatementLine, StatementPage},
};

/// Lines on a page.
const LINES: usize = 200;
/// A day is closed this long after its end: what was begun before midnight is committed by then.
const GRACE: i64 = MINUTE;
/// Orders read at once.
const BATCH: i64 = 500;

impl EmbeddedCore {
    pub(super) async fn statement_inner(&self, day: Date, page: u32) -> Result<StatementPage, Fail> {
        if day >= date_of(self.clock.now() - GRACE) {
            return Err(Fail::Refused(RefusalCode::NoStatement));
        }
        let known = self
            .db
            .read(async |c| Ok::<_, Fail>(store::statement(c, day).await?))
            .await?;
        if known.is_none() {
            self.close_day(day).await?;
        }
        self.db.read(async |c| self.page_of(c, day, page).await).await
    }

    async fn page_of(&self, c: &mut Conn, day: Date, page: u32) -> Result<StatementPage, Fail> {
        let header = store::statement(c, day).await?.ok_or(Fail::Row("closed day"))?;
        let header: StatementHeader =
            serde_json::from_str(&header).map_err(|_| Fail::Row("head of a closed day"))?;
        let body = store::statement_page(c, day, i64::from(page)).await?;
        let (id, sealed) = body.ok_or(Fail::Refused(RefusalCode::NoStatement))?;
        let json = secret::open(&self.vault, "core_statement_page.body", &id, &sealed)?;
        let lines = serde_json::from_str(&json).map_err(|_| Fail::Row("page of a closed day"))?;
        let next = page.checked_add(1).ok_or(Fail::Row("page number"))?;
        let more = store::statement_page(c, day, i64::from(next)).await?.is_some();
        Ok(StatementPage {
            header,
            lines,
            next: more.then_some(next),
        })
    }

    async fn close_day(&self, day: Date) -> Result<(), Fail> {
        let vault = self.vault.clone();
        let lines = self
            .db
            .report(async move |c| lines_of(c, &vault, day).await)
            .await?;
        let file = Statement::close(day, lines).ok_or(Fail::Row("sum of a closed day"))?;
        let header = serde_json::to_string(&file.header).map_err(|_| Fail::Row("head of a closed day"))?;
        let mut pages = Vec::new();
        // A day without orders has one empty page.
        let chunks: Vec<&[StatementLine]> = file.lines.chunks(LINES).collect();
        let chunks = if chunks.is_empty() { vec![&[][..]] } else { chunks };
        for (page, lines) in (0_i64..).zip(chunks) {
            let id = self
                .made_id("statement", &[&day.to_string(), &page.to_string()])?
                .to_string();
            let json = serde_json::to_string(lines).map_err(|_| Fail::Row("page of a closed day"))?;
            let body = secret::seal(&self.vault, "core_statement_page.body", &id, &json);
            pages.push((id, page, body));
        }
        let now = self.clock.now();
        self.db
            .tx(async move |c| {
                // Another node may have closed the day meanwhile; the first file stands.
                if store::insert_statement(c, day, &header, now).await? {
                    for (id, page, body) in &pages {
                        store::insert_statement_page(c, id, day, *page, body).await?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// An id that follows from its parts, the same on every node and every time.
    pub(super) fn made_id(&self, purpose: &str, parts: &[&str]) -> Result<Uuid, Fail> {
        let tag = self.vault.tag(purpose, parts);
        let bytes = tag.get(..32).and_then(|hex| Uuid::try_parse(hex).ok());
        let bytes = bytes.ok_or(Fail::Row("made id"))?.into_bytes();
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

/// Every order of the day that moved money, and what became of payments to other banks that day.
async fn lines_of(c: &mut Conn, vault: &Vault, day: Date) -> Result<Vec<StatementLine>, Fail> {
    let (opens, closes) = day_bounds(day);
    let mut lines = Vec::new();
    let mut after = (opens, String::new());
    loop {
        let orders = store::orders_after(c, (after.0, &after.1), closes, BATCH).await?;
        let Some(last) = orders.last() else { break };
        after = (last.at, last.id.clone());
        for order in &orders {
            if let Some(line) = ordered(c, vault, order, closes).await? {
                lines.push(line);
            }
        }
    }
    for row in store::clearing_ended(c, opens, closes).await? {
        let returned = row.state == "returned";
        if returned || row.started_at < opens {
            lines.push(ended(c, vault, &row, returned).await?);
        }
    }
    lines.sort_by_key(|line| (line.at, line.order_id, line.kind));
    Ok(lines)
}

async fn ordered(
    c: &mut Conn,
    vault: &Vault,
    order: &store::DayOrder,
    closes: i64,
) -> Result<Option<StatementLine>, Fail> {
    let kind = match (order.op.as_str(), order.state.as_str()) {
        ("transfer", "posted" | "pending") => LineKind::Transfer,
        ("post", "posted") => LineKind::Post,
        _ => return Ok(None),
    };
    let state = if order.state == "pending" {
        let row = store::clearing(c, &order.id).await?;
        let row = row.ok_or(Fail::Row("pending order without a payment at the clearing"))?;
        match (row.state.as_str(), row.ended_at) {
            ("settled", Some(at)) if at < closes => LineState::Posted,
            ("returned", Some(at)) if at < closes => LineState::Returned,
            _ => LineState::Pending,
        }
    } else {
        LineState::Posted
    };
    let line = line(c, vault, &order.id, &order.id, (kind, state)).await?;
    Ok(Some(StatementLine {
        reference: order.reference.clone(),
        at: order.at,
        ..line
    }))
}

async fn ended(
    c: &mut Conn,
    vault: &Vault,
    row: &store::ClearingRow,
    returned: bool,
) -> Result<StatementLine, Fail> {
    if returned {
        let back = row
            .return_id
            .as_deref()
            .ok_or(Fail::Row("returned without a booking"))?;
        let told = (LineKind::Return, LineState::Returned);
        let posted = row.returned()?;
        return Ok(StatementLine {
            reference: posted.reference,
            at: posted.at,
            ..line(c, vault, &row.id, back, told).await?
        });
    }
    let told = (LineKind::Settlement, LineState::Posted);
    let order = store::order(c, &row.id)
        .await?
        .ok_or(Fail::Row("payment without an order"))?;
    Ok(StatementLine {
        reference: order.reference,
        at: row.ended_at.unwrap_or(row.started_at),
        ..line(c, vault, &row.id, &row.id, told).await?
    })
}

/// Parties and amount of a booking; reference and time are the caller's.
async fn line(
    c: &mut Conn,
    vault: &Vault,
    order: &str,
    booking: &str,
    (kind, state): (LineKind, LineState),
) -> Result<StatementLine, Fail> {
    let recorded = ledger::find(&mut Books(c), &transfer_id(booking)?).await?;
    let recorded = recorded.ok_or(Fail::Row("order without a booking"))?;
    let sealed = store::posting(c, booking)
        .await?
        .ok_or(Fail::Row("booking without a detail"))?;
    let detail = Detail::open(vault, booking, &sealed)?;
    Ok(StatementLine {
        order_id: order.parse().map_err(|_| Fail::Row("order id"))?,
        kind,
        debit_account: detail.debit.number,
        credit_account: detail.credit.number,
        amount: Money::cny(recorded.amount),
        state,
        reference: String::new(),
        at: 0,
    })
}
