//! Statements of key rotation: pages by id, and writes that only hit the row as it was read.

use kit::db::{Conn, Result};

use super::Row;
use crate::model::account::AccountId;

pub(crate) async fn page(c: &mut Conn, after: &str, limit: i64) -> Result<Vec<Row>> {
    let sql = "select id, customer_id, customer_no, account_no, card_no, kind, product, status, status_text \
               from accounts_account where id > ? order by id limit ?";
    Ok(c.rows::<super::Columns>(sql, (after, limit))
        .await?
        .into_iter()
        .map(super::row)
        .collect())
}

pub(crate) async fn account(c: &mut Conn, old: &Row, new: &Row) -> Result<u64> {
    let sql = "update accounts_account set customer_no = ?, account_no = ?, card_no = ? where id = ? and account_no = ?";
    c.exec(
        sql,
        (
            &*new.customer_no,
            &*new.account_no,
            new.card_no.as_deref(),
            old.id,
            &*old.account_no,
        ),
    )
    .await
}

/// `(account, figures)`.
pub(crate) async fn snapshots(c: &mut Conn, after: &str, limit: i64) -> Result<Vec<(AccountId, String)>> {
    let sql =
        "select account_id, figures from accounts_snapshot where account_id > ? order by account_id limit ?";
    c.rows(sql, (after, limit)).await
}

pub(crate) async fn snapshot(c: &mut Conn, id: AccountId, old: &str, new: &str) -> Result<u64> {
    let sql = "update accounts_snapshot set figures = ? where account_id = ? and figures = ?";
    c.exec(sql, (new, id, old)).await
}

/// `(id, summary)`.
pub(crate) async fn statements(c: &mut Conn, after: &str, limit: i64) -> Result<Vec<(uuid::Uuid, String)>> {
    c.rows(
        "select id, summary from accounts_statement where id > ? order by id limit ?",
        (after, limit),
    )
    .await
}

pub(crate) async fn statement(c: &mut Conn, id: uuid::Uuid, old: &str, new: &str) -> Result<u64> {
    c.exec(
        "update accounts_statement set summary = ? where id = ? and summary = ?",
        (new, id, old),
    )
    .await
}
