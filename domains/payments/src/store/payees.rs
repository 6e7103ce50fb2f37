//! Whom a customer has paid.

use kit::clock::Ms;
use kit::db::{Conn, Result};

/// A payee that a customer has paid before, sealed.
pub(crate) struct PayeeRow {
    pub(crate) id: String,
    pub(crate) to_no: String,
    pub(crate) to_name: String,
    pub(crate) last_at: Ms,
}

pub(crate) async fn knows(c: &mut Conn, customer: identity::CustomerId, to_idx: &str) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row(
            "select 1 from payments_payee where customer_id = ? and to_idx = ?",
            (customer, to_idx),
        )
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn payee(
    c: &mut Conn,
    customer: identity::CustomerId,
    id: &str,
) -> Result<Option<PayeeRow>> {
    let found: Option<(String, String, String, i64)> = c
        .row(
            "select id, to_no, to_name, last_at from payments_payee where customer_id = ? and id = ?",
            (customer, id),
        )
        .await?;
    Ok(found.map(payee_row))
}

pub(crate) async fn payees(
    c: &mut Conn,
    customer: identity::CustomerId,
    limit: i64,
) -> Result<Vec<PayeeRow>> {
    let rows: Vec<(String, String, String, i64)> = c
        .rows(
            "select id, to_no, to_name, last_at from payments_payee where customer_id = ? order by last_at desc limit ?",
            (customer, limit),
        )
        .await?;
    Ok(rows.into_iter().map(payee_row).collect())
}

fn payee_row((id, to_no, to_name, last_at): (String, String, String, i64)) -> PayeeRow {
    PayeeRow {
        id,
        to_no,
        to_name,
        last_at,
    }
}

pub(crate) async fn remember_payee(
    c: &mut Conn,
    customer: identity::CustomerId,
    to_idx: &str,
    p: &PayeeRow,
) -> Result<bool> {
    c.insert_new(
        "insert into payments_payee (customer_id, to_idx, id, to_no, to_name, last_at, times) values (?, ?, ?, ?, ?, ?, 1)",
        (customer, to_idx, &*p.id, &*p.to_no, &*p.to_name, p.last_at),
    )
    .await
}

pub(crate) async fn paid_again(
    c: &mut Conn,
    customer: identity::CustomerId,
    to_idx: &str,
    now: Ms,
) -> Result<u64> {
    c.exec(
        "update payments_payee set last_at = ?, times = times + 1 where customer_id = ? and to_idx = ?",
        (now, customer, to_idx),
    )
    .await
}
