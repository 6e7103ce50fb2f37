//! Statements on transfers and reversals: written once, never changed.

use crate::{
    model::{AccountId, Day, Recorded, TransferId},
    sql::{Cell, Error, Row, Sql, Value},
};

use super::{Result, text::Text};

/// One row of `ledger_transfer`.
#[derive(Clone, Debug)]
pub(crate) struct TransferRow {
    pub(crate) kind: &'static str,
    pub(crate) fingerprint: String,
    pub(crate) timeout_ms: Option<i64>,
    /// How many orders were linked; 0 for an order alone.
    pub(crate) linked: i64,
    pub(crate) body: Recorded,
}

/// One row of `ledger_reversal`.
#[derive(Clone, Debug)]
pub(crate) struct ReversalRow {
    pub(crate) original: TransferId,
    pub(crate) transfer: TransferId,
    pub(crate) at: i64,
}

/// False when an id is taken and nothing was written.
pub(crate) async fn insert_transfers(s: &mut dyn Sql, rows: &[TransferRow]) -> Result<bool> {
    static SQL: Text = Text::new(
        "insert into ledger_transfer (id, kind, debit, credit, amount, ccy, hold_id, timeout_ms, code, reference, \
         fingerprint, business_date, value_date, created_at, reverses, link, linked) \
         values {(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)|, }",
    );
    let rows: Vec<Vec<Value<'_>>> = rows.iter().map(values_of).collect();
    SQL.insert(s, &rows).await
}

fn values_of(t: &TransferRow) -> Vec<Value<'_>> {
    let b = &t.body;
    vec![
        Value::Text(b.id.as_str()),
        Value::Text(t.kind),
        Value::Text(b.debit.as_str()),
        Value::Text(b.credit.as_str()),
        Value::Int(b.amount),
        Value::Text(&b.ccy),
        maybe(b.hold.as_ref()),
        t.timeout_ms.map_or(Value::Null, Value::Int),
        Value::Int(b.code),
        Value::Text(&b.reference),
        Value::Text(&t.fingerprint),
        Value::Text(b.business_date.as_str()),
        Value::Text(b.value_date.as_str()),
        Value::Int(b.created_at),
        maybe(b.reverses.as_ref()),
        maybe(b.link.as_ref()),
        Value::Int(t.linked),
    ]
}

fn maybe(id: Option<&TransferId>) -> Value<'_> {
    id.map_or(Value::Null, |id| Value::Text(id.as_str()))
}

pub(crate) async fn transfer(s: &mut dyn Sql, id: &TransferId) -> Result<Option<TransferRow>> {
    Ok(transfers(s, &[id.as_str()]).await?.into_iter().next())
}

/// Those of the ids that were recorded.
pub(crate) async fn transfers(s: &mut dyn Sql, ids: &[&str]) -> Result<Vec<TransferRow>> {
    static SQL: Text = Text::new(
        "select id, kind, debit, credit, amount, ccy, hold_id, timeout_ms, code, reference, fingerprint, \
         business_date, value_date, created_at, reverses, link, linked from ledger_transfer where id in ({?|, })",
    );
    SQL.rows(s, ids).await?.into_iter().map(transfer_of).collect()
}

pub(crate) async fn transfers_after(s: &mut dyn Sql, after: &str, limit: i64) -> Result<Vec<TransferRow>> {
    let sql = "select id, kind, debit, credit, amount, ccy, hold_id, timeout_ms, code, reference, fingerprint, \
               business_date, value_date, created_at, reverses, link, linked \
               from ledger_transfer where id > ? order by id limit ?";
    let rows = s.rows(sql, &[Value::Text(after), Value::Int(limit)]).await?;
    rows.into_iter().map(transfer_of).collect()
}

fn transfer_of(cells: Vec<Cell>) -> Result<TransferRow> {
    let mut row = Row::new(cells);
    let id = TransferId::stored(row.text()?);
    let kind = row.text()?;
    let kind = ["direct", "hold", "post", "void", "reverse"]
        .into_iter()
        .find(|k| *k == kind)
        .ok_or(Error::Broken("transfer kind"))?;
    let (debit, credit) = (AccountId::stored(row.text()?), AccountId::stored(row.text()?));
    let (amount, ccy) = (row.int()?, row.text()?);
    let hold = row.maybe_text()?.map(TransferId::stored);
    let timeout_ms = row.maybe_int()?;
    let (code, reference, fingerprint) = (row.int()?, row.text()?, row.text()?);
    let (business_date, value_date) = (Day::stored(row.text()?), Day::stored(row.text()?));
    let created_at = row.int()?;
    let reverses = row.maybe_text()?.map(TransferId::stored);
    let link = row.maybe_text()?.map(TransferId::stored);
    let linked = row.int()?;
    let body = Recorded {
        id,
        debit,
        credit,
        amount,
        ccy,
        code,
        reference,
        hold,
        reverses,
        link,
        business_date,
        value_date,
        created_at,
    };
    Ok(TransferRow {
        kind,
        fingerprint,
        timeout_ms,
        linked,
        body,
    })
}

pub(crate) async fn insert_reversals(s: &mut dyn Sql, rows: &[ReversalRow]) -> Result<()> {
    static SQL: Text =
        Text::new("insert into ledger_reversal (original, transfer, at) values {(?, ?, ?)|, }");
    let rows: Vec<Vec<Value<'_>>> = rows
        .iter()
        .map(|r| {
            let (original, transfer) = (Value::Text(r.original.as_str()), Value::Text(r.transfer.as_str()));
            vec![original, transfer, Value::Int(r.at)]
        })
        .collect();
    // The account locks let nobody else reverse the same transfer meanwhile.
    if SQL.insert(s, &rows).await? {
        Ok(())
    } else {
        Err(Error::Clash)
    }
}

/// The reversals of those of the transfers that were reversed.
pub(crate) async fn reversals(s: &mut dyn Sql, originals: &[&str]) -> Result<Vec<ReversalRow>> {
    static SQL: Text =
        Text::new("select original, transfer, at from ledger_reversal where original in ({?|, })");
    SQL.rows(s, originals)
        .await?
        .into_iter()
        .map(reversal_of)
        .collect()
}

pub(crate) async fn reversals_after(s: &mut dyn Sql, after: &str, limit: i64) -> Result<Vec<ReversalRow>> {
    let sql =
        "select original, transfer, at from ledger_reversal where original > ? order by original limit ?";
    let rows = s.rows(sql, &[Value::Text(after), Value::Int(limit)]).await?;
    rows.into_iter().map(reversal_of).collect()
}

fn reversal_of(cells: Vec<Cell>) -> Result<ReversalRow> {
    let mut row = Row::new(cells);
    Ok(ReversalRow {
        original: TransferId::stored(row.text()?),
        transfer: TransferId::stored(row.text()?),
        at: row.int()?,
    })
}
