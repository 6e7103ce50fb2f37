//! The feed of changes and the closed files. The statements that join the ledger's entries read what an
//! entry says; they write nothing there. `cross join` with `on` is an ordinary join to both engines, but SQLite
//! begins at its left side whatever its statistics say: the feed is short, the entries are millions.

use jiff::civil::Date;
use kit::{
    clock::Ms,
    db::{self, Conn},
};
use weigui_ledger::{AccountId, Day, Entry, TransferId};

pub(in crate::embedded) struct WaitingChange {
    pub(in crate::embedded) account: String,
    pub(in crate::embedded) seq: i64,
    pub(in crate::embedded) transfer: String,
    pub(in crate::embedded) at: Ms,
}

pub(in crate::embedded) struct FedEntry {
    pub(in crate::embedded) feed: i64,
    pub(in crate::embedded) entry: Entry,
}

pub(in crate::embedded) struct DayOrder {
    pub(in crate::embedded) id: String,
    pub(in crate::embedded) op: String,
    pub(in crate::embedded) state: String,
    pub(in crate::embedded) reference: String,
    pub(in crate::embedded) at: Ms,
}

/// Whether an entry waits for its place.
pub(in crate::embedded) async fn feed_waits(c: &mut Conn) -> db::Result<bool> {
    let sql = "select seq from core_change where feed is null limit 1";
    Ok(c.row::<(i64,)>(sql, ()).await?.is_some())
}

/// The last place that was given; whoever holds this lock gives the next ones.
pub(in crate::embedded) async fn lock_feed(c: &mut Conn) -> db::Result<i64> {
    let row: Option<(i64,)> = c
        .row("select head from core_feed where id = 1 /*lock*/", ())
        .await?;
    Ok(row.map_or(0, |row| row.0))
}

pub(in crate::embedded) async fn feed_head(c: &mut Conn) -> db::Result<i64> {
    let row: Option<(i64,)> = c.row("select head from core_feed where id = 1", ()).await?;
    Ok(row.map_or(0, |row| row.0))
}

pub(in crate::embedded) async fn set_feed_head(c: &mut Conn, head: i64) -> db::Result<u64> {
    c.exec("update core_feed set head = ? where id = 1", (head,))
        .await
}

/// Those without a place, in account order.
pub(in crate::embedded) async fn changes_waiting(c: &mut Conn, limit: i64) -> db::Result<Vec<WaitingChange>> {
    let sql = "select h.account, h.seq, h.transfer, e.at from core_change h \
               cross join ledger_entry e on e.transfer = h.transfer and e.account = h.account \
               where h.feed is null order by h.account, h.seq limit ?";
    let rows: Vec<(String, i64, String, Ms)> = c.rows(sql, (limit,)).await?;
    let rows = rows
        .into_iter()
        .map(|(account, seq, transfer, at)| WaitingChange {
            account,
            seq,
            transfer,
            at,
        });
    Ok(rows.collect())
}

pub(in crate::embedded) async fn give_place(
    c: &mut Conn,
    account: &str,
    seq: i64,
    place: i64,
) -> db::Result<u64> {
    c.exec(
        "update core_change set feed = ? where account = ? and seq = ? and feed is null",
        (place, account, seq),
    )
    .await
}

/// The part of the feed after a place.
pub(in crate::embedded) async fn changes_after(
    c: &mut Conn,
    after: i64,
    limit: i64,
) -> db::Result<Vec<FedEntry>> {
    let sql = "select h.feed, e.account, e.seq, e.transfer, e.amount, e.balance_after, e.code, \
               e.business_date, e.value_date, e.at, e.chain from core_change h \
               cross join ledger_entry e on e.transfer = h.transfer and e.account = h.account \
               where h.feed > ? order by h.feed limit ?";
    let rows: Vec<Fed> = c.rows(sql, (after, limit)).await?;
    rows.into_iter().map(fed).collect()
}

type Fed = (
    i64,
    String,
    i64,
    String,
    i64,
    i64,
    i64,
    String,
    String,
    Ms,
    String,
);

fn fed(
    (feed, account, seq, transfer, amount, balance_after, code, booked, value, at, chain): Fed,
) -> db::Result<FedEntry> {
    let odd = |what: &str| db::Error::Row(what.into());
    Ok(FedEntry {
        feed,
        entry: Entry {
            account: AccountId::parse(&account).ok_or_else(|| odd("account id"))?,
            seq,
            transfer: TransferId::parse(&transfer).ok_or_else(|| odd("transfer id"))?,
            amount,
            balance_after,
            code,
            business_date: Day::parse(&booked).ok_or_else(|| odd("business date"))?,
            value_date: Day::parse(&value).ok_or_else(|| odd("value date"))?,
            at,
            chain,
        },
    })
}

/// Orders after a place and before an instant, in the order in which they came.
pub(in crate::embedded) async fn orders_after(
    c: &mut Conn,
    (at, id): (Ms, &str),
    before: Ms,
    limit: i64,
) -> db::Result<Vec<DayOrder>> {
    let sql = "select id, op, state, reference, at from core_order \
               where at >= ? and at < ? and (at > ? or id > ?) order by at, id limit ?";
    let rows: Vec<(String, String, String, String, Ms)> = c.rows(sql, (at, before, at, id, limit)).await?;
    let rows = rows.into_iter().map(|(id, op, state, reference, at)| DayOrder {
        id,
        op,
        state,
        reference,
        at,
    });
    Ok(rows.collect())
}

/// The head of a closed day's file.
pub(in crate::embedded) async fn statement(c: &mut Conn, day: Date) -> db::Result<Option<String>> {
    let sql = "select header from core_statement where business_date = ?";
    Ok(c.row::<(String,)>(sql, (day,)).await?.map(|row| row.0))
}

/// False when the day is closed already.
pub(in crate::embedded) async fn insert_statement(
    c: &mut Conn,
    day: Date,
    header: &str,
    now: Ms,
) -> db::Result<bool> {
    let sql = "insert into core_statement (business_date, header, made_at) values (?, ?, ?)";
    c.insert_new(sql, (day, header, now)).await
}

/// `(id, body)`.
pub(in crate::embedded) async fn statement_page(
    c: &mut Conn,
    day: Date,
    page: i64,
) -> db::Result<Option<(String, String)>> {
    let sql = "select id, body from core_statement_page where business_date = ? and page = ?";
    c.row(sql, (day, page)).await
}

pub(in crate::embedded) async fn insert_statement_page(
    c: &mut Conn,
    id: &str,
    day: Date,
    page: i64,
    body: &str,
) -> db::Result<u64> {
    let sql = "insert into core_statement_page (id, business_date, page, body) values (?, ?, ?, ?)";
    c.exec(sql, (id, day, page, body)).await
}
