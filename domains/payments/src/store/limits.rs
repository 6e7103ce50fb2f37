//! Limits by class, and what is used of them.

use kit::db::{Conn, Result};

use crate::model::rules::{Limits, Used};

pub(crate) async fn limits(c: &mut Conn, class: &str) -> Result<Option<Limits>> {
    let found: Option<(i64, i64, i64)> = c
        .row(
            "select per_transfer, per_day, per_day_count from payments_limit where class = ?",
            (class,),
        )
        .await?;
    Ok(found.map(|(per_transfer, per_day, per_day_count)| Limits {
        per_transfer,
        per_day,
        per_day_count,
    }))
}

pub(crate) async fn used(c: &mut Conn, customer: identity::CustomerId, day: &str) -> Result<Used> {
    let found: Option<(i64, i64)> = c
        .row(
            "select used, count from payments_usage where customer_id = ? and day = ?",
            (customer, day),
        )
        .await?;
    Ok(found.map_or_else(Used::default, |(amount, count)| Used { amount, count }))
}

pub(crate) async fn begin_usage(c: &mut Conn, customer: identity::CustomerId, day: &str) -> Result<bool> {
    c.insert_new(
        "insert into payments_usage (customer_id, day, used, count) values (?, ?, 0, 0)",
        (customer, day),
    )
    .await
}

/// Takes from the day's limit; false when it would not fit. Fifty at once can't pass together.
pub(crate) async fn use_limit(
    c: &mut Conn,
    customer: identity::CustomerId,
    day: &str,
    amount: i64,
    l: Limits,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_usage set used = used + ?, count = count + 1
             where customer_id = ? and day = ? and used + ? <= ? and count < ?",
            (amount, customer, day, amount, l.per_day, l.per_day_count),
        )
        .await?;
    Ok(n == 1)
}

/// Gives back what a refused transfer had taken, to the same day only.
pub(crate) async fn return_limit(
    c: &mut Conn,
    customer: identity::CustomerId,
    day: &str,
    amount: i64,
) -> Result<u64> {
    c.exec(
        "update payments_usage set used = used - ?, count = count - 1
         where customer_id = ? and day = ? and used >= ? and count > 0",
        (amount, customer, day, amount),
    )
    .await
}
