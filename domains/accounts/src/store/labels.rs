//! Categories, their rules, and what customers have decided themselves.

use identity::CustomerId;
use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::category::{Category, Rule};

pub(crate) async fn categories(c: &mut Conn) -> Result<Vec<Category>> {
    let rows: Vec<(String, String)> = c
        .rows(
            "select code, name from accounts_category order by position, code limit 100",
            (),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(code, name)| Category { code, name })
        .collect())
}

/// By priority.
pub(crate) async fn rules(c: &mut Conn) -> Result<Vec<Rule>> {
    let rows: Vec<(String, String, String, String)> = c
        .rows(
            "select kind, direction, word, category from accounts_rule order by priority, id limit 2000",
            (),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|(kind, direction, word, category)| Rule {
            kind,
            direction,
            word,
            category,
        })
        .collect())
}

/// `(blind index, category)` of everything that a customer has decided.
pub(crate) async fn labels(c: &mut Conn, customer: CustomerId) -> Result<Vec<(String, String)>> {
    c.rows(
        "select k, category from accounts_label where customer_id = ? order by k limit 5000",
        (customer,),
    )
    .await
}

pub(crate) async fn relabel(
    c: &mut Conn,
    customer: CustomerId,
    k: &str,
    category: &str,
    now: Ms,
) -> Result<u64> {
    c.exec(
        "update accounts_label set category = ?, set_at = ? where customer_id = ? and k = ?",
        (category, now, customer, k),
    )
    .await
}

pub(crate) async fn label(
    c: &mut Conn,
    customer: CustomerId,
    k: &str,
    category: &str,
    now: Ms,
) -> Result<bool> {
    c.insert_new(
        "insert into accounts_label (customer_id, k, category, set_at) values (?, ?, ?, ?)",
        (customer, k, category, now),
    )
    .await
}

/// Takes a decision back, so that a wider one shows again.
pub(crate) async fn unlabel(c: &mut Conn, customer: CustomerId, k: &str) -> Result<u64> {
    c.exec(
        "delete from accounts_label where customer_id = ? and k = ?",
        (customer, k),
    )
    .await
}
