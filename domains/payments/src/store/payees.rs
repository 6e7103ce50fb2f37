//! Whom a customer has paid, and the payee book 收款人名册. One row per customer and payee: `times` counts the payments,
//! `saved` says whether it stands in the book.

use identity::CustomerId;
use kit::clock::Ms;
use kit::db::{Conn, Result};

/// A payee, sealed.
#[derive(Clone)]
pub(crate) struct PayeeRow {
    pub(crate) id: String,
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    pub(crate) bank: String,
    pub(crate) bank_name: String,
    pub(crate) alias: String,
    pub(crate) saved: bool,
    pub(crate) last_at: Ms,
}

type Cols = (String, String, String, String, String, String, bool, i64);

fn row_of((id, to_no, to_name, bank, bank_name, alias, saved, last_at): Cols) -> PayeeRow {
    PayeeRow {
        id,
        to_no,
        to_name,
        bank,
        bank_name,
        alias,
        saved,
        last_at,
    }
}

/// Has the customer paid this account before?
pub(crate) async fn knows(c: &mut Conn, customer: CustomerId, to_idx: &str) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row(
            "select 1 from payments_payee where customer_id = ? and to_idx = ? and times > 0",
            (customer, to_idx),
        )
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn payee(c: &mut Conn, customer: CustomerId, id: &str) -> Result<Option<PayeeRow>> {
    let found: Option<Cols> = c
        .row(
            "select id, to_no, to_name, bank, bank_name, alias, saved, last_at from payments_payee
             where customer_id = ? and id = ?",
            (customer, id),
        )
        .await?;
    Ok(found.map(row_of))
}

pub(crate) async fn payee_by_idx(
    c: &mut Conn,
    customer: CustomerId,
    to_idx: &str,
) -> Result<Option<PayeeRow>> {
    let found: Option<Cols> = c
        .row(
            "select id, to_no, to_name, bank, bank_name, alias, saved, last_at from payments_payee
             where customer_id = ? and to_idx = ?",
            (customer, to_idx),
        )
        .await?;
    Ok(found.map(row_of))
}

/// Paid lately, the newest first.
pub(crate) async fn recent_payees(c: &mut Conn, customer: CustomerId, limit: i64) -> Result<Vec<PayeeRow>> {
    let rows: Vec<Cols> = c
        .rows(
            "select id, to_no, to_name, bank, bank_name, alias, saved, last_at from payments_payee
             where customer_id = ? and times > 0 order by last_at desc limit ?",
            (customer, limit),
        )
        .await?;
    Ok(rows.into_iter().map(row_of).collect())
}

/// The payee book, the newest first.
pub(crate) async fn saved_payees(c: &mut Conn, customer: CustomerId, limit: i64) -> Result<Vec<PayeeRow>> {
    let rows: Vec<Cols> = c
        .rows(
            "select id, to_no, to_name, bank, bank_name, alias, saved, last_at from payments_payee
             where customer_id = ? and saved = 1 order by id desc limit ?",
            (customer, limit),
        )
        .await?;
    Ok(rows.into_iter().map(row_of).collect())
}

/// How many stand in the book.
pub(crate) async fn count_saved(c: &mut Conn, customer: CustomerId) -> Result<i64> {
    let found: Option<(i64,)> = c
        .row(
            "select count(*) from payments_payee where customer_id = ? and saved = 1",
            (customer,),
        )
        .await?;
    Ok(found.map_or(0, |(n,)| n))
}

/// A payee met for the first time: paid (`times` 1) or only saved (0). False when it is known.
pub(crate) async fn meet_payee(
    c: &mut Conn,
    customer: CustomerId,
    to_idx: &str,
    (p, times): (&PayeeRow, i64),
) -> Result<bool> {
    c.insert_new(
        "insert into payments_payee (customer_id, to_idx, id, to_no, to_name, bank, bank_name, alias, saved, last_at, times)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            customer,
            to_idx,
            &*p.id,
            &*p.to_no,
            &*p.to_name,
            &*p.bank,
            &*p.bank_name,
            &*p.alias,
            i64::from(p.saved),
            p.last_at,
            times,
        ),
    )
    .await
}

pub(crate) async fn paid_again(c: &mut Conn, customer: CustomerId, to_idx: &str, now: Ms) -> Result<u64> {
    c.exec(
        "update payments_payee set last_at = ?, times = times + 1 where customer_id = ? and to_idx = ?",
        (now, customer, to_idx),
    )
    .await
}

/// Puts a known payee into the book, or gives it another alias there.
pub(crate) async fn save_payee(c: &mut Conn, customer: CustomerId, id: &str, alias: &str) -> Result<bool> {
    let n = c
        .exec(
            "update payments_payee set saved = 1, alias = ? where customer_id = ? and id = ?",
            (alias, customer, id),
        )
        .await?;
    Ok(n == 1)
}

/// Out of the book; that it was paid is remembered.
pub(crate) async fn unsave_payee(c: &mut Conn, customer: CustomerId, id: &str) -> Result<bool> {
    let n = c
        .exec(
            "update payments_payee set saved = 0, alias = '' where customer_id = ? and id = ? and saved = 1",
            (customer, id),
        )
        .await?;
    Ok(n == 1)
}

/// Forgets a payee that was never paid and stands in no book.
pub(crate) async fn forget_payee(c: &mut Conn, customer: CustomerId, id: &str) -> Result<u64> {
    c.exec(
        "delete from payments_payee where customer_id = ? and id = ? and saved = 0 and times = 0",
        (customer, id),
    )
    .await
}
