//! Statements of a whole group of commands: one each, however many commands it holds.

use std::collections::{BTreeMap, BTreeSet};

use kit::db::Conn;
use weigui_ledger::{Error, Row, Text, Value};

use super::OrderRow;
use crate::embedded::books::Books;

type Result<T> = std::result::Result<T, Error>;

/// An account as a movement needs it, with its holder's name; number and name are sealed.
#[derive(Clone)]
pub(in crate::embedded) struct MoverRow {
    pub(in crate::embedded) id: String,
    pub(in crate::embedded) customer_id: String,
    pub(in crate::embedded) account_no: String,
    pub(in crate::embedded) kind: String,
    pub(in crate::embedded) name: String,
}

/// Tells for each whether its id was free.
pub(in crate::embedded) async fn insert_orders(c: &mut Conn, orders: &[OrderRow<'_>]) -> Result<Vec<bool>> {
    static SQL: Text = Text::new(
        "insert into core_order (id, op, hash, state, refusal, reference, at) \
         values {(?, ?, ?, ?, null, ?, ?)|, }",
    );
    let rows: Vec<Vec<Value<'_>>> = orders
        .iter()
        .map(|o| {
            let texts = [o.id, o.op, o.hash, o.state, o.reference].map(Value::Text);
            texts.into_iter().chain([Value::Int(o.at)]).collect()
        })
        .collect();
    SQL.insert_free(&mut Books(c), &rows).await
}

/// Those of the numbers that are an account's or a card's, by their index.
pub(in crate::embedded) async fn movers(
    c: &mut Conn,
    named: &BTreeSet<&str>,
) -> Result<BTreeMap<String, MoverRow>> {
    static BY_ACCOUNT: Text = Text::new(
        "select a.no_ix, a.id, a.customer_id, a.account_no, a.kind, h.name from core_account a \
         cross join core_customer h on h.id = a.customer_id where a.no_ix in ({?|, })",
    );
    static BY_CARD: Text = Text::new(
        "select a.card_ix, a.id, a.customer_id, a.account_no, a.kind, h.name from core_account a \
         cross join core_customer h on h.id = a.customer_id where a.card_ix in ({?|, })",
    );
    let mut found = BTreeMap::new();
    for by in [&BY_ACCOUNT, &BY_CARD] {
        let wanted: Vec<&str> = named
            .iter()
            .copied()
            .filter(|ix| !found.contains_key(*ix))
            .collect();
        for cells in by.rows(&mut Books(c), &wanted).await? {
            let mut row = Row::new(cells);
            let ix = row.text()?;
            let mover = MoverRow {
                id: row.text()?,
                customer_id: row.text()?,
                account_no: row.text()?,
                kind: row.text()?,
                name: row.text()?,
            };
            found.insert(ix, mover);
        }
    }
    Ok(found)
}

/// `ids` must be sorted.
pub(in crate::embedded) async fn lock_movers(c: &mut Conn, ids: &[&str]) -> Result<()> {
    static SQL: Text = Text::new("select id from core_account where id in ({?|, }) order by id /*lock*/");
    SQL.rows(&mut Books(c), ids).await?;
    Ok(())
}

/// `(account, kind)`.
pub(in crate::embedded) async fn restrictions_of(
    c: &mut Conn,
    ids: &[&str],
) -> Result<Vec<(String, String)>> {
    static SQL: Text =
        Text::new("select account_id, kind from core_restriction where account_id in ({?|, })");
    let rows = SQL.rows(&mut Books(c), ids).await?;
    rows.into_iter().map(two_texts).collect()
}

/// `(id, detail)` of the postings that there are, sealed.
pub(in crate::embedded) async fn postings(c: &mut Conn, ids: &[&str]) -> Result<Vec<(String, String)>> {
    static SQL: Text = Text::new("select id, detail from core_posting where id in ({?|, })");
    let rows = SQL.rows(&mut Books(c), ids).await?;
    rows.into_iter().map(two_texts).collect()
}

fn two_texts(cells: Vec<weigui_ledger::Cell>) -> Result<(String, String)> {
    let mut row = Row::new(cells);
    Ok((row.text()?, row.text()?))
}

/// `(id, detail)`, sealed.
pub(in crate::embedded) async fn insert_postings(c: &mut Conn, postings: &[(&str, String)]) -> Result<()> {
    static SQL: Text = Text::new("insert into core_posting (id, detail) values {(?, ?)|, }");
    let rows: Vec<Vec<Value<'_>>> = postings
        .iter()
        .map(|(id, detail)| vec![Value::Text(id), Value::Text(detail)])
        .collect();
    SQL.insert_free(&mut Books(c), &rows).await?;
    Ok(())
}

/// A row for each entry that these bookings made on a customer's account. SQLite begins at the left side of a
/// `cross join` whatever its statistics say; to both engines it is an ordinary join.
pub(in crate::embedded) async fn insert_changes(c: &mut Conn, transfers: &[&str]) -> Result<u64> {
    static SQL: Text = Text::new(
        "insert into core_change (account, seq, transfer) select e.account, e.seq, e.transfer \
         from ledger_entry e cross join core_account a on a.id = e.account where e.transfer in ({?|, })",
    );
    SQL.exec(&mut Books(c), transfers).await
}
